"""``servers-table``: what HTTP servers answer by themselves, and what a request costs in each.

    ```{servers-table} en
    ```

shows every case of ``tests/servers``: a tick where a server is right, ``→`` and what came where the request has reached
the application, so that a layer around it can still give the right word, and what came in bold where nobody can.
``:show: scores`` counts these, with the processor time of a small request. Both are made from ``servers.json``, which
one run of all servers writes (its ``command`` says how).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAVED: dict[str, Any] = json.loads((Path(__file__).parent / "servers.json").read_text(encoding="utf-8"))
LABELS = {
    "en": {
        "server": "server",
        "case": "case",
        "right": "right",
        "layer": "reaches the application",
        "wrong": "nobody can mend",
        "cost": "µs a request",
        "open": "no answer",
        "closed": "closed",
    },
    "zh": {
        "server": "服务器",
        "case": "用例",
        "right": "正确",
        "layer": "交给了应用",
        "wrong": "无法补救",
        "cost": "每次请求（微秒）",
        "open": "没有回答",
        "closed": "直接关闭",
    },
}
MARKS = ("right", "layer", "wrong")


def said(outcome: str, mark: str, language: str) -> nodes.paragraph:
    """Return what the table says of one outcome."""
    words = LABELS[language].get(outcome, outcome)
    if mark == "right":
        return nodes.paragraph("", "✓")
    return nodes.paragraph("", f"→ {words}") if mark == "layer" else nodes.paragraph("", "", nodes.strong("", words))


def score(server: Mapping[str, Any], mark: str) -> int:
    """Return how many cases of a server have this mark."""
    return list(server["marks"].values()).count(mark)


class ServersTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, ("scores",))}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        return [_scores(language) if "show" in self.options else _cases(language)]


def _scores(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = [
        [
            f"{server['title']} {server['version']}",
            *(str(score(server, mark)) for mark in MARKS),
            "–" if server["microseconds"] is None else str(round(server["microseconds"])),
        ]
        for server in SAVED["servers"]
    ]
    return table([labels[each] for each in ("server", *MARKS, "cost")], rows)


def _cases(language: str) -> nodes.table:
    servers = SAVED["servers"]
    rows = []
    for case in SAVED["cases"]:
        title = case["zh"] if language == "zh" else case["title"]
        cells = [said(server["outcomes"][case["id"]], server["marks"][case["id"]], language) for server in servers]
        rows.append([f"{title} ({case['section']})", *cells])
    return table([LABELS[language]["case"], *(server["title"] for server in servers)], rows)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("servers-table", ServersTable)
    reread(app, "servers")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
