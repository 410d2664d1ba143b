"""The database: whether it can be read and written, is of this version, and lies where its locks work.

SQLite is opened by itself here, never so that a file is made, changed or migrated; whether it can be written is found
by beginning a transaction and rolling it back. The generation beside it is only looked at. What a server has is looked
at by ``server``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, NullPool, create_engine, func, select
from sqlalchemy.exc import DBAPIError

from hardtack.cli.doctor import disk, server
from hardtack.cli.doctor.findings import Findings, Patient, found
from hardtack.errors import MisuseError
from hardtack.seal import keytext
from hardtack.site.mistakes import masked
from hardtack.store import StoreUnavailable, generation, schema
from hardtack.store.url import Server, place_of

WAIT = 2.0
"""Seconds that another writer may take."""

AHEAD = 60
"""Seconds by which a time in the database may be ahead of the clock."""

_TIMES = (schema.audit.c.at, schema.signed_in.c.began, schema.account.c.created, schema.revoked_key.c.at)


class NoDatabase(Exception):
    """There is no database to look into; ``database`` says why."""


def database(patient: Patient) -> Findings:
    """Look at the file and at what SQLite says of it."""
    try:
        place = place_of(patient.settings.database_url)
    except MisuseError as error:
        yield found("database-wrong", problem=masked(error.problem), hint=error.hint)
        return
    if isinstance(place, Server):
        yield from server.looked_at(patient, place)
        return
    path = Path(place.path)
    if not path.exists():
        yield found("database-missing", path=path)
        return
    kind = disk.file_system(path)
    if kind in disk.NETWORK:
        yield found("database-on-network", path=path, kind=kind)
    try:
        with closing(_opened(path)) as connection:
            yield from _looked_at(connection, path)
    except sqlite3.Error as error:
        yield found("database-broken", path=path, reason=getattr(error, "sqlite_errorname", type(error).__name__))


def _looked_at(connection: sqlite3.Connection, path: Path) -> Findings:
    [[identity]] = connection.execute("PRAGMA application_id")
    if identity not in (0, schema.APPLICATION_ID):
        yield found("database-foreign", path=path)
        return
    revision = _revision(connection)
    if revision != schema.REVISION:
        yield found(server.of_another(revision), path=path, revision=revision)
        return
    [[mode]] = connection.execute("PRAGMA journal_mode")
    if mode != "wal":
        yield found("database-not-wal", path=path, mode=mode)
    try:
        connection.execute("BEGIN IMMEDIATE").close()
        # The same number once more: SQLite looks only now whether the file may be written.
        [[number]] = connection.execute("PRAGMA user_version")
        connection.execute(f"PRAGMA user_version = {number}").close()
        connection.execute("ROLLBACK").close()
    except sqlite3.OperationalError as error:
        busy = error.sqlite_errorname.startswith("SQLITE_BUSY")
        yield found("database-busy" if busy else "database-read-only", path=path, seconds=int(WAIT))
    else:
        yield found("database-right", path=path, revision=revision, mode=mode)


def _revision(connection: sqlite3.Connection) -> str:
    """Return the revision of the schema, ``""`` where there is none yet."""
    asked = "SELECT 1 FROM sqlite_master WHERE name = ?"
    if connection.execute(asked, (schema.VERSION_TABLE,)).fetchone() is None:
        return ""
    row = connection.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    return "" if row is None else str(row[0])


def beside(patient: Patient) -> Findings:
    """Look at the generation, by which workers learn at once what another one has changed."""
    try:
        place = place_of(patient.settings.database_url)
    except MisuseError:
        return
    if isinstance(place, Server):
        beside_it = patient.folder / f"hardtack{generation.SUFFIX}"
    elif not Path(place.path).exists():
        return
    else:
        beside_it = Path(f"{place.path}{generation.SUFFIX}")
    if not beside_it.exists():
        yield found("generation-missing", path=beside_it)
    elif beside_it.stat().st_size < generation.SIZE:
        yield found("generation-short", path=beside_it)
    else:
        yield found("generation-right", path=beside_it)


def clock(patient: Patient) -> Findings:
    """Compare the clock with the newest times that the database holds: one of them may not lie in the future."""
    try:
        with reading(patient) as connection:
            newest = max(connection.execute(select(func.max(each))).scalar() or 0 for each in _TIMES)
    except NoDatabase:
        return
    code = "clock-behind" if newest > patient.now + AHEAD else "clock-right"
    yield found(code, now=keytext.moment(patient.now), newest=keytext.moment(newest), seconds=newest - patient.now)


@contextmanager
def reading(patient: Patient) -> Iterator[Connection]:
    """Give a connection that can change nothing.

    Raises:
        NoDatabase: there is none of this version that can be read.
    """
    try:
        place = place_of(patient.settings.database_url)
        if isinstance(place, Server):
            with server.reading(patient) as connection:
                yield connection
            return
        path = Path(place.path)
        if not path.exists():
            raise NoDatabase
        with closing(_opened(path)) as bare:
            if _revision(bare) != schema.REVISION:
                raise NoDatabase
        engine = create_engine("sqlite://", creator=lambda: _opened(path, changing=False), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection
    except (MisuseError, StoreUnavailable, sqlite3.Error, DBAPIError):
        raise NoDatabase from None


def _opened(path: Path, *, changing: bool = True) -> sqlite3.Connection:
    # "rw" makes no file; "ro" could not read a database in WAL mode that nobody else has open.
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=rw", uri=True, timeout=WAIT)
    connection.isolation_level = None
    if not changing:
        connection.execute("PRAGMA query_only = ON").close()
    return connection
