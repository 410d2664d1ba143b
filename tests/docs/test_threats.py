"""The threat model: what it names as shown by something is there, and nothing of it stands alone."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
THREATS: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "docs" / "_ext" / "threats.toml").read_text("utf-8"))


@cache
def named_in(file: str) -> frozenset[str]:
    """Return the names of the tests in a file, those in classes included."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def withstood() -> set[str]:
    """Return the numbers of the attacks that are withstood; those that wait have no test."""
    listed = tomllib.loads((ROOT / "tests" / "attacks" / "attacks.toml").read_text("utf-8"))
    return {attack["number"] for attack in listed["attack"] if attack.get("tests")}


def missing(evidence: str) -> str | None:
    """Return why a piece of evidence is none, or ``None`` if it is there."""
    kind, colon, name = evidence.partition(": ")
    if not colon:
        file, _, test = evidence.partition("::")
        if not (ROOT / file).is_file():
            return f"no file {file}"
        return None if test in named_in(file) else f"no test {test} in {file}"
    if kind == "spec":
        headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "spec" / "seal.md").read_text("utf-8"), re.MULTILINE)
        return None if name in headings else f"no section {name}"
    if kind == "bench":
        gauges = json.loads((ROOT / "bench" / "results.json").read_text("utf-8"))["gauges"]
        reached = [each["reached"] for each in gauges if each["what"] == name]
        return None if reached == [True] else f"the figure {name} is not there, or not reached"
    found = importlib.util.find_spec(name) if kind == "run" else None
    return None if found else f"no command {evidence}"


@pytest.mark.parametrize("name", THREATS["promise"])
def test_what_shows_a_promise_is_there(name: str) -> None:
    """And a test is among it: a promise that is only written down is none."""
    promise = THREATS["promise"][name]
    assert [why for each in promise["evidence"] if (why := missing(each))] == []
    assert any(each.startswith("tests/") for each in promise["evidence"])
    assert len(promise["evidence"]) == len(set(promise["evidence"])) >= 2
    assert promise["en"]
    assert promise["zh"]


@pytest.mark.parametrize(
    "evidence",
    [
        "tests/seal/test_nothing.py::test_x",
        "tests/seal/test_token.py::test_nothing_of_the_kind",
        "spec: How to forge a token",
        "bench: nothing",
        "run: tests.seal.nothing",
        "hearsay: somebody",
    ],
)
def test_what_is_not_there_is_missed(evidence: str) -> None:
    """The control."""
    assert missing(evidence)


def test_every_attack_that_is_withstood_stands_at_a_promise() -> None:
    """And no other does: a number of which no test is left would promise what nobody looks at."""
    named = {str(number) for promise in THREATS["promise"].values() for number in promise["attacks"]}
    assert {number for number in withstood() if number.isdecimal()} == named


def test_no_attacker_and_no_promise_stands_alone() -> None:
    """Every attacker meets a promise, and every promise is against somebody."""
    against = [name for attacker in THREATS["attacker"].values() for name in attacker["against"]]
    assert set(against) == set(THREATS["promise"])
    assert [name for name, attacker in THREATS["attacker"].items() if not attacker["against"]] == []
    assert {len(attacker[language]) for attacker in THREATS["attacker"].values() for language in ("en", "zh")} == {3}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_all_of_it(language: str) -> None:
    """Both tables, and the scorecard by the headings between which it stands."""
    page = (ROOT / "docs" / language / "security.md").read_text("utf-8")
    assert re.findall(r"```{threats-table} (\w+)\n:show: (\w+)", page) == [
        (language, "attackers"),
        (language, "promises"),
    ]
    [start], [end] = re.findall(r':start-after: "(.+)"', page), re.findall(r':end-before: "(.+)"', page)
    card = (ROOT / "docs" / language / "asvs.md").read_text("utf-8")
    assert (
        "| 2 | all | 120 |".replace("all", {"en": "all", "zh": "合计"}[language])
        in card.partition(start)[2].partition(end)[0]
    )


def test_what_is_said_of_reports_leads_somewhere() -> None:
    """Every page that SECURITY.md links is there, and it says how to report, what counts and what is supported."""
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    assert [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not (ROOT / link).is_file()] == []
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [
        "Reporting",
        "What counts",
        "Safe harbour",
        "What is supported",
        "What is promised",
        "What is not promised",
    ]
