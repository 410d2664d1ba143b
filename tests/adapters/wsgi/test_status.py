"""The status layer around a WSGI application."""

from __future__ import annotations

import errno
import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import FileWrapper

import pytest

from hardtack.adapters.wsgi import Hardtack, StatusLayer
from hardtack.adapters.wsgi.exchange import Content
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp
from hardtack.message import Request
from hardtack.status import NotFound
from hardtack.status.limits import Limits
from hardtack.status.rules import rules
from tests.adapters.wsgi.driving import TYPE, answering, ask, environ, raising

TAGGED = (TYPE, ("Content-Length", "10"), ("ETag", '"v1"'))


def test_what_needs_nothing_passes() -> None:
    """With the length that is known."""
    got = ask(Hardtack(answering("200 Fine", b"hello", headers=(TYPE,)), status={}))
    assert (200, b"hello", "5") == (got.status, got.body, got.get("content-length"))


def test_the_applications_own_phrase_stays() -> None:
    """Only a status that is not the application's gets the registered one."""
    lines = []

    def start_response(status: str, *_: Any) -> Any:
        lines.append(status)

    for app in (answering("200 Fine", b"x"), answering("404 Nope"), answering("499 Odd", b"x" * 200)):
        list(StatusLayer(app)(environ(), start_response))
    assert ["200 Fine", "404 Not Found", "499 Odd"] == lines


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (environ(HTTP_HOST=None), 400),
        (environ(HTTP_HOST="evil.example"), 421),
        (environ(method="FROB"), 501),
        (environ(CONTENT_LENGTH="99999999"), 413),
        (environ("/" + "a" * 9000), 414),
        (environ(HTTP_EXPECT="tea"), 417),
        (environ(HTTP_X="a" * 40000), 431),
        (environ(SERVER_PROTOCOL="HTTP/3.0"), 505),
        (environ(CONTENT_LENGTH="1", HTTP_TRANSFER_ENCODING="chunked"), 400),
    ],
)
def test_a_head_that_may_not_pass_never_reaches_the_application(asked: Environ, status: int) -> None:
    """And nothing is read, so that a server which sends 100 Continue on demand sends none."""
    layer = StatusLayer(raising(AssertionError("reached")), hosts=["localhost:8000"])
    asked["wsgi.input"] = None
    assert status == ask(layer, asked, check=False).status


def reading(how: str) -> WSGIApp:
    """Return an application that reads its content in one of the ways of PEP 3333."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        source = asked["wsgi.input"]
        body = {
            "all": source.read,
            "pieces": lambda: b"".join(iter(lambda: source.read(3), b"")),
            "line": lambda: b"".join(iter(lambda: source.readline(5), b"")),
            "lines": lambda: b"".join(source.readlines()),
            "hint": lambda: b"".join(iter(lambda: b"".join(source.readlines(1)), b"")),
            "iterated": lambda: b"".join(source),
        }[how]()
        start_response("200 OK", [TYPE])
        return [body]

    return application


@pytest.mark.parametrize("how", ["all", "pieces", "line", "lines", "hint", "iterated"])
def test_content_is_counted_in_whatever_way_it_is_read(how: str) -> None:
    """Up to the limit it arrives unchanged; past it the answer is 413, whatever the application makes of it."""
    layer = StatusLayer(reading(how), limits=Limits(max_body=20))
    assert (
        b"one\ntwo\nthree\nfour\n."
        == ask(layer, environ(method="POST", body=b"one\ntwo\nthree\nfour\n."), check=False).body
    )
    undeclared = environ(method="POST", body=b"one\ntwo\nthree\nfour\n....", CONTENT_LENGTH=None)
    undeclared["HTTP_TRANSFER_ENCODING"] = "chunked"
    assert 413 == ask(layer, undeclared, check=False).status


def test_what_a_server_gives_beside_the_four_methods_is_still_there() -> None:
    """Some applications close the content, or ask for its position."""
    source = io.BytesIO(b"x")
    content = Content(source, None)  # type: ignore[arg-type]  # nothing is read
    content.close()
    assert source.closed


class Slow(io.BytesIO):
    """A client that takes its time."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return one octet after a while."""
        time.sleep(0.02)
        return super().read(1)


