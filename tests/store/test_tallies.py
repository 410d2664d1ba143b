"""Numbers of several processes: added up, and not lost with a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from hardtack.store.tallies import ENDING, Tallies, Tally

COUNTING = """
import sys, pathlib
from hardtack.store.tallies import Tally
tally = Tally(pathlib.Path(sys.argv[1]), 3)
tally.add(0, 5)
tally.put(1, 7)
print("counted", flush=True)
sys.stdin.read()
"""


def test_every_process_has_numbers_of_its_own(tmp_path: Path) -> None:
    """Nobody waits for anybody."""
    tallies = Tallies(tmp_path / "counts", 3)
    first, second = Tally(tmp_path / "counts", 3), Tally(tmp_path / "counts", 3)
    first.add(0)
    first.add(0, 2.5, also=2, also_by=0.25)
    second.put(1, 9)
    gone, alive = tallies.read()

    assert [0.0, 0.0, 0.0] == gone
    assert [[0.0, 9.0, 0.0], [3.5, 0.0, 0.25]] == sorted(alive)


def test_what_a_process_that_was_killed_has_counted_stays_and_it_lives_no_more(tmp_path: Path) -> None:
    """It had no time to say good-bye; its lock is free."""
    folder = tmp_path / "counts"
    tallies = Tallies(folder, 3)
    with subprocess.Popen(
        [sys.executable, "-c", COUNTING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"counted\n" == process.stdout.readline()
        assert ([0.0, 0.0, 0.0], [[5.0, 7.0, 0.0]]) == tallies.read()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    assert ([5.0, 7.0, 0.0], []) == tallies.read()
    assert ([5.0, 7.0, 0.0], []) == tallies.read()
    assert [] == list(folder.iterdir())


def test_the_folder_is_emptied_and_nobody_else_may_look_into_it(tmp_path: Path) -> None:
    """What was counted before the start is no part of this run."""
    folder = tmp_path / "counts"
    Tallies(folder, 1)
    Tally(folder, 1).add(0)
    assert 0o700 == folder.stat().st_mode & 0o777
    assert [0o600] == [path.stat().st_mode & 0o777 for path in folder.glob(f"*{ENDING}")]

    assert ([0.0], []) == Tallies(folder, 1).read()


def test_whoever_lets_go_is_gone(tmp_path: Path) -> None:
    """As at the end of the process."""
    tallies = Tallies(tmp_path / "counts", 1)
    tally = Tally(tmp_path / "counts", 1)
    tally.add(0)
    tally.close()

    assert ([1.0], []) == tallies.read()
