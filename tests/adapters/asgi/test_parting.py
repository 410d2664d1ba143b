"""What becomes of connections when the server stops, on real sockets with a real uvicorn."""

from __future__ import annotations

import socket
import time
from contextlib import AbstractContextManager

import pytest
import uvicorn

from hardtack.adapters.asgi.listening import Listening
from tests import threaded
from tests.adapters.asgi.test_listening import app

WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"\r\nconnection: close\r\n"
PATIENCE = 20


class Patient(Listening):
    """Waits long enough for any test."""

    parting_seconds = PATIENCE


class Hasty(Listening):
    """Does not wait long for who says nothing."""

    parting_seconds = 0.1


def serving(protocol: type[Listening]) -> AbstractContextManager[tuple[int, uvicorn.Server]]:
    """Give a server and its port; it is stopped by the test."""
    return threaded.serving(app, http=protocol, timeout_graceful_shutdown=PATIENCE)


def stop(server: uvicorn.Server, port: int) -> None:
    """Tell it to stop, and wait until it takes nobody new."""
    server.should_exit = True
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.01)
    raise AssertionError("it takes connections still")


def connected(port: int) -> socket.socket:
    """Return a connection of which the server knows."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
    connection.sendall(WHOLE)
    assert b"\r\n\r\n" in connection.recv(65536)
    return connection


def rest(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    return b"".join(iter(lambda: connection.recv(65536), b"")).lower()


@pytest.mark.parametrize(
    "before", [b"", WHOLE, b"GET /"], ids=["has said nothing", "has had an answer", "has begun to ask"]
)
def test_whoever_is_about_to_ask_gets_one_more_answer_that_is_said_to_be_the_last(before: bytes) -> None:
    """What may be on its way is not lost, as it would be if the connection were closed at once."""
    with serving(Patient) as (port, server), connected(port) as connection:
        if before == WHOLE:
            connection.sendall(WHOLE)
            assert LAST not in connection.recv(65536).lower()
        elif before:
            connection.sendall(before)
            time.sleep(0.1)
        stop(server, port)
        connection.sendall(WHOLE[len(before) if before != WHOLE else 0 :])
        said = rest(connection)

    assert said.startswith(b"http/1.1 200")
    assert LAST in said


def test_a_request_that_runs_is_answered_and_its_answer_is_the_last() -> None:
    """Its content is still coming."""
    with serving(Patient) as (port, server), connected(port) as connection:
        connection.sendall(b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        time.sleep(0.1)
        stop(server, port)
        connection.sendall(b"cd")
        said = rest(connection)

    assert said.startswith(b"http/1.1 200")
    assert LAST in said


def test_an_answer_that_has_begun_comes_to_its_end() -> None:
    """It cannot say any more that it is the last."""
    with serving(Patient) as (port, server), connected(port) as connection:
        connection.sendall(b"POST /begun HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
        assert b"200" in connection.recv(65536)
        stop(server, port)
        connection.sendall(b"cd")
        said = rest(connection)

    assert said.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("asks", [True, False], ids=["has had an answer", "has said nothing"])
def test_whoever_says_nothing_is_not_waited_for(asks: bool) -> None:
    """The process would never end."""
    with (
        serving(Hasty) as (port, server),
        socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE) as connection,
    ):
        if asks:
            connection.sendall(WHOLE)
            assert b"\r\n\r\n" in connection.recv(65536)
        else:
            connected(port).close()
        stop(server, port)
        assert b"" == rest(connection)
