"""Having a database for oneself alone: how long the others are waited for, what is said if they stay, and who they are.

SQLite keeps everybody off a file that is held in its exclusive mode, and tells whoever asks for it that it is used.
PostgreSQL has no such mode. There the others are looked for among the server's sessions, those of the same role and
those that call themselves what ours do; and the lock that our writers take is held meanwhile, so that whoever comes
later reads and does not write.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from hardtack.store.failures import DatabaseError

WITHIN = 2
"""Seconds that whoever wants a database for itself alone waits until the others have left."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A database that somebody has alone.

    Args:
        connection: the only one, in no transaction yet.
        look: makes sure once more that nobody else is there; raises a ``DatabaseError`` if somebody is.
    """

    connection: Connection
    look: Callable[[], None]


# The one waits for the other database, and what fills a table takes its time.
_PATIENT = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND leader_pid IS NULL
        AND (usename = session_user OR application_name = 'hardtack')
"""


def in_use(says: str) -> DatabaseError:
    """Return what is said where others use the database, called *says*, that somebody wants alone."""
    return DatabaseError(
        f"the database {says} is in use", "stop whatever uses it, hardtack serve on every machine first; then try again"
    )


def take(driver: Any, says: str, lock: tuple[int, int]) -> None:
    """Have one of PostgreSQL's databases alone, for as long as a connection lasts, or make sure of it once more.

    Args:
        driver: the connection of the driver, which commits by itself.
        says: how texts name the database.
        lock: that of our writers.

    Raises:
        DatabaseError: others use it.
        psycopg.Error: the server failed.
    """
    driver.execute(_PATIENT).close()
    deadline = time.monotonic() + WITHIN
    while not (_asked(driver, "SELECT pg_try_advisory_lock(%s, %s)", lock) and _asked(driver, _OTHERS) == 0):
        if time.monotonic() >= deadline:
            raise in_use(says)
        # Who has just left is still there for a moment.
        time.sleep(0.02)


def _asked(driver: Any, statement: str, values: tuple[int, ...] = ()) -> Any:
    return driver.execute(statement, values).fetchone()[0]
