"""Files that are gone, and a disk that takes nothing: who is signed in goes on, who signs in is told to come back."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
from pathlib import Path

from tests.conftest import Service
from tests.failures.running import GOOD, NOTHING_WRITTEN, PASSWORD, WITHOUT_STORE, Running, limited, until

DATABASE = ("hardtack.db", "hardtack.db-wal", "hardtack.db-shm", "hardtack.db.generation")


def move(names: tuple[str, ...], here: Path, there: Path) -> None:
    """Move files, as somebody does who clears up in the wrong folder."""
    there.mkdir(exist_ok=True)
    for name in names:
        if (here / name).exists():
            (here / name).replace(there / name)


def kill_one(service: Service) -> set[int]:
    """End one worker at once; return who serves then."""
    killed = service.workers[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in service.workers and len(service.workers) == 2)
    return set(service.workers)


def test_a_database_that_is_gone_and_comes_back(running: Running, tmp_path: Path) -> None:
    """No process goes on with the file that it has open, and a worker that is replaced meanwhile makes no other."""
    data = running.service.data
    move(DATABASE, data, tmp_path / "away")
    assert WITHOUT_STORE == running.seen()
    # From now on it is known that the ended sessions cannot be read.
    assert "the file of the database is gone" == running.told("revocations-failed")
    assert WITHOUT_STORE == running.seen()
    assert "the file of the database is gone" == running.told("store-failed")
    kill_one(running.service)
    assert "is gone" in running.told("worker-cannot-start")
    assert not (data / "hardtack.db").exists()
    assert 503 == running.sign_in()
    move(DATABASE, tmp_path / "away", data)


def test_attack_10_another_database_in_its_place_is_used_by_nobody(running: Running, tmp_path: Path) -> None:
    """In it other people have the numbers of these; what is written there or here would be lost for one of both."""
    data = running.service.data
    move(DATABASE, data, tmp_path / "away")
    with sqlite3.connect(data / "hardtack.db") as other:
        other.execute("CREATE TABLE account (id INTEGER)")
    other.close()
    assert WITHOUT_STORE == running.seen()
    assert "another file lies in the place of the database" == running.told("store-failed")
    (data / "hardtack.db").unlink()
    move(DATABASE, tmp_path / "away", data)


def test_a_disk_that_is_full(running: Running) -> None:
    """Nothing can be written: who is signed in sees pages, and nobody is told that something was done."""
    log = running.service.data / "hardtack.db-wal"
    with limited(running.service, resource.RLIMIT_FSIZE, lambda _: log.stat().st_size):
        assert NOTHING_WRITTEN == running.seen()
        assert 503 == running.ask("POST", "/sign-out", {}, own=True)
        assert (204, 200) == (running.auth(), running.account())
    assert "SQLITE_" in running.told("store-failed")


def test_somebody_who_holds_the_database_for_too_long(running: Running) -> None:
    """Such as a program that was stopped in the middle of its transaction."""
    holder = sqlite3.connect(running.service.data / "hardtack.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert NOTHING_WRITTEN == running.seen_of_one()  # of both it takes twice as long
    holder.execute("ROLLBACK")
    holder.close()
    assert "SQLITE_BUSY" == running.told("store-failed")


def test_a_key_file_that_is_gone(running: Running, tmp_path: Path) -> None:
    """The keys that are known go on; one line says so, and a worker that is replaced waits for the file."""
    data = running.service.data
    move(("hardtack.key",), data, tmp_path / "away")
    until(lambda: GOOD == running.seen() and running.tells("keyring-refused"))
    assert "there is no keyring" in running.told("keyring-refused")
    kill_one(running.service)
    assert "there is no keyring" in running.told("worker-cannot-start")
    assert GOOD == running.seen_of_one()
    move(("hardtack.key",), tmp_path / "away", data)


def test_a_generation_file_that_is_gone(running: Running) -> None:
    """It is made anew; what ends meanwhile is known to every worker within a second, by the poll."""
    generation = running.service.data / "hardtack.db.generation"
    generation.unlink()
    other = Running(running.service)
    assert 200 == other.ask("POST", "/sign-in", {"username": running.name, "password": PASSWORD}, own=True)
    kept = dict(other.cookies)
    assert 200 == other.ask("POST", "/sign-out", {}, own=True)
    other.cookies = kept
    until(lambda: 401 == other.auth_of_each())
    assert generation.exists()
    assert GOOD == running.seen()


def test_a_worker_that_is_killed(running: Running) -> None:
    """The other one answers, and another takes its place."""
    before = set(running.service.workers)
    after = kill_one(running.service)
    assert 1 == len(before & after)
    assert GOOD == running.seen()
