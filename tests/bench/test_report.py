"""The tables, and the performance pages that are made of them."""

from __future__ import annotations

import msgspec
import pytest

from bench import report, results


@pytest.fixture
def found() -> results.Results:
    """Return the results that are published."""
    return results.read()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_performance_page_is_what_the_results_give(language: str, found: results.Results) -> None:
    """Whoever changes a figure by hand, or the results without the pages, is told here (`python -m bench --docs`)."""
    page = report.PAGES[language].read_text("utf-8")

    assert page == report.page(page, found, language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_table_has_its_place_on_the_page(language: str) -> None:
    """No figure is measured and then kept quiet."""
    assert sorted(report.TABLES) == sorted(report.marked(report.PAGES[language].read_text("utf-8")))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", report.TABLES)
def test_the_rows_of_a_table_have_as_many_cells_as_its_header(name: str, language: str, found: results.Results) -> None:
    """And there is at least one row."""
    table = report.TABLES[name][1](found, language)

    assert {len(table.header)} == {len(row) for row in table.rows}


def test_only_what_stands_between_the_marks_is_replaced(found: results.Results) -> None:
    """The prose of a page is left alone."""
    source = "before\n<!-- bench: imports -->\nold\n<!-- bench: end -->\nafter <!-- a comment -->\n"

    page = report.page(source, found, "en")

    assert page.startswith("before\n<!-- bench: imports -->\n\n| import |")
    assert page.endswith("|\n\n<!-- bench: end -->\nafter <!-- a comment -->\n")
    assert "old" not in page


def test_a_mark_without_a_table_is_an_error(found: results.Results) -> None:
    """A misspelt mark must not stay empty."""
    with pytest.raises(KeyError):
        report.page("<!-- bench: importz -->\n<!-- bench: end -->\n", found, "en")


@pytest.mark.parametrize(("language", "words"), [("en", "not reached"), ("zh", "未达到")])
def test_a_missed_target_is_written_as_missed(language: str, words: str, found: results.Results) -> None:
    """In the summary as well as in its own table."""
    missed = [msgspec.structs.replace(each, reached=False) for each in found.comparisons if each.reach is not None]
    worse = msgspec.structs.replace(found, comparisons=missed)

    summary = report.summary(worse, language)

    assert all(words in row[-1] for row in summary.rows[: len(missed)])
    assert words in report.timed(1)(worse, language).markdown()


def test_a_table_in_the_terminal_has_columns_and_no_marks() -> None:
    """Emphasis and code marks are Markdown's."""
    table = report.Table(["what", "result"], [["`import x`", "**not reached**"], ["y", "reached"]])

    assert "what      result\nimport x  not reached\ny         reached\n" == table.text()


def test_a_table_in_markdown_has_a_rule_under_its_header() -> None:
    """As every renderer of Markdown tables wants it."""
    assert "| a | b |\n| --- | --- |\n| 1 | 2 |\n" == report.Table(["a", "b"], [["1", "2"]]).markdown()


def test_everything_is_told_in_the_terminal(found: results.Results) -> None:
    """Every table with its title."""
    told = report.text(found)

    assert all(title in told for title, _ in report.TABLES.values())
