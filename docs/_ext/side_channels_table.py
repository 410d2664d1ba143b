"""``side-channels-table``: what the time of a refusal tells, by the last run that was kept.

    ```{side-channels-table} en
    :show: judged
    ```

shows the pairs that must take the same and the controls; ``told`` those that differ and may, ``pages`` the pages for
people with and without an account, ``run`` when and where it was measured. All are made from ``side_channels.json``,
which ``python -m tests.side_channels.run --save`` writes.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
SAVED: dict[str, Any] = json.loads((HERE / "side_channels.json").read_text(encoding="utf-8"))
WORDS: dict[str, dict[str, dict[str, str]]] = tomllib.loads((HERE / "side_channels.toml").read_text(encoding="utf-8"))
SHOWN = ("judged", "told", "pages", "run")


def word(kind: str, name: str, language: str) -> str:
    """Return what something is called on the page."""
    return WORDS[kind][name][language]


def figures(row: dict[str, Any], digits: int) -> str:
    """Return a difference with its interval."""
    return f"{row['middle']:.{digits}f} ({row['least']:.{digits}f} … {row['greatest']:.{digits}f})"


class SideChannelsTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, SHOWN)}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(WORDS["label"]["group"]))
        shown = self.options["show"]
        if shown == "pages":
            return [_pages(language)]
        return [_run(language) if shown == "run" else _pairs(language, judged=shown == "judged")]


def _pairs(language: str, *, judged: bool) -> nodes.table:
    names = ["group", "pair", "difference", "superior", "tries", *(["verdict"] if judged else [])]
    rows = []
    for row in SAVED["details"]["rows"]:
        if row["judged"] is judged:
            pair = " – ".join(word("kind", row[place], language) for place in ("first", "second"))
            cells = [word("group", row["group"], language), pair, figures(row, 0)]
            cells += [f"{row['superior']:.3f}", f"{row['tries']:,}"]
            rows.append([*cells, *([_verdict(row, language)] if judged else [])])
    return table([word("label", name, language) for name in names], rows)


def _pages(language: str) -> nodes.table:
    names = ("page", "hash", "tries", "verdict")
    rows = [
        [word("page", row["group"], language), figures(row, 2), f"{row['tries']:,}", _verdict(row, language)]
        for row in SAVED["details"]["pages"]
    ]
    return table([word("label", name, language) for name in names], rows)


def _verdict(row: dict[str, Any], language: str) -> str:
    """Return the verdict; a control that is found out has done what it is for."""
    return word("verdict", f"{'control-' if row['control'] else ''}{row['verdict']}", language)


def _run(language: str) -> nodes.table:
    rows = [
        [word("label", name, language), str(SAVED[name])] for name in ("date", "processor", "python", "seed", "seconds")
    ]
    return table([word("label", "what", language), ""], rows, (1, 3))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the page depend on what it reads."""
    app.add_directive("side-channels-table", SideChannelsTable)
    reread(app, "side-channels")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