@pytest.mark.parametrize("limits", [Limits(piece_seconds=0.01), Limits(piece_seconds=None, body_seconds=0.03)])
def test_a_slow_body_is_408_as_soon_as_the_next_piece_is_there(limits: Limits) -> None:
    """A blocking read cannot be interrupted; the server's own time-out has to do that."""
    asked = {**environ(method="POST", CONTENT_LENGTH="9"), "wsgi.input": Slow(b"123456789")}
    assert 408 == ask(StatusLayer(reading("pieces"), limits=limits), asked, check=False).status


def test_an_unforeseen_error_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    """Also one that comes while the first content is made."""

    def lazily(_asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [TYPE])
        yield b""
        raise RuntimeError("swordfish")

    for app in (raising(RuntimeError("swordfish")), lazily):
        caplog.clear()
        got = ask(StatusLayer(app))
        [record] = caplog.records
        assert (500, True) == (got.status, record.fields["incident"].encode() in got.body)  # type: ignore[attr-defined]
        assert b"swordfish" not in got.body


def test_an_application_that_never_starts_is_an_incident() -> None:
    """PEP 3333 demands that it does before its first content."""
    assert 500 == ask(StatusLayer(lambda _asked, _start: [b"x"])).status


def test_an_error_may_be_left_to_a_debugger() -> None:
    """One that stands around us."""
    closed = []

    class Failing:
        def __iter__(self) -> Iterator[bytes]:
            raise RuntimeError("mine")

        def close(self) -> None:
            closed.append(True)

    def application(_asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [TYPE])
        return Failing()

    layer = StatusLayer(application, propagates=lambda _error: True)
    with pytest.raises(RuntimeError, match="mine"):
        ask(layer, check=False)
    assert [True] == closed


def test_a_second_head_takes_the_place_of_the_first_where_an_error_explains_it() -> None:
    """PEP 3333; without one it is a fault."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [TYPE])
        try:
            raise ValueError
        except ValueError as error:
            explains = (ValueError, error, error.__traceback__) if asked["PATH_INFO"] == "/" else None
            start_response("409 Conflict", [TYPE], explains)
        return [b"explained at length " * 9]

    assert 409 == ask(StatusLayer(application)).status
    assert 500 == ask(StatusLayer(application), environ("/again"), check=False).status


def test_a_second_head_after_the_first_has_gone_is_the_error_itself() -> None:
    """Nothing else can be done."""

    def application(_asked: Environ, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [TYPE])
        yield b"half"
        try:
            raise ValueError("halfway")
        except ValueError as error:
            start_response("500 Oh", [TYPE], (ValueError, error, error.__traceback__))

    with pytest.raises(ValueError, match="halfway"):
        ask(StatusLayer(application))


def test_content_that_is_written_is_content() -> None:
    """The old way, which PEP 3333 keeps."""

    def application(_asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [TYPE])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    assert b"one two three" == ask(StatusLayer(application)).body


def test_a_full_disk_is_507_and_a_refusal_itself() -> None:
    """As everywhere."""
    assert 507 == ask(StatusLayer(raising(OSError(errno.EDQUOT, "full")))).status
    assert 404 == ask(StatusLayer(raising(NotFound()))).status


@pytest.mark.parametrize("said", [(), (b"",), (b"Not Found",), (b"Not ", b"Found")])
def test_an_error_that_says_nothing_gets_our_page(said: tuple[bytes, ...]) -> None:
    """With the application's fields that stay."""
    app = answering("404 Not Found", *said, headers=(TYPE, ("Set-Cookie", "a=1")))
    got = ask(StatusLayer(app), environ(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="zh"))
    assert (404, "a=1", True) == (got.status, got.get("set-cookie"), "未找到".encode() in got.body)


