"""The lint around an ASGI application: it sees what is sent, and changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from hardtack.adapters.asgi import Hardtack
from hardtack.adapters.asgi.lint import Lint
from hardtack.errors import MisuseError


async def _plain(_request: Request) -> Response:
    return PlainTextResponse("x")


async def _unauthorized(_request: Request) -> Response:
    return PlainTextResponse("who?", 401)


async def _stream(request: Request) -> Response:
    pieces = request.query_params["pieces"].split(",")
    return StreamingResponse(iter(pieces), media_type="text/plain", headers={"Content-Length": "4"})


async def _file(_request: Request) -> Response:
    return FileResponse(__file__, 204)


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


ROUTES = [
    Route("/", _plain),
    Route("/unauthorized", _unauthorized),
    Route("/stream", _stream),
    Route("/file", _file),
    WebSocketRoute("/socket", _socket),
]


def linted(**settings: Any) -> tuple[TestClient, list[str]]:
    """Return a client of an application in the lint, and the rules that find something."""
    found: list[str] = []
    app = Starlette(routes=ROUTES)
    app.add_middleware(Lint, collect=lambda _exchange, finding: found.append(finding.rule), **settings)
    return TestClient(app), found


def test_a_good_answer_passes_and_nothing_is_found() -> None:
    """As it is without the lint."""
    client, found = linted()
    with client:
        assert (200, "x") == ((answer := client.get("/")).status_code, answer.text)
    assert [] == found


def test_what_is_wrong_is_found_and_still_sent() -> None:
    """The lint changes no answer."""
    client, found = linted()
    assert 401 == client.get("/unauthorized").status_code
    assert ["unauthorized-has-a-challenge"] == found


def test_content_in_pieces_is_counted() -> None:
    """And not kept; the length that was said must be that of the pieces."""
    client, found = linted()
    assert "abcd" == client.get("/stream?pieces=ab,cd").text
    assert [] == found
    client.get("/stream?pieces=ab,c")
    assert ["length-is-true"] == found


def test_what_a_server_would_strip_is_seen() -> None:
    """Content that the application sends to HEAD."""
    client, found = linted()
    client.head("/")
    assert ["head-content-is-not-left-to-the-server"] == found


def test_a_file_that_the_server_sends_is_as_long_as_is_said() -> None:
    """Since its octets do not pass through the lint (extension http.response.pathsend)."""
    found: list[str] = []
    app = Lint(Starlette(routes=ROUTES), collect=lambda _exchange, finding: found.append(finding.rule))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/file",
        "headers": [],
        "extensions": {"http.response.pathsend": {}},
    }
    asyncio.run(app(scope, receive, send))
    assert "http.response.pathsend" == sent[-1]["type"]
    assert "no-content-where-none-may-be" in found


def test_an_answer_without_an_end_is_not_judged() -> None:
    """There is nothing to hold it against."""
    found: list[str] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 401})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def send(_message: Any) -> None:
        pass

    lint = Lint(app, collect=lambda _exchange, finding: found.append(finding.rule))
    asyncio.run(lint({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send))  # type: ignore[arg-type]  # not asked
    assert [] == found


def test_an_error_of_the_application_goes_on() -> None:
    """The lint is no place to catch it."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        TestClient(Lint(app)).get("/")


def test_misuse_can_be_raised() -> None:
    """Where a test of the application wants to stop."""
    app = Lint(Starlette(routes=ROUTES), raises=True)
    with pytest.raises(MisuseError, match="unauthorized-has-a-challenge"):
        TestClient(app).get("/unauthorized")


def test_websockets_and_the_lifespan_pass_through() -> None:
    """They have no status of their own."""
    client, found = linted()
    with client, client.websocket_connect("/socket") as socket:
        assert "hello" == socket.receive_text()
    assert [] == found


def test_the_status_layer_mends_what_the_lint_inside_it_finds() -> None:
    """Outside the layer there is nothing left to find: the content of HEAD, and an Allow that misses a method."""
    inside: list[str] = []
    outside: list[str] = []
    inner = Lint(Starlette(routes=ROUTES), collect=lambda _exchange, finding: inside.append(finding.rule))
    app = Lint(Hardtack(inner, status={}), collect=lambda _exchange, finding: outside.append(finding.rule))
    client = TestClient(app, base_url="http://localhost")
    client.head("/")
    assert ["head-content-is-not-left-to-the-server"] == inside
    assert [] == outside
