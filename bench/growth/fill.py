"""Put rows by the million into a database that our own migrations made, on any engine, in minutes and with progress.

Indexes are dropped before the rows of their table go in and made again after it, as the schema has them: sorting once
is quicker than finding a place for each. SQLite and PostgreSQL have a quick way of their own (many rows with one call
of the driver, without waiting for the disk; ``COPY``); any other engine takes the rows by SQLAlchemy. Nobody else may
use the database meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import URL, Connection, create_engine, func, insert, make_url, select, text, update

from bench.growth.rows import Filling, Size, last_change, tables
from hardtack.seal import Keyring
from hardtack.store import Database, schema

CHUNK = 50_000
"""Rows between two signs of progress; on SQLite also those of one transaction."""

Tell = Callable[[str], None]


def make(url: str, size: Size, *, now: int, keyring: Keyring, password_hash: str, tell: Tell = lambda _: None) -> None:
    """Make the database at *url*, migrate and fill it.

    Args:
        url: of a database that is empty, or not there.
        size: how much there is to be.
        now: the present time of the installation, Unix seconds.
        keyring: hashes what is looked up.
        password_hash: of everybody's password.
        tell: takes a line that says how far it is, now and then.
    """
    database = Database.connect(url)
    database.migrate()
    database.close()
    if size.accounts:
        fill(url, size, now=now, keyring=keyring, password_hash=password_hash, tell=tell)


def fill(url: str, size: Size, *, now: int, keyring: Keyring, password_hash: str, tell: Tell = lambda _: None) -> None:
    """Put the rows into a migrated database that has none; arguments as for ``make``."""
    engine = create_engine(_by_our_driver(url))
    try:
        with engine.connect() as connection:
            pour = _begin(connection)
            for filling in tables(size, now=now, keyring=keyring, password_hash=password_hash):
                _fill_one(connection, filling, pour, tell)
            connection.execute(update(schema.feed).values(change=last_change(size)))
            connection.commit()
            _end(connection)
    finally:
        engine.dispose()


def _by_our_driver(url: str) -> URL:
    parts = make_url(url)
    return parts.set(drivername="postgresql+psycopg") if parts.get_backend_name() == "postgresql" else parts


def _fill_one(connection: Connection, filling: Filling, pour: Pour, tell: Tell) -> None:
    name, started = filling.table.name, time.monotonic()
    indexes = sorted(filling.table.indexes, key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)
    done = 0
    for rows in _chunks(filling.rows):
        pour(connection, filling, rows)
        done += len(rows)
        tell(f"{name}: {done:,} of {filling.number:,}")
    for index in indexes:
        tell(f"{name}: {done:,}, now {index.name}")
        index.create(connection)
    connection.commit()
    tell(f"{name}: {done:,} rows in {time.monotonic() - started:.0f} s")


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


Pour = Callable[[Connection, Filling, list[tuple[Any, ...]]], None]


def _begin(connection: Connection) -> Pour:
    """Make the engine quick, and return its way of taking rows."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000", "temp_store = MEMORY"):
            driver.execute(f"PRAGMA {pragma}").close()
        return _by_many
    return _by_copy if connection.dialect.name == "postgresql" else _by_engine


def _end(connection: Connection) -> None:
    """Leave the engine as the service has it."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA journal_mode = WAL").close()
    elif connection.dialect.name == "postgresql":
        _raise_sequences(connection)
        # As autovacuum does within a minute.
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))


def _by_many(connection: Connection, filling: Filling, rows: list[tuple[Any, ...]]) -> None:
    places = ", ".join("?" * len(filling.columns))
    columns = ", ".join(f'"{column}"' for column in filling.columns)
    driver: Any = connection.connection.driver_connection
    statement = f"INSERT INTO {filling.table.name} ({columns}) VALUES ({places})"  # noqa: S608 - names of our schema
    driver.executemany(statement, rows).close()
    connection.commit()


def _by_copy(connection: Connection, filling: Filling, rows: list[tuple[Any, ...]]) -> None:
    columns = ", ".join(f'"{column}"' for column in filling.columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {filling.table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _by_engine(connection: Connection, filling: Filling, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(insert(filling.table), [dict(zip(filling.columns, row, strict=True)) for row in rows])


def _raise_sequences(connection: Connection) -> None:
    """Let the next number of a table be a new one, where rows were given theirs."""
    for table in (schema.account,):
        last = connection.execute(select(func.max(table.c.id))).scalar()
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, last)))
    connection.commit()
