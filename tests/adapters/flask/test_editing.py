"""The helper for an application's tests, with Flask's own session, sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
import pytest

from hardtack.adapters.flask import SealedSessionInterface
from hardtack.errors import MisuseError
from hardtack.session.testing import edited

SECRET = "a secret that is long enough to be a source of keys"


def application(**config: Any) -> flask.Flask:
    """Return an application that counts how often somebody has come."""
    app = flask.Flask("shop")
    app.config.update({"SECRET_KEY": SECRET, **config})
    app.session_interface = SealedSessionInterface()

    @app.route("/shop/")
    def page() -> str:
        flask.session["seen"] = flask.session.get("seen", 0) + 1
        return str(flask.session["seen"])

    return app


@pytest.mark.parametrize(
    ("config", "base_url"),
    [
        ({}, "http://localhost"),
        ({"SESSION_COOKIE_PATH": "/shop", "SESSION_COOKIE_NAME": "biscuit"}, "http://localhost"),
        ({"SERVER_NAME": "shop.example", "SESSION_COOKIE_SECURE": True}, "https://shop.example"),
        ({"SESSION_COOKIE_DOMAIN": "example.org"}, "http://www.example.org"),
    ],
    ids=["as it is", "path and name", "its own host", "domain"],
)
def test_a_session_is_opened_and_edited_as_in_every_adapter(config: dict[str, Any], base_url: str) -> None:
    """The application sees what the test has put in, and the test what the application has left."""
    app = application(**config)
    client = app.test_client()
    assert client.get("/shop/", base_url=base_url).text == "1"
    with edited(client, app) as session:
        assert dict(session) == {"seen": 1}
        session["seen"] = 40
        session["basket"] = [1]
    assert client.get("/shop/", base_url=base_url).text == "41"
    with edited(client, app) as session:
        assert (session["seen"], session["basket"]) == (41, [1])
        session["basket"].append(2)
    with edited(client, app) as session:
        assert session["basket"] == [1, 2]
        session.clear()
    assert client.get("/shop/", base_url=base_url).text == "1"


def test_a_plain_mapping_will_do() -> None:
    """And a block that fails, or only looks, changes nothing."""
    app, jar = application(), dict[str, str]()
    with edited(jar, app) as session:
        session["a"] = 1
    before = dict(jar)
    assert list(before) == ["session"]
    with edited(jar, app) as session:
        assert session["a"] == 1
    with pytest.raises(ZeroDivisionError), edited(jar, app) as session:
        session["a"] = 1 // 0
    assert jar == before


@pytest.mark.parametrize(
    ("app", "options", "problem"),
    [
        (lambda: application(SECRET_KEY=None), {}, "no secret key"),
        (application, {"now": 1_800_000_000}, "reads the clock itself"),
    ],
)
def test_what_cannot_be_is_refused(app: Callable[[], flask.Flask], options: dict[str, Any], problem: str) -> None:
    """It says what to do instead."""
    with pytest.raises(MisuseError, match=problem), edited({}, app(), **options):
        raise AssertionError
