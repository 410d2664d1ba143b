"""Where a database is, as its URL says it: a SQLite file, or a PostgreSQL server.

A URL is never repeated in any text, since it may hold a password. What stands in one of PostgreSQL's is read by libpq
itself, so that whatever libpq understands can be written; what it is to do where the URL says nothing is added here.

A server on another machine is not spoken to before somebody has said how that is protected: libpq's own default takes
what it gets, which whoever stands in between decides.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import unquote

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hardtack.errors import MisuseError

WRITE_FILE = "write sqlite:///path/to/hardtack.db"
WRITE_SERVER = "write postgresql://user@host/name, and the password into a file that PGPASSFILE names"

CONNECTING = 5
"""Seconds that may pass until a server has answered a new connection."""

_DEFAULTS: dict[str, str | int | None] = {
    "application_name": "hardtack",
    "connect_timeout": CONNECTING,
    # A machine that is gone says nothing: these find out, within half a minute at rest and ten seconds at work.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


@dataclass(frozen=True, slots=True)
class File:
    """A SQLite file.

    Args:
        path: as the URL has it.
    """

    engine: ClassVar[str] = "SQLite"
    path: str


@dataclass(frozen=True, slots=True)
class Server:
    """A database of a PostgreSQL server.

    Args:
        conninfo: as libpq takes it; it may hold a password.
        says: how texts name it: which database, and where.
    """

    engine: ClassVar[str] = "PostgreSQL"
    conninfo: str = field(repr=False)
    says: str


def place_of(url: str, environ: Mapping[str, str] = os.environ) -> File | Server:
    """Return where the database at *url* is.

    Args:
        url: ``sqlite:///path``, or ``postgresql://user@host/name`` with libpq's parameters behind a ``?``.
        environ: where libpq looks for what the URL leaves out.

    Raises:
        MisuseError: it names no database that can be used, or the driver is missing.
    """
    scheme, mark, rest = url.partition("://")
    kind = scheme.partition("+")[0]
    if mark and kind in ("postgresql", "postgres"):
        if scheme not in ("postgresql", "postgresql+psycopg", "postgres"):
            raise MisuseError(f"there is no support for databases of the kind {scheme!r}", WRITE_SERVER)
        return _server(f"postgresql://{rest}", environ)
    return File(_path(url))


def path_of(url: str) -> str:
    """Return the path in *url*, of what only a SQLite file can be asked.

    Raises:
        MisuseError: it names no SQLite file.
    """
    place = place_of(url)
    if isinstance(place, Server):
        raise MisuseError("the database is no file but one of PostgreSQL", WRITE_FILE)
    return place.path


def _path(url: str) -> str:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise MisuseError("the database's URL cannot be read", WRITE_FILE) from None
    if parts.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise MisuseError(f"there is no support for databases of the kind {parts.drivername!r}", WRITE_FILE)
    if "?" in url or parts.host:
        raise MisuseError(
            "the database's URL may hold nothing but a path", f"{WRITE_FILE}, and %3F for a question mark"
        )
    # By ourselves: whether SQLAlchemy decodes a path depends on its version, and bytes that are no UTF-8 come back.
    path = unquote(url.partition(":///")[2], errors="surrogateescape")
    if "\0" in path:
        raise MisuseError("the database's URL cannot be read", WRITE_FILE)
    if path in ("", ":memory:") or path.startswith("file:"):
        raise MisuseError("a database in memory is forgotten with its connection and cannot be shared", WRITE_FILE)
    return path


def _server(url: str, environ: Mapping[str, str]) -> Server:
    try:
        from psycopg import ProgrammingError  # noqa: PLC0415 - whoever uses SQLite needs no driver
        from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 - see above
    except ImportError:
        raise MisuseError("the driver for PostgreSQL is not installed", "pip install 'hardtack[postgres]'") from None
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
        ports = [int(port) for port in given.get("port", "").split(",") if port]
    except (ProgrammingError, ValueError):
        raise MisuseError("the database's URL cannot be read", WRITE_SERVER) from None
    by_service = "service" in given or bool(environ.get("PGSERVICE"))
    if not given.get("dbname") and not by_service:
        raise MisuseError("the database's URL names no database", WRITE_SERVER)
    hosts = [each for each in given.get("host", environ.get("PGHOST", "")).split(",") if each]
    protected = "sslmode" in given or bool(environ.get("PGSSLMODE")) or by_service
    if not protected and not all(_is_here(host) for host in hosts or [given.get("hostaddr", "")]):
        raise MisuseError(
            "the database's URL does not say how the way to another machine is protected",
            "add ?sslmode=verify-full&sslrootcert=FILE, or ?sslmode=disable where nobody else is on the network",
        )
    added = {name: value for name, value in _DEFAULTS.items() if name not in given}
    try:
        conninfo = make_conninfo(url, **added)
    except ProgrammingError:
        raise MisuseError("the database's URL cannot be read", WRITE_SERVER) from None
    where = ",".join(hosts) or given.get("hostaddr", "")
    port = f":{ports[0]}" if len(ports) == 1 and len(hosts) == 1 and not hosts[0].startswith("/") else ""
    name = given.get("dbname", given.get("service", "of the service"))
    return Server(conninfo, f"{name} at {where}{port}" if where else name)


def _is_here(host: str) -> bool:
    """Return whether *host* is this machine: a socket of its own, or a loopback address."""
    if host.startswith(("/", "@")) or host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
