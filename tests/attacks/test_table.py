"""The table of attacks and the tests name each other completely, and both languages read the table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests import tables
from tests.attacks.marking import MARKER, PITFALL, summary, table

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def classes() -> dict[str, tuple[str, ast.ClassDef]]:
    """Return the class of each attack, with its file, by the number that it is marked with."""
    found = {}
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for mark in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == f"pytest.mark.{MARKER}":
                    number = ast.literal_eval(mark.args[0])
                    assert number not in found, number
                    assert isinstance(node, ast.ClassDef)
                    found[number] = (path.name, node)
    return found


def test_every_attack_of_the_catalogue_is_there() -> None:
    """The thirty-four, in their order, and the pitfalls."""
    numbers = [row["number"] for row in table()]
    attacks = [each for each in numbers if not each.startswith(PITFALL)]
    assert [str(number) for number in range(1, 35)] == attacks
    pitfalls = numbers[len(attacks) :]
    assert [f"{PITFALL}{number}" for number in range(1, len(pitfalls) + 1)] == pitfalls
    assert len(pitfalls) >= 12


def test_the_table_and_the_tests_name_each_other() -> None:
    """No attack without a test, but those that say why; no test of an attack that is not in the table."""
    marked, rows = classes(), {row["number"]: row for row in table()}
    assert set() == marked.keys() - rows.keys()
    for number, row in rows.items():
        if not row["tests"]:
            assert (False, True) == (number in marked, "waiting" in row), number
            continue
        file, node = marked[number]
        names = [each.name for each in node.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]
        assert f"{file}::{node.name}" == row["class"], number
        assert names == row["tests"], number


def test_what_waits_says_why_in_both_languages() -> None:
    """And what it is called, and where it was seen."""
    for row in table():
        assert {"en", "zh"} == row.get("waiting", {"en": "", "zh": ""}).keys(), row["number"]
        assert row["en"], row["number"]
        assert re.search(r"[\u4e00-\u9fff]", row["zh"]), row["number"]
        assert row["seen"], row["number"]


def test_every_attack_says_where_it_was_seen_what_is_done_and_what_must_happen() -> None:
    """In the class that withstands it."""
    for number, (_, node) in classes().items():
        said = " ".join((ast.get_docstring(node) or "").split())
        assert re.search(r"Seen in: .+ Done by: .+ Must happen: .+", said), number


def test_the_tests_inside_the_rooms_are_of_that_attack() -> None:
    """Each file that is named speaks of it."""
    for row in table():
        for name in row.get("inside", ()):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert re.search(
                rf"[Aa]ttacks?[_ ](?:\d+[, ]+(?:and )?)*0?{row['number']}\b|attack_0?{row['number']}_", text
            ), name


def test_the_line_at_the_end_counts_what_was_withstood_and_names_what_waits() -> None:
    """One that has failed is not counted."""
    every = {row["number"] for row in table() if row["tests"]}
    assert "attacks and pitfalls: of 2 that were tried 1 withstood; 7 requests" == summary({"5"}, {"5", "6"}, 7)
    assert summary(every, every, 7).startswith("attacks: 32 of 34 withstood, 2 wait (3: ")
    assert "and a part of 6, 21, 26; pitfalls: 13 of 13; 7 requests" in summary(every, every, 7)
    assert "31 of 34" in summary(every - {"5"}, every, 7)
    assert "12 of 13" in summary(every - {"P5"}, every, 7)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_pages_show_both_tables(language: str) -> None:
    """Of which each row has a cell for every column."""
    attacks_table = tables.extension("attacks_table")
    page = (ROOT / "docs" / language / "attacks.md").read_text(encoding="utf-8")
    for kind in attacks_table.KINDS:
        assert f"```{{attacks-table}} {language}\n:kind: {kind}\n```" in page
        for row in attacks_table.rows(kind):
            found = attacks_table.cells(row, language)
            assert len(attacks_table.LABELS[language]["head"]) == len(found)
            assert all(found)
