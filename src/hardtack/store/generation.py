"""The generation of a database: one number beside the file, by which every process sees at once that something changed.

``<database>.generation`` holds 8 bytes. A writer raises the number after its commit and before its answer, under a
file lock; each reader has the file mapped into memory and compares the number in about 0.1 µs. The number says only
*that* something changed; what changed is read from the database.

The file is made with mode 0600 and is never shortened (a mapped page that is cut off kills the reader). The same lock
serves whoever prepares the database, so that several processes may start at once. POSIX only (``flock``, ``mmap``);
a file system over a network does not keep the promise.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

SIZE = 8
SUFFIX = ".generation"

_NUMBER = struct.Struct("=Q")


class AnyGeneration(Protocol):
    """A number that says that something has changed, and the lock of whoever prepares the database."""

    numbers: memoryview
    """The number, at 0; another one after ``follow`` has returned ``True``."""

    @property
    def number(self) -> int:
        """The number as it is now."""

    def advance(self) -> None:
        """Raise the number."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold off whoever else prepares the database on this node."""

    def follow(self) -> bool:
        """Return whether another number has taken the place of this one."""


class Generation:
    """The number beside one database.

    Args:
        path: the database's own path.

    Raises:
        OSError: the file can be neither opened nor made.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = Path(f"{path}{SUFFIX}")
        self._remap()

    def _remap(self) -> None:
        with self._open() as descriptor:
            self._inode = os.fstat(descriptor).st_ino
            # The map outlives the descriptor; an old one is left to whoever may still be reading it.
            self.numbers: memoryview[int] = memoryview(mmap.mmap(descriptor, SIZE, prot=mmap.PROT_READ)).cast("Q")

    @contextmanager
    def _open(self) -> Iterator[int]:
        # Opened anew each time: a lock belongs to the open file, and one that survived a fork would be shared.
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size < SIZE:
                # Only ever lengthens: where another process was quicker, this changes nothing.
                os.ftruncate(descriptor, SIZE)
            yield descriptor
        finally:
            os.close(descriptor)

    @property
    def number(self) -> int:
        """The number as every process sees it now."""
        return int(self.numbers[0])

    def advance(self) -> None:
        """Raise the number by one; called after a commit that readers must learn of, and before the answer.

        Raises:
            OSError: the file cannot be written; readers then learn of the change by their poll.
        """
        with self._open() as descriptor, _locked(descriptor):
            number = _NUMBER.unpack(os.pread(descriptor, SIZE, 0))[0]
            os.pwrite(descriptor, _NUMBER.pack((number + 1) % 2**64), 0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the lock that writers of the number and whoever prepares the database take."""
        with self._open() as descriptor, _locked(descriptor):
            yield

    def follow(self) -> bool:
        """Map the file anew if another one has taken its place (a restored backup), and return whether it had.

        Raises:
            OSError: the file can be neither opened nor made.
        """
        try:
            if self.path.stat().st_ino == self._inode:
                return False
        except FileNotFoundError:
            pass
        self._remap()
        return True


class PrivateGeneration:
    """The number of one process, where there is no folder that it shares with others; a forked child has its own."""

    def __init__(self) -> None:
        private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self.numbers: memoryview[int] = memoryview(mmap.mmap(-1, SIZE, flags=private)).cast("Q")
        self._next = count(1)

    @property
    def number(self) -> int:
        """The number as it is now."""
        return int(self.numbers[0])

    def advance(self) -> None:
        """Make the number another one; of two at once each changes it, in whatever order."""
        self.numbers[0] = next(self._next)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold nothing: who else prepares the database is kept off by the server."""
        yield

    def follow(self) -> bool:
        """Return ``False``: nothing takes its place."""
        return False


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
