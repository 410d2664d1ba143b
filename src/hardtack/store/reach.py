"""Whether a server is reached, so that nobody waits for one of which it is known that it says nothing.

A server that is gone says so at once, and everybody asks it. One that is cut off says nothing: whoever connects waits
for seconds, and a crowd would take every thread and then wait for each other. So once an attempt has come to nothing
that slowly, everybody is refused at once until it is reached. Whoever listens for changes tries it without a pause, as
nobody waits for that; where nobody listens, one at a time does, a moment after the last attempt. A connection that was
made before the server fell silent is not used again: what is sent on it would be waited for just as long.

It never decides what a visitor is told, and never calls a server reached that has not answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

SLOW = 4.0
"""Seconds after which a failure was no answer but a wait in vain; a new connection is waited for a little longer."""

PAUSE = 2.0
"""Seconds since the last attempt before somebody tries again for whom a visitor waits."""


class Reach:
    """What one process knows of the way to its server; safe to share among threads.

    Args:
        clock: seconds that only grow; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._in_vain = False
        self._trying = threading.Lock()
        self._tried_at = float("-inf")
        self._silent_at = float("-inf")

    def now(self) -> float:
        """Return when it is, by the clock that ``is_stale`` goes by."""
        return self._clock()

    def is_stale(self, made: float) -> bool:
        """Return whether a connection that was made at a time is from before the server fell silent."""
        return made < self._silent_at

    @contextmanager
    def connecting(self, *, waited_for: bool = True) -> Iterator[None]:
        """Let somebody connect, or refuse.

        Args:
            waited_for: whether a visitor waits for it; nobody else is refused.

        Raises:
            psycopg.OperationalError: the last attempt was in vain, and a visitor is not to wait for the next.
        """
        turn = self._trying.acquire(blocking=False)
        try:
            if waited_for and self._in_vain and not (turn and self._clock() - self._tried_at >= PAUSE):
                raise psycopg.OperationalError("the server was not reached a moment ago")
            yield from self._tried()
        finally:
            if turn:
                self._trying.release()

    def _tried(self) -> Iterator[None]:
        began = self._clock()
        try:
            yield
        except psycopg.Error:
            self._tried_at = self._clock()
            self._in_vain = self._tried_at - began >= SLOW
            raise
        self._in_vain = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let somebody wait for an answer on a connection; where none comes, those of before are not used again."""
        began = self._clock()
        try:
            yield
        except psycopg.OperationalError as error:
            if error.sqlstate is None and self._clock() - began >= SLOW:
                self._in_vain, self._silent_at = True, self._clock()
                self._tried_at = self._silent_at
            raise
