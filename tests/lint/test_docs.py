"""The page about the lint: its tables are made from the rules and from what was found, and what it shows runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from hardtack.status.lint import RULES
from tests import tables
from tests.lint.run import published

DOCS = Path(__file__).parents[2] / "docs"

both = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def extension() -> ModuleType:
    """Return the Sphinx extension that makes the tables."""
    return tables.extension("lint_table")


def _blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@both
def test_every_rule_is_in_the_table_and_no_cell_is_empty(language: str, extension: ModuleType) -> None:
    """With its level, its section and its text."""
    labels = extension.LABELS[language]
    head, *rows = tables.cells(f".. lint-table:: {language}\n   :show: rules")
    assert [labels[key] for key in ("rule", "level", "reference", "text")] == head
    texts = [rule.zh if language == "zh" else rule.en for rule in RULES]
    expected = [[rule.name, labels[rule.level], rule.reference, text] for rule, text in zip(RULES, texts, strict=True)]
    assert expected == rows
    assert all(all(row) for row in rows)


@both
def test_everything_that_was_found_is_in_the_table(language: str, extension: ModuleType) -> None:
    """Each fault of each application with all its requests, and no cell empty."""
    head, *rows = tables.cells(f".. lint-table:: {language}\n   :show: found")
    assert len(head) == 5
    assert all(all(row) for row in rows)
    for app in published()["apps"]:
        title = f"{app['title']} {app['version']}"
        for finding in app["findings"]:
            (row,) = [row for row in rows if row[0] == title and row[3] == finding["rule"]]
            assert all(request in row[1] for request in finding["requests"])
    assert list(extension.LABELS["en"]) == list(extension.LABELS["zh"])


@both
def test_the_page_shows_both_tables_and_every_option_of_the_command(language: str) -> None:
    """Nobody has to guess them."""
    from hardtack.cli.lint import command

    page = (DOCS / language / "lint.md").read_text()
    for shown in ("found", "rules"):
        assert 1 == page.count(f"```{{lint-table}} {language}\n:show: {shown}\n```")
    options = {option for each in command.params for option in each.opts if option.startswith("--")}
    assert [] == [option for option in sorted(options - {"--lang"}) if option not in page]


def test_both_languages_show_the_same_code() -> None:
    """As it stands."""
    pages = [(DOCS / language / "lint.md").read_text() for language in ("en", "zh")]
    for kind in ("python", "console", "text"):
        assert _blocks(pages[0], kind) == _blocks(pages[1], kind)


def test_the_example_of_the_fixture_fails_as_the_page_says(tmp_path: Path) -> None:
    """One test passes, the other fails with the line that is shown."""
    page = (DOCS / "en" / "lint.md").read_text()
    (example,) = [block for block in _blocks(page, "python") if "status_lint" in block]
    (shown,) = _blocks(page, "text")
    (tmp_path / "test_note.py").write_text(example)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_note.py"],
        cwd=tmp_path,
        env={**environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED test_note.py::test_only_its_owner_deletes_it" in done.stdout
    assert shown in done.stdout


def test_the_other_examples_run(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """The application in the lint logs its finding; the program prints its own."""
    import asyncio

    page = (DOCS / "en" / "lint.md").read_text()
    middleware, _, program = _blocks(page, "python")
    names: dict[str, object] = {}
    exec(middleware, names)  # noqa: S102 - what the reader would run
    app = names["app"]

    async def send(_message: object) -> None:
        pass

    asyncio.run(app({"type": "http", "method": "GET", "path": "/", "headers": []}, None, send))  # type: ignore[operator]  # the application
    assert ["lint-finding"] == [record.event for record in caplog.records]  # type: ignore[attr-defined]  # ours
    exec(program, {})  # noqa: S102 - likewise
    assert "error method-not-allowed-lists-methods RFC 9110 §15.5.6" in capsys.readouterr().out
