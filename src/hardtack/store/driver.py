"""Connections of PostgreSQL's driver as a service needs them: nobody waits without end, and no error shows a value.

A server that hangs says nothing for ever, and its machine answers for it, so that no limit of the network passes. What
was given to a statement are names and hashes; the server's text of an error repeats them, and errors end up in logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg import errors

from hardtack.store.reach import Reach

SILENCE = 12
"""Seconds that a server may say nothing to whoever waits for it: one that hangs says nothing for ever."""


@contextmanager
def _without_values() -> Iterator[None]:
    """Leave of an error's text only what it is: the server's own shows what was given, and errors end up in logs."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate:
            name = error.diag.constraint_name or error.diag.table_name
            error.args = (f"SQLSTATE {error.sqlstate}" + (f", {name}" if name else ""),)
        raise


class Driver(psycopg.Connection[Any]):
    """A connection that waits so long for an answer, and is no good after that."""

    silence: float | None = SILENCE
    reach: Reach | None = None
    made: float = 0.0

    @property
    def is_stale(self) -> bool:
        """Whether the server has fallen silent since it was made."""
        return self.reach is not None and self.reach.is_stale(self.made)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what is begun on the connection, as psycopg does, but not for ever.

        Raises:
            psycopg.OperationalError: the server has said nothing for too long.
        """
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        with self.reach.asking() if self.reach else nullcontext():
            try:
                return super().wait(gen, interval, self.silence)
            except errors._WaitTimeout:
                # Nobody knows what becomes of the statement; the server gives it up with the connection.
                self.pgconn.finish()
                raise psycopg.OperationalError("the server does not answer") from None


class Cursor(psycopg.Cursor[Any]):
    """A cursor whose errors show no value."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run a statement."""
        with _without_values():
            return super().execute(*args, **options)

    def executemany(self, *args: Any, **options: Any) -> None:
        """Run a statement with each of several values."""
        with _without_values():
            super().executemany(*args, **options)


class ServerCursor(psycopg.ServerCursor[Any]):
    """The same, for what is read little by little."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run a statement."""
        with _without_values():
            return super().execute(*args, **options)
