"""What is said of mutants that no test notices stays true of the code that is there, and the pages say what was counted."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENTRIES = tomllib.loads((HERE / "explained.toml").read_text())["explained"]
LAST = json.loads((HERE / "last.json").read_text())


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{number}" for number in range(len(ENTRIES))])
def test_each_explained_mutant_is_of_a_line_that_is_there(entry: dict[str, list[str] | str]) -> None:
    """Where the line has changed, somebody must look again whether the reason holds."""
    assert entry["why"]
    for key in entry["mutants"]:
        place, _, change = key.partition(": ")
        module, _, _ = place.partition(" ")
        before = change.partition(" → ")[0]
        source = " ".join(line.strip() for line in (ROOT / "src/hardtack" / module).read_text().splitlines())
        assert before in source, key


def test_no_mutant_is_explained_twice() -> None:
    """One reason each."""
    keys = [key for entry in ENTRIES for key in entry["mutants"]]
    assert [] == [key for key in set(keys) if keys.count(key) > 1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_was_counted(language: str) -> None:
    """In the table, number by number, of each package."""
    page = (ROOT / "docs" / language / "mutants.md").read_text()
    rows = [re.findall(r"[0-9]+", row.replace(",", "")) for row in page.splitlines() if row.startswith("| ")][2:]
    shown = [int(number) for row in rows for number in row]
    assert [number for counts in LAST["details"]["counts"].values() for number in counts.values()] == shown
