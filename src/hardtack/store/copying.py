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

from sqlalchemy import Connection, Table, Text, delete, func, inspect, select

from hardtack.store import pouring, schema, summed, unfinished
from hardtack.store.alone import Alone
from hardtack.store.database import Database
from hardtack.store.failures import DatabaseError, failing
from hardtack.store.part import revision
from hardtack.store.summed import Row, Sum

READ, COPIED, COMPARED = "read", "copied", "compared"
"""What is done with every row, in this order."""

RESUMED, AGAIN = "resumed", "again"
"""An earlier copy is gone on with; a table is begun anew, since what the target has of it is not in the source."""


class Tell(Protocol):
    """Who is told how far a copy is."""

    def __call__(self, step: str, table: str, done: int, number: int, /) -> None:
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

    def __init__(self, database: Database, held: Alone) -> None:
        self.says = database.says
        self.connection = held.connection
        self.look = held.look

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give the connection in a transaction."""
        with failing(self.says), self.connection.begin():
            yield self.connection


class _Copy:
    def __init__(self, source: _Side, target: _Side, tell: Tell) -> None:
        self._source = source
        self._target = target
        self._tell = tell
        self._tables = schema.metadata.sorted_tables

    def run(self) -> dict[str, Sum]:
        """Do all of it."""
        source, target = self._source, self._target
        _refuse_others(source)
        with target.transaction() as connection:
            present = revision(connection)
            resumed = unfinished.look(connection, present, source=source.says, says=target.says)
        if resumed is not None:
            self._tell(RESUMED, resumed.table, resumed.rows, resumed.rows)
        sums = {table.name: self._sum_up(table) for table in self._tables}
        if resumed is None:
            with target.transaction() as connection:
                unfinished.begin(connection, source.says)
            # Whoever opened it before there was a mark is here, and whoever comes later sees the mark.
            target.look()
        for place, table in enumerate(self._tables):
            after, done = None, 0
            if resumed is not None:
                after, done = self._there(place, table)
            self._copy(table, after, done, sums[table.name].rows)
        with target.transaction() as connection:
            for table in self._tables:
                self._end(connection, table)
        with target.transaction() as connection:
            for table in self._tables:
                self._compare(connection, table, sums[table.name])
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
            f"find it by {where}, put it right, and try again",
        )

    def _there(self, place: int, table: Table) -> tuple[Row | None, int]:
        """Return what the target has of a table: the key of the last row, and how many there are.

        What it has is taken away unless the source begins with it.
        """
        with self._target.transaction() as connection:
            there = summed.of(connection, table)
        if there == summed.of(self._source.connection, table, most=there.rows):
            return there.last, there.rows
        self._tell(AGAIN, table.name, 0, there.rows)
        with self._target.transaction() as connection:
            for each in reversed(self._tables[place:]):
                connection.execute(delete(each))
        return None, 0

    def _copy(self, table: Table, after: Row | None, done: int, number: int) -> None:
        """Copy the rows of a table that follow the key *after*, where *done* rows are there."""
        for rows in summed.rows(self._source.connection, table, after=after):
            done += len(rows)
            with self._target.transaction() as connection:
                pouring.of(connection).put(connection, table, rows)
                unfinished.move(connection, table.name, done)
            self._tell(COPIED, table.name, done, number)

    def _end(self, connection: Connection, table: Table) -> None:
        """Let the target's numbers of a table go on after the source's."""
        way = pouring.of(connection)
        if pouring.gives_numbers(table):
            way.go_on(connection, table, self._last_number(table))
        way.settle(connection, table)

    def _last_number(self, table: Table) -> int:
        """Return the greatest number that the source has ever given to a row of a table."""
        connection = self._source.connection
        greatest = connection.execute(select(func.max(pouring.numbered(table)))).scalar() or 0
        return max(pouring.of(connection).last(connection, table), int(greatest))

    def _compare(self, connection: Connection, table: Table, whole: Sum) -> None:
        """Make sure that the target has a table as the source has it."""
        done = 0

        def look(rows: list[Row]) -> None:
            nonlocal done
            done += len(rows)
            self._tell(COMPARED, table.name, done, whole.rows)

        same = summed.of(connection, table, look=look) == whole
        if same and pouring.gives_numbers(table):
            same = pouring.of(connection).last(connection, table) == self._last_number(table)
        if not same:
            raise DatabaseError(
                f"the table {table.name} in {self._target.says} is not what it is in {self._source.says}",
                "run this again, which copies it anew; if that does not help, look at the target's disk and memory",
            )


def _refuse_others(source: _Side) -> None:
    """Refuse a database in which there is anything that would not be copied, or not all that would."""
    inspected = inspect(source.connection)
    wanted = {f"{table.name}.{column.name}" for table in schema.metadata.sorted_tables for column in table.columns}
    tables = set(inspected.get_table_names()) - {schema.VERSION_TABLE}
    found = {f"{table}.{column['name']}" for table in tables for column in inspected.get_columns(table)}
    if different := sorted(wanted ^ found):
        problem = "is none of ours" if different[0] in found else "is missing"
        raise DatabaseError(
            f"the tables of {source.says} are not as they should be: {different[0]} {problem}",
            "hardtack database check says all that is wrong; make it good first",
        )
