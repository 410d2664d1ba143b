"""A migrated database for each test, on each engine, and other processes that work on the same one.

A test that asks for ``database`` or ``url`` runs on SQLite and on PostgreSQL; ``only_sqlite`` and ``only_postgresql``
mark what only one of them has.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardtack.store import Database
from tests import postgres

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)

WORKER = """
import os, pathlib, signal, sys
from hardtack.store import Database, RevocationTable, feed

database = Database.connect(sys.argv[1], folder=pathlib.Path(sys.argv[2]))
database.migrate()
table = RevocationTable(database)
print("ready", flush=True)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:
    word, *rest = line.split()
    if word == "verdict":
        lineage, account, epoch = bytes.fromhex(rest[0]), int(rest[1]), int(rest[2])
        print(table.verdict(lineage, bytes(16), account, epoch, 0) or "good", flush=True)
    elif word == "poll":
        table.start_polling(float(rest[0]))
        print("polling", flush=True)
    elif word in ("revoke", "revoke-and-die"):
        if word == "revoke-and-die":
            # The commit is done, the generation is not raised: the moment that only the poll can make good.
            database.generation.advance = die
        with database.write() as connection:
            feed.revoke_lineage(connection, lineage=bytes.fromhex(rest[0]), account_id=int(rest[1]), until=2**31)
        print("revoked", flush=True)
"""


class Worker:
    """Another process on the same database; one line asks it, one line answers."""

    def __init__(self, url: str, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WORKER, url, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def answer(self) -> str:
        """Return the next line that it says; ``""`` when it has died."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, *words: object) -> str:
        """Say one line and return the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def stop(self) -> None:
        """Let it end, and wait until it has."""
        self.process.communicate(timeout=30)


@pytest.fixture
def run_at_once(url: str) -> Callable[[str, int], list[str]]:
    """Return a function that runs a script in several processes at the same moment.

    Each says ``ready`` and waits for the end of its standard input. The function returns what each said after that; one
    that complains or fails fails the test.
    """

    def run(script: str, number: int) -> list[str]:
        command = [sys.executable, "-W", "error", "-c", script, url]
        pipe = subprocess.PIPE
        running = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(number)]
        for process in running:
            assert process.stdout is not None
            assert "ready\n" == process.stdout.readline()
        for process in running:
            assert process.stdin is not None
            process.stdin.close()
            process.stdin = None
        said = [process.communicate(timeout=60) for process in running]
        assert [("", 0)] * number == [
            (said[1], process.returncode) for said, process in zip(said, running, strict=True)
        ]
        return [out for out, _ in said]

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test's database is of."""
    return str(request.param)


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """Where a test's database is; on PostgreSQL it is migrated."""
    return f"sqlite:///{tmp_path}/hardtack.db" if engine == "sqlite" else postgres.shared()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "hardtack.db"
    made = Database.connect(f"sqlite:///{path}")
    made.migrate()
    made.close()
    return path


@pytest.fixture
def database(engine: str, url: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("template"), tmp_path)
    opened = Database.connect(url, folder=tmp_path)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def start_worker(url: str, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Return a function that starts another process on the test's database and waits until it has opened it."""
    workers: list[Worker] = []

    def start() -> Worker:
        worker = Worker(url, tmp_path)
        workers.append(worker)
        assert "ready" == worker.answer()
        return worker

    yield start
    for worker in workers:
        worker.stop()
