"""One database: opening it, bringing its schema up to date, and its two kinds of transaction.

SQLite only for now. Writers begin IMMEDIATE, so a transaction never fails half-way because another one was quicker;
within a process they queue on a lock, between processes they try for ``BUSY_TIMEOUT`` seconds. A commit is on the disk
before it returns (``synchronous=FULL``), and readers never wait for writers (WAL). Only what is worth nothing without a
later commit may leave the disk to that one (``write(lasting=False)``): the log is written in order, so what a later
commit finds is on the disk with it.

A transaction that takes a number from the feed (``feed.next_change``) raises the generation after its commit and
before ``write`` returns, so no caller can forget it. The database, its ``-wal`` and ``-shm`` are made with mode 0600.

What can go wrong is told as ``failures`` says: a ``DatabaseError`` while opening, ``StoreUnavailable`` afterwards.
"""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, column, create_engine, event, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError, DBAPIError

from hardtack.errors import MisuseError
from hardtack.store import committed, schema
from hardtack.store.failures import DatabaseError, StoreUnavailable, answering, opening
from hardtack.store.generation import Generation
from hardtack.store.place import Place

BUSY_TIMEOUT = 5
"""Seconds that a writer waits for another one."""

MINIMUM_SQLITE = (3, 37, 0)
"""STRICT tables came with it."""

FEED_CHANGED = "hardtack_feed_changed"
"""Set in ``Connection.info`` by a transaction whose commit must raise the generation."""

_BEGIN = "hardtack_begin"
_IMMEDIATE = "BEGIN IMMEDIATE"
_LOOK = 0.0005, 0.002
"""Seconds between two looks whether another process still writes: any time between these."""


