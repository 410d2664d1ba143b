"""``attacks-table``: the attacks and pitfalls tried from outside, made of the table that the tests are held to.

    ```{attacks-table} en
    :kind: attacks
    ```

Each row is an attack of ``tests/attacks/attacks.toml``: what it is, where it was seen, in how many ways it is tried and
in which files the rooms that answer it are tested besides, or why it waits. ``:kind: pitfalls`` shows the pitfalls.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TABLE = Path(__file__).parents[2] / "tests" / "attacks" / "attacks.toml"
KINDS = ("attacks", "pitfalls")
LABELS = {
    "en": {
        "head": ("", "attack", "seen in", "tried from outside", "and inside"),
        "ways": ("1 way", "{} ways"),
        "files": ("1 file", "{} files"),
        "waits": "waits: {}",
        "part": "waits in part: {}",
    },
    "zh": {
        "head": ("", "攻击", "见于", "从外部尝试", "内部测试"),
        "ways": ("1 种方式", "{} 种方式"),
        "files": ("1 个文件", "{} 个文件"),
        "waits": "待办：{}",
        "part": "部分待办：{}",
    },
}


def rows(kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind."""
    every: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["attack"]
    return [row for row in every if row["number"].startswith("P") == (kind == "pitfalls")]


def cells(row: Mapping[str, Any], language: str) -> list[str]:
    """Return what the table says of one attack."""
    labels = LABELS[language]
    tests, inside = len(row["tests"]), len(row.get("inside", ()))
    ways = _counted(labels["ways"], tests)
    if "waiting" in row:
        why = str(labels["part" if tests else "waits"]).format(row["waiting"][language])
        ways = f"{ways}; {why}" if tests else why
    return [row["number"], row[language], ", ".join(row["seen"]), ways, _counted(labels["files"], inside)]


def _counted(words: Any, number: int) -> str:
    return "–" if not number else str(words[number > 1]).format(number)


class AttacksTable(Directive):
    """The table of one kind; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"kind": lambda value: directives.choice(value, KINDS)}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        head = list(LABELS[language]["head"])
        group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
        group += nodes.thead("", _row(head))
        group += nodes.tbody("", *(_row(cells(row, language)) for row in rows(self.options.get("kind", KINDS[0]))))
        return [nodes.table("", group, classes=["colwidths-given", "attacks"])]


def _row(texts: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("attacks-table", AttacksTable)
    app.connect("env-before-read-docs", _reread)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _reread(app: Sphinx, _env: object, names: list[str]) -> None:
    """Read the page again in every build: Sphinx does not know that it was made from another file."""
    names.extend(name for name in app.env.found_docs if name.endswith("/attacks") and name not in names)
