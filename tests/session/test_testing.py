"""The helper for the tests of applications, with real clients."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import flask
import httpx2
import pytest

from hardtack.errors import MisuseError
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.session.testing import edited

NOW = 1_800_000_000
HOST = "localhost"
CLIENTS: list[Callable[[], Any]] = [
    dict,
    lambda: SimpleNamespace(cookies=SimpleCookie()),
    lambda: flask.Flask("app").test_client(),
    httpx2.Client,
]
NAMES = ["a mapping", "Django's kind of cookies", "Flask", "httpx"]


@pytest.fixture
def sessions(keyring: Keyring) -> Sessions:
    """Sessions of an application under development."""
    return Sessions(keyring)


@pytest.mark.parametrize("make", CLIENTS, ids=NAMES)
def test_a_session_is_opened_and_edited_in_every_client(sessions: Sessions, make: Callable[[], Any]) -> None:
    """Put in, seen again, changed, deleted."""
    client = make()
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert session.is_new
        session.sign_in(account=7, epoch=1, now=NOW)
        session["basket"] = [1]
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert session.identity is not None
        assert (session.identity.account, session["basket"]) == (7, [1])
        session["basket"].append(2)
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert session["basket"] == [1, 2]
        session.sign_out()
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert (session.identity_why, session.why) == ("none", "none")


def test_the_application_sees_what_the_test_has_put_in(sessions: Sessions) -> None:
    """And the test what the application has left, through real requests."""
    app = flask.Flask("app")

    @app.get("/")
    def page() -> flask.Response:
        session = sessions.open(flask.request.headers.get("Cookie", ""), NOW, flask.request.host)
        session["seen"] = session.get("seen", 0) + 1
        response = flask.Response(str(session["seen"]))
        for text in sessions.save(session, NOW):
            response.headers.add("Set-Cookie", text)
        return response

    client = app.test_client()
    assert client.get("/").text == "1"
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert session["seen"] == 1
        session["seen"] = 40
    assert client.get("/").text == "41"
    with edited(client, sessions, now=NOW, host=HOST) as session:
        assert session["seen"] == 41


@pytest.mark.parametrize("make", CLIENTS[2:], ids=NAMES[2:])
def test_the_port_chooses_the_names_and_is_no_part_of_the_domain(sessions: Sessions, make: Callable[[], Any]) -> None:
    """As where the application runs in development mode."""
    client = make()
    with edited(client, sessions, now=NOW, host="localhost:5000") as session:
        session["a"] = 1
    with edited(client, sessions, now=NOW, host="localhost:5000") as session:
        assert dict(session) == {"a": 1}
    name = "hardtack-session-app-5000"
    if isinstance(client, httpx2.Client):
        assert [(held.name, held.domain) for held in client.cookies.jar] == [(name, "localhost.local")]
    else:
        assert client.get_cookie(name, domain="localhost") is not None


def test_looking_changes_nothing(sessions: Sessions) -> None:
    """Nor does a block that fails."""
    jar: dict[str, str] = {"other": "x"}
    with edited(jar, sessions, now=NOW) as session:
        session["a"] = 1
    before = dict(jar)
    with edited(jar, sessions, now=NOW) as session:
        assert session["a"] == 1
    with pytest.raises(ZeroDivisionError), edited(jar, sessions, now=NOW) as session:
        session["a"] = 1 // 0
    assert jar == before


@pytest.mark.parametrize("client", [object(), SimpleNamespace(cookies=7)])
def test_another_client_is_refused(sessions: Sessions, client: Any) -> None:
    """It says what to give instead."""
    problem = f"a {type(client).__name__} keeps no cookies that a test can change\ngive a mapping"
    with pytest.raises(MisuseError, match=problem), edited(client, sessions, now=NOW):
        raise AssertionError


def test_a_client_that_knows_domains_keeps_the_cookies_at_the_origin(keyring: Keyring) -> None:
    """Or the requests to it would not carry them."""
    sessions = Sessions(keyring, origin="https://shop.example", identity=False)
    app = flask.Flask("app")

    @app.get("/")
    def page() -> str:
        session = sessions.open(flask.request.headers.get("Cookie", ""), NOW)
        return str(session.get("basket"))

    client = app.test_client()
    with edited(client, sessions, now=NOW) as session:
        session["basket"] = 7
    assert client.get("/", base_url="https://shop.example").text == "7"
    for elsewhere in ("elsewhere.example", "www.shop.example"):
        assert client.get("/", base_url=f"https://{elsewhere}").text == "None"


def test_the_time_is_given_where_nobody_else_reads_it(sessions: Sessions) -> None:
    """The session room has no clock."""
    options: dict[str, Any] = {}
    with pytest.raises(MisuseError, match="give now"), edited({}, sessions, **options):
        raise AssertionError


def test_an_application_without_a_drop_in_is_refused() -> None:
    """Flask's own signed session is not ours to open."""
    with pytest.raises(MisuseError, match="where a Flask keeps"), edited({}, flask.Flask("app")):
        raise AssertionError
