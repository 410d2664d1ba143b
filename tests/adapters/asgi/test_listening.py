"""The HTTP server's own part, on real sockets with a real uvicorn, its limits made short."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hardtack.adapters.asgi.listening import Listening
from tests import threaded

WELL = b"HTTP/1.1 200"
SENT = threading.Event()
"""Set where the application has come to the end of what it has to say."""


class Impatient(Listening):
    """Waits a quarter of a second where the service waits for long."""

    head_seconds = 0.25
    idle_seconds = 0.25
    untaken_seconds = 0.25


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer at once; ``/slow`` reads its content first, ``/begun`` begins an answer before that, ``/long`` is long."""
    if scope["path"] == "/long":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(64):
            await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
        SENT.set()
        return
    if scope["path"] == "/begun":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
    if scope["path"] != "/":
        while True:
            message = await receive()
            if not message.get("more_body"):
                break
    if scope["path"] != "/begun":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def _serving(protocol: type[Listening]) -> Iterator[int]:
    with threaded.serving(app, http=protocol, h11_max_incomplete_event_size=4096, timeout_keep_alive=1) as (port, _):
        yield port


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server that loses its patience soon."""
    with _serving(Impatient) as found:
        yield found


def _said(port: int, *pieces: bytes) -> bytes:
    """Return all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        try:
            while more := connection.recv(65536):
                received += more
        except ConnectionResetError:
            pass
        return received


def test_a_head_that_does_not_end_is_408_and_the_connection_is_closed(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 9110 §15.5.9; one line in the log says why."""
    with caplog.at_level(logging.INFO, "hardtack.status"):
        said = _said(port, b"GET / HTTP/1.1\r\nAccept-Language: zh\r\nHost: loc")
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"connection: close" in said.lower()
    assert "请求" in said.decode()
    fields = [record.fields for record in caplog.records if getattr(record, "event", "") == "request-refused"]  # type: ignore[attr-defined]
    assert [{"status": 408, "reason": "head-seconds", "client": "127.0.0.1"}] == fields


def test_a_connection_that_says_nothing_is_closed_without_a_word(port: int) -> None:
    """Browsers open some ahead, and would take a 408 for the answer to what they send next."""
    assert b"" == _said(port)


def test_a_head_in_two_pieces_is_a_request(port: int) -> None:
    """As long as it comes to its end in time."""
    assert _said(port, b"GET / HTTP/1.1\r\nHost: a\r\n", b"Connection: close\r\n\r\n").startswith(WELL)


def test_a_second_head_on_the_connection_has_its_own_time(port: int) -> None:
    """The first request's octets are not held against it."""
    whole, begun = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHo"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(whole)
        assert connection.recv(65536).startswith(WELL)
        connection.sendall(begun)
        assert connection.recv(65536).startswith(b"HTTP/1.1 408")


def test_so_has_one_that_came_along_with_the_first(port: int) -> None:
    """Octets of two requests may come in one piece."""
    said = _said(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo")
    assert said.startswith(WELL)
    assert b"HTTP/1.1 408" in said


def test_content_that_takes_longer_is_not_the_servers_matter(port: int) -> None:
    """The layer times content; the head is complete."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\na")
        threading.Event().wait(0.5)
        connection.sendall(b"b")
        assert connection.recv(65536).startswith(WELL)


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        (b"GARBAGE\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/9.9.9\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/30.0\r\nHost: a\r\n\r\n", b"HTTP/1.1 505 HTTP Version Not Supported"),
        (b"GET /" + b"a" * 5000, b"HTTP/1.1 414 URI Too Long"),
        (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 5000, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xyz\r\n\r\n", b"HTTP/1.1 501 Not Implemented"),
        (b"GET / HTTP/1.1\r\nX : a\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
    ],
)
def test_what_is_no_request_gets_its_own_word(port: int, octets: bytes, line: bytes) -> None:
    """With the registered phrase, and never the application's matter."""
    assert _said(port, octets).startswith(line + b"\r\n")


def test_a_broken_chunk_is_400_before_an_answer_has_begun(port: int) -> None:
    """RFC 9112 §7.1."""
    head = b"POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert _said(port, head, b"zz\r\n").startswith(b"HTTP/1.1 400")


def test_a_broken_chunk_breaks_an_answer_off_that_has_begun(port: int) -> None:
    """Nothing can be said any more, and nothing of a second answer stands in the first."""
    head = b"POST /begun HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        received = connection.recv(65536)
        connection.sendall(b"zz\r\n")
        while more := connection.recv(65536):
            received += more
    assert 1 == received.count(b"HTTP/1.1 ")
    assert received.startswith(WELL)


def test_attack_a_broken_chunk_after_head_is_400_without_content(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """The answer to HEAD has none, not even this one, and nothing fails in the event loop."""
    head = b"HEAD /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with caplog.at_level(logging.ERROR):
        said = _said(port, head, b"zz\r\n")
    assert said.startswith(b"HTTP/1.1 400")
    assert said.endswith(b"\r\n\r\n")
    assert [] == caplog.records


EARLY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na"


@pytest.mark.parametrize(
    ("rest", "last"),
    [(b"b", b""), (b"bc", b""), (b"bcGET / HT", b"HTTP/1.1 408"), (b"bcGET / HTTP/9\r\n\r\n", b"HTTP/1.1 400")],
)
def test_attack_after_an_early_answer_the_connection_is_not_held_for_ever(port: int, rest: bytes, last: bytes) -> None:
    """Whether the rest of the content never comes, or it does and then nothing, or only half a head."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(EARLY)
        assert connection.recv(65536).startswith(WELL)
        connection.sendall(rest)
        said = b""
        while more := connection.recv(65536):
            said += more
    assert said.startswith(last)
    assert bool(last) == bool(said)


def test_after_an_early_answer_and_the_rest_comes_the_next_request(port: int) -> None:
    """In one piece with it or in another."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(EARLY)
        assert connection.recv(65536).startswith(WELL)
        connection.sendall(b"bc" + EARLY)
        assert connection.recv(65536).startswith(WELL)
        connection.sendall(b"bc")
        threading.Event().wait(0.4)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(65536).startswith(WELL)


def test_attack_who_takes_nothing_holds_no_place_for_ever(port: int) -> None:
    """The connection is broken off, so that whoever answers it comes to an end."""
    SENT.clear()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
        assert SENT.wait(20)
