"""What the tables of the documents have in common: cells of text with code in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r"`([^`]+)`")

Cell = str | nodes.Node | Sequence[nodes.Node]
"""What stands in a cell: a text, of which what is in backquotes is code, or one or more nodes."""


def text(written: str) -> nodes.paragraph:
    """Return a paragraph; what stands in backquotes is code."""
    found = nodes.paragraph()
    for number, part in enumerate(CODE.split(written)):
        if part:
            found += nodes.literal("", part) if number % 2 else nodes.Text(part)
    return found


def listed(written: Sequence[str]) -> nodes.bullet_list:
    """Return a list, an item for each text."""
    return nodes.bullet_list("", *(nodes.list_item("", text(each)) for each in written))


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[int] = ()) -> nodes.table:
    """Return a table.

    Args:
        head: of the columns.
        rows: of cells.
        widths: of the columns, beside each other; by default all are the same.
    """
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths or [1] * len(head)), cols=len(head))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["colwidths-given"])


def _row(cells: Sequence[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *_within(cell)) for cell in cells))


def _within(cell: Cell) -> Sequence[nodes.Node]:
    if isinstance(cell, str):
        return [text(cell)]
    return [cell] if isinstance(cell, nodes.Node) else cell


def reread(app: Sphinx, page: str) -> None:
    """Have a page read again in every build: Sphinx does not know that it is made from another file."""

    def add(_app: Sphinx, _env: object, names: list[str]) -> None:
        names.extend(name for name in app.env.found_docs if name.endswith(f"/{page}") and name not in names)

    app.connect("env-before-read-docs", add)
