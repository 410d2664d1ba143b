"""PostgreSQL's part of a database: one database of a server, which any number of nodes share.

One writer at a time, for all nodes together: a transaction that writes first takes an advisory lock of the whole
database, so that each of its statements sees everything that was committed before it. So what is true on SQLite of
looking first and writing then is true here, and numbers that are taken from the feed become visible in their order. It
is READ COMMITTED, because a snapshot from before the lock would be out of date. Readers wait for nobody: REPEATABLE
READ, READ ONLY.

What a node may hold that is cut off is bounded: a transaction in which nothing happens, a statement, and a connection
whose machine does not answer all end within seconds, and the lock goes with them. Where the answer to a COMMIT is lost
nobody knows whether it happened: that is a failure, and the generation is raised all the same, where it can be read.

A connection that the server has closed meanwhile is found out before it is used, without asking it anything. Nobody
waits for a server of which it is known that it says nothing (``reach``).
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DisconnectionError

from hardtack.store import alone, failures, schema
from hardtack.store.driver import Cursor, Driver, ServerCursor
from hardtack.store.failures import DatabaseError, StoreUnavailable
from hardtack.store.generation import Generation, PrivateGeneration
from hardtack.store.listening import CHANNEL, Listening
from hardtack.store.part import FEED_CHANGED, Listener, Part, Woken
from hardtack.store.prepared import failed
from hardtack.store.reach import Reach
from hardtack.store.url import Server

BUSY_TIMEOUT = 5
"""Seconds that a writer waits for another one, on whatever node."""

KEPT, MORE = 4, 5
"""Connections that a process keeps, and how many more it opens when these are in use; one of them is the writer's."""

STATEMENT = 30
"""Seconds that one statement may take."""

IDLE = 10
"""Seconds that a transaction may do nothing: whoever has stopped in the middle is not to hold the others up."""

MIGRATION = 600
"""Seconds that a start waits for another node that changes the schema."""

MINIMUM = (14,)
"""Older ones are not looked after any more."""

LOCKS = schema.APPLICATION_ID
"""The first half of our advisory locks' numbers."""

WRITING, MIGRATING = 1, 2
"""The second half."""

MARK = "Hardtack"
"""The comment of the table of revisions, which tells our database from another program's."""

_BEGIN = "hardtack_begin"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WRITE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE; SET LOCAL lock_timeout = '{timeout}ms';"
    "{commit} SELECT pg_advisory_xact_lock({locks}, {writing})"
)
_LATER = " SET LOCAL synchronous_commit = off;"
_LASTING = "hardtack_lasting"

_SESSION = (
    f"SELECT set_config('statement_timeout', '{STATEMENT}s', false),"
    f" set_config('idle_in_transaction_session_timeout', '{IDLE}s', false),"
    # The server finds out as well that nobody is there any more: its own default lets him have his place for hours.
    " set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '10s', false),"
    # Whatever the server is told elsewhere: what was answered is on the disk.
    " CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END"
)
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', extract(epoch FROM clock_timestamp())::text)"  # noqa: S608 - a constant
_MARKED = "SELECT obj_description(to_regclass(%s), 'pg_class')"


