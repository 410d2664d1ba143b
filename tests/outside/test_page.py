"""The page about the outside tools says what the last saved run of each of them has counted, in both languages."""

from __future__ import annotations

import json
from types import ModuleType

import pytest

from tests import tables
from tests.outside import run
from tests.outside.findings import explanations

both = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    return tables.extension("outside_table")


def rows(language: str, show: str) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    return tables.cells(f".. outside-table:: {language}\n   :show: {show}\n")[1:]


@both
def test_every_tool_has_a_row_with_what_it_has_counted(extension: ModuleType, language: str) -> None:
    """Each was run and saved, and nothing that it found is left; a tool that was never run would be a hole."""
    found = rows(language, "counts")
    assert list(run.TOOLS) == [row[0] for row in found]
    for row, one in zip(found, extension.saved().values(), strict=True):
        assert one["commit"] in row[1]
        assert [str(value) for value in one["counts"].values()] == [
            part.split(": ")[1] for part in row[2].split(", " if language == "en" else "，")
        ]
        assert "0" == row[3]


@both
def test_every_explanation_is_a_row(extension: ModuleType, language: str) -> None:
    """With its reason in the language of the page."""
    assert [getattr(entry, language) for entry in explanations()] == [row[3] for row in rows(language, "explained")]


def test_the_controls_of_the_saved_runs_were_found_and_the_passwords_were_not() -> None:
    """Without its control a run says nothing; the counts that the page shows are the proof."""
    kept = json.loads(run.SAVED.read_text(encoding="utf-8"))
    for tool in ("hydra", "patator"):
        counts = kept[tool]["counts"]
        assert counts["ways"] == counts["controls found"] == counts["owners let in"] > 0
        assert 0 == counts["passwords found in place 30"] < counts["guesses looked at"] < counts["guesses"]
    assert 1 == kept["sqlmap"]["counts"]["controls found"]
    assert kept["wapiti"]["counts"]["pages signed in"] > 0 < kept["wapiti"]["counts"]["pages signed out"]
    assert kept["slowhttptest"]["counts"]["answered"] == kept["slowhttptest"]["counts"]["visitor's requests"] > 0
