"""Find parameters of argon2id for a machine: as much memory as may be taken, then as many passes as there is time for.

That is the order of RFC 9106 §4: memory is what an attacker's hardware cannot save, passes only cost time. Never less
than OWASP's minimum for one lane, 19 MiB and 2 passes, however slow the machine is. One lane always, since the pool
hashes on every core already. How long a hash takes is measured by whoever asks.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hardtack.login.passwords import Argon2id

LEAST_MEMORY = 19456
LEAST_PASSES = 2
MOST_PASSES = 64

STEPS = (19456, 24576, 32768, 47104, 65536, 98304, 131072, 196608, 262144)
"""KiB that are tried."""

SHARE = 8
"""All hashes at once may take one part in so many of the machine's memory, unless it is said otherwise."""

_CGROUP = Path("/sys/fs/cgroup/memory.max")
_SAMPLES = 3


class Tuned(NamedTuple):
    """What was found.

    Args:
        memory: KiB.
        passes: how often it is filled.
        seconds: that one hash took.
    """

    memory: int
    passes: int
    seconds: float


def tune(measure: Callable[[int, int], float], *, target: float, most: int) -> Tuned:
    """Return the parameters of which one hash takes about *target* seconds, and not more unless the least does.

    Args:
        measure: returns the seconds of one hash, given memory in KiB and passes.
        target: seconds.
        most: KiB that one hash may fill; the least is allowed in any case.
    """
    best = Tuned(LEAST_MEMORY, LEAST_PASSES, measure(LEAST_MEMORY, LEAST_PASSES))
    for memory in STEPS[1:]:
        if memory > most or best.seconds >= target:
            break
        seconds = measure(memory, LEAST_PASSES)
        if seconds > target:
            break
        best = Tuned(memory, LEAST_PASSES, seconds)
    # Time grows with the passes, so one look says about how many there is time for; a second one makes sure.
    passes = min(MOST_PASSES, int(best.passes * target / best.seconds)) if best.seconds else MOST_PASSES
    while passes > best.passes:
        seconds = measure(best.memory, passes)
        if seconds <= target:
            return Tuned(best.memory, passes, seconds)
        passes -= 1
    return best


def measured(memory: int, passes: int) -> float:
    """Return the seconds of one hash with these parameters here: the fewest of some, since others only add."""
    hasher = Argon2id(memory=memory, passes=passes)
    taken = []
    for _ in range(_SAMPLES):
        start = time.perf_counter()
        hasher.hash(b"a password to measure with")
        taken.append(time.perf_counter() - start)
    return min(taken)


def memory_here(cgroup: Path = _CGROUP) -> int:
    """Return the KiB of memory that this machine, or the container, has."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    # Without such a limit the file says "max", or there is none.
    with contextlib.suppress(OSError, ValueError):
        machine = min(machine, int(cgroup.read_text(encoding="ascii")))
    return machine // 1024
