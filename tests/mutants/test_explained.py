"""What is said of mutants that no test notices is said of the code that is there; the pages say what was counted."""

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
    """Each number of each package, in the order in which they were saved, and when that was."""
    page = (ROOT / "docs" / language / "mutants.md").read_text()
    shown = [
        int(number) for row in page.splitlines() if row.startswith("| ") for number in re.findall(r"\b[0-9]+\b", row)
    ]
    counted = [number for counts in LAST["packages"].values() for number in counts.values()]
    assert counted == shown
    assert LAST["date"] in page
    assert LAST["commit"] in page
