"""What is at an address of a Starlette application: the methods, and the rules of its handler."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from hardtack.adapters.starlette import csrf_exempt, signed_in
from hardtack.adapters.starlette.testing import signed_in as client_of
from hardtack.adapters.starlette.testing import visitor
from hardtack.errors import MisuseError
from hardtack.status.rules import rules
from tests.adapters.starlette.shop import PERSON, SCRIPT, Shop


async def say(request: Request) -> Response:
    """Say which method came."""
    return PlainTextResponse(request.method, headers={"X-Came": request.method})


async def refuse(_request: Request) -> Response:
    """Answer 405 of its own accord."""
    return PlainTextResponse("not today", status_code=405, headers={"Allow": "GET"})


class Thing(HTTPEndpoint):
    """An endpoint that is a class."""

    async def get(self, _request: Request) -> Response:
        """Return it."""
        return PlainTextResponse("thing")

    @rules(accepts="application/json")
    async def put(self, request: Request) -> Response:
        """Change it."""
        return PlainTextResponse(str(len(await request.body())))


async def whatever(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer anything."""
    await PlainTextResponse(scope["method"])(scope, receive, send)


class Anything:
    """An application of another kind."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await whatever(scope, receive, send)


ROUTES = [
    Route("/things", say, methods=["GET"]),
    Route("/things", say, methods=["POST"]),
    Route("/things/{number:int}", say, methods=["PUT", "DELETE"]),
    WebSocketRoute("/things", say),
    Route("/only-put", say, methods=["PUT"]),
    Route("/refusing", refuse),
    Route("/thing", Thing),
    Route("/anything", Anything()),
    Route("/in/x", say, methods=["DELETE"]),
    Mount("/in", routes=[Route("/x", say), Mount("/deep", routes=[Route("/y", say, methods=["PATCH"])])]),
    Mount("/files", StaticFiles(directory=".")),
    Mount("/other", Anything()),
    Host("api.shop.example", Router([Route("/status", say, methods=["POST"])])),
    Route("/status", say),
]


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/things", "DELETE", "GET, HEAD, POST, OPTIONS"),
        ("/things/7", "POST", "PUT, DELETE, OPTIONS"),
        ("/only-put", "HEAD", "PUT, OPTIONS"),
        ("/in/x", "PUT", "GET, HEAD, DELETE, OPTIONS"),
        ("/in/deep/y", "GET", "PATCH, OPTIONS"),
        ("/thing", "PATCH", "GET, HEAD, PUT, OPTIONS"),
        ("/refusing", "GET", "GET"),
    ],
)
def test_allow_names_every_method_of_the_address(shop: Shop, path: str, method: str, allow: str) -> None:
    """Of all its routes; what the application says of its own accord stands."""
    got = visitor(shop.app(ROUTES)).request(method, path)
    assert (405, allow) == (got.status_code, got.headers.get("allow"))


def test_what_only_another_application_knows_stands(shop: Shop) -> None:
    """Mounted files say what they take, or nothing, as those of Starlette 1.0 do."""
    plain = TestClient(Starlette(routes=ROUTES)).post("/files/pyproject.toml")
    got = visitor(shop.app(ROUTES)).post("/files/pyproject.toml")
    assert (405, plain.headers.get("allow")) == (got.status_code, got.headers.get("allow"))


@pytest.mark.parametrize(
    ("path", "allow"),
    [("/things", "GET, HEAD, POST, OPTIONS"), ("/in/deep/y", "PATCH, OPTIONS"), ("/thing", "GET, HEAD, PUT, OPTIONS")],
)
def test_options_is_answered(shop: Shop, path: str, allow: str) -> None:
    """Where no route takes it; with no content."""
    got = visitor(shop.app(ROUTES)).options(path)
    assert (204, allow, b"") == (got.status_code, got.headers["allow"], got.content)


def test_what_the_application_answers_to_options_stands(shop: Shop) -> None:
    """As its own middleware does for other origins, or another application."""
    cors = Middleware(CORSMiddleware, allow_origins=["https://a.example"], allow_methods=["POST"])
    client = visitor(shop.app(ROUTES, starlette_middleware=[cors], origin="https://shop.example"))
    asked = {"origin": "https://a.example", "access-control-request-method": "POST", "sec-fetch-site": "cross-site"}
    got = client.options("/things", headers=asked)
    assert (200, "https://a.example") == (got.status_code, got.headers["access-control-allow-origin"])
    assert "OPTIONS" == client.options("/other/x").text
    assert "OPTIONS" == client.options("/anything").text
    assert 404 == client.options("/nowhere").status_code


def test_a_host_counts(shop: Shop) -> None:
    """The same path allows other methods there."""
    client = visitor(
        shop.app(ROUTES, origin="https://shop.example", status={"hosts": ["shop.example", "api.shop.example"]})
    )
    assert "GET, HEAD, OPTIONS" == client.delete("/status").headers["allow"]
    there = {"host": "api.shop.example"}
    assert "POST, OPTIONS" == client.delete("/status", headers=there).headers["allow"]


def test_head_is_get_without_content(shop: Shop) -> None:
    """Where a route takes it, the framework's own; where it does not, ours (FastAPI's never do)."""
    client = visitor(shop.app(ROUTES))
    got = client.head("/things")
    assert (200, b"", "4") == (got.status_code, got.content, got.headers["content-length"])
    assert (200, b"") == ((got := client.head("/thing")).status_code, got.content)


def test_an_applications_own_handler_of_405_gets_the_right_allow(shop: Shop) -> None:
    """It cannot know better than its router."""

    async def own(_request: Request, error: Any) -> Response:
        return PlainTextResponse("mine", status_code=405, headers=error.headers)

    client = visitor(shop.app(ROUTES, starlette_exception_handlers={405: own}))
    got = client.delete("/things", headers=PERSON)
    assert ("mine", "GET, HEAD, POST, OPTIONS") == (got.text, got.headers["allow"])


@csrf_exempt
@rules(max_body=10)
async def hook(request: Request) -> Response:
    """Take what another site sends."""
    return PlainTextResponse(f"{len(await request.body())}")


@pytest.mark.parametrize("status", [{}, None])
def test_a_handler_may_take_what_any_page_sends(shop: Shop, status: Any) -> None:
    """Its own rules hold all the same, and the other handlers'."""
    app = shop.app([Route("/hook", hook, methods=["POST"]), *ROUTES], status=status, origin="https://shop.example")
    client = visitor(app, headers={"origin": "https://evil.example"})
    assert "3" == client.post("/hook", data={"a": "b"}).text
    assert 403 == client.post("/things", data={"a": "b"}).status_code
    if status is not None:
        assert 413 == client.post("/hook", data={"a": "b" * 99}).status_code


