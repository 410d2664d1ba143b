"""The help in Chinese: the words of ``help.zh.toml`` in the place of the English ones, laid out for wide characters.

It changes no command: only how click writes down what a command says of itself, and what was wrong with the words that
somebody has typed (``wrong``). What has no Chinese stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from hardtack.cli import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDEST_TERM = 30
"""Columns; what is wider has its explanation on the next line."""

_WRONG = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"No such command '(.+?)'\.(?: .*)?", "没有 {0} 这个命令"),
        (r"No such option:? '?(-[\w-]+)'?.*", "没有 {0} 这个选项"),
        (r"Missing (?:argument|option|parameter) '(.+?)'\..*", "缺少 {0}"),
        (r"Got unexpected extra arguments? \((.*)\)", "多余的内容：{0}"),
        (r"Option '(.+)' requires an argument\.", "选项 {0} 需要一个值"),
        (r"Option '(.+)' does not take a value\.", "选项 {0} 不带值"),
        (
            r"Invalid value for '(.+?)'(?: / '.+?')*: '(.*)' is not a valid integer(?: range)?\.",
            "{0} 的值 {1} 不是整数",
        ),
        (r"Invalid value for '(.+?)'(?: / '.+?')*: (.*) is not in the range (.+)\.", "{0} 的值 {1} 不在范围 {2} 内"),
        (r"Invalid value for '(.+?)'(?: / '.+?')*: '(.*)' is not one of (.+)\.", "{0} 的值 {1} 不是以下之一：{2}"),
        (
            r"Invalid value for '(.+?)'(?: / '.+?')*: '(.*)' does not match the formats? (.+)\.",
            "{0} 的值 {1} 应写成 {2}",
        ),
    )
)
"""What click says was wrong, and the same in Chinese."""


@cache
def words() -> dict[str, str]:
    """Return the Chinese for each English text."""
    table: dict[str, str] = tomllib.loads((files(__package__) / "help.zh.toml").read_text("utf-8"))
    return table


def translated(text: str) -> str:
    """Return *text* in Chinese, paragraph by paragraph, or as it is."""
    return "\n\n".join(_translated(" ".join(each.split())) for each in text.split("\n\n"))


def _translated(paragraph: str) -> str:
    found = words().get(paragraph)
    if found is None and paragraph.endswith("]"):
        # What click adds, such as the least and the greatest number.
        before, _, added = paragraph.rpartition(" [")
        added = "必填]" if added == "required]" else added
        return f"{_translated(before)} [{added}" if before else paragraph
    return found or paragraph


def wrong(text: str) -> str:
    """Return in Chinese what click says was wrong with the words that somebody typed, or as it is."""
    for pattern, said in _WRONG:
        if found := pattern.fullmatch(text):
            return said.format(*found.groups())
    return text


class Formatter(click.HelpFormatter):
    """How click writes help, in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that says how a command is called."""
        super().write_usage(prog, args, prefix or words()["Usage: "])

    def write_heading(self, heading: str) -> None:
        """Write the line above a section."""
        super().write_heading(words().get(heading, heading))

    def write_text(self, text: str) -> None:
        """Write what a command is for."""
        indent = " " * self.current_indent
        wrapped = [columns.wrap(each, self.width - len(indent)) for each in translated(text).split("\n\n")]
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in wrapped) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write options or commands, each with what it does beside it."""
        rows = list(rows)
        indent = " " * self.current_indent
        wide = min(max(columns.width(term) for term, _ in rows), col_max, _WIDEST_TERM)
        beside = indent + " " * (wide + col_spacing)
        for term, text in rows:
            lines = columns.wrap(translated(text), max(self.width - len(beside), 10))
            first = indent + columns.pad(term, wide + col_spacing)
            if columns.width(term) > wide:
                first, lines = indent + term, ["", *lines]
            self.write(f"{first}{lines[0]}\n" + "".join(f"{beside}{line}\n" for line in lines[1:]))


@contextmanager
def spoken() -> Iterator[None]:
    """Let all help be written so, inside the block."""
    before = click.Context.formatter_class
    click.Context.formatter_class = Formatter
    try:
        yield
    finally:
        click.Context.formatter_class = before
