"""``flask hardtack …``: our commands on the keys, the database and the settings of an application."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hardtack.adapters.flask.testing import PASSWORD, signed_in
from hardtack.seal import keyfile
from tests.adapters.flask.shops import Make


def run(app: Flask, *words: str, **given: Any) -> tuple[int, str, str]:
    """Return exit status, data and talk of one command."""
    done = app.test_cli_runner().invoke(args=["hardtack", *words], **given)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def keyed(shop: Make, tmp_path: Path) -> Flask:
    """Return an application whose keys lie in a file of its own."""
    keyfile.create(tmp_path / "shop.key")
    return shop(keyring=tmp_path / "shop.key")


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_names_what_there_is(keyed: Flask, words: list[str]) -> None:
    """All but the service itself."""
    status, data, _ = run(keyed, *words)
    assert 0 == status
    assert {"keys", "cookie", "accounts", "status"} <= set(data.split())
    assert not {"serve", "demo"} & set(data.split())
    status, _, talk = run(keyed, "serve")
    assert (2, True) == (status, "No such command 'serve'" in talk)
    assert "Keys, accounts" in keyed.test_cli_runner().invoke(args=["--help"]).output


def test_accounts_are_the_applications(keyed: Flask) -> None:
    """Added, listed and disabled; a running application notices."""
    status, _, talk = run(keyed, "accounts", "add", "ada", "--password-stdin", input=PASSWORD)
    assert (0, "hardtack: added ada\n") == (status, talk)
    browser = signed_in(keyed, "ada")
    assert 200 == browser.get("/mine").status_code
    assert "ada" in run(keyed, "accounts", "list")[1]
    assert 0 == run(keyed, "accounts", "disable", "ada")[0]
    assert 303 == browser.get("/mine").status_code
    status, _, talk = run(keyed, "accounts", "disable", "bob")
    assert (1, True) == (status, "there is no account 'bob'" in talk)


def test_another_database_may_be_named(keyed: Flask, tmp_path: Path) -> None:
    """Of the same keys; and another data folder, as without an application."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    signed_in(keyed, "ada")
    assert "ada" not in run(keyed, "accounts", "list", "--database", url)[1]
    assert 0 == run(keyed, "keys", "new", "--data", str(tmp_path / "other"))[0]
    assert "ada" not in run(keyed, "accounts", "list", "--data", str(tmp_path / "other"))[1]


def test_keys_are_the_applications(keyed: Flask, tmp_path: Path) -> None:
    """Listed, checked and rotated in their file; sign-ins go on."""
    browser = signed_in(keyed, "ada")
    assert "active" in run(keyed, "keys", "list")[1]
    assert (0, True) == (run(keyed, "keys", "check")[0], str(tmp_path / "shop.key") in run(keyed, "keys", "check")[2])
    status, data, _ = run(keyed, "keys", "rotate", "--now")
    assert (0, 2) == (status, len(data.splitlines()))
    assert 2 == (tmp_path / "shop.key").read_text().count("\nkey ")
    assert 200 == browser.get("/mine").status_code
    old = data.split()[0]
    status, _, talk = run(keyed, "keys", "retire", old)
    assert (1, True) == (status, "hint" in talk)
    status, _, talk = run(keyed, "keys", "revoke", old, "--yes")
    assert (0, True) == (status, "every server that shares the database" in talk)
    assert 0 == run(keyed, "keys", "reseal")[0]
    status, _, talk = run(keyed, "keys", "new")
    assert (1, True) == (status, "shop.key" in talk)


def test_keys_in_no_file_can_be_listed_and_no_more(shop: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever wants to change them names a file, or where they come from."""
    app = shop()
    assert "active" in run(app, "keys", "list")[1]
    for words in (("rotate",), ("check",), ("new",)):
        status, _, talk = run(app, "keys", *words)
        assert (1, True) == (status, "nobody knows a file" in talk)
    keyfile.create(tmp_path / "shop.key")
    monkeypatch.setenv("HARDTACK_KEYRING", (tmp_path / "shop.key").read_text())
    app = shop(keyring=None)
    assert 0 == run(app, "keys", "check")[0]
    status, _, talk = run(app, "keys", "rotate")
    assert (1, True) == (status, "HARDTACK_KEYRING" in talk)
    status, data, _ = run(app, "keys", "rotate", "--env")
    assert (0, 1) == (status, len(data.splitlines()))


def test_a_cookie_is_explained_with_the_applications_keys(keyed: Flask) -> None:
    """Of the application and of the sign-in, with the realm of the settings."""
    browser = signed_in(keyed, "ada")
    with browser.session_transaction() as session:
        session["basket"] = (1,)
    for name in ("hardtack-80", "hardtack-session-shop-80"):
        cookie = browser.get_cookie(name)
        assert cookie is not None
        status, data, _ = run(keyed, "cookie", "--values", input=f"{name}={cookie.value}")
        assert (0, True) == (status, "opened" in data), data
    assert 'basket: Ext, 4 B "extension 1, 9101"' in data


def test_a_status_code_is_explained(keyed: Flask) -> None:
    """Without a look at the application."""
    assert "404 Not Found" in run(keyed, "status", "404")[1]


def test_it_runs_on_a_real_command_line(tmp_path: Path) -> None:
    """From nothing: keys without an application, then the application's own commands."""
    (tmp_path / "app.py").write_text(
        "from flask import Flask\n"
        "from hardtack.adapters.flask import Hardtack\n"
        "app = Flask(__name__)\n"
        "Hardtack(app, keyring='hardtack-data/hardtack.key')\n"
    )
    environ = {**os.environ, "LC_ALL": "C.UTF-8"}
    environ.pop("HARDTACK_KEYRING", None)

    def command(*words: str, said: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env=environ,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return done.stdout

    command("hardtack", "keys", "new")
    command("flask", "hardtack", "accounts", "add", "ada", "--password-stdin", said=PASSWORD)
    assert "ada" in command("flask", "hardtack", "accounts", "list")
    assert "ada" in command("hardtack", "accounts", "list")
