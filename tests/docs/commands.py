"""Commands that a page shows: read as the command line reads them, and carried out in this process.

What is shown below a command is what it must say. Only what is another one at each run may differ: an id, which must
stay the same within a page, a time, and the code in a link; ``…`` on a line by itself stands for any lines.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import click

from hardtack.cli.commands import hardtack_command, run

PROMPT = re.compile(r"^[$#] ", re.MULTILINE)
CHANGING = re.compile(
    r"(?P<id>\b(?:[0-9a-f]{32}|[0-9a-f]{8})\b)|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:]+Z)?)|(?P<code>code=[\w…]+)|(?P<rest>^…\n)",
    re.MULTILINE,
)
"""What is another one at each run: an id, which must stay the same within a page; a time; a code; what is left out."""


def typed(code: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block, without its prompt and what is said behind it, and what is shown below."""
    for part in PROMPT.split(code)[1:]:
        command, _, shown = re.sub(r" *\\\n *", " ", part).partition("\n")
        yield re.sub(r"\s+# .*$", "", command), shown


def words(command: str) -> list[str]:
    """Return the words after ``hardtack``, without a file behind them, or none where it is another program's line."""
    match = re.search(r"(?:^|/bin/|^\S+=\S+ )hardtack (.*)$", command)
    return shlex.split(re.sub(r" (?:>>?|<) \S+$", "", match[1])) if match else []


def known(arguments: list[str]) -> click.Command:
    """Parse one command line as the command does, without doing it; return the command that is meant.

    Raises:
        click.UsageError: what is wrong with it.
    """
    context = click.Context(hardtack_command, info_name="hardtack")
    found: click.Command = hardtack_command
    while isinstance(found, click.Group):
        if not arguments or {"-h", "--help", "--version"} & {arguments[0]}:
            return found  # which says what it can do
        name, inner, arguments = found.resolve_command(context, arguments)
        assert name is not None
        assert inner is not None
        context, found = click.Context(inner, parent=context, info_name=name), inner
    found.make_context(found.name or "", list(arguments), parent=context.parent)
    return found


def carry_out(command: str, shown: str, ids: dict[str, str]) -> None:
    """Run one line in this process, and compare what it says with what the page shows."""
    arguments = words(command)
    if not arguments:
        return
    said = io.StringIO()
    given = dict(re.findall(r"^(HARDTACK_\w+)=(\S+) ", command))
    with redirect_stdout(said), redirect_stderr(said), patch.dict(os.environ, given):
        status = run([ids.get(word, word) for word in arguments])

    def changing(match: re.Match[str]) -> str:
        if match["rest"]:
            return "(?s:.*)"
        if match["time"]:
            return r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?"
        if match["code"]:
            return r"code=[\w-]+"
        return re.escape(ids[match["id"]]) if match["id"] in ids else f"(?P<i{match['id']}>[0-9a-f]+)"

    parts, at = [], 0
    for match in CHANGING.finditer(shown):
        parts += [re.escape(shown[at : match.start()]), changing(match)]
        at = match.end()
    wanted = "".join([*parts, re.escape(shown[at:])])
    for identifier in set(re.findall(r"\(\?P<i([0-9a-f]+)>", wanted)):
        first, *others = wanted.split(f"(?P<i{identifier}>[0-9a-f]+)")
        wanted = f"(?P<i{identifier}>[0-9a-f]+)".join([first, f"(?P=i{identifier})".join(others)])
    found = re.fullmatch(re.sub(r"(?:\\\ )+", r"\\ +", wanted), said.getvalue())
    assert found or not shown, (command, said.getvalue())
    assert status == 0 or shown.strip("…\n"), (command, said.getvalue())  # where it refuses, the page shows that
    ids.update({name[1:]: value for name, value in (found.groupdict() if found else {}).items()})
