"""The helper for an application's tests, with Starlette's own session, sealed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.testclient import TestClient

from hardtack.adapters.starlette import SessionMiddleware
from hardtack.errors import MisuseError
from hardtack.session.testing import edited
from tests.adapters.starlette.apps import SECRET, application


@pytest.mark.parametrize(
    ("options", "base_url"),
    [
        ({}, "http://testserver"),
        ({"path": "/grow", "session_cookie": "biscuit"}, "http://localhost:8000"),
        ({"https_only": True}, "https://shop.example"),
        ({"domain": "example.org"}, "http://www.example.org"),
    ],
    ids=["as it is", "path and name", "its own host", "domain"],
)
def test_a_session_is_opened_and_edited_as_in_every_adapter(options: dict[str, Any], base_url: str) -> None:
    """The application sees what the test has put in, and the test what the application has left."""
    app = application(**options)
    client = TestClient(app, base_url=base_url)
    with edited(client, app) as session:
        session["cart"] = {"items": [7]}
    for _ in range(2):
        client.get("/grow")
    with edited(client, app) as session:
        assert {"cart": {"items": [7, 1, 1]}} == dict(session)
        session["cart"]["items"].append(2)
    client.get("/grow")
    with edited(client, app) as session:
        assert [7, 1, 1, 2, 1] == session["cart"]["items"]
        session.clear()
    assert [] == list(client.cookies.jar)


def test_a_plain_mapping_and_a_bare_middleware_will_do() -> None:
    """And a block that fails, or only looks, changes nothing."""
    app, jar = SessionMiddleware(application(), SECRET), dict[str, str]()
    with edited(jar, app) as session:
        session["a"] = 1
    before = dict(jar)
    with edited(jar, app) as session:
        assert 1 == session["a"]
    with pytest.raises(ZeroDivisionError), edited(jar, app) as session:
        session["a"] = 1 // 0
    assert before == jar


def test_an_application_without_our_session_is_refused() -> None:
    """It says what to give instead."""
    with pytest.raises(MisuseError, match="where a Starlette keeps"), edited({}, Starlette()):
        raise AssertionError


def test_fastapi_is_the_same() -> None:
    """``app.add_middleware`` as people write it, and the session in an endpoint."""
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key=SECRET)

    @app.get("/")
    def count(request: Request) -> int:
        request.session["seen"] = request.session.get("seen", 0) + 1
        return int(request.session["seen"])

    client = TestClient(app)
    assert [1, 2] == [client.get("/").json() for _ in range(2)]
    with edited(client, app) as session:
        session["seen"] = 40
    assert 41 == client.get("/").json()
