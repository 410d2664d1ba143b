"""One round of the crashes for each part; ``python -m tests.crash.run`` is the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crash.rounds import ENGINES
from tests.crash.run import LAST, bad, run, table

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("engine", ENGINES)
def test_no_promise_is_broken_by_a_crash(engine: str, tmp_path: Path) -> None:
    """Of a worker, a service, a node and the database, under load; begun with one round, and gone on from there."""
    parts = len(ENGINES[engine].parts)
    assert [] == bad(run([engine], parts, seed=parts, state=tmp_path / "state.json"))
    # All of them are done.
    found = run([engine], parts, seed=0, state=tmp_path / "state.json")
    assert [1] * parts == [part["rounds"] for part in found[engine].values()]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_say_what_was_counted(language: str) -> None:
    """The last whole run, with nothing lost in it."""
    last = json.loads(LAST.read_text())
    text = (DOCS / language / "failures.md").read_text()
    assert [] == bad(last)
    assert list(ENGINES) == list(last)
    assert [] == [row for row in table(last) if row not in text]
