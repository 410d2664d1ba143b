"""A database of a PostgreSQL server: whether it answers, is ours and of this version, and keeps what it is told.

It is asked as the service asks it, and nothing is made, changed or migrated: whether it can be written to is found by
taking the writers' turn and giving it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from hardtack.cli.doctor.findings import Findings, Patient, found
from hardtack.errors import MisuseError
from hardtack.site.mistakes import masked
from hardtack.store import Database, StoreUnavailable, schema, unfinished
from hardtack.store.url import Server

EACH = 10
"""Connections that a worker has at most: those of its pool, and the one on which it listens."""

RESERVE = 10
"""Connections that should be left for whoever looks after the server."""

_ASKED = """
    SELECT current_setting('max_connections')::int, current_setting('fsync'), current_setting('full_page_writes'),
    COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false), inet_server_addr() IS NOT NULL,
    inet_client_addr() = inet_server_addr()
"""


def looked_at(patient: Patient, place: Server) -> Findings:
    """Look at the server and at what it says of the database."""
    try:
        database = Database.connect(patient.settings.database_url)
    except MisuseError as error:
        yield found("database-wrong", problem=masked(error.problem), hint=error.hint)
        return
    try:
        revision = database.revision() or ""
        if revision != schema.REVISION:
            yield found(of_another(revision), path=place.says, revision=revision)
            return
        with database.read() as connection:
            _, version = database.engine_and_version(connection)
            most, *kept, sealed, by_network, here = connection.exec_driver_sql(_ASKED).one()
        if "off" in kept:
            yield found("database-forgets", path=place.says)
        if by_network and not here and not sealed:
            yield found("database-in-clear", path=place.says)
        needed = patient.settings.workers * EACH + RESERVE
        if most < needed:
            yield found("database-connections", path=place.says, most=most, needed=needed)
        with database.write():
            pass
    except MisuseError as error:
        yield found("database-wrong", problem=masked(error.problem), hint=error.hint)
    except StoreUnavailable as refused:
        yield found("database-no-turn", path=place.says, reason=refused.reason)
    else:
        yield found("database-answers", path=place.says, revision=revision, version=version)
    finally:
        database.close()


def of_another(revision: str) -> str:
    """Return the code of the finding that a schema is not the present one, but of *revision*."""
    if unfinished.is_one(revision):
        return "database-half"
    return "database-newer" if revision > schema.REVISION else "database-older"


@contextmanager
def reading(patient: Patient) -> Iterator[Connection]:
    """Give a connection that can change nothing.

    Raises:
        MisuseError: the database cannot be opened, or is not of this version.
        StoreUnavailable: it does not answer.
    """
    database = Database.connect(patient.settings.database_url)
    try:
        database.check()
        with database.read() as connection:
            yield connection
    finally:
        database.close()