def test_a_class_does_not_take_what_any_page_sends() -> None:
    """Its methods may; at the class the line would say nothing."""
    with pytest.raises(MisuseError, match="at its method"):
        csrf_exempt(type("Hook", (HTTPEndpoint,), {}))


ASKED: list[str] = []


@rules(etag="v1", protect=True, accepts="application/json", max_body=10)
async def change(request: Request) -> Response:
    """Take a change."""
    return PlainTextResponse(f"{len(await request.body())}")


def version(_request: Request) -> str:
    """Return the entity tag, and note who asks."""
    ASKED.append(threading.current_thread().name)
    return "v1"


@rules(etag=version, fields={})
def read(_request: Request) -> Response:
    """Answer from a thread."""
    return PlainTextResponse("content", headers={"ETag": '"v1"'})


@rules(etag="v1", protect=True)
async def mine(request: Request) -> Response:
    """Change what only an account may change."""
    return PlainTextResponse((await signed_in(request)).name)


RULED = [
    Route("/note", read),
    Route("/note", change, methods=["PUT"]),
    Route("/mine", mine, methods=["PUT"]),
    Mount("/in", Starlette(routes=[Route("/note", change, methods=["PUT"])])),
]


class TestRules:
    """``@rules`` of a handler."""

    @pytest.mark.parametrize("path", ["/note", "/in/note"])
    def test_they_are_asked_before_the_content_and_the_handler(self, shop: Shop, path: str) -> None:
        """In a mounted application too."""
        client = visitor(shop.app(RULED), headers=SCRIPT)
        json, good = {"content-type": "application/json"}, {"if-match": '"v1"'}
        assert 415 == client.put(path, content=b"x", headers={"content-type": "text/plain"}).status_code
        assert 413 == client.put(path, content=b"x" * 11, headers={**json, **good}).status_code
        assert 428 == client.put(path, content=b"{}", headers=json).status_code
        assert 412 == client.put(path, content=b"{}", headers={**json, "if-match": '"v0"'}).status_code
        assert "2" == client.put(path, content=b"{}", headers={**json, **good}).text

    def test_the_rules_of_a_method_of_a_class_are_that_methods(self, shop: Shop) -> None:
        """PUT is refused what GET is not asked for."""
        client = visitor(shop.app(ROUTES))
        assert 415 == client.put("/thing", content=b"x", headers={"content-type": "text/plain"}).status_code
        assert "1" == client.put("/thing", content=b"x", headers={"content-type": "application/json"}).text

    def test_conditions_hold_for_a_handler_in_a_thread(self, shop: Shop) -> None:
        """It is asked there, and a 304 is given without running it."""
        ASKED.clear()
        client = visitor(shop.app(RULED))
        assert "content" == client.get("/note").text
        assert 304 == client.get("/note", headers={"if-none-match": '"v1"'}).status_code
        assert 2 == len([name for name in ASKED if name != threading.main_thread().name])

    def test_the_session_rides_on_what_they_answer(self, shop: Shop) -> None:
        """A 412 to somebody who is signed in is no other answer."""
        client = client_of(shop.app(RULED), "alice")
        assert "alice" == client.put("/mine", headers={"if-match": '"v1"'}).text
        assert 412 == client.put("/mine", headers={"if-match": '"v0"'}).status_code

    def test_a_route_may_come_later(self, shop: Shop) -> None:
        """Also when the application has answered already."""
        app = shop.app(ROUTES[:2])
        client = visitor(app)
        plain = {"content-type": "text/plain"}
        assert 404 == client.put("/note", content=b"x", headers=plain).status_code
        app.router.routes.append(Route("/note", change, methods=["PUT"]))
        assert 415 == client.put("/note", content=b"x", headers=plain).status_code
        assert "PUT, OPTIONS" == client.post("/note").headers["allow"]
