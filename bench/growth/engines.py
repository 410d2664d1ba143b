"""Where installations that are measured keep their data: a SQLite file each, or a database each of one PostgreSQL.

Each engine says how an installation gets a database of its own, how large it has become and how it is copied; all else
is the same on both. A PostgreSQL is started for the run with the settings that a server of this size would have, and
waits for the disk as any does; or the one that ``--server`` names is used, and keeps what was made.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import psycopg
from sqlalchemy import make_url

from bench.growth.results import FILES

PAGE = Path(__file__).parent.parent.parent / "docs" / "en" / "growth.md"

OPTIONS = ("shared_buffers=1GB", "max_wal_size=8GB", "maintenance_work_mem=512MB", "effective_cache_size=4GB")
"""Of a server that is started here; what is left alone is as PostgreSQL has it, ``fsync`` above all."""

PREFIX = "hardtack_growth_"

_SQL = re.compile(r"```postgresql\n(.*?)```", re.DOTALL)


class Engine(ABC):
    """One engine, and the databases that installations have in it."""

    name: ClassVar[str]
    version: str

    @property
    def file(self) -> Path:
        """Where its results are kept."""
        return FILES[self.name]

    @abstractmethod
    def url(self, data: Path) -> str:
        """Return the URL of the database of an installation, by its data folder."""

    @abstractmethod
    def anew(self, data: Path) -> None:
        """Take away what an installation had, and let it have an empty database."""

    @abstractmethod
    def mebibytes(self, data: Path) -> float:
        """Return how large the database is."""

    @abstractmethod
    def copy(self, data: Path, copy: Path) -> None:
        """Copy an installation that nobody uses, database and all."""

    @abstractmethod
    def remove(self, data: Path) -> None:
        """Take an installation away."""


class SQLite(Engine):
    """A file in each data folder."""

    name = "sqlite"
    version = f"SQLite {sqlite3.sqlite_version}"

    def url(self, data: Path) -> str:
        """See ``Engine``."""
        return f"sqlite:///{data}/hardtack.db"

    def anew(self, data: Path) -> None:
        """See ``Engine``."""
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)

    def mebibytes(self, data: Path) -> float:
        """See ``Engine``."""
        return (data / "hardtack.db").stat().st_size / 2**20

    def copy(self, data: Path, copy: Path) -> None:
        """See ``Engine``."""
        shutil.copytree(data, copy)

    def remove(self, data: Path) -> None:
        """See ``Engine``."""
        shutil.rmtree(data)


class PostgreSQL(Engine):
    """A database for each data folder, named after it.

    Args:
        server: the URL of any database of the server, by a role that may make others.
    """

    name = "postgresql"

    def __init__(self, server: str) -> None:
        self._server = make_url(server)
        self.version = "PostgreSQL " + self._say("SHOW server_version").split()[0]

    def url(self, data: Path) -> str:
        """See ``Engine``."""
        return self._server.set(database=f"{PREFIX}{data.name}").render_as_string(hide_password=False)

    def anew(self, data: Path) -> None:
        """See ``Engine``."""
        if data.exists():
            shutil.rmtree(data)
        self._say(f"DROP DATABASE IF EXISTS {PREFIX}{data.name} WITH (FORCE)")
        data.mkdir(parents=True)
        self._say(f"CREATE DATABASE {PREFIX}{data.name} ENCODING 'UTF8' TEMPLATE template0")

    def mebibytes(self, data: Path) -> float:
        """See ``Engine``."""
        return int(self._say(f"SELECT pg_database_size('{PREFIX}{data.name}')")) / 2**20

    def copy(self, data: Path, copy: Path) -> None:
        """See ``Engine``; the settings name the database."""
        shutil.copytree(data, copy)
        settings = copy / "hardtack.toml"
        settings.write_text(settings.read_text("utf-8").replace(self.url(data), self.url(copy)), "utf-8")
        # That of a run that was broken off.
        self._say(f"DROP DATABASE IF EXISTS {PREFIX}{copy.name} WITH (FORCE)")
        self._say(f"CREATE DATABASE {PREFIX}{copy.name} TEMPLATE {PREFIX}{data.name} STRATEGY FILE_COPY")

    def remove(self, data: Path) -> None:
        """See ``Engine``."""
        shutil.rmtree(data)
        self._say(f"DROP DATABASE {PREFIX}{data.name} WITH (FORCE)")

    def _say(self, statement: str) -> str:
        return run(self._server.render_as_string(hide_password=False), statement)


def run(url: str, statement: str) -> str:
    """Run statements on a server, each committed by itself, and return the first value of what came back, if any."""
    place = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(place, autocommit=True) as connection:
        found = connection.execute(statement.encode())
        row = found.fetchone() if found.description else None
    return "" if row is None else str(row[0])


@contextmanager
def opened(name: str, server: str | None) -> Iterator[Engine]:
    """Give an engine by its name.

    Args:
        name: ``sqlite`` or ``postgresql``.
        server: the URL of a PostgreSQL that is there; ``None``: one is started, and gone afterwards.
    """
    if name == "sqlite":
        yield SQLite()
        return
    if server is not None:
        yield PostgreSQL(server)
        return
    # Imported here: whoever measures SQLite needs no server.
    from tests.postgres import SUPERUSER, Server

    started = Server(OPTIONS)
    try:
        yield PostgreSQL(started.url("postgres", SUPERUSER))
    finally:
        started.remove()


def statements(first: str) -> str:
    """Return those of the page ``growth`` that begin with a word, as an operator would copy them."""
    found: list[str] = _SQL.findall(PAGE.read_text("utf-8"))
    return next(each for each in found if each.startswith(first))
