"""Threads for pages, and the places before them: what finds no place is refused at once, so that no backlog grows.

There are two lanes, of which each keeps its threads whatever the other has to do: one for what only looks, and one for
what changes something, such as a sign-in, which waits for a hash or for its turn to write. So a flood of sign-ins holds
nobody up who is signed in.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from hardtack.status import ServiceUnavailable
from hardtack.status.limits import PAGES_RETRY_AFTER, short_of

_T = TypeVar("_T")


class Lane:
    """One lane.

    Args:
        threads: how many pages run at once.
        waiting: how many more may wait for a thread.
    """

    def __init__(self, *, threads: int, waiting: int) -> None:
        self._threads = threads
        self._all = self._places = threads + waiting
        self.refused: int = 0
        """How many found no place, so far."""
        self._open()

    def _open(self) -> None:
        self.pool: ThreadPoolExecutor = ThreadPoolExecutor(self._threads, thread_name_prefix="hardtack-page")

    def close(self) -> None:
        """End the threads; where the lane is used again, as between two tests, there will be new ones."""
        self.pool.shutdown()
        self._open()

    @property
    def running(self) -> int:
        """How many have a thread now."""
        return min(self._all - self._places, self._threads)

    @property
    def waiting(self) -> int:
        """How many wait for one now."""
        return max(self._all - self._places - self._threads, 0)

    async def run(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Return what *work* returns, in a thread that knows of which request it is.

        Raises:
            ServiceUnavailable: there is no place, or the system gives no thread.
        """
        if self._places <= 0:
            self.refused += 1
            raise ServiceUnavailable(retry_after=PAGES_RETRY_AFTER, reason="pages-waiting")
        self._places -= 1
        inside, wanted = contextvars.copy_context().run, [True]

        def unless_refused() -> _T | None:
            return inside(work, *arguments) if wanted else None

        try:
            try:
                future = self.pool.submit(unless_refused)
            except RuntimeError as error:
                wanted.clear()  # the pool keeps what it could start no thread for
                if (what := short_of(error)) is None:
                    raise
                self.refused += 1
                raise ServiceUnavailable(retry_after=PAGES_RETRY_AFTER, reason=what) from error
            return cast("_T", await asyncio.wrap_future(future))
        finally:
            self._places += 1
