"""A process that starts on a database with a million revoked ids, and says what it found and what it cost.

Standard input: ids in hexadecimal, one a line: those that outlive the pruning, an empty line, those that do not.
Standard output: one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import text

from hardtack.store import Database, RevocationTable
from hardtack.store.revocations import LIMIT, RETRY

PATIENCE = 60


def resident() -> int:
    """Return the bytes of memory that this process has, as Linux counts them."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the system does not say how much memory there is")


def main() -> None:
    """Do everything, in the order of a process's life."""
    kept, over = ([bytes.fromhex(one) for one in part.split()] for part in sys.stdin.read().split("\n\n"))
    clock = [1000.0]
    database = Database.connect(sys.argv[1])
    table = RevocationTable(database, clock=lambda: clock[0])
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    found: dict[str, object] = {}

    before, started = resident(), time.perf_counter()
    table.refresh()
    found["load_seconds"] = time.perf_counter() - started
    found["memory"] = resident() - before
    found["ids"] = len(table)

    good = [os.urandom(16) for _ in range(20_000)]
    found["good"] = verdicts(table, good)
    found["revoked"] = verdicts(table, kept + over)
    found["verdict_microseconds"] = time_verdicts(table, good)
    found["verdict_microseconds_revoked"] = time_verdicts(table, kept + over)

    table.start_polling(0.001)
    wait_for(lambda: len(table) <= len(kept) * 1_000_000 // (len(kept) + len(over)))
    table.stop_polling()
    found["ids_after_pruning"] = len(table)
    found["revoked_after_pruning"] = verdicts(table, kept)
    found["over_after_pruning"] = verdicts(table, over)

    with database.write() as connection:
        connection.execute(text("ALTER TABLE feed RENAME TO away"))
    clock[0] += LIMIT
    found["at_the_limit"] = verdicts(table, good[:10] + kept[:10])
    clock[0] += 0.001
    found["too_old"] = verdicts(table, good[:10] + kept[:10])
    with database.write() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO feed"))
    clock[0] += RETRY
    found["readable_again"] = verdicts(table, good[:10] + kept[:10])
    database.close()
    print(json.dumps(found))  # noqa: T201 - what it is for


def verdicts(table: RevocationTable, ids: Sequence[bytes]) -> dict[str, int]:
    """Return how often each verdict was given on *ids*, each as a lineage and as a session id."""
    counts: dict[str, int] = {}
    for one in ids:
        for verdict in (table.verdict(one, bytes(16), 1, 0, 0), table.verdict(bytes(16), one, 1, 0, 0)):
            counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def time_verdicts(table: RevocationTable, ids: Sequence[bytes]) -> float:
    """Return the microseconds of one verdict: the best of several rounds over different ids, loop included."""
    best = float("inf")
    for _ in range(7):
        started = time.perf_counter()
        for one, other in zip(ids, reversed(ids), strict=True):
            table.verdict(one, other, 1, 0, 0)
        best = min(best, time.perf_counter() - started)
    return best / len(ids) * 1e6


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds, or long enough; whoever reads the figures judges."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


if __name__ == "__main__":
    main()
