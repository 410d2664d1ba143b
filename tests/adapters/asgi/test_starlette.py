"""The status layer around a Starlette application, as people write them: what the framework does on its own is real."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from hardtack.adapters.asgi.status import StatusLayer
from hardtack.status import Conflict
from hardtack.status.limits import Limits
from hardtack.status.rules import rules
from tests.adapters.asgi.driving import ask, content, scope

TEXT = "ship's biscuit " * 100
HTML = (b"accept", b"text/html")
ZIPPED = (b"accept-encoding", b"gzip")


async def text(_request: Request) -> Response:
    """Answer with a tag, which a compressor has to change or weaken."""
    return PlainTextResponse(TEXT, headers={"ETag": 'W/"v1"'})


async def stream(_request: Request) -> Response:
    """Answer piece by piece, with a declared length and a tag."""
    pieces = (TEXT[at : at + 100] for at in range(0, len(TEXT), 100))
    return StreamingResponse(pieces, headers={"ETag": '"v1"', "Content-Length": str(len(TEXT))})


async def file(_request: Request) -> Response:
    """Answer with a file."""
    return FileResponse(Path(__file__))


async def fail(request: Request) -> Response:
    """Fail in the way that the path says."""
    raise {"refused": Conflict("Taken."), "http": HTTPException(404), "words": HTTPException(404, "No such ship.")}.get(
        request.path_params["how"], RuntimeError("swordfish")
    )


@rules(etag="v1", protect=True, accepts="application/json")
async def change(request: Request) -> Response:
    """Take a change, if the rules let it come so far."""
    return JSONResponse({"size": len(await request.body())})


def slow(_request: Request) -> Response:
    """Take too long, in a thread that nobody can stop."""
    time.sleep(0.2)
    return PlainTextResponse("late")


async def upload(request: Request) -> Response:
    """Read all of the content."""
    return PlainTextResponse(str(len(await request.body())))


def shop(**settings: Any) -> StatusLayer:
    """Return the application with the layer outermost and a compressor inside."""
    app = Starlette(
        routes=[
            Route("/text", text),
            Route("/stream", stream),
            Route("/file", file),
            Route("/fail/{how}", fail),
            Route("/things/1", change, methods=["PUT"]),
            Route("/slow", slow),
            Route("/upload", upload, methods=["POST"]),
        ],
        middleware=[Middleware(GZipMiddleware)],
    )
    return StatusLayer(app, **settings)


def test_a_compressed_answer_is_whole_and_its_ranges_are_not_guessed() -> None:
    """A part of what is compressed anew for each request would not fit to another part."""
    got = ask(shop(), scope("/text", "GET", ZIPPED, (b"range", b"bytes=0-9")))
    assert (200, "gzip", TEXT) == (got.status, got.get("content-encoding"), gzip.decompress(got.body).decode())
    plain = ask(shop(), scope("/text", "GET", (b"range", b"bytes=0-9")))
    assert (206, TEXT[:10]) == (plain.status, plain.body.decode())


def test_conditions_hold_beside_the_compressor() -> None:
    """A weak tag is enough for 304 (RFC 9110 §13.1.2)."""
    for fields in ((), (ZIPPED,)):
        assert 304 == ask(shop(), scope("/text", "GET", *fields, (b"if-none-match", b'W/"v1"'))).status


def test_ranges_of_streams_and_files() -> None:
    """Several of a stream; a file is cut by the framework, or by the layer where the framework would do it wrongly."""
    got = ask(shop(), scope("/stream", "GET", (b"range", b"bytes=5-9,700-1400")))
    assert (206, True) == (got.status, TEXT[700:1401].encode() in got.body)
    whole = Path(__file__).read_bytes()
    for settings in ({}, {"take_ranges": True}):
        got = ask(shop(**settings), scope("/file", "GET", (b"range", b"bytes=10-19")))
        assert (206, whole[10:20]) == (got.status, got.body)
    unknown = scope("/file", "GET", (b"range", b"items=0-9"))
    assert [400, 200] == [ask(shop(**settings), unknown).status for settings in ({}, {"take_ranges": True})]


def test_what_the_framework_says_for_want_of_anything_better_becomes_a_page() -> None:
    """Its "Not Found", "Method Not Allowed" and "Internal Server Error"; not what somebody wrote."""
    for path, status in (("/nowhere", 404), ("/fail/http", 404), ("/things/1", 405)):
        got = ask(shop(), scope(path, "GET", HTML))
        assert (status, True) == (got.status, b"<h1>" in got.body)
    assert "PUT" == got.get("allow")
    assert b"No such ship." == ask(shop(), scope("/fail/words", "GET", HTML)).body


def test_an_unforeseen_error_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    """The framework answers it with a 500 of its own and raises it again."""
    got = ask(shop(), scope("/fail/odd", "GET", HTML))
    [record] = [each for each in caplog.records if each.name == "hardtack.status"]
    assert (500, True) == (got.status, record.fields["incident"].encode() in got.body)  # type: ignore[attr-defined]
    assert b"swordfish" not in got.body


def test_a_refusal_raised_in_a_handler_is_its_own_answer() -> None:
    """Although the framework does not know it."""
    got = ask(shop(), scope("/fail/refused", "GET", HTML))
    assert (409, True) == (got.status, b"Taken." in got.body)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([], 428),
        ([(b"if-match", b'"v0"')], 412),
        ([(b"if-match", b'"v1"')], 200),
        ([(b"if-match", b'"v1"'), (b"content-type", b"text/plain"), (b"content-length", b"2")], 415),
    ],
)
def test_the_rules_of_a_handler_decide(fields: list[tuple[bytes, bytes]], status: int) -> None:
    """Although the framework makes a 500 of what they raise."""
    assert status == ask(shop(), scope("/things/1", "PUT", *fields), *content(b"{}")).status


def test_a_handler_in_a_thread_is_answered_for_when_its_time_is_over() -> None:
    """The thread goes on; the visitor does not wait for it."""
    assert 503 == ask(shop(limits=Limits(handler_seconds=0.02)), scope("/slow")).status


def test_content_over_the_limit_is_413() -> None:
    """The framework takes it for a client that went away."""
    asked = scope("/upload", "POST", (b"transfer-encoding", b"chunked"))
    assert 413 == ask(shop(limits=Limits(max_body=10)), asked, *content(b"12345678", b"9012")).status
    assert b"10" == ask(shop(limits=Limits(max_body=10)), asked, *content(b"12345678", b"90")).body
