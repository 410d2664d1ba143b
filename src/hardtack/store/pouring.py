"""How each engine takes many rows, and how it counts: the numbers that it has given out and will give out next.

A number that was given once is never given again, even if its row is gone: a cookie names its account by it. SQLite
remembers the greatest one for each table that promises so (AUTOINCREMENT), PostgreSQL in the sequence of the column.
Values go in as they are, by column; what an engine says against one never shows it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text

from hardtack.store.prepared import failed
from hardtack.store.summed import Row


class Pouring(ABC):
    """One engine's way."""

    @abstractmethod
    def put(self, connection: Connection, table: Table, rows: Iterable[Row]) -> None:
        """Add rows, each with a value for every column in the table's order.

        Args:
            connection: of a transaction that writes.
            table: of ours.
            rows: with values of the columns' types.

        Raises:
            DBAPIError: the database failed, or a row breaks a rule.
        """

    @abstractmethod
    def last(self, connection: Connection, table: Table) -> int:
        """Return the greatest number that the table has given out by itself or seen; 0 where there is none."""

    @abstractmethod
    def go_on(self, connection: Connection, table: Table, last: int) -> None:
        """Let the next number of the table be the one after *last*."""

    @abstractmethod
    def settle(self, connection: Connection, table: Table) -> None:
        """Do what is done after a table was filled."""


class _Sqlite(Pouring):
    def put(self, connection: Connection, table: Table, rows: Iterable[Row]) -> None:
        places = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {_named(connection, table)} VALUES ({places})"  # noqa: S608 - names of our schema
        with _cursor(connection, statement) as cursor:
            cursor.executemany(statement, rows)

    def last(self, connection: Connection, table: Table) -> int:
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return int(found.scalar() or 0)

    def go_on(self, connection: Connection, table: Table, last: int) -> None:
        values = {"name": table.name, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)

    def settle(self, connection: Connection, table: Table) -> None:
        # It knows nothing of a table's rows in a database that has grown by itself either.
        pass


class _Postgres(Pouring):
    def put(self, connection: Connection, table: Table, rows: Iterable[Row]) -> None:
        statement = f"COPY {_named(connection, table)} FROM STDIN"
        with _cursor(connection, statement) as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def last(self, connection: Connection, table: Table) -> int:
        sequence = connection.execute(select(self._sequence(table))).scalar_one()
        last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608 - named by the server
        return int(last) if called else int(last) - 1

    def go_on(self, connection: Connection, table: Table, last: int) -> None:
        # A sequence begins at 1: that none was given out yet is said by the third argument.
        connection.execute(select(func.setval(self._sequence(table), max(last, 1), last > 0)))

    def settle(self, connection: Connection, table: Table) -> None:
        # Without it the first statements would be planned as for an empty table.
        connection.exec_driver_sql(f"ANALYZE {_quoted(connection, table.name)}")

    @staticmethod
    def _sequence(table: Table) -> Any:
        return func.pg_get_serial_sequence(table.name, numbered(table).name)


def numbered(table: Table) -> Column[Any]:
    """Return the column of *table* whose numbers the database gives out.

    Raises:
        StopIteration: there is none.
    """
    return next(each for each in table.columns if each.identity is not None)


def gives_numbers(table: Table) -> bool:
    """Return whether the database gives out numbers for the rows of *table*."""
    return any(each.identity is not None for each in table.columns)


def of(connection: Connection) -> Pouring:
    """Return the way of the engine of *connection*."""
    return _WAYS[connection.dialect.name]


@contextmanager
def _cursor(connection: Connection, statement: str) -> Iterator[Any]:
    """Give a cursor of the driver itself for *statement*, whose failure is what the engine's would be."""
    driver: Any = connection.connection.driver_connection
    try:
        with closing(driver.cursor()) as cursor:
            yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        raise failed(connection.dialect, statement, error) from None


def _named(connection: Connection, table: Table) -> str:
    columns = ", ".join(_quoted(connection, each.name) for each in table.columns)
    return f"{_quoted(connection, table.name)} ({columns})"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


_WAYS: dict[str, Pouring] = {"sqlite": _Sqlite(), "postgresql": _Postgres()}
