"""A stolen key: two nodes with a file each and one database between them, and a thief who has the key."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from hardtack.seal import Keyring
from hardtack.session import Sessions
from tests.conftest import LOADED, Service, Start, wait_until_ready

HOST = "app.example"
ORIGIN = f"https://{HOST}"
PASSWORD = "correct horse battery staple"


def ask(node: Service, path: str, cookie: str = "", body: dict[str, str] | None = None) -> tuple[int, str]:
    """Ask a node as a script on the site's own pages does; return the status and the identity cookie that was set."""
    headers = {"Host": HOST, "Accept": "application/json", "Origin": ORIGIN, "Cookie": cookie}
    if body is not None:
        headers["Content-Type"] = "application/json"
    method, content = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
    status, answered, _ = node.ask(method, path, body=content, headers=headers)
    fields = [value.partition(";")[0] for value in answered.get_all("Set-Cookie", [])]
    return status, next((field for field in fields if field.startswith("__Host-hardtack=")), "")


def keys(data: Path, *arguments: str) -> str:
    """Run ``hardtack keys`` on a node's keyring; return what it prints."""
    done = LOADED.run(["-m", "hardtack", "keys", *arguments, "--data", str(data)])
    assert 0 == done.returncode, done.stderr
    return done.stdout


def forged(data: Path) -> str:
    """Return the cookie that somebody makes who has a copy of the keyring, for the account with the number 1."""
    sessions = Sessions(Keyring.load(data / "hardtack.key"), origin=ORIGIN, application="site")
    now = int(time.time())
    session = sessions.open("", now)
    session.sign_in(account=1, epoch=0, now=now)
    return sessions.save(session, now)[0].partition(";")[0]


def test_every_node_refuses_a_stolen_key_from_the_first_request_on(start: Start, tmp_path: Path) -> None:
    """Also the one whose file says nothing of it, which goes on with the new file; nobody was let in meanwhile."""
    options = ("--origin", ORIGIN, "--sign-up", "open")
    first = start(*options, data=tmp_path / "first")
    database = f"sqlite:///{tmp_path}/first/hardtack.db"
    (tmp_path / "second").mkdir(mode=0o700)
    shutil.copy2(first.data / "hardtack.key", tmp_path / "second" / "hardtack.key")
    second = start(*options, "--database", database, data=tmp_path / "second")
    nodes = (first, second)

    status, owner = ask(first, "/sign-up", body={"username": "alice", "password": PASSWORD})
    assert 201 == status
    thief = forged(second.data)
    assert [200] * 4 == [ask(node, "/account", cookie)[0] for node in nodes for cookie in (owner, thief)]

    key_id = keys(first.data, "list").split()[0]
    keys(first.data, "revoke", key_id, "--yes")
    # The first has the new file, the second nothing to seal with; neither believes the thief.
    assert [401, 503] == [ask(node, "/account", thief)[0] for node in nodes]
    assert [401, 503] == [ask(node, "/account", owner)[0] for node in nodes]
    assert [200, 503] == [ask(node, "/readyz")[0] for node in nodes]
    assert "no-active-key" not in first.said
    assert "no-active-key" in second.said

    shutil.copy2(first.data / "hardtack.key", tmp_path / "second" / "new")
    (tmp_path / "second" / "new").rename(second.data / "hardtack.key")
    wait_until_ready(second)
    assert [401, 401] == [ask(node, "/account", thief)[0] for node in nodes]
    status, owner = ask(second, "/sign-in", body={"username": "alice", "password": PASSWORD})
    assert 200 == status
    assert [200, 200] == [ask(node, "/account", owner)[0] for node in nodes]
