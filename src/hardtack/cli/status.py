"""``hardtack status``: the catalogue in the terminal.

Without words it prints the table as the note has it: code, phrase, text. With a number or a name it prints all that is
known about that code; an old name finds it too and is said to be one. In a terminal the table is aligned and folded;
piped, it is one line a code with tabs between, so that other tools can cut it. It needs click and nothing else.

Exit status: 0, 1 if nothing is called so.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any

import click

from hardtack.cli import columns, voice
from hardtack.errors import MisuseError
from hardtack.status import Status
from hardtack.status.catalogue import class_of
from hardtack.status.described import LABELS, facts, record
from hardtack.status.search import closest
from hardtack.status.unregistered import seen_as

_WIDEST = 110
"""Columns; longer lines are hard to read."""

_NARROWEST = 30
"""Columns; a meaning folded into fewer is hard to read too."""

_HEADINGS = {"en": ("code", "phrase", "meaning"), "zh": ("状态码", "英文名称", "中文描述")}

_TALK = {
    "en": {
        "unregistered": "{wanted} is not a registered status code",
        "stands for": "a client treats it as {code} {phrase}",
        "and": "; ",
        "unknown": "no status code is called {wanted}",
        "close": "did you mean {code} {phrase}?",
        "list": "hardtack status lists them all",
        "pages": "hardtack serve has a page for each, with a way to try it: http://localhost:8000/status",
        "old name": '"{wanted}" is an old name of {code} {phrase}.',
        "other name": '"{wanted}" is another name of {code} {phrase}.',
    },
    "zh": {
        "unregistered": "{wanted} 不是已登记的状态码",
        "stands for": "客户端会把它当作 {code} {phrase}",
        "and": "；",
        "unknown": "没有名为 {wanted} 的状态码",
        "close": "是不是 {code} {phrase}（{name}）？",
        "list": "hardtack status 列出全部",
        "pages": "hardtack serve 为每个状态码提供页面，并可尝试：http://localhost:8000/status",
        "old name": "“{wanted}”是 {code} {phrase} 的旧名。",
        "other name": "“{wanted}”是 {code} {phrase} 的别称。",
    },
}


@click.command()
@click.argument("name", nargs=-1)
@click.option("--lang", type=click.Choice(["en", "zh"]), help="The language; the terminal's if left out.")
@click.option("--family", type=click.Choice(["1xx", "2xx", "3xx", "4xx", "5xx"]), help="Only the codes of one class.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, in both languages.")
def command(name: tuple[str, ...], lang: str | None, family: str | None, as_json: bool) -> None:
    """Explain the HTTP status codes: all of them, or the one that NAME is the number or the phrase of."""
    language = lang or voice.language()
    if name and family:
        raise click.UsageError("--family goes with the whole table, not with one code")
    if name:
        wanted = " ".join(name)
        found = _find(wanted, language)
        text = _as_json([record(status) for status in found]) if as_json else _in_full(found, wanted, language)
    else:
        listed = list(Status) if family is None else Status.family(int(family[0]))
        text = _as_json([record(status) for status in listed]) if as_json else table(listed, language, _columns())
    click.echo(text)
    if not as_json and _columns() is not None:
        # For a person alone; whoever runs it so is in development mode unless they have said otherwise.
        voice.hint(_TALK[language]["pages"])


def _columns() -> int | None:
    """Return how wide the terminal is, or ``None`` if the output goes elsewhere."""
    return min(shutil.get_terminal_size().columns, _WIDEST) if sys.stdout.isatty() else None


def _find(wanted: str, language: str) -> list[Status]:
    """Return the codes called *wanted*.

    Raises:
        MisuseError: none is; the hint says what it may have meant.
    """
    found = Status.find(wanted)
    if found:
        return found
    talk = _TALK[language]
    if wanted.isascii() and wanted.isdigit() and len(wanted) == 3 and "1" <= wanted[0] <= "5":
        status = class_of(int(wanted))
        user = seen_as(int(wanted)).get(language)
        hint = talk["stands for"].format(code=status.code, phrase=status.phrase)
        raise MisuseError(talk["unregistered"].format(wanted=wanted), hint + (talk["and"] + user if user else ""))
    close = closest(wanted)
    hint = talk["list"]
    if close is not None:
        hint = talk["close"].format(code=close.code, phrase=close.phrase, name=close.phrase_in(language))
    raise MisuseError(talk["unknown"].format(wanted=repr(wanted)), hint)


def table(listed: Sequence[Status], language: str, terminal: int | None) -> str:
    """Return the table.

    Args:
        listed: the codes, one a row.
        language: ``en`` or ``zh``.
        terminal: the terminal's columns; ``None`` for one line a code with tabs between.
    """
    rows = [(str(status.code), status.phrase, _meaning(status, language)) for status in listed]
    if terminal is None:
        return "\n".join("\t".join(row) for row in rows)
    rows.insert(0, _HEADINGS[language])
    first, second = (max(columns.width(row[column]) for row in rows) + 2 for column in (0, 1))
    # Where too little room is left for the meaning beside the phrase, it goes below.
    below = terminal - first - second < _NARROWEST
    indent = " " * (first if below else first + second)
    lines = []
    for code, phrase, meaning in rows:
        folded = columns.wrap(meaning, terminal - len(indent))
        start = columns.pad(code, first) + (phrase if below else columns.pad(phrase, second) + folded.pop(0))
        lines += [start, *(indent + line for line in folded)]
    lines[0] = click.style(lines[0], bold=True)
    return "\n".join(lines)


def _meaning(status: Status, language: str) -> str:
    return f"{status.phrase_in('zh')}。{status.summary('zh')}" if language == "zh" else status.summary("en")


def _in_full(found: Sequence[Status], wanted: str, language: str) -> str:
    return "\n\n".join(in_full(status, wanted, language, _columns() or 80) for status in found)


def in_full(status: Status, wanted: str, language: str, terminal: int) -> str:
    """Return all that is known about *status*, in lines of at most *terminal* columns.

    Args:
        status: the code.
        wanted: what was asked for; said to be an old name if it is one.
        language: ``en`` or ``zh``.
        terminal: the terminal's columns.
    """
    title = f"{status.code} {status.phrase}" + (f"　{status.phrase_in('zh')}" if language == "zh" else "")
    lines = [click.style(title, bold=True), ""]
    if wanted in status.aliases or (
        wanted.casefold() in (alias.casefold() for alias in status.aliases)
        and wanted.casefold() != status.phrase.casefold()
    ):
        saying = _TALK[language]["old name" if status.standing == "current" else "other name"]
        said = saying.format(wanted=wanted, code=status.code, phrase=status.phrase)
        lines += [*columns.wrap(said, terminal), ""]
    lines += [*columns.wrap(status.describe(language), terminal), ""]
    known = facts(status, language)
    labels = LABELS[language]
    margin = max(columns.width(labels[key]) for key in known) + 2
    for key, value in known.items():
        first, *rest = columns.wrap(value, terminal - margin)
        lines.append(columns.pad(labels[key], margin) + first)
        lines += [" " * margin + line for line in rest]
    return "\n".join(lines)


def _as_json(records: Sequence[dict[str, Any]]) -> str:
    return json.dumps(records, ensure_ascii=False, indent=2)
