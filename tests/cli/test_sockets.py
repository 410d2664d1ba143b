"""What the server's parts for the playground's socket do with a client that takes nothing, on real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hardtack.cli.sockets import Handshakes, Sockets
from hardtack.playground.echo import PATH
from tests import threaded

OPENING = (
    f"GET {PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: aGFyZHRhY2sgYmlzY3VpdA==\r\n"
).encode()
PING = b"\x89\xfd\0\0\0\0" + bytes(125)


class Impatient(Sockets):
    """Waits a quarter of a second where the service waits for long."""

    untaken_seconds = 0.25


class Talking:
    """An application that accepts, and says much if it is to; ``gone`` is set at its end."""

    def __init__(self, *, much: bool) -> None:
        self._much = much
        self.gone = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection."""
        try:
            await receive()
            await send({"type": "websocket.accept"})
            while self._much:
                await send({"type": "websocket.send", "bytes": bytes(65536)})
            await receive()
        finally:
            self.gone.set()


@contextmanager
def _serving(app: Any) -> Iterator[int]:
    with threaded.serving(app, http=Handshakes, ws=Impatient, ws_ping_interval=None) as (port, _):
        yield port


@contextmanager
def _opened(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(OPENING + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 101")
        yield connection


def test_attack_who_takes_nothing_holds_no_socket_for_ever() -> None:
    """The connection is broken off, so that the place is free again."""
    app = Talking(much=True)
    with _serving(app) as port, _opened(port):
        assert app.gone.wait(20)


def test_attack_pings_whose_answers_nobody_takes_are_not_collected() -> None:
    """The connection is broken off once no more goes out."""
    with _serving(Talking(much=False)) as port, _opened(port) as connection, pytest.raises(ConnectionError):
        connection.sendall(PING * 200_000)


def test_a_ping_is_answered() -> None:
    """By a pong that says the same (RFC 6455 §5.5.3)."""
    with _serving(Talking(much=False)) as port, _opened(port) as connection:
        connection.sendall(PING)
        assert b"\x8a\x7d" + bytes(125) == connection.recv(65536)


@pytest.mark.parametrize("field", [b"Content-Length: 3", b"Transfer-Encoding: chunked"])
def test_attack_a_handshake_with_content_is_none(field: bytes) -> None:
    """Its Upgrade is ignored; the server's other half would never answer it."""
    asked: list[str] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        asked.append(scope["type"])
        await send({"type": "http.response.start", "status": 426, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b""})

    with _serving(app) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(OPENING + field + b"\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 426")
    assert ["http"] == asked
