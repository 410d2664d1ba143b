"""``peers-table``: Hardtack beside other ways to keep a session in Python, four of them in one table.

    ```{peers-table} en
    :topic: seal
    ```

What it says of the peers is in ``peers.toml``. What it says of Hardtack is there too, but it is shown only where
``evidence.json`` says that the tests marked for the row have passed: without them the cell is empty. The tests hold
that file to what they find (``tests/peers_table``).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
FACTS: dict[str, Any] = tomllib.loads((HERE / "peers.toml").read_text(encoding="utf-8"))
EVIDENCE: dict[str, dict[str, Any]] = json.loads((HERE / "evidence.json").read_text(encoding="utf-8"))
TOPICS = tuple(dict.fromkeys(row["topic"] for row in FACTS["rows"]))
LANGUAGES = ("en", "zh")
COLUMNS = 4
"""How many peers one table shows; more do not fit on a page."""


def said(text: str, language: str) -> str:
    """Return *text* in the language; a name is the same in both."""
    translated: str = FACTS["zh"].get(text, text) if language == "zh" else text
    return translated


def ours(row: Mapping[str, Any], evidence: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what may be said of Hardtack in this row: nothing, unless tests show it."""
    shown = row.get("lacks", False) or evidence.get(row["id"], {}).get("shown", False)
    text: str = row["ours"] if shown else ""
    return text


class PeersTable(Directive):
    """The tables of one topic; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"topic": lambda value: directives.choice(value, TOPICS)}

    def run(self) -> list[nodes.Node]:
        """Return one table for each few peers."""
        language = directives.choice(self.arguments[0], LANGUAGES)
        topic = self.options.get("topic")
        rows = [row for row in FACTS["rows"] if topic in (None, row["topic"])]
        return [_table(rows, start, language) for start in range(0, len(FACTS["peers"]), COLUMNS)]


def _table(rows: list[dict[str, Any]], start: int, language: str) -> nodes.table:
    """Return the table of the peers from *start* on."""
    few = slice(start, start + COLUMNS)
    head = ["", "Hardtack", *(f"{peer['name']} {peer['version']}".strip() for peer in FACTS["peers"][few])]
    cells = [[row["name"], ours(row, EVIDENCE), *row["cells"][few]] for row in rows]
    return table(head, [[said(text, language) for text in row] for row in cells])


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("peers-table", PeersTable)
    reread(app, "comparison")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
