"""Deleting what is over, a little at a time: however much there is, no writer waits long for it.

A transaction that deletes a hundred thousand rows holds the database for seconds, and everybody who signs in meanwhile
waits, some in vain. So each deletes at most ``BATCH`` rows, and after each there is a moment for others: of threads
that wait for a lock the one that has just let go of it would mostly get it again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from sqlalchemy import Connection

from hardtack.store.database import Database

BATCH = 1000
"""Rows that one transaction deletes at most: some 30 ms of work in the table with the most indexes."""

ALL = None
"""The limit that is none."""

PAUSE = 0.002
"""Seconds between two transactions."""


def in_batches(
    database: Database, step: Callable[[Connection, int], int], *, batch: int = BATCH, deadline: float = math.inf
) -> int:
    """Run *step* in one transaction after another until there is nothing left; return how many rows went.

    Args:
        database: the database.
        step: deletes up to so many rows with the connection that it is given, and returns how many those were.
        batch: how many.
        deadline: by the monotonic clock; past it the rest is left for the next time.

    Raises:
        StoreUnavailable: the database failed; what went before is gone.
    """
    pruned = 0
    while True:
        with database.write() as connection:
            found = step(connection, batch)
        pruned += found
        if found < batch or time.monotonic() > deadline:
            return pruned
        time.sleep(PAUSE)
