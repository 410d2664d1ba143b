"""The hashing pool: one thread per core, and a bounded number of callers that may wait for it.

Hashing a password takes 20 ms and 19 MiB on purpose; argon2 lets go of the interpreter meanwhile. Whoever needs a hash
asks for a *place* first, before anything else is done or counted. There are ``WAITING`` places per thread; if none gets
free within ``PATIENCE`` seconds the answer is ``HashingBusy`` (503), so a flood of sign-ins takes neither the memory
nor the threads that serve pages. A place is given back whatever happens, and not before its work has ended.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TypeVar
from weakref import WeakSet

from hardtack.errors import Refused
from hardtack.login.passwords import Argon2id

WAITING = 8
"""Places per thread: one that works and seven that wait, about 0.2 s."""

PATIENCE = 0.5
"""Seconds that a caller waits for a place."""

RETRY_AFTER = 3

NICENESS = 15
"""By how much the threads that hash stand back, where the system can (nice(2)): at rest they have the cores all the
same."""

_T = TypeVar("_T")


class HashingBusy(Refused):
    """Too many sign-ins are waiting; nothing was counted against anybody."""

    status = 503
    slug = "hashing-busy"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Many people are signing in right now.",
                "zh": "当前登录的人较多。",
            },
            retry_after=RETRY_AFTER,
        )


class HashingPool:
    """Threads that hash and verify passwords, and the places before them. Safe to share; whole again after a fork.

    Args:
        hasher: argon2id and its parameters.
        threads: how many hash at a time; by default one per core that this process may use.
        places: how many callers there may be at a time.
        patience: seconds that a caller waits for a place.
    """

    def __init__(
        self,
        hasher: Argon2id | None = None,
        *,
        threads: int | None = None,
        places: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self.hasher: Argon2id = hasher or Argon2id()
        self.threads: int = threads or cores()
        self._places = places or self.threads * WAITING
        self._patience = patience
        # What nobody's password fits; every check for a name without one takes it, and the same time.
        self.decoy: str = self.hasher.decoy()
        self._start()
        _pools.add(self)

    def _start(self) -> None:
        self._free = threading.BoundedSemaphore(self._places)
        self._counting = threading.Lock()
        self.running: int = 0
        """How many have a place now."""
        self.waiting: int = 0
        """How many wait for one now."""
        self.refused: int = 0
        """How many got none, so far."""
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="hardtack-hashing", initializer=_give_way)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Give a place in the pool for the length of a ``with`` block.

        Raises:
            HashingBusy: there was none soon.
        """
        free = self._free
        if not free.acquire(blocking=False) and not self._acquired(free):
            raise HashingBusy
        with self._counting:
            self.running += 1
        place = Place(self.hasher, self._executor)

        def release() -> None:
            with self._counting:
                self.running -= 1
            free.release()

        try:
            yield place
        finally:
            place.leave(release)

    def _acquired(self, free: threading.BoundedSemaphore) -> bool:
        """Wait for a place for a while; return whether there was one."""
        with self._counting:
            self.waiting += 1
        found = free.acquire(timeout=self._patience)
        with self._counting:
            self.waiting -= 1
            self.refused += not found
        return found

    def close(self) -> None:
        """End the threads when their work is done; the pool may be used again, which starts new ones."""
        self._executor.shutdown()
        self._start()


class Place:
    """The right to have passwords hashed, one at a time; used by the thread that asked for it."""

    def __init__(self, hasher: Argon2id, executor: ThreadPoolExecutor) -> None:
        self._hasher = hasher
        self._executor = executor
        self._work: Future[object] | None = None

    def hash(self, secret: bytes) -> str:
        """Hash *secret*; as ``Argon2id.hash``."""
        return self._run(lambda: self._hasher.hash(secret))

    def verify(self, encoded: str, secret: bytes) -> bool:
        """Return whether *secret* fits *encoded*; as ``Argon2id.verify``."""
        return self._run(lambda: self._hasher.verify(encoded, secret))

    def _run(self, work: Callable[[], _T]) -> _T:
        try:
            future: Future[_T] = self._executor.submit(work)
        except RuntimeError as error:
            # The system gives no thread. What the pool keeps is hashed for nobody by the next one that there is.
            raise HashingBusy from error
        self._work = future  # type: ignore[assignment] # a Future is only ever waited for here
        result = future.result()
        self._work = None
        return result

    def leave(self, release: Callable[[], None]) -> None:
        """Give the place back by calling *release*: now, or when the work that was left behind has ended."""
        if self._work is None or self._work.cancel():
            release()
        else:
            self._work.add_done_callback(lambda _: release())


def cores() -> int:
    """Return how many cores this process may use."""
    # macOS binds no process to cores, and has no such call.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _give_way() -> None:
    """Let this thread run when no other has work: a page takes microseconds, and whoever signs in waits anyway."""
    # Only Linux has a niceness for each thread; elsewhere it would be that of the whole process.
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


_pools: WeakSet[HashingPool] = WeakSet()


def _renew() -> None:
    """Give every pool new threads in the child of a fork, which has none of its parent's."""
    for pool in _pools:
        pool._start()


os.register_at_fork(after_in_child=_renew)
