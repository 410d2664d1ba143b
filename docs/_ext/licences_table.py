"""``licences-table``: everything that Hardtack runs with, its version, its licence, and what needs it.

    ```{licences-table} en
    ```

is made from ``licences.json``, which ``python -m tests.supply.licences`` writes from what is installed; a test holds
that file to what is installed and pinned (``tests/supply``). ``:show: allowed`` shows what the licences ask for.
"""

from __future__ import annotations

import json
import re
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
SAVED: dict[str, dict[str, Any]] = json.loads((HERE / "licences.json").read_text(encoding="utf-8"))
TABLE = tomllib.loads((HERE.parents[1] / "tests" / "supply" / "licences.toml").read_text(encoding="utf-8"))
LABELS = {
    "en": {
        "package": "package",
        "version": "version",
        "licence": "licence",
        "extras": "needed by",
        "always": "always",
        "asks": "what it asks",
        "Windows": "on Windows",
    },
    "zh": {
        "package": "软件包",
        "version": "版本",
        "licence": "许可",
        "extras": "由谁需要",
        "always": "总是需要",
        "asks": "要求什么",
        "Windows": "Windows 上",
    },
}


class LicencesTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, ("allowed",))}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        return [_allowed(language) if "show" in self.options else _packages(language)]


def _packages(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = []
    for name, each in SAVED.items():
        needed = ", ".join(labels["always"] if extra == "always" else f"`{extra}`" for extra in each["extras"])
        where = f" ({labels[each['where']]})" if "where" in each else ""
        rows.append([name, each["version"], each["licence"], needed + where])
    return table([labels[name] for name in ("package", "version", "licence", "extras")], rows, (3, 2, 4, 4))


def _allowed(language: str) -> nodes.table:
    labels = LABELS[language]
    used = {name for each in SAVED.values() for name in re.findall(r"[\w.-]+", each["licence"])}
    rows = [[f"`{name}`", said[language]] for name, said in TABLE["allowed"].items() if name in used]
    return table([labels["licence"], labels["asks"]], rows, (2, 7))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the page depend on what it reads."""
    app.add_directive("licences-table", LicencesTable)
    reread(app, "supply-chain")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
