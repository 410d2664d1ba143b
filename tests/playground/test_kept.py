"""The box of the playground: two that want the same at once, and what becomes of it when there is too much."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hardtack.playground import kept
from hardtack.playground.kept import Kept

RACER = """
import sys
from pathlib import Path
from hardtack.playground.kept import Kept
box = Kept(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(sum(box.add("note", str(number), sys.argv[2]) for number in range(12)))
"""

STARTER = """
import sys
from pathlib import Path
from hardtack.playground.kept import Kept
print("ready", flush=True)
folders = [Path(line.strip()) for line in iter(sys.stdin.readline, "\\n")]
for folder in folders:
    Kept(folder)
print("opened", len(folders))
"""


def test_a_thing_is_there_until_it_is_taken_out(tmp_path: Path) -> None:
    """With its version, which every change counts up."""
    box = Kept(tmp_path)
    assert box.get("note", "a") is None
    assert box.add("note", "a", "one")
    assert (1, "one") == box.get("note", "a")
    assert box.change("note", "a", 1, "two")
    assert (2, "two") == box.get("note", "a")
    assert box.remove("note", "a")
    assert box.get("note", "a") is None
    assert not box.remove("note", "a")


def test_what_names_another_version_changes_nothing(tmp_path: Path) -> None:
    """Neither is anything written, nor taken out."""
    box = Kept(tmp_path)
    box.add("note", "a", "one")
    assert not box.change("note", "a", 2, "two")
    assert not box.remove("note", "a", 2)
    assert (1, "one") == box.get("note", "a")
    assert box.remove("note", "a", 1)


def test_kinds_have_names_of_their_own(tmp_path: Path) -> None:
    """A note and a job of one name are two things."""
    box = Kept(tmp_path)
    assert box.add("note", "a", "one")
    assert box.add("job", "a", "two")
    assert (1, "one") == box.get("note", "a")


def test_what_is_there_outlives_the_process(tmp_path: Path) -> None:
    """The next one finds it."""
    Kept(tmp_path).add("note", "a", "one")
    assert (1, "one") == Kept(tmp_path).get("note", "a")


def test_of_more_than_five_hundred_the_oldest_go(tmp_path: Path) -> None:
    """The box cannot be made to grow, and what is new is always kept."""
    assert 500 == kept.MOST
    box = Kept(tmp_path)
    for number in range(kept.MOST + 3):
        assert box.add("note", str(number), "")
    there = [number for number in range(kept.MOST + 3) if box.get("note", str(number)) is not None]
    assert list(range(3, kept.MOST + 3)) == there


def test_a_name_that_is_taken_throws_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full box stays as it is when nothing comes in."""
    monkeypatch.setattr(kept, "MOST", 2)
    box = Kept(tmp_path)
    box.add("note", "a", "one")
    box.add("note", "b", "two")
    assert not box.add("note", "a", "again")
    assert (1, "one") == box.get("note", "a")
    assert (1, "two") == box.get("note", "b")


def test_of_threads_that_race_for_a_name_one_gets_it(tmp_path: Path) -> None:
    """And of those that change one version, one does."""
    box = Kept(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        assert 1 == sum(pool.map(lambda number: box.add("note", "a", str(number)), range(16)))
        assert 1 == sum(pool.map(lambda number: box.change("note", "a", 1, str(number)), range(16)))
    found = box.get("note", "a")
    assert found is not None
    assert 2 == found[0]


def test_of_processes_that_race_for_names_each_name_goes_to_one(tmp_path: Path) -> None:
    """The workers of a service share the box; even its file is made by whoever comes first."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("left", "right")
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert "ready\n" == racer.stdout.readline()
    won = []
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    for racer in racers:
        said, _ = racer.communicate(timeout=60)
        won.append(int(said))
        assert 0 == racer.returncode
    assert 12 == sum(won)
    box = Kept(tmp_path)
    owners = [found[1] for number in range(12) if (found := box.get("note", str(number))) is not None]
    assert won == [owners.count("left"), owners.count("right")]


def test_of_processes_that_start_at_once_none_is_turned_away(tmp_path: Path) -> None:
    """Each finds the box open, or makes it, however many come in the same moment."""
    folders = [tmp_path / str(number) for number in range(60)]
    for folder in folders:
        folder.mkdir()
    starters = [
        subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for starter in starters:
        assert starter.stdout is not None
        assert "ready\n" == starter.stdout.readline()
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("\n".join(map(str, folders)) + "\n\n")
        starter.stdin.flush()
    assert [("opened 60\n", 0)] * 4 == [
        (starter.communicate(timeout=60)[0], starter.returncode) for starter in starters
    ]