class PostgresPart(Part):
    """One database of a PostgreSQL server.

    Args:
        server: where it is.
        folder: the data folder that the processes of this node share; ``None``: each learns by the feed alone.
    """

    name: ClassVar[str] = Server.engine

    def __init__(self, server: Server, folder: Path | None) -> None:
        super().__init__(server.says)
        self._conninfo = server.conninfo
        self._folder = folder
        self._reach = Reach()

    def engine(self) -> Engine:
        """See ``Part``."""
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            # Values are names and hashes, and an error's text ends up in a log.
            hide_parameters=True,
            use_native_hstore=False,
            pool_size=KEPT,
            max_overflow=MORE,
            pool_timeout=BUSY_TIMEOUT,
        )
        event.listen(engine, "checkout", _refuse_closed)
        event.listen(engine, "begin", _begin)
        return engine

    def _connect(self) -> psycopg.Connection[Any]:
        with self._reach.connecting():
            return self._connected()

    def _connect_to_listen(self) -> psycopg.Connection[Any]:
        with self._reach.connecting(waited_for=False):
            return self._connected()

    def _connected(self) -> psycopg.Connection[Any]:
        # We begin every transaction ourselves, with the first statement of it in the same message.
        connection = Driver.connect(self._conninfo, autocommit=True, client_encoding="utf8", cursor_factory=Cursor)
        connection.server_cursor_factory = ServerCursor
        try:
            connection.execute(_SESSION).close()
        except BaseException:
            connection.close()
            raise
        connection.reach, connection.made = self._reach, self._reach.now()
        return connection

    def opening(self) -> AbstractContextManager[None]:
        """See ``Part``."""
        return failures.opening(self.says)

    def open(self, engine: Engine) -> None:
        """See ``Part``."""
        # A command that runs where no service does makes no folder.
        there = self._folder if self._folder is not None and self._folder.is_dir() else None
        self.generation: PrivateGeneration | Generation = (
            PrivateGeneration() if there is None else Generation(there / "hardtack")
        )
        with engine.connect() as connection:
            version = connection.dialect.server_version_info or ()
            if version < MINIMUM:
                found = ".".join(map(str, version))
                raise DatabaseError(f"PostgreSQL {found} is too old", f"use PostgreSQL {MINIMUM[0]} or later")
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise DatabaseError(
                    f"the database {self.says} keeps text as {encoding}",
                    "make it with ENCODING 'UTF8' TEMPLATE template0",
                )
            if connection.exec_driver_sql("SELECT current_schema()").scalar() is None:
                raise DatabaseError(
                    f"the database {self.says} has no schema for this user", "CREATE SCHEMA, or set search_path"
                )
            tables = inspect(connection).get_table_names()
            marked = connection.exec_driver_sql(_MARKED, (schema.VERSION_TABLE,)).scalar()
        if tables and marked != MARK:
            raise DatabaseError(
                f"the database {self.says} belongs to another program", "give Hardtack a database of its own"
            )

    def look(self) -> None:
        """See ``Part``; a server knows by itself what is its own."""

    def writer(self, engine: Engine) -> Connection:
        """See ``Part``."""
        return engine.connect().execution_options(**{_BEGIN: _WRITE})

    def is_usable(self, connection: Connection) -> bool:
        """See ``Part``."""
        driver = _driver(connection)
        return driver.info.transaction_status == TransactionStatus.IDLE and not _is_closed(driver)

    def before_writing(self, connection: Connection, *, lasting: bool) -> None:
        """See ``Part``."""
        connection.info[_LASTING] = lasting

    def before_commit(self, connection: Connection) -> None:
        """See ``Part``."""
        if _driver(connection).info.transaction_status == TransactionStatus.INERROR:
            # A statement has failed and somebody went on: the server would roll back and call that a commit.
            raise StoreUnavailable("a statement failed")
        if FEED_CHANGED in connection.info:
            _say(connection, _NOTIFY)

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[Connection]:
        """See ``Part``; no node writes meanwhile, and all revisions are committed together or not at all."""
        with engine.connect().execution_options(**{_BEGIN: _WRITE}) as connection:
            _say(connection, f"SET lock_timeout = '{MIGRATION}s'; SET statement_timeout = 0")
            _driver(connection).silence = None
            try:
                _say(connection, f"SELECT pg_advisory_lock({LOCKS}, {MIGRATING})")
                connection.info[_LASTING] = True
                with connection.begin():
                    yield connection
            finally:
                # The lock is the connection's, and goes with it.
                connection.invalidate()

    @contextmanager
    def alone(self, *, writes: bool) -> Iterator[alone.Alone]:
        """See ``Part``; the writers' lock is held between transactions, too, so that whoever comes later only reads."""
        engine = self.engine()

        def look() -> None:
            with self.opening():
                try:
                    alone.take(_driver(connection), self.says, (LOCKS, WRITING))
                except psycopg.Error as error:
                    raise failed(connection.dialect, "", error) from None

        try:
            with ExitStack() as stack:
                with self.opening():
                    connection = stack.enter_context(engine.connect())
                _driver(connection).silence = None
                look()
                yield alone.Alone(connection.execution_options(**{_BEGIN: _WRITE if writes else _READ}), look)
        finally:
            engine.dispose()

    def mark(self, connection: Connection) -> None:
        """See ``Part``."""
        connection.exec_driver_sql(f"COMMENT ON TABLE {schema.VERSION_TABLE} IS '{MARK}'")

    def listen(self, woken: Woken) -> Listener:
        """See ``Part``."""
        return Listening(self._connect_to_listen, woken, self.says)


def _driver(connection: Connection) -> Driver:
    driver: Any = connection.connection.driver_connection
    return driver  # type: ignore[no-any-return] # the pool has what _connect gave


def _begin(connection: Connection) -> None:
    text = connection.get_execution_options().get(_BEGIN, _READ)
    if text == _WRITE:
        text = _WRITE.format(
            timeout=int(BUSY_TIMEOUT * 1000),
            commit="" if connection.info.get(_LASTING, True) else _LATER,
            locks=LOCKS,
            writing=WRITING,
        )
    try:
        _say(connection, text)
    except BaseException:
        # What was begun is not to stay open.
        driver = _driver(connection)
        if not driver.closed:
            driver.rollback()
        raise


def _say(connection: Connection, text: str) -> None:
    """Run statements without values, several in one message."""
    try:
        _driver(connection).execute(text.encode(), prepare=False).close()
    except psycopg.Error as error:
        raise failed(connection.dialect, text, error) from None


def _refuse_closed(connection: Driver, _record: object, _proxy: object) -> None:
    """Let the pool open another connection instead of one that the server has closed, or that is of no use."""
    if _is_closed(connection):
        raise DisconnectionError


def _is_closed(connection: Driver) -> bool:
    """Return whether the server has closed a connection at rest, where it only says good-bye, or has been silent."""
    if connection.closed or connection.is_stale:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
