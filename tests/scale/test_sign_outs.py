"""Attack 5 in earnest: thousands of sign-outs by many processes, and no process that trusts one of them."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from tempfile import TemporaryFile

from hardtack.store import Database, RevocationTable
from tests.forked import Parent
from tests.scale.conftest import untraced
from tests.scale.sign_outs import WRITERS, board_at, identity

EACH = 1334
DIES_AT = 667
"""The last writer's sign-out that is committed and not announced; 7 · 1334 + 667 are answered."""

ANSWERED = (WRITERS - 1) * EACH + DIES_AT
READERS = 4


_parent = Parent("hardtack.login", environ=untraced())
"""Thirteen processes begin at a time: what they load is loaded once."""


class Process:
    """One of them; it waits until it may go."""

    def __init__(self, *arguments: object) -> None:
        words = ["-m", "tests.scale.sign_outs", *map(str, arguments)]
        (entered, self._go), (said, output) = os.pipe(), os.pipe()
        self._said, self._errors = open(said, "rb"), TemporaryFile("w+b")  # noqa: SIM115 - closed at its end
        with open(entered, "rb") as reads, open(output, "wb") as writes:
            self._running = _parent.start(words, output=writes, errors=self._errors, entered=reads, environ=untraced())

    def wait_until_ready(self) -> None:
        """Wait until it says so."""
        assert b"ready\n" == self._said.readline()

    def go(self) -> None:
        """Let it go."""
        os.close(self._go)

    def end(self) -> tuple[str, str, int]:
        """Wait for its end and return what it said, what it complained of and its exit status."""
        with self._said, self._errors:
            told = self._said.read().decode()
            status = self._running.wait(timeout=300)
            self._errors.seek(0)
            return told, self._errors.read().decode(), status


def begin(processes: list[Process]) -> None:
    """Let all of them go at the same moment."""
    for process in processes:
        process.wait_until_ready()
    for process in processes:
        process.go()


def end(process: Process) -> dict[str, int]:
    """Wait for its end and return what it found."""
    said, complaint, status = process.end()
    assert ("", 0) == (complaint, status)
    found: dict[str, int] = json.loads(said)
    return found


def test_attack_5_ten_thousand_sign_outs_by_eight_processes(url: str, tmp_path: Path) -> None:
    """Four processes refuse each at the first check after its answer; one of the eight is killed half-way.

    The control shares everything with the four but the generation; it trusts nearly all of them.
    """
    database = Database.connect(url)
    database.migrate()
    path = tmp_path / "board"
    path.write_bytes(bytes(8 * (WRITERS + 1)))
    board = board_at(str(path))
    victim = WRITERS - 1
    writers = [
        Process("writer", url, path, writer, EACH, DIES_AT if writer == victim else -1) for writer in range(WRITERS)
    ]
    readers = [Process("reader", url, path, victim, DIES_AT) for _ in range(READERS)]
    deaf = Process("deaf", url, path)
    begin([*writers, *readers, deaf])

    started = time.monotonic()
    killed_one = writers.pop()
    assert ("", "", -signal.SIGKILL) == killed_one.end()
    retries = [end(process)["retries"] for process in writers]
    seconds = time.monotonic() - started
    board[WRITERS] = 1
    found = [end(process) for process in readers]
    control = end(deaf)
    print(  # noqa: T201 - the figures of the documentation
        f"\n{ANSWERED} sign-outs by {WRITERS} processes in {seconds:.1f} s, {sum(retries)} tried again; "
        f"of each {READERS} readers trusted {[one['trusted'] for one in found]}, the control {control['trusted']}; "
        f"of {[one['not_begun'] for one in found]} that had not begun, "
        f"they refused {[one['refused_early'] for one in found]}"
    )

    assert [(ANSWERED, 0, 0, 1)] * READERS == [
        (one["ended"], one["trusted"], one["refused_early"], one["killed"]) for one in found
    ]
    assert all(one["not_begun"] > 0 for one in found)
    assert control["trusted"] > ANSWERED // 2

    later = RevocationTable(database)
    later.refresh()
    killed = identity(victim, DIES_AT)
    assert ANSWERED + 1 == len(later)
    assert "revoked" == later.verdict(killed.lineage, killed.session_id, killed.account, 0, 1)
    assert ANSWERED == database.generation.number
    database.close()
