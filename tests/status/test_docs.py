"""The docs: every rule and every code is in them, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from hardtack.message import Request
from hardtack.status import Status, addresses, admit, limits, refuse
from hardtack.status.decisions import DECISIONS
from tests import tables

DOCS = Path(__file__).parents[2] / "docs"

both = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    return tables.extension("status_table")


@both
@pytest.mark.parametrize("rules", [refuse.RULES, admit.RULES], ids=["refuse", "admit"])
def test_every_rule_is_documented(rules: Sequence[refuse.Rule | admit.Rule], language: str) -> None:
    """By its name, with its codes, in the order in which the rules are tried."""
    lines = (DOCS / language / "status.md").read_text().splitlines()
    comma = {"en": ", ", "zh": "、"}[language]
    rows = [line for line in lines if line.startswith(tuple(f"| `{rule.name}` |" for rule in rules))]
    expected = [(f"| `{rule.name}`", f"{comma.join(map(str, rule.answers))} |") for rule in rules]
    assert expected == [(row.split(" |")[0], row.split("| ")[-1]) for row in rows]


@both
def test_every_limit_is_documented(language: str) -> None:
    """With what is answered past it, and every setting of the policies by its name."""
    page = (DOCS / language / "status.md").read_text()
    for row in limits.PAST:
        name = row.limit.replace("upstream_seconds", "handler_seconds")
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert str(row.status) in line
    settings = {*(each.name for each in fields(limits.Limits)), *(each.name for each in fields(refuse.RefusePolicy))}
    settings -= {"hosts", "development", "methods", "authorities"}
    assert [] == [name for name in sorted(settings) if f"`{name}`" not in page]


@both
def test_the_addresses_of_the_docs_are_tables_that_work(language: str) -> None:
    """The example is run."""
    page = (DOCS / language / "status.md").read_text()
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "Addresses(" in block]
    names: dict[str, addresses.Addresses] = {}
    exec(code.replace("\nAddresses(", "\nmade = Addresses("), names)  # noqa: S102 - what the reader would run
    answers = [names["made"].find(Request(method="GET", path=path)) for path in ("/old", "/blog/a", "/2019/x", "/film")]
    assert [301, 301, 410, 451] == [each and each.status for each in answers]


@both
def test_the_table_says_of_every_code_of_the_note_who_decides_it(language: str, extension: ModuleType) -> None:
    """And where: every rule that answers with it is named, and a code without one says whose word it is."""
    head, *rows = tables.cells(f".. status-table:: {language}\n   :show: decisions")
    labels = extension.LABELS[language]
    assert [labels["code"], labels["who"], labels["where"]] == head
    noted = [status for status in Status if status.in_note]
    assert 41 == len(noted) == len(rows)
    for status, (name, who, where) in zip(noted, rows, strict=True):
        assert name.startswith(str(status.code))
        rules = [each for each in DECISIONS if each.status == status]
        assert all(f"{each.where}{labels['colon']}{each.rule}" in where for each in rules)
        assert rules or where == extension.ELSEWHERE[language][status.code]
        assert who
    page = (DOCS / language / "status.md").read_text()
    assert 1 == page.count(f"```{{status-table}} {language}\n:show: decisions\n")


def test_what_is_said_beside_the_rules_is_said_in_both_languages(extension: ModuleType) -> None:
    """Of the same codes, and by the same names."""
    assert list(extension.ELSEWHERE["en"]) == list(extension.ELSEWHERE["zh"])
    assert list(extension.WHO["en"]) == list(extension.WHO["zh"])


@both
def test_every_class_of_codes_has_its_table(language: str) -> None:
    """The page asks for all five."""
    page = (DOCS / language / "status.md").read_text()
    assert [page.count(f"```{{status-table}} {language}\n:family: {digit}\n") for digit in range(1, 6)] == [1] * 5


@both
def test_the_table_has_every_code_with_its_text(language: str, extension: ModuleType) -> None:
    """Made from the catalogue."""
    head, *rows = tables.cells(f".. status-table:: {language}")
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
    assert len(tables.cells(f".. status-table:: {language}\n   :family: 5")) == 1 + len(Status.family(5))
    assert set(extension.LABELS) == {"en", "zh"}


@both
def test_the_corrections_are_all_there(language: str, extension: ModuleType) -> None:
    """The note's phrase, and what is out of date."""
    _, *rows = tables.cells(f".. status-table:: {language}\n   :show: corrections")
    wrong = [status for status in Status if status.correction(language)]
    assert rows == [[str(status.code), status.note_phrase, status.correction(language)] for status in wrong]
    assert extension.setup is not None
