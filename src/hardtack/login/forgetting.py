"""What is kept no longer than it is good for anything: one pass over every table whose rows end by themselves.

Each table says itself what is over; here is only the list of them. Whatever is deleted goes a little at a time, so that
nobody who signs in waits for it, however much has come together. An account, its name and a stolen key never end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from sqlalchemy import Connection

from hardtack.login.factor_reset import OPEN
from hardtack.login.services import Services
from hardtack.store import (
    SpentTable,
    audit,
    counting,
    factor_resets,
    feed,
    half,
    invitations,
    outbox,
    sessions,
    sign_ins,
    tokens,
    trusted,
)
from hardtack.store.pruning import in_batches


def prune(services: Services, now: int, *, patience: float = math.inf) -> None:
    """Delete what has expired, from revocations and budgets to half-done sign-ins and trusted devices.

    What pages do not count themselves is counted here as well, once the rest is gone.

    Args:
        services: the parts to work with.
        now: Unix seconds.
        patience: seconds after which what is left is left for the next time.

    Raises:
        StoreUnavailable: the database failed; what is left goes the next time.
    """
    database, kept, deadline = services.database, services.kept, time.monotonic() + patience
    steps: tuple[Callable[[Connection, int], int], ...] = (
        lambda connection, batch: feed.prune(connection, now, batch=batch),
        lambda connection, batch: audit.prune(connection, now, age=kept.age, rows=kept.rows, batch=batch),
        lambda connection, batch: outbox.expire(connection, now=now, batch=batch),
        lambda connection, batch: invitations.prune(connection, now, batch=batch),
        lambda connection, batch: tokens.prune(connection, now, batch=batch),
        lambda connection, batch: factor_resets.prune(connection, now - OPEN, batch=batch),
        lambda connection, batch: half.prune(connection, now, batch=batch),
        lambda connection, batch: trusted.prune(connection, now, batch=batch),
    )
    with database.write() as connection:
        services.throttle.prune(connection, now)
    for step in steps:
        in_batches(database, step, deadline=deadline)
    sign_ins.prune(database, now, deadline=deadline)
    sessions.prune(database, now, deadline=deadline)
    SpentTable(database).prune(now, deadline=deadline)
    counting.count(database, now)
