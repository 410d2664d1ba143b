"""Whatever there is, a page names; and whatever a page names, there is.

Settings, counts and codes have tests of their own (``test_configuration``, ``test_operating``, ``test_handbook``); here
are the commands with their options, the addresses, and the events of the log.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

import click
import pytest

from hardtack.cli.commands import hardtack_command
from hardtack.site.routes import HAND_OFF, ROUTES
from tests.docs.code_blocks import DOCS, ROOT
from tests.docs.commands import known
from tests.docs.test_documents import events

CLI = ROOT / "src" / "hardtack" / "cli"
both = pytest.mark.parametrize("language", ["en", "zh"])

WITHOUT = {"--help", "--version", "--lang"}
"""Options that every command has, or that the terminal answers."""


@cache
def text(language: str) -> str:
    """Return all pages of a language."""
    return "\n".join(path.read_text("utf-8") for path in sorted((DOCS / language).rglob("*.md")))


def leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner
            yield from leaves(inner, f"{name} {each}")
    else:
        yield name, command


@cache
def called() -> dict[str, click.Command]:
    """Return every command that does something."""
    return dict(leaves(hardtack_command, "hardtack"))


def missing_commands(language: str) -> list[str]:
    """Return the commands that no page names: by all their words, or in a list behind their group's name."""
    lists = {
        f"{group} {name}"
        for group, first, rest in re.findall(
            r"`(hardtack [a-z]+) ([a-z-]+)[^`\n]*`((?:[,、 和或andor]+`[^`\n]+`)+)", text(language)
        )
        for name in [first, *re.findall(r"`([a-z-]+)", rest)]
    }
    return [name for name in called() if name not in lists and not re.search(rf"{name}(?![\w-])", text(language))]


@both
def test_every_command_is_documented(language: str) -> None:
    """Also those of a group."""
    assert [] == missing_commands(language)


@both
def test_every_option_is_documented(language: str) -> None:
    """On a page that names its command: whoever reads one in a script finds what it does."""
    pages = [path.read_text("utf-8") for path in sorted((DOCS / language).rglob("*.md"))]
    missing, seen = [], 0
    for name, command in called().items():
        about = [page for page in pages if " ".join(name.split()[:2]) in page]
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) and not parameter.hidden else ():
                if option.startswith("--") and option not in WITHOUT:
                    seen += 1
                    if not any(re.search(rf"{option}(?![\w-])", page) for page in about):
                        missing.append(f"{name} {option}")
    assert seen > 50
    assert [] == missing


@both
def test_every_command_that_a_sentence_names_is_one(language: str) -> None:
    """With those options; a sentence may leave out what is the reader's to say."""
    named = set(re.findall(r"`hardtack ([a-z][^`\n…]*)`", text(language)))
    assert len(named) > 50
    for line in sorted(named):
        # Alternatives, and what stands for a value, are how a table writes.
        words = [word for word in shlex.split(re.sub(r"\\\|\S+", "", line)) if not re.fullmatch(r"\[.*\]", word)]
        with suppress(
            click.MissingParameter,
            click.BadOptionUsage,
            click.BadParameter,
            click.exceptions.NoArgsIsHelpError,
            click.exceptions.Exit,  # --help
        ):
            known(words)


@both
@pytest.mark.parametrize("path", [path for path in (*ROUTES, *HAND_OFF) if "." in path])
def test_every_address_with_a_dot_is_documented(path: str, language: str) -> None:
    """Those without one are rows of the table of addresses."""
    assert path in text(language)


@both
def test_every_row_of_the_addresses_is_one(language: str) -> None:
    """With its methods, and no row is left of what is gone."""
    page = (DOCS / language / "service.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:`/[^`]*` ?)+)\| ([A-Z,、 ]+)(?:[;；][^|]*)?\|", page, re.MULTILINE)
    found = {
        path: set(re.split("[,、] ?", methods.strip()))
        for paths, methods in rows
        for path in re.findall(r"`(/[^`]*)`", paths)
    }
    assert len(found) > 30
    for path, methods in found.items():
        if "{" not in path:
            assert path in ROUTES, path
            # A row of several addresses says what any of them takes.
            assert set(ROUTES[path].pages) - {"HEAD"} <= methods, path


def logged() -> Iterator[tuple[str, int, bool]]:
    """Yield the place of every line that the package logs, and whether it says which event it is."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        source = path.read_text("utf-8")
        if "logging" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            to = node.func.value
            name = to.id if isinstance(to, ast.Name) else ""
            if name in ("_log", "logger", "log", "_logger", "LOG") and node.func.attr in (
                *("debug", "info", "warning", "error", "exception", "critical", "log"),
            ):
                yield path.relative_to(ROOT).as_posix(), node.lineno, any(each.arg == "extra" for each in node.keywords)


def test_no_line_is_logged_without_an_event() -> None:
    """Without one, nobody could look it up."""
    found = list(logged())
    assert len(found) > 30
    assert [] == [(path, line) for path, line, named in found if not named]


@both
def test_every_event_that_is_documented_is_one(language: str) -> None:
    """No row is left of what is gone."""
    page = (DOCS / language / "logs.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:[,、] ?)?)+) \| `hardtack", page, re.MULTILINE)
    named = {event for row in rows for event in re.findall(r"`([a-z-]+)`", row)}
    assert len(named) > 60
    assert set() == named - events()
