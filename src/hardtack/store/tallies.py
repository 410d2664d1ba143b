"""Numbers that several processes keep and one adds up: a small mapped file for each process, in a folder of their own.

A process writes into its own file and into nobody else's, so that counting needs no word between processes and costs
less than a microsecond. It holds a lock on its file for as long as it lives, however it ends: a file whose lock is free
is that of a process that is gone. What those have counted is kept by whoever adds up; what was only so while they lived
is not. What the numbers mean is not known here. POSIX only (``flock``, ``mmap``), as the generation is.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
import threading
from pathlib import Path

ENDING = ".counts"
_OCTETS = 8


class Tally:
    """The numbers of this process, all 0 at first; safe to share among threads.

    Args:
        folder: where they are kept, as :class:`Tallies` has made it.
        places: how many there are.
    """

    def __init__(self, folder: Path, places: int) -> None:
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        made = folder / f".{name}"
        self._file = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.ftruncate(self._file, places * _OCTETS)
        self._numbers = memoryview(mmap.mmap(self._file, places * _OCTETS)).cast("d")
        self._lock = threading.Lock()
        # Seen only now: without its lock it would be taken for that of a process that is gone.
        made.rename(folder / f"{name}{ENDING}")

    def add(self, at: int, by: float = 1, *, also: int | None = None, also_by: float = 0) -> None:
        """Let the number at *at* grow, and another one with it."""
        with self._lock:
            self._numbers[at] += by
            if also is not None:
                self._numbers[also] += also_by

    def put(self, at: int, value: float) -> None:
        """Set the number at *at*."""
        self._numbers[at] = value

    def close(self) -> None:
        """Let go of the file, as the end of the process does."""
        # The mapping has a copy of the file of its own, which would hold the lock.
        fcntl.flock(self._file, fcntl.LOCK_UN)
        os.close(self._file)


class Tallies:
    """Reads the numbers of all processes, and keeps those of the ones that are gone.

    Args:
        folder: where they are kept; it is made, and emptied, since whoever counted there before is no part of us.
        places: how many numbers each has.
    """

    def __init__(self, folder: Path, places: int) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        self._folder = folder
        self._places = places
        self._gone = [0.0] * places
        self._lock = threading.Lock()

    def read(self) -> tuple[list[float], list[list[float]]]:
        """Return the sums of the processes that are gone, and the numbers of each one that lives."""
        with self._lock:
            alive = [numbers for path in sorted(self._folder.glob(f"*{ENDING}")) if (numbers := self._of(path))]
            return list(self._gone), alive

    def _of(self, path: Path) -> list[float]:
        """Return the numbers of a process that lives, or none if it is gone; they are kept then."""
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._numbers(file)
            for at, number in enumerate(self._numbers(file)):
                self._gone[at] += number
            path.unlink()
            return []
        finally:
            os.close(file)

    def _numbers(self, file: int) -> list[float]:
        with (
            mmap.mmap(file, self._places * _OCTETS, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as octets,
            octets.cast("d") as numbers,
        ):
            # Number by number, so that each is read whole whatever its process writes meanwhile.
            return list(numbers)
