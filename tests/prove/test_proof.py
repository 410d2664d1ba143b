"""What runs the stages of ``make prove``, with small stages that are real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.prove import plans, run, running, summary
from tests.prove.plans import FUZZING, QUIET, Plan
from tests.prove.small import STEPS

SMALL = "tests.prove.small"
PATIENCE = 60


def small(what: str, **more: Any) -> Plan:
    """Return the plan of one small stage."""
    return Plan(what, SMALL, (what,), seeded=True, **more)


def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_says_of_every_stage_what_has_become_of_it(tmp_path: Path) -> None:
    """Nothing is skipped in silence, and no stage is believed that contradicts itself."""
    stages = [
        small("good", lane=QUIET),
        small("finds", lane=FUZZING),
        small("hangs", lane=FUZZING, minutes=0.01),
        *(small(what) for what in ("leaves", "lacks", "lies", "guesses", "breaks")),
        Plan("absent", "tests.prove.absent"),
    ]
    assert 2 == run.prove("short", stages, tmp_path / "prove", 5, set())
    report = json.loads((tmp_path / "prove" / "report.json").read_text())
    found = {stage["name"]: (stage["verdict"], stage.get("why", "")) for stage in report["stages"]}
    broken = "it ended with 1, its report lacks report: RuntimeError: a thing that nobody has thought of"
    assert found == {
        "good": (running.PASSED, ""),
        "finds": (running.WRONG, ""),
        "hangs": (running.UNABLE, "it had not ended after 0.01 minutes"),
        "leaves": (running.PASSED, ""),
        "lacks": (running.UNABLE, "needs a thing: apt-get install thing"),
        "lies": (running.UNABLE, "it ended with 1 and says that it has found 0"),
        "guesses": (running.UNABLE, "it ended with 0, its report lacks numbers: it says nothing"),
        "breaks": (running.UNABLE, broken),
        "absent": (running.UNABLE, "there is no tests.prove.absent"),
    }
    assert [] == left_of(tmp_path / "prove")
    good = report["stages"][0]
    assert (5, {"doors tried": 7}, []) == (good["seed"], good["counts"], good["found"])
    assert f"python -m {SMALL} good" == good["command"]
    text = (tmp_path / "prove" / "report.txt").read_text()
    assert "seed 5" in text
    assert "FOUND: a door is open" in text
    assert "1 found; not run to the end: hangs, lacks, lies, guesses, breaks, absent" in text


def test_what_is_found_shows_in_the_exit_status(tmp_path: Path) -> None:
    """0 where nothing was, 1 where something was."""
    assert 0 == run.prove("short", [small("good")], tmp_path / "one", 5, set())
    assert 1 == run.prove("short", [small("good"), small("finds")], tmp_path / "two", 5, set())
    assert 0 == run.prove("short", [small("good"), small("finds")], tmp_path / "three", 5, {"good"})


LONG = f"""
import sys
from pathlib import Path
from tests.prove import run
from tests.prove.plans import Plan
stages = [Plan("good", {SMALL!r}, ("good",), seeded=True),
          Plan("steps", {SMALL!r}, ("steps",), seeded=True, resumable=True)]
sys.exit(run.prove("long", stages, Path(sys.argv[1]), int(sys.argv[2]), set()))
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_a_long_run_goes_on_where_it_was_ended(ending: signal.Signals, tmp_path: Path) -> None:
    """By force or by Ctrl-C: with its first seed, without what is done, and without a stage that outlives it."""
    folder = tmp_path / "long"
    state = folder / "steps.state"

    def begun(seed: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", LONG, str(folder), str(seed)]
        return subprocess.Popen(command, cwd=running.ROOT, stdout=subprocess.PIPE, text=True)

    first = begun(5)
    until(lambda: state.exists() and len(json.loads(state.read_text())) >= 2)
    first.send_signal(ending)
    said, _ = first.communicate(timeout=PATIENCE)
    if ending == signal.SIGINT:
        assert 2 == first.returncode
        assert "steps: stopped" in said
        assert "stopped: the same command goes on here" in said
    until(lambda: not left_of(folder))
    assert 2 <= len(json.loads(state.read_text())) < STEPS
    second = begun(6)
    said, _ = second.communicate(timeout=PATIENCE)
    assert 0 == second.returncode, said
    assert "goes on with what was begun: good done, seed 5" in said
    assert "good begins" not in said
    assert [5] * STEPS == json.loads((folder / "steps.json").read_text())["details"]
    report = json.loads((folder / "report.json").read_text())
    assert [running.PASSED] * 2 == [stage["verdict"] for stage in report["stages"]]
    assert 5 == report["seed"]


def left_of(folder: Path) -> list[int]:
    """Return the processes that stages have started which run in *folder*, and themselves."""
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):
            if f"{running.MARK}={folder}/".encode() in Path(f"/proc/{pid}/environ").read_bytes():
                found.append(int(pid))
    return found


