"""One database: opening it, bringing its schema up to date, and its two kinds of transaction.

SQLite or PostgreSQL; what each does in its own way is asked of its ``part``, and what ``Database`` promises is the same
for both. One transaction that writes runs at a time: within a process they queue on a lock, between processes the
engine keeps them apart, for ``BUSY_TIMEOUT`` seconds at most. A commit is on the disk before it returns, and readers
never wait for writers. Only what is worth nothing without a later commit may leave the disk to that one
(``write(lasting=False)``): the log is written in order, so what a later commit finds is on the disk with it.

A transaction that takes a number from the feed (``feed.next_change``) raises the generation after its commit and
before ``write`` returns, so no caller can forget it.

What can go wrong is told as ``failures`` says: a ``DatabaseError`` while opening, ``StoreUnavailable`` afterwards.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from hardtack.store import committed, schema, unfinished
from hardtack.store.alone import Alone
from hardtack.store.failures import DatabaseError, StoreUnavailable, answering
from hardtack.store.generation import AnyGeneration
from hardtack.store.part import FEED_CHANGED, Listener, Part, Woken, revision
from hardtack.store.sqlite import SqlitePart
from hardtack.store.url import File, place_of

BUSY_TIMEOUT = 5
"""Seconds that a writer waits for another one of the same process."""


class Database:
    """An open database; safe to share among threads, and whole again in the child after a fork.

    Make one with ``connect``.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._start()
        try:
            with part.opening():
                part.open(self._engine)
        except BaseException:
            self.close()
            raise
        _open_databases.add(self)

    @classmethod
    def connect(cls, url: str, *, folder: Path | None = None) -> Database:
        """Open the database at *url*, making an empty file if it is to be one and is not there.

        Args:
            url: ``sqlite:///relative/path.db`` or ``sqlite:////absolute/path.db``, where a ``?`` or ``%`` in the path
                is percent-encoded; or ``postgresql://user@host:port/name``, with what libpq knows behind a ``?``.
            folder: with PostgreSQL, the data folder of this node: processes that share it learn of each other's
                changes without any lag. Beside a SQLite file it is not needed.

        Raises:
            DatabaseError: it cannot be opened, is no database of the kind, or another program's.
            MisuseError: the URL names no database that can be used.
        """
        place = place_of(url)
        if isinstance(place, File):
            # One file has one generation beside it, by whatever name it was opened.
            return cls(SqlitePart(Path(os.path.realpath(place.path))))
        # Imported here: whoever uses SQLite has no driver for anything else.
        from hardtack.store.postgres import PostgresPart  # noqa: PLC0415 - see above

        return cls(PostgresPart(place, folder))

    @property
    def says(self) -> str:
        """How texts name it."""
        return self._part.says

    @property
    def engine(self) -> str:
        """What the engine is called."""
        return self._part.name

    def engine_and_version(self, connection: Connection) -> tuple[str, str]:
        """Return what the engine is called, and its version."""
        return self._part.name, ".".join(map(str, connection.dialect.server_version_info or ()))

    @property
    def path(self) -> Path:
        """The SQLite file; only where it is one."""
        if not isinstance(self._part, SqlitePart):
            raise AttributeError("the database is no file")
        return self._part.path

    @property
    def generation(self) -> AnyGeneration:
        """By which the processes of this node are told that something has changed."""
        return self._part.generation

    def _start(self) -> None:
        """Make the engine and the writers' queue; no connection is opened before it is used."""
        self._writing = threading.Lock()
        self._engine = self._part.engine()
        # Writers take turns anyway, and a connection whose own writes are the last ones need read nothing again.
        self._kept: Connection | None = None

    def migrate(self) -> None:
        """Bring the schema up to the present revision; does nothing if it is there. Several processes may call it.

        Raises:
            DatabaseError: the schema is newer than this version, or the database fails.
        """
        with self._part.opening():
            if self._known_revision() == schema.REVISION:
                return
            # Alembic's context is global, so one process migrates one database at a time.
            with _migrating, self._part.migrating(self._engine) as connection:
                self._upgrade(connection)

    def _upgrade(self, connection: Connection) -> None:
        # Imported here: a process that finds its schema up to date never pays for it.
        from alembic import command  # noqa: PLC0415 - see above
        from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

        configuration = alembic_configuration(connection)
        present = revision(connection)
        unfinished.refuse(connection, present, self.says)
        known = {script.revision for script in ScriptDirectory.from_config(configuration).walk_revisions()}
        if present is not None and present not in known:
            raise self._newer()
        command.upgrade(configuration, schema.REVISION)
        self._part.mark(connection)

    def revision(self) -> str | None:
        """Return the revision of the schema, or ``None`` where there is none yet.

        Raises:
            DatabaseError: the database fails.
        """
        with self._part.opening(), self._engine.connect() as connection:
            return revision(connection)

    def check(self) -> None:
        """Make sure that the schema is the present one, without changing anything.

        Raises:
            DatabaseError: it is older or newer, or the database fails.
        """
        with self._part.opening():
            present = self._known_revision()
        if present is None or present < schema.REVISION:
            raise DatabaseError(
                f"the database {self.says} has the schema of an earlier version",
                "run hardtack database upgrade, or hardtack serve, which does it by itself",
            )
        if present != schema.REVISION:
            raise self._newer()

    def _known_revision(self) -> str | None:
        """Return the revision of the schema, unless the rows are only a part of another database's."""
        with self._engine.connect() as connection:
            present = revision(connection)
            unfinished.refuse(connection, present, self.says)
            return present

    def _newer(self) -> DatabaseError:
        return DatabaseError(
            f"the database {self.says} was made by a later version",
            "upgrade hardtack, or restore a backup of the database",
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state of the database.

        Raises:
            StoreUnavailable: the database failed.
        """
        self._part.look()
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
            StoreUnavailable: another writer took too long, or the database failed. Nothing was written, unless the
                answer to the commit itself was lost, or the file went meanwhile: then nobody knows.
        """
        self._part.look()
        if not self._writing.acquire(timeout=BUSY_TIMEOUT):
            raise StoreUnavailable("writers are waiting")
        changed = False
        try:
            with answering(), self._kept_open() as connection:
                connection.info.pop(FEED_CHANGED, None)
                committed.taken(connection)  # of a transaction that was rolled back
                self._part.before_writing(connection, lasting=lasting)
                with connection.begin():
                    yield connection
                    self._part.before_commit(connection)
                    changed = connection.info.pop(FEED_CHANGED, False)
                # Moved away meanwhile, it has been written to for nobody.
                self._part.look()
                calls = committed.taken(connection)
        except StoreUnavailable:
            if changed:
                self._announce_if_it_can_be_read()
            raise
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
        connection, self._kept = self._kept, None
        if connection is not None and not self._part.is_usable(connection):
            _let_go(connection)
            connection = None
        connection = connection or self._part.writer(self._engine)
        whole = False
        try:
            yield connection
            whole = True
        except Exception as error:
            whole = not isinstance(error, DBAPIError) and self._part.is_usable(connection)
            if isinstance(error, DBAPIError) and self._part.spoils_all(error):
                self._engine.dispose()
            raise
        finally:
            if whole:
                self._kept = connection
            else:
                _let_go(connection)

    def _announce_if_it_can_be_read(self) -> None:
        """Announce what may have been committed; the poll does where nobody can look, who else would be refused."""
        with suppress(StoreUnavailable):
            with self.read():
                pass
            self._announce()

    def _announce(self) -> None:
        try:
            self.generation.advance()
        except OSError as error:
            # The change is committed, but whether others know of it at once is unsure: that is no success.
            raise StoreUnavailable(f"generation: {error.strerror}") from error

    @contextmanager
    def alone(self, *, writes: bool) -> Iterator[Alone]:
        """Give a connection to a database that nobody else uses until the end; it opens no other one meanwhile.

        What fails in its transactions is raised as it is; they may write only where it says *writes*.

        Raises:
            DatabaseError: others use it and do not leave within a moment, or it cannot be used.
        """
        self.close()
        with self._part.alone(writes=writes) as held:
            yield held

    def listen(self, woken: Woken) -> Listener | None:
        """Have *woken* called whenever another node has changed something; ``None`` where there is none."""
        return self._part.listen(woken)

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


def _let_go(connection: Connection) -> None:
    connection.invalidate()
    connection.close()


_migrating = threading.Lock()
_open_databases: WeakSet[Database] = WeakSet()
_abandoned: list[tuple[Engine, Connection | None]] = []


def _renew() -> None:
    """Give every database new connections in the child of a fork.

    The parent's are kept and never touched: SQLite forbids the child to use them, and even to close them; a server
    would take a farewell of the child's for the parent's.
    """
    for database in _open_databases:
        _abandoned.append((database._engine, database._kept))
        database._start()


os.register_at_fork(after_in_child=_renew)
