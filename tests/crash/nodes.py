"""Two nodes of two workers on one PostgreSQL, which waits for the disk, behind one nginx; each part can be killed.

Nodes share the database and the key file, and nothing else. What is killed is killed with SIGKILL, a node with all its
workers, the database with all its processes, and is started again as an operator's init system does it.

Without wires between them all are at 127.0.0.1, and the database is reached by its socket.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import postgres
from tests.conftest import Service
from tests.nodes.network import Wires, free_port

HOST = "id.example.org"
WORKERS = 2
LASTING = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
PATIENCE = 120
"""Seconds within which whatever is waited for must have come about, on any machine."""

_TABLES = """
    SELECT relname, msg FROM pg_class CROSS JOIN LATERAL verify_heapam(oid)
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_INDEXES = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace
    AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
"""


class Node:
    """One ``hardtack serve``, in a session of its own so that it can be killed whole.

    Args:
        folder: its data folder.
        url: of the database; ``None`` for a SQLite file in the folder.
        number: which it is, of those on the *wires*.
        wires: to the others.
        environ: what it is told besides.
    """

    def __init__(
        self,
        folder: Path,
        url: str | None,
        number: int = 0,
        wires: Wires | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._inside = (lambda: wires.node(number)) if wires else nullcontext
        self._environ = environ or {}
        self.host = wires.hosts[number] if wires else "127.0.0.1"
        with self._inside():
            self.port = free_port(self.host)
        self._command = [
            *(sys.executable, "-m", "hardtack", "serve", "--data", str(folder)),
            *(("--database", url) if url else ()),
            *("--host", self.host, "--port", str(self.port), "--workers", str(WORKERS)),
            *("--origin", f"https://{HOST}", "--trusted-proxy", wires.proxy if wires else "127.0.0.1"),
            *("--sign-up", "open", "--log-format", "json"),
        ]
        self.log = folder.with_suffix(".log")
        self.start()

    def start(self) -> None:
        """Start it; it need not be ready yet."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HARDTACK_", "COV"))}
        environ = {**clean, "LC_ALL": "C.UTF-8", **self._environ}
        with self.log.open("ab") as output, self._inside():
            process = subprocess.Popen(self._command, stdout=output, stderr=output, env=environ, start_new_session=True)
        self.service = Service(process, self.log, self.port, self._folder, self.host)

    def kill(self) -> None:
        """End it at once, with all its workers."""
        os.killpg(self.service.process.pid, signal.SIGKILL)
        self.service.process.wait()

    def kill_a_worker(self, chance: random.Random) -> None:
        """End one of its workers at once; return when it has gone, which is a moment later."""
        killed = chance.choice(self.service.workers)
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while killed in self.service.workers:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def is_whole(self) -> bool:
        """Return whether all its workers are there and it may be sent visitors."""
        with suppress(OSError):
            found = self.service.ask("GET", "/readyz", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
            return found[0] == 200 and len(self.service.workers) == WORKERS
        return False


def wait(nodes: list[Node]) -> None:
    """Wait until all of *nodes* are whole."""
    deadline = time.monotonic() + PATIENCE
    while not all(node.is_whole() for node in nodes):
        assert time.monotonic() < deadline, [node.log.read_text()[-2000:] for node in nodes]
        time.sleep(0.05)


class Stand:
    """All of it, running.

    Args:
        place: an empty folder.
        wires: between them.
        options: settings of the database.
        environ: what each node is told besides.
    """

    parts = ("worker", "node", "database")
    """What can be killed."""

    heard = 1.5
    """Seconds after which the other node must have heard of a sign-out, by the poll if by nothing else."""

    def __init__(
        self,
        place: Path,
        wires: Wires | None = None,
        options: tuple[str, ...] = LASTING,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._inside = wires.database if wires else nullcontext
        with self._inside():
            listening: dict[str, Any] = {"listen": wires.listen, "port": wires.port} if wires else {}
            self.database = postgres.Server(options, **listening)
        self.name = self.database.create()
        self.urls = [self.database.url(self.name)] * 2
        if wires:
            self._let_in(wires)
        self.nodes = [Node(place / "first", self.urls[0], 0, wires, environ)]
        self.wait()
        (place / "second").mkdir(mode=0o700)
        shutil.copy(place / "first" / "hardtack.key", place / "second")
        self.nodes.append(Node(place / "second", self.urls[1], 1, wires, environ))

    def _let_in(self, wires: Wires) -> None:
        """Let whoever is on the wires connect, as one lets in a network in which nobody else is."""
        with (self.database.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.213.1.0/24 trust\n")
        with self.database.superuser() as connection:
            connection.execute("SELECT pg_reload_conf()")
        owner = f"postgresql://{postgres.OWNER}"
        self.urls = [f"{owner}@{host}:{port}/{self.name}?sslmode=disable" for host, port in wires.servers()]

    def kill(self, what: str, chance: random.Random) -> None:
        """Kill a ``worker``, a ``node`` or the ``database``, and start again what nobody else does."""
        node = chance.choice(self.nodes)
        if what == "worker":
            node.kill_a_worker(chance)
        elif what == "node":
            node.kill()
            node.start()
        else:
            self._kill_the_database()

    def _kill_the_database(self) -> None:
        server = self.database.process
        assert server is not None
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        for pid in [server.pid, *map(int, children)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.wait()
        self._start_the_database()

    def _start_the_database(self) -> None:
        """Start it again; a process of the one before that is still ending keeps it from that for a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._inside():
                    self.database.start()
                return
            except AssertionError:
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def wait(self) -> None:
        """Wait until everything is whole again."""
        wait(self.nodes)

    def names(self) -> set[str]:
        """Return every account's name, as the database has it."""
        with self.database.superuser(self.name) as connection:
            return {row[0] for row in connection.execute("SELECT name FROM account")}

    def damage(self) -> list[str]:
        """Return what PostgreSQL's own check finds wrong with its tables and indexes."""
        with self.database.superuser(self.name) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            wrong = [f"{table}: {said}" for table, said in connection.execute(_TABLES)]
            for (index,) in connection.execute(_INDEXES).fetchall():
                try:
                    connection.execute("SELECT bt_index_check(%s::regclass, true)", (index,))
                except psycopg.Error as error:
                    wrong.append(f"{index}: {error}")
        return wrong

    def close(self) -> None:
        """End all of it."""
        for node in self.nodes:
            node.kill()
        self.database.remove()


@contextmanager
def nginx(place: Path, nodes: list[Node]) -> Iterator[int]:
    """Run an nginx that shares visitors out among *nodes*; give its own port."""
    executable = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert executable, "this needs a real proxy: apt-get install nginx-light (Debian)"
    port = free_port("127.0.0.1")
    folder = place / "nginx"
    folder.mkdir()
    temporary = "".join(f"{each}_temp_path {folder}/{each};" for each in ("proxy", "fastcgi", "uwsgi", "scgi"))
    upstream = " ".join(f"server {each.host}:{each.port} max_fails=0;" for each in nodes)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n"
        f"  upstream nodes {{ {upstream} }}\n"
        f"  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://nodes; proxy_set_header Host {HOST};\n"
        "    proxy_connect_timeout 5s; proxy_read_timeout 20s; proxy_set_header X-Forwarded-Proto https; } }\n"
        "}\n"
    )
    process = subprocess.Popen([executable, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)
