"""A small run of two nodes on networks of their own; ``python -m tests.nodes.run`` is the whole of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.nodes.run import LAST, PARTS, bad, run, tables

DOCS = Path(__file__).parents[2] / "docs"
ROUNDS = 8
SIGN_OUTS = 160
STEPS = ("stop and start", "migration")
"""The others are shown for the workers of one node: ``test_stopping``, ``test_rotation``."""


def test_two_nodes_are_one_service_whatever_is_done_to_one_of_them() -> None:
    """Signed out on one is signed out on both, nobody is turned away, one that is cut off stops nobody for long."""
    found = run(rounds=ROUNDS, count=SIGN_OUTS, steps=STEPS, whole=False)
    print(f"over {found['made']['over']}: {json.dumps(found)}")  # noqa: T201 - what the figures are of
    assert [] == bad(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_documents_say_what_was_measured(language: str) -> None:
    """The last whole run, over networks of their own, with nothing wrong in it."""
    last = json.loads(LAST.read_text())
    text = (DOCS / language / "nodes.md").read_text()
    assert ([], "network namespaces", 10_000) == (bad(last), last["made"]["over"], last["sign-outs"]["sign_outs"])
    assert {*PARTS, "made"} == set(last)
    assert last["cut"]["first refused"] is not None
    assert [] == [row for row in tables(last, language) if row not in text]
