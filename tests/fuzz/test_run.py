"""What the fuzzer's run makes of what the fuzzer says, and that what is done is not done again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import run

# As libFuzzer 3.0.0 of atheris has said it, shortened.
KEPT = """\
INFO: Running with entropic power schedule (0xFF, 100).
#22\tINITED cov: 38 ft: 61 corp: 20/412b exec/s: 0 rss: 46Mb
#16384\tpulse  cov: 40 ft: 80 corp: 31/700b lim: 163 exec/s: 16384 rss: 47Mb
#166975\tDONE   cov: 41 ft: 90 corp: 58/1122b lim: 1600 exec/s: 27829 rss: 48Mb
Done 166975 runs in 6 second(s)
stat::number_of_executed_units: 166975
stat::average_exec_per_sec:     27829
stat::new_units_added:          38
stat::slowest_unit_time_sec:    0
stat::peak_rss_mb:              48
"""
BROKEN = """\
#22\tINITED cov: 38 ft: 61 corp: 20/412b exec/s: 0 rss: 46Mb

 === Uncaught Python exception: ===
AssertionError: it was told
Traceback (most recent call last):
  File "run.py", line 215, in check
    assert outcome in module.OUTCOMES, outcome

==4711== ERROR: libFuzzer: fuzz target exited
stat::number_of_executed_units: 35
"""


def result(said: str, **more: Any) -> dict[str, Any]:
    """Return what ``run`` makes of what the fuzzer said."""
    kept = "ERROR" not in said
    return {**run.read(said), "asked": 60, "seed": 5, "kept": kept, "inputs_kept": [], "said": said, **more}


def test_what_the_fuzzer_says_becomes_numbers() -> None:
    """Inputs, and the branches that the corpus reached and that were reached in the end."""
    found = run.read(KEPT)
    assert (166_975, 38, 41, 38) == tuple(found[name] for name in ("inputs", "of_the_corpus", "branches", "new_inputs"))
    assert (35, 38, 38) == tuple(run.read(BROKEN)[name] for name in ("inputs", "of_the_corpus", "branches"))
    assert 0 == run.read("nothing")["inputs"]


def test_a_broken_promise_is_told_with_its_error_and_its_input() -> None:
    """One line, and the seed with which it was found."""
    results = {"host": result(KEPT), "token": result(BROKEN, inputs_kept=["build/fuzz/token-crash-1"])}
    report = run.reported(results, 7, 66)
    assert ["token: AssertionError: it was told (input: build/fuzz/token-crash-1, seed 5)"] == report["found"]
    assert ("fuzz", 66, 7, []) == tuple(report[name] for name in ("stage", "seconds", "seed", "explained"))
    assert (2, 167_010, 1) == tuple(report["counts"][name] for name in ("targets", "inputs", "promises broken"))
    assert "PROMISE BROKEN" in run.told("token", results["token"])
    assert run.told("host", results["host"]).endswith("41 branches (38 by the corpus), seed 5, promise kept")


def test_each_target_has_a_seed_of_its_own_that_is_never_any() -> None:
    """Of 0 the fuzzer makes a random one."""
    seeds = [run.seed_of(seed, target) for seed in range(50) for target in run.TARGETS]
    assert len(set(seeds)) > 0.99 * len(seeds)
    assert all(0 < seed < 2**31 for seed in seeds)


def test_what_is_done_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state has each target as soon as it is done. The fuzzer itself is not there in these tests."""
    monkeypatch.setattr(run, "find_spec", lambda _name: True)
    asked: list[tuple[str, int]] = []
    going_down = [False, False, True]

    def stand_in(target: str, seconds: int, seed: int, *, fresh: bool) -> dict[str, Any]:
        assert fresh
        asked.append((target, seed))
        if target == "token" and going_down.pop():
            raise RuntimeError("the machine goes down")
        return result(KEPT, asked=seconds, seed=seed)

    monkeypatch.setattr(run, "run", stand_in)
    state, report = tmp_path / "state.json", tmp_path / "report.json"
    command = ["host", "token", "query", "--seconds", "60", "--state", str(state), "--report", str(report)]
    with pytest.raises(RuntimeError):
        run.main([*command, "--seed", "9"])
    assert {"host"} == json.loads(state.read_text())["done"].keys()
    assert not report.exists()
    asked.clear()
    assert 0 == run.main(command)
    assert [("query", run.seed_of(9, "query")), ("token", run.seed_of(9, "token"))] == sorted(asked)
    assert (9, 3) == (json.loads(report.read_text())["seed"], json.loads(report.read_text())["counts"]["targets"])
    assert 2 == run.main([*command, "--seed", "10"])
    asked.clear()
    assert 0 == run.main([*command, "--seconds", "600"])
    assert 3 == len(asked)


def test_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A target that is none, and the fuzzer."""
    assert 2 == run.main(["nothing"])
    monkeypatch.setattr(run, "find_spec", lambda _name: None)
    assert 2 == run.main(["60", "host"])
    assert "requirements/fuzz.txt" in capsys.readouterr().out
