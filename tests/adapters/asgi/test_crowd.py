"""Too many connections, on real sockets: who waits longest gives way, and whoever asks is answered."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hardtack.adapters.asgi.crowd import Crowd
from hardtack.adapters.asgi.listening import Listening
from tests.adapters.asgi.test_listening import app
from tests.threaded import serving

WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
MOST = 4


@pytest.fixture
def served() -> Iterator[tuple[int, Crowd]]:
    """Return the port of a server with room for four, and how many are there."""

    class Small(Listening):
        crowd = Crowd(MOST)

    with serving(app, http=Small, timeout_graceful_shutdown=1) as (port, _):
        yield port, Small.crowd


def connect(port: int, said: bytes = b"") -> socket.socket:
    """Return a connection that has said something."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(said)
    return connection


def rest(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b"")).lower()


def until_waiting(crowd: Crowd, number: int) -> None:
    """Wait until so many wait."""
    deadline = time.monotonic() + 20
    while len(crowd._waiting) != number:
        assert time.monotonic() < deadline, len(crowd._waiting)
        time.sleep(0.01)


def test_whoever_has_waited_longest_gives_way_and_whoever_asks_is_answered(
    served: tuple[int, Crowd], caplog: pytest.LogCaptureFixture
) -> None:
    """Half a head and half a form are told when to come back; silence is just closed. The log says it once."""
    port, crowd = served
    slow = [b"", b"GET / HTTP/1.1\r\nHo", b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", b""]
    with ExitStack() as stack, caplog.at_level(logging.WARNING, "hardtack.status"):
        waiting = []
        for at, said in enumerate(slow, 1):
            waiting.append(stack.enter_context(connect(port, said)))
            until_waiting(crowd, at)
        time.sleep(0.1)  # until what they said has come
        for _ in range(3):
            asking = stack.enter_context(connect(port, WHOLE))
            assert asking.recv(65536).startswith(b"HTTP/1.1 200")
        silent, head, form = (rest(each) for each in waiting[:3])

    assert b"" == silent
    for said in (head, form):
        assert said.startswith(b"http/1.1 503 service unavailable\r\n")
        assert b"\r\nretry-after: 5\r\n" in said
        assert b"\r\nconnection: close\r\n" in said
    assert 3 == crowd.turned_away
    told = [record for record in caplog.records if getattr(record, "event", "") == "connections-crowded"]
    assert 1 == len(told)


def test_where_everybody_is_being_answered_whoever_comes_is_told_when_to_come_back(served: tuple[int, Crowd]) -> None:
    """Nobody who has asked is thrown out for somebody who has not."""
    port, crowd = served
    with ExitStack() as stack:
        # None of them waits, as far as the crowd knows: each has asked for something whole.
        for at in range(MOST):
            stack.enter_context(connect(port))
            until_waiting(crowd, at + 1)
        crowd._waiting.clear()
        said = rest(stack.enter_context(connect(port)))

    assert said.startswith(b"http/1.1 503 ")
    assert b"\r\nretry-after: 5\r\n" in said


def test_a_request_that_is_whole_waits_no_more_and_its_connection_does_afterwards(served: tuple[int, Crowd]) -> None:
    """At the end of the row."""
    port, crowd = served
    with connect(port) as first, connect(port) as second:
        until_waiting(crowd, 2)
        oldest = next(iter(crowd._waiting))
        for each in (first, second):
            each.sendall(WHOLE)
            assert each.recv(65536).startswith(b"HTTP/1.1 200")
        until_waiting(crowd, 2)
        assert {oldest} < set(crowd._waiting)
    until_waiting(crowd, 0)
