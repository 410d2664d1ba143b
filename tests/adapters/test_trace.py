"""``Hardtack-Trace`` in every driver: which moment, which rule, and what the application said itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from flask import Flask, abort, request
from starlette.exceptions import HTTPException
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hardtack.adapters.asgi.status import StatusLayer as AsgiLayer
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.flask import Status
from hardtack.adapters.wsgi import StatusLayer as WsgiLayer
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.message import Response
from hardtack.status import Conflict, TooManyRequests
from hardtack.status.addresses import Addresses
from hardtack.status.limits import Limits, waiting_for_upstream
from hardtack.status.rules import rules
from tests.adapters.asgi import driving as asgi
from tests.adapters.starlette.shop import Shop as StarletteShop
from tests.adapters.starlette.shop import shop_in
from tests.adapters.wsgi import driving as wsgi

SETTINGS: dict[str, Any] = {
    "trace": True,
    "addresses": Addresses({"/old": "/"}, gone=["/gone"], blocked={"/blocked": "By order of the court."}),
    "trusted_proxies": ("127.0.0.1",),
}


class Shop(NamedTuple):
    """One application under one driver.

    Args:
        get: asks for a path, with fields.
        post: sends content in pieces of ten octets.
    """

    get: Callable[..., Response]
    post: Callable[..., Response]


def _what_happens(path: str) -> None:
    if path == "/taken":
        raise Conflict("Taken.", reason="seat-is-taken")
    if path == "/many":
        raise TooManyRequests(retry_after=1)
    if path == "/odd":
        raise RuntimeError("swordfish")
    if path == "/upstream":
        with waiting_for_upstream():
            raise ConnectionRefusedError
    if path == "/full":
        raise OSError(28, "full")


async def _asgi(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    path = scope["path"]
    _what_happens(path)
    if path == "/waits":
        await asyncio.sleep(30)
    status = {"/made": 201, "/bare": 404}.get(path, 200)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"" if status == 404 else b"x" * 200})


def _wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    while environ["wsgi.input"].read(10):
        pass
    path = environ["PATH_INFO"]
    _what_happens(path)
    status = {"/made": "201 Created", "/bare": "404 Not Found"}.get(path, "200 OK")
    start_response(status, [("Content-Type", "text/plain")])
    return [b"" if path == "/bare" else b"x" * 200]


async def _starlette(request: StarletteRequest) -> PlainTextResponse:
    await request.body()
    path = request.url.path
    _what_happens(path)
    if path == "/bare":
        raise HTTPException(404)
    return PlainTextResponse("x" * 200, 201 if path == "/made" else 200)


def _flask() -> Flask:
    app = Flask(__name__)

    @app.route("/<path:rest>", methods=["GET", "POST"])
    def everything(rest: str) -> tuple[str, int]:
        request.get_data()
        _what_happens(f"/{rest}")
        if rest == "bare":
            abort(404)
        return "x" * 200, 201 if rest == "made" else 200

    return app


def _over_asgi(layer: ASGIApp) -> Shop:
    def get(path: str, *fields: tuple[str, str]) -> Response:
        names = [(name.encode(), value.encode()) for name, value in fields]
        return asgi.ask(layer, asgi.scope(path, "GET", *names))

    def post(path: str, size: int) -> Response:
        pieces = asgi.content(*[b"a" * 10] * (size // 10))
        return asgi.ask(layer, asgi.scope(path, "POST", (b"transfer-encoding", b"chunked")), *pieces)

    return Shop(get, post)


def _over_wsgi(layer: WSGIApp) -> Shop:
    def get(path: str, *fields: tuple[str, str]) -> Response:
        names: dict[str, Any] = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in fields}
        return wsgi.ask(
            layer, wsgi.environ(path, **names), check=False
        )  # a redirect of ours has no content, so no type

    def post(path: str, size: int) -> Response:
        chunked = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
        return wsgi.ask(layer, wsgi.environ(path, "POST", b"a" * size, **chunked))

    return Shop(get, post)


Make = Callable[..., Shop]


def _shop(starlettes: StarletteShop, name: str, **settings: Any) -> Shop:
    settings = {**SETTINGS, **settings}
    if name == "asgi":
        return _over_asgi(AsgiLayer(_asgi, **settings))
    if name == "wsgi":
        return _over_wsgi(WsgiLayer(_wsgi, **settings))
    if name == "flask":
        app = _flask()
        Status(app, **settings)
        return _over_wsgi(app.wsgi_app)
    routes = [Route("/{rest:path}", _starlette, methods=["GET", "POST"])]
    return _over_asgi(starlettes.app(routes, status=settings, csrf=False))


NAMES = ("asgi", "wsgi", "flask", "starlette")


@pytest.fixture(scope="module")
def starlettes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StarletteShop]:
    """Starlette applications with one place for their accounts."""
    with shop_in(tmp_path_factory.mktemp("shop")) as shop:
        yield shop


@pytest.fixture
def make(starlettes: StarletteShop) -> Make:
    """Make an application under the driver of that name."""
    return partial(_shop, starlettes)


@pytest.fixture(scope="module", params=NAMES)
def shop(request: pytest.FixtureRequest, starlettes: StarletteShop) -> Shop:
    """One application that answers, raises and fails, under each driver."""
    return _shop(starlettes, request.param)


def decided(got: Response) -> list[str]:
    """Return what decided something, by the field, of which there is one."""
    [field] = [value for name, value in got.headers if name.lower() == "hardtack-trace"]
    *steps, tried = field.split("; ")
    assert tried.startswith("tried=")
    return steps


@pytest.mark.parametrize(
    ("path", "status", "step"),
    [
        ("/fine", 200, "handler/answers=200"),
        ("/made", 201, "handler/answers=201"),
        ("/bare", 404, "handler/answers=404"),
        ("/taken", 409, "handler/raises=seat-is-taken"),
        ("/many", 429, "handler/raises=too-many-requests"),
        ("/odd", 500, "handler/fails=unhandled-error"),
        ("/full", 507, "handler/fails=storage-full"),
        ("/upstream", 502, "handler/fails=upstream-failed"),
    ],
)
def test_what_the_application_said_is_a_step(shop: Shop, path: str, status: int, step: str) -> None:
    """Its own answer, what it raised, and what it did not mean; never two of them."""
    got = shop.get(path)
    assert (status, [step]) == (got.status, [each for each in decided(got) if each.startswith("handler/")])
    assert "swordfish" not in str(got.headers)


@pytest.mark.parametrize(
    ("path", "status", "step"),
    [
        ("/old", 301, "driver/address-is-in-no-table=address-moved"),
        ("/gone", 410, "driver/address-is-in-no-table=address-gone"),
        ("/blocked", 451, "driver/address-is-in-no-table=address-blocked"),
    ],
)
def test_a_table_of_addresses_says_that_it_was_the_table(shop: Shop, path: str, status: int, step: str) -> None:
    """The application is not asked, and the trace does not say that it was."""
    got = shop.get(path)
    assert (status, [step]) == (got.status, decided(got))


def test_proxies_that_make_no_sense_are_a_step(shop: Shop) -> None:
    """Before any rule looks at the head."""
    got = shop.get("/fine", ("X-Forwarded-Proto", "tea"))
    assert (400, ["driver/proxies-are-understood=meaningless-x-forwarded-proto"]) == (got.status, decided(got))


EXPECTING = (b"expect", b"100-continue")


@pytest.mark.parametrize(
    ("fields", "version", "noted"),
    [
        ([EXPECTING, (b"content-length", b"2")], "1.1", True),
        ([EXPECTING, (b"transfer-encoding", b"chunked")], "1.1", True),
        ([EXPECTING], "2", True),
        ([(b"content-length", b"2")], "1.1", False),
        ([EXPECTING, (b"content-length", b"2")], "1.0", False),  # which knows no interim answer
        ([EXPECTING], "1.1", False),  # there is no content to wait for
    ],
)
def test_content_that_waits_to_be_wanted_is_a_step_under_asgi(
    fields: list[tuple[bytes, bytes]], version: str, noted: bool
) -> None:
    """Once, where the first of it is read, by which a server says 100; and the answer is noted all the same."""
    asked = asgi.scope("/fine", "POST", *fields, http_version=version)
    got = asgi.ask(AsgiLayer(_asgi, trace=True), asked, *asgi.content(b"a", b"b"))
    expected = ["driver/content-is-wanted=continue"] if noted else []
    assert [*expected, "handler/answers=200"] == decided(got)


@pytest.mark.parametrize("name", ["wsgi", "flask"])
def test_content_that_waits_to_be_wanted_is_a_step_under_wsgi(name: str) -> None:
    """Under every driver the same."""
    app = _flask()
    if name == "flask":
        Status(app, trace=True)
    layer = app.wsgi_app if name == "flask" else WsgiLayer(_wsgi, trace=True)
    got = wsgi.ask(layer, wsgi.environ("/taken", "POST", b"ab", HTTP_EXPECT="100-continue"))
    assert ["driver/content-is-wanted=continue", "handler/raises=seat-is-taken"] == decided(got)


def test_what_is_refused_before_was_not_wanted() -> None:
    """So nothing was sent in vain."""
    asked = asgi.scope("/gone", "POST", EXPECTING, (b"content-length", b"2"))
    got = asgi.ask(AsgiLayer(_asgi, **SETTINGS), asked)
    assert ["driver/address-is-in-no-table=address-gone"] == decided(got)


@pytest.mark.parametrize("name", NAMES)
def test_content_over_the_limit_is_a_step(make: Make, name: str) -> None:
    """Found while it was read; what was raised then is not the application's word."""
    got = make(name, limits=Limits(max_body=30)).post("/fine", 50)
    assert (413, ["driver/content-is-within-limit=content-over-limit"]) == (got.status, decided(got))


