"""The page about the playground: a row for every code, no cell empty, and every number what the code has."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from hardtack.playground import client, forward_proxy, gateway, kept
from hardtack.playground.app import LIMITS
from hardtack.status import Status
from hardtack.status.causes import CAUSES, WHY_NOT
from tests import tables
from tests.playground import test_causes

DOCS = Path(__file__).parents[2] / "docs"

both = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the table."""
    return tables.extension("causes_table")


@both
def test_every_code_of_the_note_has_a_row_without_an_empty_cell(extension: ModuleType, language: str) -> None:
    """Both languages, the natural cause and the test over a real socket; 305 and 306 have the reason why not."""
    rows = tables.cells(f".. causes-table:: {language}")[1:]
    assert [] == [row for row in rows if len(row) != 5 or not all(cell.strip() for cell in row)]
    noted = [str(status.value) for status in Status if status.in_note]
    assert (41, []) == (len(noted), [code for code in noted if code not in {row[0] for row in rows}])
    assert {305, 306} == WHY_NOT.keys()


def test_every_test_that_the_table_names_is_there(extension: ModuleType) -> None:
    """By its file, its name and its code, as the runner of the tests writes it."""
    for row in extension.rows():
        name, _, code = row.test().rstrip("]").partition("[")
        (mark,) = getattr(test_causes, name).pytestmark
        assert int(code) in mark.args[1], row.test()
        assert mark.args[1] == sorted(CAUSES if row.cause else WHY_NOT)


def test_a_code_without_a_cause_would_be_noticed(extension: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells are empty, so that the first test fails."""
    monkeypatch.setattr(extension, "CAUSES", {})
    row = extension.Row(Status(404))
    assert ([], [], "", "") == (row.words("en"), row.words("zh"), row.commands(), row.test())


@both
def test_the_limits_are_those_of_the_code(language: str) -> None:
    """Each row of the page has the number that counts."""
    lines = (DOCS / language / "playground.md").read_text().splitlines()
    values = [line.split(" | ")[1] for line in lines if line.startswith("| ") and "---" not in line][1:]
    numbers = [
        LIMITS.in_flight,
        forward_proxy.IN_FLIGHT,
        LIMITS.max_body // 1024,
        LIMITS.piece_seconds,
        LIMITS.body_seconds,
        gateway.SECONDS,
        client.MOST_HEAD // 1024,
    ]
    assert len(numbers) == len(values)
    assert [] == [(number, value) for number, value in zip(numbers, values, strict=True) if str(number) not in value]
    assert f"{client.MOST_CONTENT // 1024} KB" in values[-1]
    assert f" {kept.MOST} " in "\n".join(lines)
