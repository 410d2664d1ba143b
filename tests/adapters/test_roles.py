"""Roles and the mark of administrators count for the next request of every application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.sign_in import SignIn
from hardtack.adapters.wsgi import Hardtack
from hardtack.seal import Keyring

NAME, PASSWORD = "ada", "correct horse battery staple"
NOW = 1_800_000_000


class Application:
    """A WSGI application that says what whoever asks may do."""

    def __init__(self, folder: Path) -> None:
        self.sign_in = SignIn(
            application="shop", keyring=Keyring.generate(), data=str(folder / "data"), home="/", clock=lambda: NOW
        )
        self.account = self.sign_in.accounts.add(NAME, PASSWORD, now=NOW)
        self.boss = self.sign_in.accounts.add("boss", PASSWORD, administrator=True, now=NOW)
        self.wrapped = Hardtack(self.answer, session=self.sign_in)
        self.cookies: dict[str, str] = {}

    def answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        """Answer one request (PEP 3333)."""
        visit = environ["hardtack.visit"]
        if environ["PATH_INFO"] == "/enter":
            visit.sign_in(visit.authenticate(NAME, PASSWORD))
        account = visit.account
        said = None if account is None else [list(account.roles), account.administrator]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(said).encode()]

    def ask(self, path: str) -> Any:
        """Send a GET with the cookies of before."""
        from io import BytesIO

        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(),
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        sent: list[tuple[str, str]] = []

        def start(_status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
            sent.extend(headers)

        body = b"".join(self.wrapped(environ, start))
        for name, value in sent:
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition("=")
                self.cookies[cookie] = rest.partition(";")[0]
        return json.loads(body)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """An application with Ada signed in."""
    made = Application(tmp_path)
    assert [[], False] == made.ask("/enter")
    yield made
    made.sign_in.close()


def test_what_an_administrator_changes_is_there_in_the_next_request(application: Application) -> None:
    """Given and taken, without a new sign-in: the cookie carries no rights (ASVS 8.3.2)."""
    administration = application.sign_in.accounts.administration
    number, boss = application.account.id, application.boss.id
    assert [[], False] == application.ask("/")
    administration.set_roles(number, ["editor"], True, boss, NOW)
    assert [["editor"], True] == application.ask("/")
    administration.set_roles(number, [], False, boss, NOW)
    assert [[], False] == application.ask("/")
    administration.disable(number, actor_id=boss, now=NOW)
    assert application.ask("/") is None