@pytest.mark.parametrize("name", NAMES)
def test_maintenance_is_a_step(make: Make, name: str) -> None:
    """503, and whoever wonders why sees it."""
    got = make(name, limits=Limits(maintenance=True)).get("/fine")
    assert (503, ["driver/is-not-too-busy=maintenance"]) == (got.status, decided(got))


def test_too_many_at_once_is_a_step() -> None:
    """While one is answered, the next is turned away."""
    layer = WsgiLayer(_wsgi, limits=Limits(in_flight=1), trace=True)
    first = layer(wsgi.environ(), lambda *_: bytes)
    got = wsgi.ask(layer)
    assert (503, ["driver/is-not-too-busy=in-flight"]) == (got.status, decided(got))
    first.close()  # type: ignore[attr-defined]  # as a server does


@pytest.mark.parametrize(("limit", "seconds"), [("piece_seconds", 0.01), ("body_seconds", 0.01)])
def test_slow_content_is_a_step_under_asgi(limit: str, seconds: float) -> None:
    """Which of the two limits it was."""
    limits = Limits(**{"piece_seconds": None, limit: seconds})  # type: ignore[arg-type]  # the name is one of a number
    events = asgi.content(b"a", b"b")[:1]
    asked = asgi.scope("/fine", "POST", (b"content-length", b"2"))
    got = asgi.ask(AsgiLayer(_asgi, limits=limits, trace=True), asked, *events)
    step = f"driver/content-comes-in-time={limit.replace('_', '-')}"
    assert (408, [step]) == (got.status, decided(got))


