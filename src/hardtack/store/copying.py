"""The copy of a whole database into one of the other engine, with nothing lost: every table, every row, every number.

Source and target are each held alone, so that nothing is written to the source that the copy would not have, and
nobody works on half of it. First the source is read and summed up; then each table is copied in the order of its key,
a batch with each commit; then the target is read, and its sums must be those of the source (``summed``). Only then is
the mark taken from the target with which no service starts on it (``unfinished``).

A copy that was stopped, by whatever, goes on. What lies in the target is believed for nothing: as many rows as are
there are read on both sides, and where they differ the table is copied anew, with all that come after it, since those
may point to its rows. So whatever has changed in the source meanwhile is in the copy as it is now.

Tables are those of ``schema.metadata``, whatever they are; a database in which there is anything else is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Table, Text, delete, func, select

from hardtack.store import compared, pouring, schema, summed, unfinished
from hardtack.store.database import Database
from hardtack.store.failures import DatabaseError
from hardtack.store.part import revision
from hardtack.store.summed import Row, Sum

READ, COPIED, COMPARED = "read", "copied", "compared"
"""What is done with every row, in this order."""

RESUMED, AGAIN = "resumed", "again"
"""An earlier copy is gone on with; a table is begun anew, since what the target has of it is not in the source."""


class Tell(Protocol):
    """Who is told how far a copy is."""

    def __call__(self, step: str, table: str, done: int, number: int) -> None:
        """Take a sign of progress.

        Args:
            step: ``READ``, ``COPIED``, ``COMPARED``, ``RESUMED`` or ``AGAIN``.
            table: which; of ``RESUMED`` the one at which the earlier copy stopped.
            done: how many of its rows are done.
            number: how many it has.
        """


def copy(source: Database, target: Database, tell: Tell) -> dict[str, Sum]:
    """Copy everything in *source* to *target*, which is migrated if need be, or go on with that.

    Args:
        source: of the present schema.
        target: with nothing in it, or with what an earlier try has left.
        tell: is told how far it is, after each batch at the latest.

    Returns:
        What both databases gave, by the name of the table, in the order in which they were copied.

    Raises:
        DatabaseError: one of them cannot be used for that, or has failed; a copy that was begun can be gone on with.
    """
    source.check()
    if not unfinished.is_one(target.revision()):
        target.migrate()
    with source.alone(writes=False) as one, target.alone(writes=True) as other:
        there, here = _Side(source, one), _Side(target, other)
        # Kept to the end, so that all that is read of it is of one moment.
        with there.transaction():
            return _Copy(there, here, tell).run()


class _Side:
    """A database that is held alone; a failure in its transactions is told by its name."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self.says = database.says
        self.connection = connection
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection in a transaction."""
        with self._database.opening(), self.connection.begin():
            yield self.connection

    def require_our_tables(self) -> None:
        """Refuse a database whose tables are not those that are copied."""
        found = compared.differences(self.connection)
        besides = f"the table {unfinished.TABLE} is there besides"
        if wrong := [line for line in found if line != besides]:
            raise DatabaseError(
                f"the tables of {self.says} are not as they should be: {wrong[0]}",
                "hardtack database check says all that is wrong; make it good first",
            )


class _Copy:
    def __init__(self, source: _Side, target: _Side, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._tell = tell
        self._tables = schema.metadata.sorted_tables

    def run(self) -> dict[str, Sum]:
        """Do all of it."""
        source, target = self._source, self._target
        source.require_our_tables()
        with target.transaction() as connection:
            present = revision(connection)
            resumed = unfinished.look(connection, present, source=source.says, says=target.says)
            target.require_our_tables()
        if resumed is not None:
            self._tell(RESUMED, resumed.table, resumed.rows, resumed.rows)
        sums = {table.name: self._sum_up(table) for table in self._tables}
        if resumed is None:
            with target.transaction() as connection:
                unfinished.begin(connection, source.says)
        for place, table in enumerate(self._tables):
            self._copy(place, table, sums[table.name])
        for table in self._tables:
            self._compare(table, sums[table.name])
        with target.transaction() as connection:
            unfinished.end(connection)
        return sums

    def _sum_up(self, table: Table) -> Sum:
        """Read a table of the source, of which nothing may be that an engine cannot hold."""
        connection = self._source.connection
        number = connection.execute(select(func.count()).select_from(table)).scalar_one()
        words = [place for place, column in enumerate(table.columns) if isinstance(column.type, Text)]
        done = 0

        def look(rows: list[Row]) -> None:
            nonlocal done
            done += len(rows)
            for place in words:
                if any("\0" in row[place] for row in rows if row[place] is not None):
                    self._refuse_text(table, table.columns[place].name)
            self._tell(READ, table.name, done, number)

        return summed.of(connection, table, look=look)

    def _refuse_text(self, table: Table, column: str) -> None:
        where = f'SELECT * FROM {table.name} WHERE instr("{column}", char(0))'  # noqa: S608 - shown, not run
        raise DatabaseError(
            f"a text in {table.name}.{column} of {self._source.says} holds a NUL, which PostgreSQL cannot keep",
            f"nothing was copied; find it by {where}, put it right, and try again",
        )

    def _copy(self, place: int, table: Table, whole: Sum) -> None:
        """Copy what the target does not have of a table."""
        there = self._there(place, table)
        done = there.rows
        for rows in summed.rows(self._source.connection, table, after=there.last):
            done += len(rows)
            with self._target.transaction() as connection:
                pouring.of(connection).put(connection, table, rows)
                unfinished.move(connection, table.name, done)
            self._tell(COPIED, table.name, done, whole.rows)
        last = self._last_number(table) if pouring.gives_numbers(table) else None
        with self._target.transaction() as connection:
            if last is not None:
                pouring.of(connection).go_on(connection, table, last)
            pouring.of(connection).settle(connection, table)

    def _there(self, place: int, table: Table) -> Sum:
        """Return the sum of what the target has of a table, which is taken away unless the source begins with it."""
        with self._target.transaction() as connection:
            there = summed.of(connection, table)
        first = summed.of(self._source.connection, table, most=there.rows)
        if there == first:
            return there
        self._tell(AGAIN, table.name, 0, there.rows)
        with self._target.transaction() as connection:
            for each in reversed(self._tables[place:]):
                connection.execute(delete(each))
            return summed.of(connection, table)

    def _last_number(self, table: Table) -> int:
        """Return the greatest number that the source has ever given a row."""
        connection = self._source.connection
        greatest = connection.execute(select(func.max(pouring.numbered(table)))).scalar() or 0
        return max(pouring.of(connection).last(connection, table), int(greatest))

    def _compare(self, table: Table, whole: Sum) -> None:
        """Make sure that the target has a table as the source has it."""
        done = 0

        def look(rows: list[Row]) -> None:
            nonlocal done
            done += len(rows)
            self._tell(COMPARED, table.name, done, whole.rows)

        numbers = pouring.gives_numbers(table)
        wanted = self._last_number(table) if numbers else 0
        with self._target.transaction() as connection:
            found = summed.of(connection, table, look=look)
            last = pouring.of(connection).last(connection, table) if numbers else 0
        if (found, last) != (whole, wanted):
            raise DatabaseError(
                f"the table {table.name} in {self._target.says} is not what it is in {self._source.says}",
                "run this again, which copies it anew; if that does not help, look at the target's disk and memory",
            )
