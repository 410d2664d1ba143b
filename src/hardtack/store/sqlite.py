"""SQLite's part of a database: one file.

Writers begin IMMEDIATE, so a transaction never fails half-way because another one was quicker; between processes they
try for ``BUSY_TIMEOUT`` seconds. A commit is on the disk before it returns (``synchronous=FULL``), and readers never
wait for writers (WAL). A commit that need not last is written all the same, in the order of the log.

The database, its ``-wal`` and ``-shm`` are made with mode 0600. Its generation lies beside it.
"""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import ClassVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from hardtack.store import alone, failures, schema
from hardtack.store.failures import DatabaseError
from hardtack.store.generation import Generation
from hardtack.store.part import Part
from hardtack.store.place import Place
from hardtack.store.url import File

BUSY_TIMEOUT = 5
"""Seconds that a writer waits for another process."""

MINIMUM = (3, 37, 0)
"""STRICT tables came with it."""

_BEGIN = "hardtack_begin"
_IMMEDIATE = "BEGIN IMMEDIATE"
_LOOK = 0.0005, 0.002
"""Seconds between two looks whether another process still writes: any time between these."""


class SqlitePart(Part):
    """One SQLite file.

    Args:
        path: of the file; it is made if it is not there.
    """

    name: ClassVar[str] = File.engine

    def __init__(self, path: Path) -> None:
        if sqlite3.sqlite_version_info < MINIMUM:
            raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is too old", "use a Python with SQLite 3.37 or later")
        super().__init__(str(path))
        self.path = path

    def engine(self) -> Engine:
        """See ``Part``."""
        engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": BUSY_TIMEOUT},
            # Values are names and hashes, and an error's text ends up in a log.
            hide_parameters=True,
            pool_size=8,
            max_overflow=24,
            pool_timeout=BUSY_TIMEOUT,
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def opening(self) -> AbstractContextManager[None]:
        """See ``Part``."""
        return failures.opening(self.says)

    def open(self, engine: Engine) -> None:
        """See ``Part``."""
        self._create()
        self._place = Place(self.path)
        with engine.connect() as connection:
            _refuse_foreign(connection, self.path)
        self.generation: Generation = Generation(self.path)
        # Switching to WAL needs the file alone for a moment, and SQLite does not wait for that by itself; a pragma of
        # this kind runs in no transaction.
        bare = engine.execution_options(**{_BEGIN: ""})
        with self.generation.lock(), bare.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")

    def _create(self) -> None:
        """Make the file, readable by us alone, unless it is there.

        A file that is there is never opened here: closing it would drop the locks that SQLite holds on it in this
        process (POSIX advisory locks).
        """
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            if not stat.S_ISREG(self.path.stat().st_mode):
                raise DatabaseError(f"{self.path} is not a file", "name a file in a folder of yours") from None

    def look(self) -> None:
        """See ``Part``."""
        self._place.look()

    def writer(self, engine: Engine) -> Connection:
        """See ``Part``; it is not fit to go back among the others."""
        connection = engine.connect().execution_options(**{_BEGIN: _IMMEDIATE})
        _wait_by_itself(connection, seconds=0)
        return connection

    def is_usable(self, connection: Connection) -> bool:
        """See ``Part``."""
        return not _driver(connection).in_transaction

    def spoils_all(self, error: DBAPIError) -> bool:
        """See ``Part``; a file that could not be opened for writing was opened for reading, and stays so."""
        return failures.name_of(error).startswith("SQLITE_READONLY")

    def before_writing(self, connection: Connection, *, lasting: bool) -> None:
        """See ``Part``; said anew each time, so that nothing depends on who wrote before."""
        _driver(connection).execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}").close()

    def before_commit(self, connection: Connection) -> None:
        """See ``Part``."""

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[Connection]:
        """See ``Part``; SQLite's DDL is transactional."""
        writer = engine.execution_options(**{_BEGIN: _IMMEDIATE})
        with self.generation.lock(), writer.connect() as connection:
            _wait_by_itself(connection, seconds=0)
            try:
                with connection.begin():
                    yield connection
            finally:
                _wait_by_itself(connection, seconds=BUSY_TIMEOUT)

    @contextmanager
    def alone(self, *, writes: bool) -> Iterator[alone.Alone]:
        """See ``Part``; in its exclusive mode SQLite shares the file with nobody, a reader or one at rest included."""
        engine = self.engine()
        # Before anything else is asked: the mode is that in which the file is opened.
        event.listen(engine, "connect", _exclude, insert=True)
        try:
            with self.opening():
                try:
                    connection = engine.connect()
                except DBAPIError as error:
                    raise alone.in_use(self.says) if _is_busy(error.orig) else error from None
            with connection:
                yield alone.Alone(connection, lambda: None)
        finally:
            engine.dispose()

    def mark(self, connection: Connection) -> None:
        """See ``Part``."""
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # We begin every transaction ourselves: the driver's own way would begin it too late, and not at all for a SELECT.
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


def _exclude(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (f"busy_timeout = {alone.WITHIN * 1000}", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}").close()


def _is_busy(error: BaseException | None) -> bool:
    return getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement == _IMMEDIATE:
        _begin_writing(connection)
    elif statement:
        connection.exec_driver_sql(statement)


def _wait_by_itself(connection: Connection, *, seconds: float) -> None:
    """Let SQLite itself wait so long for another process, on this connection."""
    _driver(connection).execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}").close()


def _begin_writing(connection: Connection) -> None:
    """Begin as soon as no other process writes.

    SQLite's own waiting sleeps longer and longer between two looks, up to 100 ms: among processes that write all the
    time, whoever has waited longest looks least often, and now and then one waits in vain. Here everybody looks equally
    often. The connection is one that does not wait by itself (``_wait_by_itself``).
    """
    deadline = time.monotonic() + BUSY_TIMEOUT
    driver = _driver(connection)
    while True:
        try:
            driver.execute(_IMMEDIATE).close()
            return
        except sqlite3.Error as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                break
        time.sleep(random.uniform(*_LOOK))  # noqa: S311 - who comes first is no secret
    # Once more, so that SQLAlchemy raises what was raised.
    connection.exec_driver_sql(_IMMEDIATE)


def _refuse_foreign(connection: Connection, path: Path) -> None:
    """Refuse a database that holds another program's tables."""
    identity = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    ours = identity == schema.APPLICATION_ID
    empty = identity == 0 and not inspect(connection).get_table_names()
    if not ours and not empty:
        raise DatabaseError(f"the database {path} belongs to another program", "give Hardtack a file of its own")
