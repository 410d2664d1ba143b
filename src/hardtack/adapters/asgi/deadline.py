"""The deadline of a handler under ASGI: until when it must have begun to answer.

What is answered past it is asked of whoever made the deadline. That happens in a task of its own, because a handler
that waits for a thread does not stop when it is cancelled; it is cancelled once the answer is out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from hardtack.status.limits import UPSTREAM


class Deadline:
    """The deadline of the task in which it is made, which runs from then on.

    Args:
        seconds: how long the handler has.
        late: answers in its place and returns whether it did; gets what ``UPSTREAM`` was set to.
    """

    __slots__ = ("_answering", "_late", "_seconds", "_task", "_timer", "_waiting")

    def __init__(self, seconds: float, late: Callable[[list[object]], Awaitable[bool]]) -> None:
        self._seconds = seconds
        self._late = late
        self._task = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._answering: asyncio.Task[None] | None = None
        self._waiting: list[object] = []
        UPSTREAM.set(self._waiting)
        self.start()

    def start(self) -> None:
        """Let the time run, from the beginning."""
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._over)

    def stop(self) -> None:
        """Let the time stand still."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._answering = asyncio.get_running_loop().create_task(self._answer())

    async def _answer(self) -> None:
        if await self._late(self._waiting) and self._task is not None:
            self._task.cancel()

    def has_cancelled(self) -> bool:
        """Say whether it was this deadline, and nobody besides, that has cancelled the task."""
        return self._answering is not None and self._task is not None and self._task.uncancel() == 0

    async def end(self) -> None:
        """Forget the deadline; return when what it answers is out."""
        self._task = None
        self.stop()
        if self._answering is not None:
            await self._answering
