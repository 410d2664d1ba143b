"""The docs: every rule and every code is in them, in both languages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types
from docutils.core import publish_doctree  # type: ignore[import-untyped]  # likewise
from docutils.parsers.rst import directives  # type: ignore[import-untyped]  # likewise

from hardtack.status import Status
from hardtack.status.refuse import RULES

DOCS = Path(__file__).parents[2] / "docs"

both = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    spec = importlib.util.spec_from_file_location("status_table", DOCS / "_ext" / "status_table.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    directives.register_directive("status-table", module.StatusTable)
    return module


def _cells(source: str) -> list[list[str]]:
    document = publish_doctree(source, settings_overrides={"halt_level": 2, "report_level": 2})
    rows = document.findall(nodes.row)
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in rows]


@both
def test_every_rule_is_documented(language: str) -> None:
    """By its name, in the order in which the rules are tried."""
    page = (DOCS / language / "status.md").read_text()
    places = [page.index(f"`{rule.name}`") for rule in RULES]
    assert sorted(places) == places


@both
def test_every_class_of_codes_has_its_table(language: str) -> None:
    """The page asks for all five."""
    page = (DOCS / language / "status.md").read_text()
    assert [page.count(f"```{{status-table}} {language}\n:family: {digit}\n") for digit in range(1, 6)] == [1] * 5


@both
def test_the_table_has_every_code_with_its_text(language: str, extension: ModuleType) -> None:
    """Made from the catalogue."""
    head, *rows = _cells(f".. status-table:: {language}")
    labels = extension.LABELS[language]
    assert head == [labels["code"], labels["meaning"], labels["facts"]]
    assert len(rows) == len(Status)
    for status, (name, meaning, facts) in zip(Status, rows, strict=True):
        assert name.startswith(f"{status.code} {status.phrase}")
        assert status.phrase_in(language) in name
        assert meaning == status.describe(language)
        assert status.reference in facts
        assert all(field in facts for field in status.headers_required)


@both
def test_the_table_can_be_kept_to_one_class(language: str, extension: ModuleType) -> None:
    """As the pages use it."""
    assert len(_cells(f".. status-table:: {language}\n   :family: 5")) == 1 + len(Status.family(5))
    assert set(extension.LABELS) == {"en", "zh"}


@both
def test_the_corrections_are_all_there(language: str, extension: ModuleType) -> None:
    """The note's phrase, and what is out of date."""
    _, *rows = _cells(f".. status-table:: {language}\n   :show: corrections")
    wrong = [status for status in Status if status.correction(language)]
    assert rows == [[str(status.code), status.note_phrase, status.correction(language)] for status in wrong]
    assert extension.setup is not None
