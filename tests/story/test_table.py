"""The table in the documents: every step through every adapter, in both languages, and nothing without an outcome."""

from __future__ import annotations

from types import ModuleType

import pytest
from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types

from tests import tables
from tests.story import run
from tests.story.adapters import ADAPTERS, DIFFERENCES
from tests.story.steps import STEPS

CHAPTERS = tuple(dict.fromkeys(step.chapter for step in STEPS))


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the table."""
    return tables.extension("story_table")


def drawn(language: str, show: str) -> nodes.document:
    """Return what the directive makes."""
    source = f".. story-table:: {language}\n   :show: {show}"
    return tables.drawn(source)


def test_every_step_has_an_outcome_through_every_adapter() -> None:
    """A tick, or a difference that is listed."""
    for name in ADAPTERS:
        outcomes = run.published()["outcomes"][name]
        assert [step.name for step in STEPS] == list(outcomes)
        others = {step: number for step, number in outcomes.items() if number != "yes"}
        listed = {one.step: str(at) for at, one in enumerate(DIFFERENCES, 1) if name in one.adapters}
        assert listed == others


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_is_drawn_with_what_its_steps_mean(extension: ModuleType, chapter: str, language: str) -> None:
    """One row for each step, one column for each adapter."""
    document = drawn(language, chapter)
    head, *rows = [[entry.astext() for entry in row.findall(nodes.entry)] for row in document.findall(nodes.row)]
    steps = [step for step in STEPS if step.chapter == chapter]
    assert [adapter.title for adapter in ADAPTERS.values()] == head[1:]
    for step, row in zip(steps, rows, strict=True):
        outcomes = [run.published()["outcomes"][name][step.name] for name in ADAPTERS]
        assert [step.name, *("✓" if each == "yes" else f"({each})" for each in outcomes)] == row
    said = [item.astext().split("\n\n") for item in document.findall(nodes.definition_list_item)]
    assert [[step.name, getattr(step, language)] for step in steps] == said
    assert extension.CHAPTERS == CHAPTERS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_every_chapter_every_note_and_every_server(extension: ModuleType, language: str) -> None:
    """Numbered as in the cells."""
    page = (tables.DOCS / language / "frameworks.md").read_text()
    for show in (*CHAPTERS, extension.NOTES):
        assert 1 == page.count(f"```{{story-table}} {language}\n:show: {show}\n```")
    notes = [item.astext() for item in drawn(language, "notes").findall(nodes.list_item)]
    assert [getattr(one, language) for one in DIFFERENCES] == notes
    assert all(adapter.server in page for adapter in ADAPTERS.values())


def test_a_step_without_an_outcome_has_an_empty_cell(extension: ModuleType) -> None:
    """So that a step that fails takes its tick out of the documents."""
    assert ["", "✓", "(2)"] == [extension.mark(outcome) for outcome in (None, "yes", "2")]
