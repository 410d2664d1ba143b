"""The pages for people who come from another library: what they show runs, and nobody is signed out by it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hardtack.seal import keyfile

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {language: (DOCS / language / "coming-from.md").read_text("utf-8") for language in ("en", "zh")}
PEERS = {
    "Flask-Login": "move-from-flask-login",
    "Flask-Session": "move-from-flask-session",
    "Flask-Security": "move-from-flask-security",
    "django-allauth": "move-from-django-allauth",
    "fastapi-users": "move-from-fastapi-users",
    "Starlette": "move-from-starlette",
}


def page(language: str, peer: str) -> str:
    """Return the recipe for one library."""
    return (DOCS / language / "how-to" / f"{PEERS[peer]}.md").read_text("utf-8")


def code(text: str) -> list[str]:
    """Return the Python blocks of a page."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(folder: Path, *parts: str) -> str:
    """Run code in an empty folder, with warnings as errors, and return what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HARDTACK_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(parts)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environ,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_languages_show_the_same_code() -> None:
    """Only the words around it differ."""
    english, chinese = (re.findall(r"^```.*?^```$", page, re.MULTILINE | re.DOTALL) for page in PAGES.values())
    assert english == chinese
    assert len(english) == 1


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("peer", PEERS)
def test_every_peer_has_a_table_of_what_maps_to_what(peer: str, language: str) -> None:
    """With rows for more than the obvious."""
    rows = [line for line in page(language, peer).splitlines() if line.startswith("| ")]
    assert len(rows) > 5
    assert {line.count("|") for line in rows} == {3}


@pytest.mark.parametrize("language", PAGES)
def test_the_overview_leads_to_every_peer(language: str) -> None:
    """Each has a line of its own."""
    rows = [line for line in PAGES[language].splitlines() if line.startswith("| ")]
    for peer, name in PEERS.items():
        assert [line for line in rows if line.startswith(f"| {peer}") and f"(how-to/{name}.md)" in line]


def test_the_settings_for_django_are_settings(tmp_path: Path) -> None:
    """Whoever pastes them has them."""
    [settings] = code(page("en", "django-allauth"))
    assert run(tmp_path, settings, "print(SESSION_ENGINE, HARDTACK_ACCEPT_SIGNED_UNTIL)") == (
        "hardtack.adapters.django 1803859200\n"
    )


KEPT = """
from hardtack.seal import Keyring
accounts = Accounts.connect("sqlite:///shop.db", keyring=Keyring.load("shop.key"))
accounts._database.migrate()
for name, password in [("ada", "correct horse battery staple"), ("ada", "another good long phrase"), ("bo", "short")]:
    keep_as_well(accounts, name, password)
print([account.name for account in accounts.list()])
print(accounts.sign_in("ada", "correct horse battery staple", client="", now=int(time.time())).name)
accounts.close()
"""


def test_accounts_are_filled_while_people_sign_in_the_old_way(tmp_path: Path) -> None:
    """Each once, with the password that they have; one that we do not take makes no account, and no error."""
    keyfile.create(tmp_path / "shop.key")
    [keeping] = code(PAGES["en"])
    assert run(tmp_path, keeping, KEPT) == "['ada']\nada\n"


BEFORE = """
import flask
old = flask.Flask("shop")
old.secret_key = secrets[0]
cookie = old.session_interface.get_signing_serializer(old).dumps({"_user_id": "7", "_fresh": True})
hardtack.sign_in.start()
hardtack.accounts.add("ada", "correct horse battery staple", now=int(time.time()))

@app.get("/")
def start():
    return current_account.name if current_account else "nobody"

def visit(client, value=None):
    if value is not None:
        client.set_cookie("session", value)
    return client.get("/", headers={"Host": "localhost"}).text

from hardtack.adapters.flask import recent_sign_in_required

@app.get("/delicate")
@recent_sign_in_required
def delicate():
    return "done"

first, again, forged = app.test_client(), app.test_client(), app.test_client()
print(visit(first, cookie), visit(first), visit(again, cookie), visit(forged, cookie[:-1] + "A"))
print(first.get("/delicate", headers={"Host": "localhost"}).status_code)
hardtack.close()
"""


def test_whoever_was_signed_in_with_flask_login_is_brought_over_once(tmp_path: Path) -> None:
    """They stay signed in; a copy of the old cookie is worth nothing any more, and a forged one never was."""
    (tmp_path / "hardtack-data").mkdir(mode=0o700)
    keyfile.create(tmp_path / "hardtack-data" / "hardtack.key")
    _, bringing = code(page("en", "Flask-Login"))
    assert run(tmp_path, bringing, BEFORE) == "ada ada nobody nobody\n401\n"


SEALED = """
import flask
old = flask.Flask("shop")
old.secret_key = app.secret_key
cookie = old.session_interface.get_signing_serializer(old).dumps({"_user_id": "7"})

@app.get("/")
def start():
    return flask.session.get("_user_id", "nobody")

client = app.test_client()
client.set_cookie("session", cookie)
print(client.get("/").text, client.get_cookie("session").value != cookie, client.get("/").text)
"""


def test_with_the_session_alone_flask_login_finds_its_visitors(tmp_path: Path) -> None:
    """What it keeps in the session is taken over, and goes out sealed."""
    sealing, _ = code(page("en", "Flask-Login"))
    assert run(tmp_path, sealing, SEALED) == "7 True 7\n"


MOVED = """
store["session:the-number-of-a-visitor"] = msgspec.msgpack.encode({"cart": ["biscuit"]})
import flask

@app.get("/")
def start():
    return ",".join(flask.session.get("cart", []))

client, again = app.test_client(), app.test_client()
for each in (client, again):
    each.set_cookie("session", "the-number-of-a-visitor")
print(client.get("/").text, client.get("/").text, [again.get("/").text], store)
"""


def test_what_flask_session_keeps_on_the_server_is_taken_over_once(tmp_path: Path) -> None:
    """It goes on in the cookie, and is gone from the store."""
    [moving] = code(page("en", "Flask-Session"))
    assert run(tmp_path, moving, MOVED) == "biscuit biscuit [''] {}\n"


STARLETTE = """
from starlette.middleware.sessions import SessionMiddleware as Own
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

async def put(request):
    request.session["user"] = "ada"
    return PlainTextResponse("")

async def get(request):
    return PlainTextResponse(request.session.get("user", "nobody"))

routes = [Route("/put", put), Route("/get", get)]
before = TestClient(Starlette(routes=routes, middleware=[Middleware(Own, secret_key=secret)]))
before.get("/put")
app.router.routes.extend(routes)
after = TestClient(app, cookies={"session": before.cookies["session"]})
print(after.get("/get").text, "Set-Cookie" in after.get("/get").headers)
"""


def test_starlettes_session_goes_on(tmp_path: Path) -> None:
    """Under the same name."""
    [swapped] = code(page("en", "Starlette"))
    assert run(tmp_path, swapped, STARLETTE).startswith("ada")
