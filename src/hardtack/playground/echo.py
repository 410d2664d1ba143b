"""A WebSocket that says back what it is told, and so what a connection is after 101.

The handshake has passed the rules of every request. A page of another site may not open one: a browser sends it along
with everything that it knows for this origin, so the origin is asked (RFC 6455 §10.2). How many are open at once, how
long each lives, how long it may be silent, and how much is said are bounded.
"""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Collection, Sequence

from hardtack.adapters.asgi.types import Receive, Send
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.playground.asked import Asked
from hardtack.playground.thing import PREFIX, Thing
from hardtack.session import csrf
from hardtack.status import NotFound, ServiceUnavailable, UpgradeRequired

PATH = f"{PREFIX}/socket"
MOST_MESSAGE = 4096
"""The most octets of one message."""
MOST_MESSAGES = 100
OPEN_AT_ONCE = 4
"""How many sockets one process has open."""
SILENT_SECONDS = 20
OPEN_SECONDS = 120

VERSION = b"13"
_ANNOUNCES_CONTENT = frozenset({b"content-length", b"transfer-encoding"})
_NO_CONTENT = (b"content-length", b"0")
_MOST_LINE, _MOST_FIELDS = 4096, 64
_NORMAL, _TOO_BIG, _POLICY = 1000, 1009, 1008  # RFC 6455 §7.4.1


def is_handshake(method: str, version: str, path: str, fields: Sequence[tuple[bytes, bytes]]) -> bool:
    """Return whether a request asks for the socket as RFC 6455 §4.2.1 wants it, so that 101 may be the answer.

    Any other is a request like all others, and its ``Upgrade`` is ignored (RFC 9110 §7.8).

    Args:
        method: of the request.
        version: of HTTP, such as ``1.1``.
        path: decoded.
        fields: the names in lower case.
    """
    keys = [value for name, value in fields if name == b"sec-websocket-key"]
    versions = [value for name, value in fields if name == b"sec-websocket-version"]
    if (method, version, path, versions, len(keys)) != ("GET", "1.1", PATH, [VERSION], 1):
        return False
    if any(name in _ANNOUNCES_CONTENT and (name, value) != _NO_CONTENT for name, value in fields):
        return False
    if len(fields) > _MOST_FIELDS or any(len(name + value) > _MOST_LINE for name, value in fields):
        return False
    try:
        return len(b64decode(keys[0], validate=True)) == 16
    except binascii.Error:
        return False


class Echo:
    """The socket, with those that are open in this process.

    Args:
        silent_seconds: the longest wait for a message.
        open_seconds: how long one socket lives.
    """

    def __init__(self, *, silent_seconds: float = SILENT_SECONDS, open_seconds: float = OPEN_SECONDS) -> None:
        self._silent_seconds = silent_seconds
        self._open_seconds = open_seconds
        self._open = 0

    def refuses(self, request: Request, origins: Collection[str]) -> Refused | None:
        """Return what answers a handshake instead of 101, or ``None``.

        Args:
            request: the handshake.
            origins: the origins whose pages may open a socket.
        """
        if request.path != PATH:
            return NotFound(reason="no-socket-here")
        try:
            csrf.check_handshake(request, origins=origins)
        except csrf.CrossSiteRequest as error:
            return error
        if self._open >= OPEN_AT_ONCE:
            return ServiceUnavailable(reason="too-many-sockets", retry_after=int(SILENT_SECONDS))
        return None

    async def __call__(self, receive: Receive, send: Send) -> None:
        """Accept, and say back what comes until it is enough."""
        self._open += 1
        try:
            await receive()  # websocket.connect
            await send({"type": "websocket.accept"})
            try:
                async with asyncio.timeout(self._open_seconds):
                    code = await self._talk(receive, send)
            except TimeoutError:
                code = _NORMAL
            if code:
                await send({"type": "websocket.close", "code": code})
        finally:
            self._open -= 1

    async def _talk(self, receive: Receive, send: Send) -> int:
        """Return the code with which to close, 0 where the other side has gone."""
        for _ in range(MOST_MESSAGES):
            async with asyncio.timeout(self._silent_seconds):
                message = await receive()
            if message["type"] == "websocket.disconnect":
                return 0
            text = message.get("text")
            said = message["bytes"] if text is None else text.encode()
            if len(said) > MOST_MESSAGE:
                return _TOO_BIG
            await send(
                {"type": "websocket.send", "bytes": said} if text is None else {**message, "type": "websocket.send"}
            )
        return _POLICY


async def _plain(_asked: Asked) -> Response:
    """Answer who asks for the socket without asking for its protocol (RFC 9110 §15.5.22)."""
    version = ("Sec-WebSocket-Version", VERSION.decode())
    raise UpgradeRequired(upgrade="websocket", headers=[version], reason="not-a-handshake")


THINGS = (Thing("/socket", {"GET": _plain}),)