class _Slow:
    """Content that takes its time."""

    def read(self, _size: int = -1) -> bytes:
        time.sleep(0.02)
        return b"a"


@pytest.mark.parametrize("limit", ["piece_seconds", "body_seconds"])
@pytest.mark.parametrize("name", ["wsgi", "flask"])
def test_slow_content_is_a_step_under_wsgi(name: str, limit: str) -> None:
    """Also where a framework makes the answer."""
    limits = Limits(**{"piece_seconds": None, limit: 0.01})  # type: ignore[arg-type]  # the name is one of a number
    app = _flask()
    if name == "flask":
        Status(app, limits=limits, trace=True)
    layer = app.wsgi_app if name == "flask" else WsgiLayer(_wsgi, limits=limits, trace=True)
    asked = {**wsgi.environ("/fine", "POST", b"ab"), "wsgi.input": _Slow()}
    got = wsgi.ask(layer, asked, check=False)
    step = f"driver/content-comes-in-time={limit.replace('_', '-')}"
    assert (408, [step]) == (got.status, decided(got))


@pytest.mark.parametrize(("waits_for", "status"), [("handler", 503), ("upstream", 504)])
def test_a_late_answer_is_a_step(waits_for: str, status: int) -> None:
    """Whose fault it was stands there."""

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        if waits_for == "upstream":
            with waiting_for_upstream():
                await asyncio.sleep(30)
        await asyncio.sleep(30)

    got = asgi.ask(AsgiLayer(late, limits=Limits(handler_seconds=0.01), trace=True))
    assert (status, [f"driver/answer-begins-in-time={waits_for}-seconds"]) == (got.status, decided(got))


