"""The page about conditions and ranges: every rule is on it, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.status import finish, precondition
from hardtack.status.ranges import MOST_RANGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rules", [precondition.RULES, finish.RULES])
def test_every_rule_is_documented(language: str, rules: tuple[precondition.Rule | finish.Rule, ...]) -> None:
    """In a row of its own, in the order in which the rules are tried."""
    page = (DOCS / language / "conditions.md").read_text()
    places = [page.index(f"| `{rule.name}` |") for rule in rules]
    assert sorted(places) == places


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_cap_is_documented(language: str) -> None:
    """As it is in the code."""
    assert f" {MOST_RANGES} " in (DOCS / language / "conditions.md").read_text()
