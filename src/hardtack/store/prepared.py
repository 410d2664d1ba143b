"""Statements of every sign-in, compiled once and given to the driver itself.

SQLAlchemy builds a context, a cursor's description and rows for every statement that it runs, which takes several times
as long as these short statements do. Here its compiler writes the text, once for each database, and what is left is a
call of the driver. Whatever is told of the engine's statements is told of these, too: whoever listens to
``before_cursor_execute`` hears of them, a failure is the same ``DBAPIError`` without a value in it, and the transaction
is the connection's.

Nothing is converted on the way: values are whole numbers, texts, bytes and ``None``, which drivers take as they are. A
list has a fixed number of values, each under a name of its own.
"""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

from hardtack.store.upsert import ByEngine

Values = Mapping[str, Any]


class _Compiled(NamedTuple):
    """One statement for one kind of database.

    Args:
        text: as the driver takes it.
        parameters: turns values into what goes with the text.
        row: makes a row of what the driver returns.
    """

    text: str
    parameters: Callable[[Values], Any]
    row: Callable[[Iterable[Any]], Any]


class Prepared:
    """A statement to be run as it is, with other values each time; safe to share among threads.

    Args:
        statement: built by SQLAlchemy, for every engine or for each; what is not known yet is a ``bindparam``.
        columns: of an INSERT, the columns that are given.
    """

    def __init__(self, statement: ClauseElement | ByEngine, columns: Iterable[str] | None = None) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)
        self._compiled: dict[str, _Compiled] = {}
        self._compiling = threading.Lock()

    def run(self, connection: Connection, values: Values) -> int:
        """Run the statement and return how many rows it changed.

        Args:
            connection: of a transaction.
            values: by name.

        Raises:
            DBAPIError: the database failed.
        """
        cursor, _ = self._execute(connection, values)
        changed = int(cursor.rowcount)
        cursor.close()
        return changed

    def run_each(self, connection: Connection, values: Sequence[Values]) -> None:
        """Run the statement for each of *values*, as one; as ``run``."""
        cursor, _ = self._execute(connection, *values, many=True)
        cursor.close()

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Run the statement and return its rows, whose fields are called as the columns; as ``run``."""
        cursor, compiled = self._execute(connection, values)
        # Rows come one by one: the database may fail at any of them.
        try:
            found = [compiled.row(row) for row in cursor.fetchall()]
        except connection.dialect.loaded_dbapi.Error as error:
            raise failed(connection.dialect, compiled.text, error) from None
        finally:
            cursor.close()
        return found

    def first(self, connection: Connection, values: Values) -> Any:
        """Run the statement and return its first row, or ``None``; as ``rows``."""
        cursor, compiled = self._execute(connection, values)
        try:
            row = cursor.fetchone()
        except connection.dialect.loaded_dbapi.Error as error:
            raise failed(connection.dialect, compiled.text, error) from None
        finally:
            cursor.close()
        return None if row is None else compiled.row(row)

    def _execute(self, connection: Connection, *values: Values, many: bool = False) -> tuple[Any, _Compiled]:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        given = [compiled.parameters(each) for each in values]
        parameters = given if many else given[0]
        if not connection.in_transaction():
            connection.begin()
        cursor: Any = connection.connection.cursor()
        listening = connection.dispatch.before_cursor_execute
        if listening:
            listening(connection, cursor, compiled.text, parameters, None, many)
        try:
            (cursor.executemany if many else cursor.execute)(compiled.text, parameters)
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise failed(dialect, compiled.text, error) from None
        return cursor, compiled

    def _compile(self, dialect: Dialect) -> _Compiled:
        with self._compiling:
            statement: Any = self._statement
            if isinstance(statement, ByEngine):
                statement = statement.of(dialect.name)
            made: Any = statement.compile(dialect=dialect, column_keys=self._columns)
            constants = {name: bind.effective_value for bind, name in made.bind_names.items() if not bind.required}
            positional = bool(made.positional)
            names = tuple(made.positiontup if positional else dict.fromkeys(made.bind_names.values()))

            def parameters(values: Values) -> Any:
                given = {**constants, **values} if constants else values
                # One that is missing is a KeyError.
                return tuple([given[name] for name in names]) if positional else {name: given[name] for name in names}

            columns = [str(column.keyname) for column in made._result_columns]
            fields: Any = namedtuple("Row", columns)  # type: ignore[misc] # they are the statement's
            compiled = self._compiled[dialect.name] = _Compiled(str(made), parameters, fields._make)
        return compiled


def failed(dialect: Dialect, text: str, error: Exception) -> Exception:
    """Return what the engine would raise, without a value in it."""
    of_driver = dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, of_driver, hide_parameters=True, dialect=dialect)