def test_what_rules_decide_is_not_said_to_be_the_applications(starlettes: StarletteShop) -> None:
    """Neither where the framework raises it nor where it answers by itself."""

    @rules(etag=lambda: "v1", protect=True, accepts="application/json")
    def change() -> str:
        return ""

    app = Flask(__name__)
    app.add_url_rule("/thing", view_func=change, methods=["GET", "PUT"])
    Status(app, trace=True)
    client = app.test_client()

    def steps(**more: Any) -> list[str]:
        got = client.open("/thing", **more)
        return decided(Response(got.status_code, list(got.headers.items())))

    assert ["admit/content-type-is-accepted=content-type-not-accepted"] == steps(method="PUT", data="x")
    assert ["precondition/says-which-version=condition-missing"] == steps(method="PUT", json={})
    [left, answered, decided_then, *_] = steps(headers={"If-None-Match": '"v1"'})
    assert ["precondition/if-none-match=left-to-the-answer", "handler/answers=200"] == [left, answered]
    assert "declared-validators-are-sent=etag-added" in decided_then

    @rules(accepts="application/json")
    async def put(_request: StarletteRequest) -> PlainTextResponse:
        return PlainTextResponse("")

    layer = starlettes.app([Route("/thing", put, methods=["PUT"])], status={"trace": True}, csrf=False)
    got = asgi.ask(layer, asgi.scope("/thing", "PUT", (b"content-length", b"1"), (b"content-type", b"text/csv")))
    assert ["admit/content-type-is-accepted=content-type-not-accepted"] == decided(got)


def test_a_websocket_says_why_it_was_accepted_or_refused() -> None:
    """The handshake is a request like any other."""

    async def application(scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept", "headers": [(b"x-own", b"1")]})
        await send({"type": "websocket.send", "text": "hello"})

    scope = {**asgi.scope(), "type": "websocket", "scheme": "ws", "extensions": {"websocket.http.response": {}}}
    connect: Message = {"type": "websocket.connect"}
    layer = AsgiLayer(application, hosts=["localhost:8000"], trace=True)
    [accepted, said], _ = asyncio.run(asgi.exchange(layer, scope, connect))
    assert {"type": "websocket.send", "text": "hello"} == said
    fields = dict(accepted["headers"])
    assert (b"1", True) == (fields[b"x-own"], fields[b"hardtack-trace"].startswith(b"handler/answers=101; "))
    sent, _ = asyncio.run(asgi.exchange(layer, {**scope, "headers": [(b"host", b"evil.example")]}, connect))
    assert b"refuse/host-is-ours=" in dict(sent[0]["headers"])[b"hardtack-trace"]


@pytest.mark.parametrize("name", NAMES)
def test_without_the_setting_nothing_is_told(make: Make, name: str) -> None:
    """Neither of an answer nor of an error."""
    quiet = make(name, trace=False)
    for path in ("/fine", "/taken", "/odd", "/old", "/gone"):
        assert None is quiet.get(path).get("hardtack-trace")
