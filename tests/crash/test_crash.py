"""A few rounds of the crashes; ``python -m tests.crash.run`` is the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crash.run import LAST, PARTS, bad, run, table

DOCS = Path(__file__).parents[2] / "docs"
ROUNDS = 1


def test_no_promise_is_broken_by_a_crash() -> None:
    """Of a worker, a node and the database, under load."""
    assert [] == bad(run(ROUNDS))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_say_what_was_counted(language: str) -> None:
    """The last whole run, with nothing lost in it."""
    last = json.loads(LAST.read_text())
    text = (DOCS / language / "failures.md").read_text()
    assert [] == bad(last)
    assert list(PARTS) == list(last)
    assert [] == [row for row in table(last) if row not in text]
