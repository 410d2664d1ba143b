"""The content of one request as an application reads it under ASGI: counted, timed, and thrown away where it must be.

Nothing is decided here; how much and how long it may take is in the limits, and who asked looks at ``size`` and
``stalled``.

A refusal that closes the connection is sent whole first, and only then is a bounded rest of the content read and thrown
away: a server that closes with unread content resets the connection, and the client never sees the answer
(RFC 9112 §9.6).
"""

from __future__ import annotations

import asyncio

from hardtack.adapters.asgi.types import Message, Receive
from hardtack.status.limits import Limits


class Content:
    """What comes after the head of a request.

    Args:
        receive: the server's.
        limits: how long it may take.
    """

    __slots__ = ("_limits", "_receive", "_until", "begun", "gone", "size", "unread")

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self.size: int = 0
        """How many octets have come."""
        self.unread: bool = True
        """Whether there is more."""
        self.gone: bool = False
        """Whether the client went away."""
        self.begun: bool = False
        """Whether some was asked for."""
        self._until: float | None = None

    async def next(self) -> Message:
        """Return the next message, counted.

        Raises:
            TimeoutError: it did not come in time.
        """
        message = await self._in_time()
        if message["type"] == "http.request":
            self.size += len(message.get("body", b""))
            self.unread = message.get("more_body", False)
        elif message["type"] == "http.disconnect":
            self.gone = True
        return message

    async def _in_time(self) -> Message:
        self.begun = True
        piece, whole = self._limits.piece_seconds, self._limits.body_seconds
        now = asyncio.get_running_loop().time()
        if self._until is None and whole is not None:
            self._until = now + whole
        ends = [end for end in (None if piece is None else now + piece, self._until) if end is not None]
        async with asyncio.timeout_at(min(ends, default=None)):
            return await self._receive()

    @property
    def stalled(self) -> bool:
        """Whether it was the next piece that did not come in time, and not the whole."""
        return self._until is None or asyncio.get_running_loop().time() < self._until

    async def drain(self) -> None:
        """Read the rest and throw it away, as far as the limits let it."""
        left = self._limits.drain_bytes
        try:
            async with asyncio.timeout(self._limits.drain_seconds):
                while left >= 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return
