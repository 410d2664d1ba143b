"""The databases that are measured: one in a SQLite file, one of a real PostgreSQL that waits for its disk.

Both hold the same small crowd, whose passwords cost nothing to hash, so that of a sign-in the database's part is left.
Every process that takes part is a node: it has a data folder of its own with the same key.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.growth import fill, rows
from bench.growth.engines import OPTIONS, PostgreSQL, SQLite
from bench.growth.site import QUICK_HASH
from bench.visits import PASSWORD
from hardtack.seal import Keyring, keyfile
from tests.postgres import SUPERUSER, Server

_ran: dict[int, int] = {}
"""How many nanoseconds each process of the server was seen to have run."""


class Place(NamedTuple):
    """One database.

    Args:
        engine: ``sqlite`` or ``postgresql``.
        version: of the engine, in words.
        url: of the database.
        folder: where the data folders of nodes are made.
        key: the file of the keys.
        server: the first process of PostgreSQL; 0 without one.
        accounts: how many there are.
    """

    engine: str
    version: str
    url: str
    folder: Path
    key: Path
    server: int
    accounts: int

    def node(self, name: str) -> Path:
        """Return the data folder of a node, made."""
        made = self.folder / f"{self.engine}-{name}"
        made.mkdir(exist_ok=True)
        shutil.copy2(self.key, made / "hardtack.key")
        return made

    def spent(self) -> float:
        """Return the seconds that all processes of the server have run, so far; 0 without one."""
        if self.server:
            for each in _children(self.server):
                _ran[each] = max(_nanoseconds(each), _ran.get(each, 0))
        # Also those that have ended since.
        return sum(_ran.values()) / 1e9


@contextmanager
def both(folder: Path, size: rows.Size) -> Iterator[list[Place]]:
    """Give the database of either engine, filled.

    Args:
        folder: an empty one, for the file and the nodes.
        size: how much there is in each.
    """
    key = folder / "hardtack.key"
    keyfile.create(key)
    (folder / "file").mkdir()
    file = f"sqlite:///{folder}/file/hardtack.db"
    server = Server(OPTIONS)
    try:
        assert server.process is not None
        postgresql = PostgreSQL(server.url("postgres", SUPERUSER))
        postgresql.anew(folder / "scale")
        url = postgresql.url(folder / "scale")
        for each in (file, url):
            fill.make(
                each,
                size,
                now=int(time.time()),
                keyring=Keyring.load(key),
                password_hash=QUICK_HASH.hash(PASSWORD.encode()),
            )
        yield [
            Place("sqlite", SQLite.version, file, folder, key, 0, size.accounts),
            Place("postgresql", postgresql.version, url, folder, key, server.process.pid, size.accounts),
        ]
    finally:
        server.remove()


def syncs(folder: Path, seconds: float) -> float:
    """Return how often a second the disk under *folder* takes eight kibibytes and says that they are there."""
    done, began = 0, time.perf_counter()
    with (folder / "synced").open("wb", buffering=0) as file:
        while (taken := time.perf_counter() - began) < seconds:
            file.seek(0)
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            done += 1
    return done / taken


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [process, *(int(each) for task in tasks for each in task.read_text("ascii").split())]


def _nanoseconds(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[0])
    except OSError:
        return 0  # it has ended
