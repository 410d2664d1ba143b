"""A database as it is after years: accounts and ended sessions by the million, written in seconds.

The rows go in by SQLite itself, all at once and without waiting for the disk; nobody signs out that fast. Everything
else is as ever: ``Database`` has made and migrated the file, and the feed's number says that there is something to
read. Every session was ended until 2038, so pruning leaves them alone.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from hardtack.store import Database
from hardtack.store.schema import revocation

EPOCH = 1
"""The epoch of every account; one of 0 would not be kept in memory."""

_UNTIL = 2**31 - 1

_ENDED = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)
INSERT INTO revocation (change, kind, subject, account_id, until)
SELECT i, CASE i % 3 WHEN 0 THEN 'session' ELSE 'lineage' END, randomblob(16), i / 900, :until FROM n
"""
_ACCOUNTS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number)
INSERT INTO account (id, name, display_name, created, epoch, change) SELECT i, 'a' || i, 'a' || i, 1, :epoch, :ended + i
FROM n
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How much there is of everything.

    Args:
        keys: in the ring; one seals, all open.
        accounts: in the database, each with an epoch above 0.
        ended: sessions that were ended.
    """

    keys: int
    accounts: int
    ended: int


MANY = Crowd(keys=100, accounts=1_000_000, ended=1_000_000)
FEW = Crowd(keys=1, accounts=10, ended=0)
QUICK = Crowd(keys=3, accounts=100, ended=100)
"""Stands for ``MANY`` where nothing is to be learnt but that everything runs."""


def make(path: Path, crowd: Crowd) -> Database:
    """Return the database at *path*, made and filled."""
    database = Database.connect(f"sqlite:///{path}")
    database.migrate()
    fill(path, crowd)
    return database


def fill(path: Path, crowd: Crowd) -> None:
    """Put the rows of *crowd* into the database at *path*, which is migrated and has none of them."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000", "BEGIN"):
        connection.execute(statement).close()
    if crowd.ended:
        connection.execute(_ENDED, {"number": crowd.ended, "until": _UNTIL}).close()
    if crowd.accounts:
        connection.execute(_ACCOUNTS, {"number": crowd.accounts, "epoch": EPOCH, "ended": crowd.ended}).close()
    connection.execute("UPDATE feed SET change = ?", (crowd.ended + crowd.accounts,)).close()
    connection.execute("COMMIT").close()
    connection.close()


def some_ended(database: Database, most: int) -> list[bytes]:
    """Return the ids of at most so many ended sessions."""
    with database.read() as connection:
        return list(connection.execute(select(revocation.c.subject).limit(most)).scalars())
