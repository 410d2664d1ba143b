"""Every exit status that a command uses is in the documents, with what it means."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from pathlib import Path

import click
import pytest

import hardtack.cli
from hardtack.cli import commands
from tests.cli.test_examples import ALL

DOCS = Path(__file__).parents[2] / "docs"
ENDING = frozenset({"exit", "_exit"})


def page(language: str) -> str:
    """Return the page about the command line."""
    return (DOCS / language / "command-line.md").read_text("utf-8")


def statuses(source: str) -> set[int]:
    """Return the numbers with which a program's text may end the process: those that it leaves with or returns.

    A truth that is returned as a number is 0 or 1.
    """
    found: set[int] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(source))):
        left = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in ENDING
        value = node.args[0] if left and isinstance(node, ast.Call) and node.args else None
        if isinstance(node, ast.Return):
            value = node.value
        if value is None:
            continue
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and "int" == value.func.id:
            found |= {0, 1}
        branches = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        found |= {each.value for each in branches if isinstance(each, ast.Constant) and type(each.value) is int}
    return found


def answering() -> set[str]:
    """Return the commands that say something by leaving with 1 although they did what they are for."""
    return {
        name
        for name, (command, _) in ALL.items()
        if not isinstance(command, click.Group)
        and command.callback
        and 1 in statuses(inspect.getsource(inspect.unwrap(command.callback)))
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_exit_status_that_is_used_is_documented(language: str) -> None:
    """And none that is not."""
    used = statuses(inspect.getsource(commands._run)) | statuses(inspect.getsource(hardtack.cli.main))
    for command, _ in ALL.values():
        if command.callback:
            used |= statuses(inspect.getsource(inspect.unwrap(command.callback)))
    assert used == {int(each) for each in re.findall(r"^\| (\d+) \|", page(language), re.MULTILINE)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_whose_1_is_an_answer_is_named(language: str) -> None:
    """A script that stops at the first failure must know which of them are answers."""
    rows = [line.split(" | ")[0] for line in page(language).splitlines() if line.startswith("| `hardtack ")]
    assert answering() == {name for row in rows for name in re.findall(r"`hardtack ([a-z -]+)`", row)}


def test_the_table_of_statuses_would_notice_another() -> None:
    """The search that both tests stand on finds every way to leave."""
    source = (
        "def f():\n  context.exit(3 if wrong else 0)\n  sys.exit(4)\n  return 5\n  return int(bad)\n  return text\n"
    )
    assert {0, 1, 3, 4, 5} == statuses(source)
