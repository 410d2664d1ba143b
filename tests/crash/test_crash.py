"""A round of the crashes for each part; ``python -m tests.crash.run`` is the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crash import rounds
from tests.crash.run import LAST, bad, run, table

DOCS = Path(__file__).parents[2] / "docs"


def test_no_promise_is_broken_by_a_crash(tmp_path: Path) -> None:
    """Of a worker, a node and the database, under load; what is done is not done again."""
    parts = len(rounds.ENGINES["postgresql"].parts)
    assert [] == bad(run(["postgresql"], parts, seed=5, state=tmp_path / "state.json"))
    found = run(["postgresql"], parts, seed=6, state=tmp_path / "state.json")
    assert [1] * parts == [part["rounds"] for part in found["postgresql"].values()]


def test_no_promise_is_broken_by_a_crash_on_sqlite() -> None:
    """Of the whole service, under load; a worker that is killed is a round of the command."""
    second = range(1, 2)
    found = rounds.run("sqlite", second, 5, {}, lambda _number, _counted: None)
    assert 1 == found["service"]["rounds"]
    assert [] == bad({"sqlite": found})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_say_what_was_counted(language: str) -> None:
    """The last whole run, with nothing lost in it."""
    last = json.loads(LAST.read_text())
    text = (DOCS / language / "failures.md").read_text()
    assert [] == bad(last)
    assert list(rounds.ENGINES) == list(last)
    assert [] == [row for row in table(last) if row not in text]