class Database:
    """An open database; safe to share among threads, and whole again in the child after a fork.

    Make one with ``connect``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start()
        try:
            with opening(path):
                self._open()
        except BaseException:
            self.close()
            raise
        _open_databases.add(self)

    @classmethod
    def connect(cls, url: str) -> Database:
        """Open the database at *url*, making an empty file if there is none.

        Args:
            url: ``sqlite:///relative/path.db`` or ``sqlite:////absolute/path.db``; a ``?`` or ``%`` in the path is
                percent-encoded.

        Raises:
            DatabaseError: it cannot be opened, is no SQLite database, or another program's.
            MisuseError: the URL names no database that can be used.
        """
        if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
            raise DatabaseError(f"SQLite {sqlite3.sqlite_version} is too old", "use a Python with SQLite 3.37 or later")
        # One file has one generation beside it, by whatever name it was opened.
        return cls(Path(os.path.realpath(path_of(url))))

    def _start(self) -> None:
        """Make the engine and the writers' queue; no connection is opened before it is used."""
        self._writing = threading.Lock()
        self._engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": BUSY_TIMEOUT},
            # Values are names and hashes, and an error's text ends up in a log.
            hide_parameters=True,
            pool_size=8,
            max_overflow=24,
            pool_timeout=BUSY_TIMEOUT,
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        # Writers take turns anyway, and a connection whose own writes are the last ones need read nothing again.
        self._kept: Connection | None = None

    def _open(self) -> None:
        self._create()
        self._place = Place(self.path)
        with self._engine.connect() as connection:
            _refuse_foreign(connection, self.path)
        self.generation = Generation(self.path)
        # Switching to WAL needs the file alone for a moment, and SQLite does not wait for that by itself; a pragma of
        # this kind runs in no transaction.
        bare = self._engine.execution_options(**{_BEGIN: ""})
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

    def migrate(self) -> None:
        """Bring the schema up to the present revision; does nothing if it is there. Several processes may call it.

        Raises:
            DatabaseError: the schema is newer than this version, or the database fails.
        """
        with opening(self.path):
            with self._engine.connect() as connection:
                if _revision(connection) == schema.REVISION:
                    return
            writer = self._engine.execution_options(**{_BEGIN: _IMMEDIATE})
            # Alembic's context is global, so one process migrates one database at a time.
            with _migrating, self.generation.lock(), writer.connect() as connection:
                _wait_by_itself(connection, seconds=0)
                try:
                    with connection.begin():
                        self._upgrade(connection)
                finally:
                    _wait_by_itself(connection, seconds=BUSY_TIMEOUT)

    def _upgrade(self, connection: Connection) -> None:
        # Imported here: a process that finds its schema up to date never pays for it.
        from alembic import command  # noqa: PLC0415 - see above
        from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

        configuration = alembic_configuration(connection)
        present = _revision(connection)
        known = {script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions()}
        if present is not None and present not in known:
            raise _newer(self.path)
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        command.upgrade(configuration, schema.REVISION)

    def check(self) -> None:
        """Make sure that the schema is the present one, without changing anything.

        Raises:
            DatabaseError: it is older or newer, or the database fails.
        """
        with opening(self.path), self._engine.connect() as connection:
            present = _revision(connection)
        if present is None or present < schema.REVISION:
            raise DatabaseError(
                f"the database {self.path} has the schema of an earlier version", "run hardtack serve once"
            )
        if present != schema.REVISION:
            raise _newer(self.path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state of the database.

        Raises:
            StoreUnavailable: the database failed.
        """
        self._place.look()
        with answering(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """Give a connection in a transaction that may write; committed at the end, rolled back on an exception.

        Where the transaction took a number from the feed, the generation is raised before this returns. It does not
        nest: a thread that holds one and asks for another gets ``StoreUnavailable``.

        Args:
            lasting: whether it is on the disk before this returns. If not, every process sees it all the same, and it
                outlives them; a loss of power takes it with it, unless another commit has come after it that lasts.

        Raises:
            StoreUnavailable: another writer took too long, or the database failed; nothing was written that lasts.
        """
        self._place.look()
        if not self._writing.acquire(timeout=BUSY_TIMEOUT):
            raise StoreUnavailable("writers are waiting")
        try:
            with answering(), self._kept_open() as connection:
                connection.info.pop(FEED_CHANGED, None)
                committed.taken(connection)  # of a transaction that was rolled back
                # Said anew each time, so that nothing depends on who wrote before.
                _driver(connection).execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}").close()
                with connection.begin():
                    yield connection
                # Moved away meanwhile, it has been written to for nobody.
                self._place.look()
                changed = connection.info.pop(FEED_CHANGED, False)
                calls = committed.taken(connection)
        finally:
            self._writing.release()
        if changed:
            self._announce()
        for call in calls:
            call()

    @contextmanager
    def _kept_open(self) -> Iterator[Connection]:
        """Give the connection of whoever has the writers' turn.

        It is kept for the next unless the database failed, or whoever had it was interrupted: where a transaction may
        be left open, there is no next one.
        """
        connection, self._kept = self._kept or self._opened(), None
        whole = False
        try:
            yield connection
            whole = True
        except Exception as error:
            whole = not isinstance(error, DBAPIError) and not _driver(connection).in_transaction
            raise
        finally:
            if whole:
                self._kept = connection
            else:
                connection.invalidate()
                connection.close()

    def _opened(self) -> Connection:
        """Return a connection for writers; it is not fit to go back among the others."""
        connection = self._engine.connect().execution_options(**{_BEGIN: _IMMEDIATE})
        _wait_by_itself(connection, seconds=0)
        return connection

    def _announce(self) -> None:
        try:
            self.generation.advance()
        except OSError as error:
            # The change is committed, but whether others know of it at once is unsure: that is no success.
            raise StoreUnavailable(f"generation: {error.strerror}") from error

    def close(self) -> None:
        """Close every connection; the database may be used again, which opens new ones."""
        # Whoever still writes is waited for, but not for ever.
        if self._writing.acquire(timeout=BUSY_TIMEOUT):
            if self._kept is not None:
                self._kept.close()
            self._kept = None
            self._writing.release()
        self._engine.dispose()


def alembic_configuration(connection: Connection) -> Any:
    """Return Alembic's configuration for our revisions, to be run on *connection*."""
    from alembic.config import Config  # noqa: PLC0415 - loaded only where a schema is changed or compared

    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    configuration.attributes["connection"] = connection
    return configuration


def path_of(url: str) -> str:
    """Return the path in *url*; the URL itself is never repeated, since it may hold a password.

    Raises:
        MisuseError: it names no SQLite file.
    """
    hint = "write sqlite:///path/to/hardtack.db"
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise MisuseError("the database's URL cannot be read", hint) from None
    if parts.get_backend_name() == "postgresql":
        raise MisuseError("PostgreSQL cannot be used yet, only SQLite", hint)
    if parts.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise MisuseError(f"there is no support for databases of the kind {parts.drivername!r}", hint)
    if "?" in url or parts.host:
        raise MisuseError("the database's URL may hold nothing but a path", f"{hint}, and %3F for a question mark")
    # By ourselves: whether SQLAlchemy decodes a path depends on its version, and bytes that are no UTF-8 come back.
    path = unquote(url.partition(":///")[2], errors="surrogateescape")
    if "\0" in path:
        raise MisuseError("the database's URL cannot be read", hint)
    if path in ("", ":memory:") or path.startswith("file:"):
        raise MisuseError("a database in memory is forgotten with its connection and cannot be shared", hint)
    return path


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # We begin every transaction ourselves: the driver's own way would begin it too late, and not at all for a SELECT.
    connection.isolation_level = None
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


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
            if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY") or time.monotonic() >= deadline:
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


def _revision(connection: Connection) -> str | None:
    """Return the revision of the schema, or ``None`` where nothing was made yet."""
    if not inspect(connection).has_table(schema.VERSION_TABLE):
        return None
    present = connection.execute(select(column("version_num")).select_from(table(schema.VERSION_TABLE))).scalar()
    return None if present is None else str(present)


def _newer(path: Path) -> DatabaseError:
    return DatabaseError(
        f"the database {path} was made by a later version", "upgrade hardtack, or restore a backup of the database"
    )


_migrating = threading.Lock()
_open_databases: WeakSet[Database] = WeakSet()
_abandoned: list[tuple[Engine, Connection | None]] = []


def _renew() -> None:
    """Give every database new connections in the child of a fork.

    The parent's are kept and never touched: SQLite forbids the child to use them, and even to close them.
    """
    for database in _open_databases:
        _abandoned.append((database._engine, database._kept))
        database._start()


os.register_at_fork(after_in_child=_renew)