def test_an_error_with_its_own_content_is_left_alone() -> None:
    """JSON of the application's own, or a page."""
    app = answering("404 Not Found", b'{"error":1}', headers=(("Content-Type", "application/json"),))
    assert b'{"error":1}' == ask(StatusLayer(app)).body
    assert b'{"error":1}' != ask(StatusLayer(app, errors="all")).body
    long = answering("403 Forbidden", *[b"x" * 1000] * 100)
    assert b"xxx" not in ask(StatusLayer(long, errors="all")).body


@pytest.mark.parametrize("status", ["999 Odd", "099 Low", "1000 Much", "abc", "100 Continue", "² Two"])
def test_a_code_that_cannot_be_sent_never_leaves(status: str) -> None:
    """Some servers die of it."""
    assert 500 == ask(StatusLayer(answering(status, b"x")), check=False).status


@pytest.mark.parametrize("status", ["204 No Content", "205 Reset Content", "304 Not Modified"])
def test_an_answer_that_may_have_no_content_has_none(status: str) -> None:
    """On servers that would let it leak."""
    headers = () if status.startswith("204") else (TYPE,)
    assert b"" == ask(StatusLayer(answering(status, b"content", headers=headers))).body


def test_head_has_the_length_and_no_content() -> None:
    """RFC 9110 §9.3.2."""
    got = ask(
        StatusLayer(answering("200 OK", b"hello", headers=(TYPE, ("Content-Length", "5")))), environ(method="HEAD")
    )
    assert (b"", "5") == (got.body, got.get("content-length"))


@pytest.mark.parametrize("chunks", [(b"0123456789",), (b"012", b"", b"3456", b"789")])
def test_ranges_are_cut_while_the_content_passes(chunks: tuple[bytes, ...]) -> None:
    """And the application's own validators decide."""
    layer = StatusLayer(answering("200 OK", *chunks, headers=TAGGED))
    one = ask(layer, environ(HTTP_RANGE="bytes=2-4"))
    assert (206, b"234", "bytes 2-4/10") == (one.status, one.body, one.get("content-range"))
    assert 416 == ask(layer, environ(HTTP_RANGE="bytes=50-")).status
    assert (304, b"") == ((got := ask(layer, environ(HTTP_IF_NONE_MATCH='"v1"'))).status, got.body)
    assert 412 == ask(layer, environ(HTTP_IF_MATCH='"v0"')).status


def test_a_file_goes_past_us_where_it_is_sent_whole(tmp_path: Path) -> None:
    """So that a server with its own way of sending files can use it; a range is cut out of it."""
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", list(TAGGED))
        wrapped: Iterable[bytes] = asked["wsgi.file_wrapper"](file.open("rb"), 4)
        return wrapped

    layer = StatusLayer(application)
    whole = layer({**environ(), "wsgi.file_wrapper": FileWrapper}, lambda *_: bytes)
    assert isinstance(whole, FileWrapper)
    assert b"0123456789" == b"".join(whole)
    whole.close()
    asked = {**environ(HTTP_RANGE="bytes=3-5"), "wsgi.file_wrapper": FileWrapper}
    assert b"345" == ask(layer, asked).body


def test_ranges_in_whatever_order() -> None:
    """Of an answer that is all there."""
    whole = bytes(range(256)) * 8
    headers = (TYPE, ("Content-Length", str(len(whole))), ("ETag", '"v1"'))
    got = ask(StatusLayer(answering("200 OK", whole, headers=headers)), environ(HTTP_RANGE="bytes=1000-1250,0-9"))
    assert (206, True) == (got.status, got.body.index(whole[1000:1251]) < got.body.index(whole[:10] + b"\r\n"))


class Pipe(io.BytesIO):
    """A file that only goes forward."""

    def seekable(self) -> bool:
        """Say so."""
        return False


def test_a_file_that_only_goes_forward_is_read_up_to_the_range() -> None:
    """And no further."""

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", list(TAGGED))
        wrapped: Iterable[bytes] = asked["wsgi.file_wrapper"](Pipe(b"0123456789"), 4)
        return wrapped

    asked = {**environ(HTTP_RANGE="bytes=3-5"), "wsgi.file_wrapper": FileWrapper}
    assert b"345" == ask(StatusLayer(application), asked).body


