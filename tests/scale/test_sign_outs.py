"""Attack 5 in earnest: thousands of sign-outs by many processes, and no process that trusts one of them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

from hardtack.store import Database, RevocationTable
from tests.scale.conftest import Start
from tests.scale.sign_outs import WRITERS, board_at, identity

EACH = 1334
DIES_AT = 667
"""The last writer's sign-out that is committed and not announced; 7 · 1334 + 667 are answered."""

ANSWERED = (WRITERS - 1) * EACH + DIES_AT
READERS = 4


def begin(processes: list[subprocess.Popen[str]]) -> None:
    """Let all of them go at the same moment."""
    for process in processes:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None


def end(process: subprocess.Popen[str]) -> dict[str, int]:
    """Wait for its end and return what it found."""
    said, complaint = process.communicate(timeout=300)
    assert ("", 0) == (complaint, process.returncode)
    found: dict[str, int] = json.loads(said)
    return found


def test_attack_5_ten_thousand_sign_outs_by_eight_processes(url: str, tmp_path: Path, start_process: Start) -> None:
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
        start_process("sign_outs.py", "writer", url, path, writer, EACH, DIES_AT if writer == victim else -1)
        for writer in range(WRITERS)
    ]
    readers = [start_process("sign_outs.py", "reader", url, path, victim, DIES_AT) for _ in range(READERS)]
    deaf = start_process("sign_outs.py", "deaf", url, path)
    begin([*writers, *readers, deaf])

    started = time.monotonic()
    killed_one = writers.pop()
    assert ("", "") == killed_one.communicate(timeout=300)
    assert -signal.SIGKILL == killed_one.returncode
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
