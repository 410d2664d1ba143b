"""The page of the proofs: what it shows of a report, and that each bug was mended by a commit that is there."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from tests.crash.rounds import ENGINES
from tests.crash.run import COUNTED, KEPT
from tests.failures.run import FAULTS
from tests.prove import plans, summary
from tests.prove.running import PASSED, ROOT, STOPPED, UNABLE, WRONG
from tests.prove.summary import NOT_BEGUN

sys.path.append(str(ROOT / "docs" / "_ext"))
proof: Any = import_module("proof")


def subjects() -> list[str]:
    """Return the subject of every commit; nothing where there is no whole history, as in an archive."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    if not (ROOT / ".git").exists() or git("rev-parse", "--is-shallow-repository").strip() == "true":
        return []
    return git("log", "--format=%s").splitlines()


def test_each_bug_was_mended_by_a_commit_that_is_in_the_history() -> None:
    """Where there is one: a copy without it cannot tell."""
    there = subjects()
    assert [] == [bug["commit"] for bug in proof.BUGS if there and bug["commit"] not in there]


@pytest.mark.parametrize("bug", proof.BUGS, ids=lambda bug: bug["commit"])
def test_each_bug_is_told_whole(bug: dict[str, str]) -> None:
    """In both languages, with a way of finding bugs that is known, and a date."""
    assert set(bug) == {"en", "zh", "by", "since", "commit"}
    assert bug["by"] in proof.WORDS["by"]
    assert bug["since"] >= "2026-11-22"


def test_each_stage_has_a_chinese_name() -> None:
    """And so has each verdict."""
    names = {plan.name for plan in (*plans.SHORT, *plans.LONG)} | {PASSED, WRONG, UNABLE, STOPPED, NOT_BEGUN}
    assert names <= set(proof.WORDS["words"])


def test_what_the_last_runs_have_counted_is_said_in_chinese() -> None:
    """A label that is new is one more line of ``proof.toml``."""
    reports = [json.loads(path.read_text("utf-8")) for path in proof.SAVED.values() if path.exists()]
    labels = {label for report in reports for stage in report["stages"] for label in stage.get("counts", {})}
    assert labels <= set(proof.WORDS["words"])


def test_what_kills_and_faults_are_counted_by_is_said_in_chinese() -> None:
    """The labels of the two stages that are this folder's own."""
    labels = {f"rounds in which a {part} was killed" for engine in ENGINES.values() for part in engine.parts}
    labels |= {*KEPT.values(), *COUNTED.values(), *FAULTS}
    assert labels <= set(proof.WORDS["words"])


def test_the_page_shows_what_a_report_has() -> None:
    """Its commit, its seed, what was counted, found and explained, and what was not run."""
    report = {
        "on": "2026-11-30",
        "commit": "0123456789abcdef",
        "seed": 5,
        "seconds": 3540,
        "machine": {"cpu": "Some Processor", "cores": 2, "system": "Linux", "python": "CPython 3.11"},
        "stages": [
            {
                "name": "fuzz",
                "verdict": WRONG,
                "seconds": 150,
                "counts": {"inputs": 1234567},
                "found": ["host: a promise is broken"],
                "explained": ["a finding: none, since"],
            },
            {"name": "attacks", "verdict": UNABLE, "why": "needs nginx", "seconds": 1, "commits": ["fedcba9876543210"]},
        ],
    }
    text = "\n".join(node.astext() for node in proof.shown(report, "en"))
    for part in ("0123456789:", "seed 5", "59 minutes", "2.5", "inputs: 1,234,567", "needs nginx"):
        assert part in text
    assert "fuzz: host: a promise is broken" in text
    assert "fuzz: a finding: none, since" in text
    assert "attacks: fedcba9876" in text
    chinese = "\n".join(node.astext() for node in proof.shown(report, "zh"))
    assert "发现了问题" in chinese


def test_many_explanations_are_counted_and_nothing_that_was_found_is_left_out() -> None:
    """The report has them all."""
    lines = [f"line {number} of them" for number in range(proof.MOST + 1)]
    stage = {"name": "mutants", "explained": lines, "found": lines}
    assert lines == proof.reasons(stage, "found", "{number} reasons")
    assert ["21 reasons"] == proof.reasons(stage, "explained", "{number} reasons")
    assert lines[1:] == proof.reasons({"explained": lines[1:]}, "explained", "{number} reasons")


@pytest.mark.parametrize("form", sorted(summary.LAST))
def test_what_is_kept_was_run_on_a_commit(form: str) -> None:
    """With nothing changed beside it, and to the end, or with how far it is; the documents' build finds it there."""
    assert proof.SAVED[form] == summary.LAST[form]
    if summary.LAST[form].exists():
        report = json.loads(summary.LAST[form].read_text(encoding="utf-8"))
        assert (False, form) == (report["changed"], report["form"])
        assert UNABLE not in {stage["verdict"] for stage in report["stages"]}
        assert (summary.status(report) == 2) == (form == "long" and summary.CARRIED.exists())
