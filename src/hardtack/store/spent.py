"""What was used and counts no second time: marks, each until nothing that it stands for could count any more.

Implements ``hardtack.session.upgrade.Spent``. A mark is 32 bytes, a hash that whoever spends it makes of whatever may
be used once, with a label of its own in it, so that one table serves them all and never knows what it keeps. Spending
is one statement that adds a row or finds it there: of all who spend one mark, in whatever thread or process on this
database, exactly one is the first, and there is no moment in between. The row is on the disk before anybody is told.

Nothing is ever taken back. Where a call fails nothing was written, and the mark may be tried again; if the disk fails
in the very moment of a commit it may be spent all the same, which errs on the safe side. None of it touches the feed.
"""

from __future__ import annotations

import math

from sqlalchemy import Connection, bindparam, delete, select

from hardtack.store.database import Database
from hardtack.store.feed import MARGIN
from hardtack.store.pruning import BATCH, in_batches
from hardtack.store.schema import spent
from hardtack.store.upsert import ByEngine

_spend = ByEngine(lambda words: words.insert(spent).on_conflict_do_nothing())
_over = select(spent.c.mark).where(spent.c.until < bindparam("now")).limit(bindparam("batch"))
_prune = delete(spent).where(spent.c.mark.in_(_over))


def spend(connection: Connection, mark: bytes, until: int) -> bool:
    """Write *mark* down in the caller's transaction; return whether this is the first time.

    Args:
        connection: one that ``Database.write`` gave.
        mark: 32 bytes.
        until: the last second in which it could count, Unix time.
    """
    return bool(connection.execute(_spend.on(connection), {"mark": mark, "until": until}).rowcount == 1)


def is_spent(connection: Connection, mark: bytes) -> bool:
    """Return whether *mark* was spent, without spending it."""
    return connection.execute(select(spent.c.mark).where(spent.c.mark == mark)).first() is not None


class SpentTable:
    """Marks that were spent; safe to share among threads, and whole in the child of a fork.

    Every method may raise ``StoreUnavailable`` where the database fails.

    Args:
        database: the database, migrated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, mark: bytes, until: int) -> bool:
        """Write *mark* down; say whether this is the first time.

        Args:
            mark: 32 bytes.
            until: the last second in which it could count, Unix time. The first to spend it decides.
        """
        with self._database.write() as connection:
            return spend(connection, mark, until)

    def prune(self, now: int, *, batch: int = BATCH, deadline: float = math.inf) -> int:
        """Delete the marks that cannot count any more, a day later because clocks differ; return how many those were.

        Args:
            now: Unix seconds.
            batch: how many go in one transaction, so that writers in between never wait for long.
            deadline: as for ``in_batches``.
        """

        def step(connection: Connection, most: int) -> int:
            return connection.execute(_prune, {"now": now - MARGIN, "batch": most}).rowcount

        return in_batches(self._database, step, batch=batch, deadline=deadline)
