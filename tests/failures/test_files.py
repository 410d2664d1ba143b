"""Files that are gone, and a disk that takes nothing: who is signed in goes on, who signs in is told to come back."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from tests.failures.disk import Disk
from tests.failures.running import (
    DATABASE,
    GOOD,
    NOTHING_WRITTEN,
    PASSWORD,
    WITHOUT_STORE,
    Running,
    alone,
    kill_one,
    limited,
    move,
    until,
)


def test_a_database_that_is_gone_and_comes_back(running: Running) -> None:
    """No process goes on with the file that it has open, and a worker that is replaced meanwhile makes no other."""
    data = running.service.data
    move(DATABASE, data, data.parent / "away")
    assert WITHOUT_STORE == running.seen()
    # From now on it is known that the ended sessions cannot be read.
    assert "the file of the database is gone" == running.told("revocations-failed")
    assert WITHOUT_STORE == running.seen()
    assert "the file of the database is gone" == running.told("store-failed")
    kill_one(running.service)
    assert "is gone" in running.told("worker-cannot-start")
    assert not (data / "hardtack.db").exists()
    assert 503 == running.sign_in()
    move(DATABASE, data.parent / "away", data)


def test_attack_10_another_database_in_its_place_is_used_by_nobody(running: Running, tmp_path: Path) -> None:
    """In it other people have the numbers of these; what is written there or here would be lost for one of both."""
    data = running.service.data
    move(DATABASE, data, data.parent / "away")
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE account (id INTEGER)")
    shutil.copy(tmp_path / "other.db", data / "hardtack.db")
    assert WITHOUT_STORE == running.seen()
    assert "another file lies in the place of the database" == running.told("store-failed")
    (data / "hardtack.db").unlink()
    move(DATABASE, data.parent / "away", data)


EMPTY_THE_LOG = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')"
"""What lies in the database's log is read from there, however damaged the database is."""


PAGE = 4096
"""Octets of the first page, which says what it is and what else there is."""


def test_a_database_that_is_damaged_and_restored(running: Running, disk: Disk) -> None:
    """Nobody reads what is left of it, nor makes another; with the good file in its place all goes on."""
    file = running.service.data / "hardtack.db"
    place = disk.place / "data" / "hardtack.db"
    subprocess.run([*disk.through, sys.executable, "-c", EMPTY_THE_LOG, str(place)], check=True)
    good = file.read_bytes()
    try:
        for begin in (PAGE, 0):
            running.at = len(running.service.said)
            with file.open("r+b") as damaged:
                damaged.seek(begin)
                damaged.write(os.urandom(len(good) - begin))
            assert WITHOUT_STORE == running.seen()
            # Where the head is whole, it depends on what is read first which of the two SQLite says.
            assert running.told("store-failed") in ({"SQLITE_CORRUPT", "SQLITE_NOTADB"} if begin else {"SQLITE_NOTADB"})
        kill_one(running.service)
        assert "it is no SQLite database" in running.told("worker-cannot-start")
        assert 503 == running.sign_in()
    finally:
        with file.open("r+b") as damaged:
            damaged.write(good)


def test_a_disk_that_takes_nothing_more(running: Running) -> None:
    """Nothing can be written: who is signed in sees pages, and nobody is told that something was done."""
    log = running.service.data / "hardtack.db-wal"
    with limited(running.service, resource.RLIMIT_FSIZE, lambda _: log.stat().st_size):
        assert NOTHING_WRITTEN == running.seen()
        assert 503 == running.ask("POST", "/sign-out", {}, own=True)
        assert (204, 200) == (running.auth(), running.account())
    assert "SQLITE_IOERR_WRITE" == running.told("store-failed")


def test_a_disk_that_is_full(running: Running, disk: Disk) -> None:
    """To the last octet; a worker that is replaced meanwhile serves all the same."""
    with disk.full():
        assert NOTHING_WRITTEN == running.seen()
        assert 503 == running.ask("POST", "/sign-out", {}, own=True)
        assert "SQLITE_FULL" == running.told("store-failed")
        with alone(running.service, kill_one(running.service)):
            until(running.accepts)
            assert NOTHING_WRITTEN == running.seen_of_one()


def test_files_that_may_only_be_read(running: Running) -> None:
    """Whoever has them open goes on; a worker that begins then can only read, and writes as soon as it may."""
    data = running.service.data
    for name in DATABASE[:3]:
        (data / name).chmod(0o400)
    assert GOOD == running.seen()
    with alone(running.service, kill_one(running.service)):
        until(running.accepts)
        assert NOTHING_WRITTEN == running.seen_of_one()
        assert "SQLITE_READONLY" == running.told("store-failed")
        for name in DATABASE[:3]:
            (data / name).chmod(0o600)
        # What the process has open was opened for reading, and is closed by the first who cannot write.
        assert 503 == running.sign_in()
        assert GOOD == running.seen_of_one()


def test_a_folder_in_which_nothing_may_be_opened_for_writing(running: Running) -> None:
    """As of a disk that is mounted to be read only: a worker that begins then waits."""
    data = running.service.data
    for name in DATABASE:
        (data / name).chmod(0o400)
    kill_one(running.service)
    assert "permission denied" in running.told("worker-cannot-start")
    assert GOOD == running.seen_of_one()
    for name in DATABASE:
        (data / name).chmod(0o600)


HOLD = """
import sqlite3, sys
holder = sqlite3.connect(sys.argv[1], isolation_level=None)
holder.execute("BEGIN IMMEDIATE")
print("held", flush=True)
input()
"""


def test_somebody_who_holds_the_database_for_too_long(running: Running, disk: Disk) -> None:
    """Such as a program that was stopped in the middle of its transaction."""
    command = [*disk.through, sys.executable, "-c", HOLD, str(disk.place / "data" / "hardtack.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert b"held\n" == holder.stdout.readline()
        assert NOTHING_WRITTEN == running.seen_of_one()  # of both it takes twice as long
        holder.communicate(b"\n")
    assert "SQLITE_BUSY" == running.told("store-failed")


def test_a_key_file_that_is_gone_or_damaged(running: Running) -> None:
    """The keys that are known go on, a worker that is replaced waits for the file, and nobody makes another.

    One line says what is wrong: that there is none, that it is cut off, empty, or no text; and no log has a key.
    """
    data = running.service.data
    file = data / "hardtack.key"
    good = file.read_bytes()
    move(("hardtack.key",), data, data.parent / "away")
    until(lambda: GOOD == running.seen() and running.tells("keyring-refused"))
    assert "there is no keyring" in running.told("keyring-refused")
    kill_one(running.service)
    assert "there is no keyring" in running.told("worker-cannot-start")
    assert GOOD == running.seen_of_one()
    move(("hardtack.key",), data.parent / "away", data)
    for damaged in (good[: len(good) // 2], b"", b"\xff" + os.urandom(len(good))):
        running.at = len(running.service.said)
        file.write_bytes(damaged)
        until(lambda: 200 == running.account() and running.tells("keyring-refused"))
        assert "hardtack.key" in running.told("keyring-refused")
        assert damaged == file.read_bytes()
    # Of what was there before, the other worker may have told a moment later.
    until(lambda: 200 == running.account() and any("is not text in UTF-8" in str(each) for each in running.reasons()))
    assert GOOD == running.seen_of_one()
    secrets = [word for word in good.decode().split() if len(word) > 30]
    assert len(secrets) >= 2
    assert [] == [word for word in secrets if word in running.service.said]
    file.write_bytes(good)


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
