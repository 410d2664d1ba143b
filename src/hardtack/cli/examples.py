"""Examples at the end of a command's help: lines to copy, each with what it does, in the terminal's language.

The lines are data (``examples.toml``; those of ``hardtack`` itself are in ``first``). Nothing here runs one. Inside an
application, whose command line calls ours by another name, that name stands in the place of ``hardtack``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import click

from hardtack.cli import columns, voice

Examples = Mapping[str, Mapping[str, str]]
"""Lines, and what each does, by language."""

_FURTHER = 4
"""Columns by which what a line does stands further right than the line."""


@cache
def table() -> dict[str, Examples]:
    """Return the examples of each command, by its name, such as ``keys rotate``."""
    found: dict[str, Examples] = tomllib.loads((files(__package__) / "examples.toml").read_text("utf-8"))
    return found


def put(command: click.Command) -> click.Command:
    """Let the help of *command*, and of each command below it, end with its examples; return it."""
    # Click has no other place for it: an epilog is filled like a text, and knows no name of the program.
    command.format_epilog = _write  # type: ignore[method-assign, assignment]
    if isinstance(command, click.Group):
        for each in command.commands.values():
            put(each)
    return command


def _write(context: click.Context, formatter: click.HelpFormatter) -> None:
    name = context.command_path.removeprefix(context.find_root().command_path).strip()
    write(table().get(name, {}), context, formatter)


def write(examples: Examples, context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the section.

    Args:
        examples: what is in it; without any there is none.
        context: of the command.
        formatter: which writes the help.
    """
    if not examples:
        return
    program = context.find_root().command_path
    with formatter.section("Examples"):
        indent = formatter.current_indent
        for line, does in examples.items():
            formatter.write(f"{' ' * indent}{line.replace('hardtack', program, 1)}\n")
            further = indent + _FURTHER
            for each in columns.wrap(does[voice.language()], max(formatter.width - further, 10)):
                formatter.write(f"{' ' * further}{each}\n")