@pytest.mark.parametrize(("takes", "seen"), [(False, ["HTTP_IF_RANGE", "HTTP_RANGE"]), (True, [])])
def test_ranges_may_be_kept_from_the_application(takes: bool, seen: list[str]) -> None:
    """Where it would cut by itself, and wrongly."""
    found: list[str] = []

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found.extend(sorted(name for name in asked if "RANGE" in name))
        start_response("200 OK", list(TAGGED))
        return [b"0123456789"]

    asked = environ(HTTP_RANGE="bytes=3-5", HTTP_IF_RANGE='"v1"')
    assert b"345" == ask(StatusLayer(application, take_ranges=takes), asked).body
    assert seen == found


def guarded(*, swallow: bool) -> WSGIApp:
    """Return an application with a handler under rules, whose framework may make a 500 of what they raise."""

    @rules(etag="v1", protect=True, max_body=3)
    def handler(asked: Environ) -> bytes:
        return b"done" + bytes(asked["wsgi.input"].read())

    def application(asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        try:
            body = handler(asked)
        except Exception:
            if not swallow:
                raise
            start_response("500 Internal Server Error", [TYPE])
            return [b"a framework's page"]
        start_response("200 OK", [TYPE, ("ETag", '"v1"')])
        return [body]

    return application


@pytest.mark.parametrize("swallow", [False, True])
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"method": "PUT", "HTTP_IF_MATCH": '"v0"'}, 412),
        ({"method": "PUT"}, 428),
        ({"method": "PUT", "HTTP_IF_MATCH": '"v1"'}, 200),
        ({"method": "PUT", "HTTP_IF_MATCH": '"v1"', "body": b"1234"}, 413),
        ({"method": "PUT", "HTTP_IF_MATCH": '"v1"', "HTTP_TRANSFER_ENCODING": "chunked", "body": b"1234"}, 413),
        ({"HTTP_IF_NONE_MATCH": '"v1"'}, 304),
    ],
)
def test_the_rules_of_a_handler_decide_before_its_body(asked: dict[str, Any], status: int, swallow: bool) -> None:
    """Whatever the framework between us and the handler makes of what they raise."""
    request = environ(**asked)
    if "HTTP_TRANSFER_ENCODING" in request:
        del request["CONTENT_LENGTH"]
    assert status == ask(StatusLayer(guarded(swallow=swallow)), request, check=False).status


def test_a_route_function_that_fails_is_an_incident() -> None:
    """As an error of the application is."""

    def broken(_request: Request) -> None:
        raise RuntimeError

    assert 500 == ask(StatusLayer(answering(), route=broken)).status


def test_too_many_at_once_are_turned_away() -> None:
    """A request counts until the server closes its content, or the application fails."""
    layer = StatusLayer(answering("200 OK", b"x"), limits=Limits(in_flight=1))
    first = layer(environ(), lambda *_: bytes)
    assert 503 == ask(layer).status
    list(first)
    first.close()  # type: ignore[attr-defined]  # as a server does
    assert 200 == ask(layer).status
    failing = StatusLayer(raising(ValueError("mine")), limits=Limits(in_flight=1), propagates=lambda _error: True)
    for _ in range(3):
        with pytest.raises(ValueError, match="mine"):
            ask(failing)


def test_the_maintenance_switch() -> None:
    """For this process, while it runs."""
    layer = StatusLayer(answering("200 OK", b"x"))
    layer.maintenance = True
    assert (503, True) == (ask(layer).status, layer.maintenance)


def test_why_is_told_in_development() -> None:
    """On the application's answers too."""
    assert "tried=" in (ask(StatusLayer(answering("200 OK", b"x"), trace=True)).get("hardtack-trace") or "")


def test_the_application_is_closed_whatever_is_answered() -> None:
    """PEP 3333 demands it; files and databases hang on it."""
    closed = []

    class Content:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b""])

        def close(self) -> None:
            closed.append(True)

    def application(_asked: Environ, start_response: StartResponse) -> Iterable[bytes]:
        start_response("404 Not Found", [TYPE])
        return Content()

    ask(StatusLayer(application))
    assert [True] == closed
