"""Where our page takes the place of every error (``errors="all"``), none takes the place of another page of ours.

What was refused says why, and an accident keeps its number, whoever has made the page: the session layer around the
application, the extension inside it, or its framework's handlers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import flask
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from werkzeug.test import Client

from hardtack.adapters import asgi, wsgi
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.adapters.flask import Status
from hardtack.adapters.starlette import Hardtack
from hardtack.adapters.visits import Visits
from hardtack.adapters.wsgi.types import Environ, StartResponse
from hardtack.seal import Keyring
from hardtack.session import Sessions
from hardtack.status import Conflict

WHY = "This request did not come from a page of this site"
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}
ALL = {"errors": "all"}


def visits() -> Visits:
    """Return what opens sessions of nobody."""
    ring = Keyring.generate()
    return Visits(Sessions(ring), ring)


def under_wsgi() -> tuple[int, str, int, str]:
    """Ask a bare WSGI application for a refusal of ours, and for an error of its own."""

    def app(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("409 Conflict", [("Content-Type", "text/plain")])
        return [b"the application's own"]

    client = Client(wsgi.Hardtack(app, session=visits(), status=ALL))
    refused, own = client.post("/", headers=FOREIGN), client.get("/", headers={"Accept": "text/html"})
    return refused.status_code, refused.text, own.status_code, own.text


def under_asgi() -> tuple[int, str, int, str]:
    """Ask a bare ASGI application for the same."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answer: Response = PlainTextResponse("the application's own", 409)
        await answer(scope, receive, send)

    client = TestClient(asgi.Hardtack(app, session=visits(), status=ALL))
    refused, own = client.post("/", headers=FOREIGN), client.get("/", headers={"Accept": "text/html"})
    return refused.status_code, refused.text, own.status_code, own.text


@pytest.mark.parametrize("asked", [under_wsgi, under_asgi])
def test_a_forged_form_is_told_why(asked: Callable[[], tuple[int, str, int, str]]) -> None:
    """And the application's own error has our page, as it was asked for."""
    status, text, own_status, own_text = asked()
    assert (403, True) == (status, WHY in text)
    assert (409, False, True) == (own_status, "the application's own" in own_text, "Conflict" in own_text)


@pytest.fixture
def harbour() -> flask.Flask:
    """Return a Flask application that fails in three ways."""
    app = flask.Flask("harbour")
    Status(app, **ALL)

    @app.get("/refused")
    def refused() -> str:
        raise Conflict({"en": "The berth is taken."})

    @app.get("/own")
    def own() -> tuple[str, int]:
        return "the application's own", 409

    @app.get("/fail")
    def fail() -> str:
        raise RuntimeError("nobody outside will read this")

    return app


def test_flask_keeps_what_was_raised_and_the_number_of_an_accident(harbour: flask.Flask) -> None:
    """The number stands in the log, so a page without it would be no help."""
    client = harbour.test_client()
    headers = {"Accept": "text/html"}
    assert "The berth is taken." in client.get("/refused", headers=headers).text
    assert "the application's own" not in client.get("/own", headers=headers).text
    failed = client.get("/fail", headers=headers)
    assert (500, True) == (failed.status_code, re.search(r"\b[0-9a-f]{12}\b", failed.text) is not None)


def test_what_a_framework_says_in_its_own_form_is_none_of_our_pages(tmp_path: Path) -> None:
    """The page that was made for a person beside it, of the same code, protects it from nothing."""

    async def missing(_request: Request) -> Response:
        raise HTTPException(404, "no such berth, says the framework")

    app = Starlette(routes=[Route("/", missing)])
    Hardtack(app, keyring=Keyring.generate(), data=str(tmp_path), status=ALL)
    with TestClient(app, base_url="http://localhost") as client:
        answer = client.get("/", headers={"Accept": "application/json"})
        assert (404, "application/problem+json") == (answer.status_code, answer.headers["content-type"])
        person = client.get("/", headers={"Accept": "text/html"})
        assert (404, True) == (person.status_code, "no such berth, says the framework" in person.text)