def test_what_was_begun_with_other_code_is_begun_anew(tmp_path: Path) -> None:
    """Counts of two of them are no proof of either; commits that change nothing of it do not matter."""
    folder = tmp_path / "long"
    assert 0 == run.prove("long", [small("good")], folder, 5, set())
    state = json.loads((folder / "state.json").read_text())
    assert {"good": [summary.commit()[0]]} == state["commits"]
    (folder / "state.json").write_text(json.dumps({**state, "commits": {"good": ["1" * 40]}}))
    assert 0 == run.prove("long", [small("good"), small("leaves")], folder, 6, set())
    report = json.loads((folder / "report.json").read_text())
    assert (5, [["1" * 40], None]) == (report["seed"], [stage.get("commits") for stage in report["stages"]])
    (folder / "state.json").write_text(json.dumps({**state, "source": "0" * 40}))
    assert 0 == run.prove("long", [small("good")], folder, 6, set())
    assert 6 == json.loads((folder / "report.json").read_text())["seed"]


def test_a_long_run_goes_on_in_another_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done is not done again, and what one stage had done of its part neither."""
    monkeypatch.setitem(summary.LAST, "long", tmp_path / "last-long.json")
    monkeypatch.setattr(summary, "CARRIED", tmp_path / "carried")
    monkeypatch.setattr(summary, "commit", lambda: ("1" * 40, False))
    steps = small("steps", resumable=True, carried=True)
    stages = [small("good"), steps]
    here, there = tmp_path / "here", tmp_path / "there"
    assert 0 == run.prove("long", stages, here, 5, set())
    # As if it had been stopped in the second stage.
    state = json.loads((here / "state.json").read_text())
    del state["done"]["steps"]
    (here / "state.json").write_text(json.dumps(state))
    (here / "steps.state").write_text(json.dumps([5, 5]))
    state["done"]["good"]["why"] = f"in {running.ROOT}/tests"
    (here / "state.json").write_text(json.dumps(state))
    report = json.loads((here / "report.json").read_text())
    report["stages"][1] = {"name": "steps", "verdict": running.STOPPED}
    (here / "report.json").write_text(json.dumps(report))
    assert "" == summary.save(here, "long", stages)
    assert ["state.json", "steps.state"] == sorted(path.name for path in summary.CARRIED.iterdir())
    assert "in tests" == json.loads((summary.CARRIED / "state.json").read_text())["done"]["good"]["why"]
    monkeypatch.setattr(summary, "commit", lambda: ("2" * 40, False))
    assert 0 == run.prove("long", stages, there, 6, set(), summary.CARRIED)
    report = json.loads((there / "report.json").read_text())
    assert (5, "2" * 40) == (report["seed"], report["commit"])
    assert [["1" * 40], ["1" * 40, "2" * 40]] == [stage["commits"] for stage in report["stages"]]
    assert [5] * STEPS == json.loads((there / "steps.json").read_text())["details"]
    assert "" == summary.save(there, "long", stages)
    assert not summary.CARRIED.exists()


def test_only_a_whole_run_of_a_commit_is_kept_for_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which anybody can run the same."""
    kept = tmp_path / "last.json"
    monkeypatch.setitem(summary.LAST, "short", kept)
    assert "run it first" in summary.save(tmp_path / "none", "short", [])

    def saved(**fields: object) -> str:
        stages = [{"name": "good", "verdict": running.PASSED}, {"name": "finds", "verdict": running.WRONG}]
        report = {"commit": "0" * 40, "changed": False, "stages": stages, **fields}
        (tmp_path / "report.json").write_text(json.dumps(report))
        return summary.save(tmp_path, "short", [])

    assert "commit them" in saved(changed=True)
    assert "commit them" in saved(commit="")
    for verdict in (running.UNABLE, running.STOPPED, summary.NOT_BEGUN):
        assert "not every stage" in saved(stages=[{"name": "good", "verdict": verdict}])
    assert not kept.exists()
    assert "" == saved()
    assert "0" * 40 == json.loads(kept.read_text())["commit"]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """The second would delete what the first writes."""
    with run._locked(tmp_path / "prove"):
        assert 2 == run.prove("short", [small("good")], tmp_path / "prove", 5, set())
    assert 0 == run.prove("short", [small("good")], tmp_path / "prove", 5, set())


def test_a_stage_that_nobody_knows_is_said() -> None:
    """With the names that there are."""
    assert 2 == run.main(["--only", "nothing"])


@pytest.mark.parametrize("stages", [plans.SHORT, plans.LONG])
def test_each_stage_has_a_name_of_its_own(stages: list[Plan]) -> None:
    """Since its report and its log are called after it."""
    names = [plan.name for plan in stages]
    assert sorted(set(names)) == sorted(names)
    assert {plan.lane for plan in stages} <= {QUIET, *plans.LANES}
