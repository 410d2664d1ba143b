"""What the table of ended sessions weighs in a worker, in a process of its own that does nothing else.

The ids are put in as a load from the database puts them in. After each size it is told how much the process has grown
for each of them, how long a look takes for a session that has not ended, and how long it took to put one in. The epochs
of accounts are weighed beside: those with low numbers, and those past the numbers that have a place of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from hardtack.store.epochs import DENSE, Epochs
from hardtack.store.revoked import MARKS, RevokedIds

UNTIL = 2**31 - 1
LOOKS = 20_000
PIECE = 10_000

Weighed = dict[str, float]


def measure(sizes: list[int], epochs: int) -> Weighed:
    """Return what two other processes found: see ``weigh`` and ``weigh_epochs``."""
    return _elsewhere("ids", *sizes) | _elsewhere("epochs", epochs)


def _elsewhere(*words: str | int) -> Weighed:
    command = [sys.executable, "-m", "bench.scale.memory", *map(str, words)]
    found: Weighed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def weigh(sizes: list[int]) -> Weighed:
    """Return octets and microseconds by name.

    Args:
        sizes: numbers of ended sessions, each greater than the one before.
    """
    found: Weighed = {}
    ids, put, before, took = RevokedIds(), 0, _resident(), 0.0
    for size in sizes:
        while put < size:
            piece = [os.urandom(16) for _ in range(min(PIECE, size - put))]
            began = time.perf_counter()
            for one in piece:
                ids.add(one, UNTIL)
            took += time.perf_counter() - began
            put += len(piece)
        found[f"table, {size}"] = (_resident() - before) / size
        found[f"put in, {size}"] = took / size * 1e6
        asked = [os.urandom(16) for _ in range(LOOKS)]
        began = time.perf_counter()
        # As ``RevocationTable.verdict`` does it, for one id of the two.
        hits = sum(
            one in ids.recent or (ids.settled and ids.marks[hash(one) & MARKS] and ids.holds(one)) for one in asked
        )
        found[f"look, {size}"] = (time.perf_counter() - began) / LOOKS * 1e6
        assert hits == 0
    return found


def weigh_epochs(number: int) -> Weighed:
    """Return how many octets an epoch takes, of so many accounts with low numbers and of as many with high ones."""
    found: Weighed = {}
    table, before = Epochs(), _resident()
    for name, first in (("dense", 1), ("sparse", DENSE)):
        for each in range(first, first + number):
            table.set(each, 1)
        found[f"epoch, {name}"] = (_resident() - before) / number
        before = _resident()
    return found


def _resident() -> float:
    """Return how much memory of this process is its own, in octets."""
    kibibytes = 0
    for line in Path("/proc/self/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Private_"):
            kibibytes += int(line.split()[1])
    return kibibytes * 1024


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[2:]]
    print(json.dumps(weigh(numbers) if sys.argv[1] == "ids" else weigh_epochs(*numbers)))
