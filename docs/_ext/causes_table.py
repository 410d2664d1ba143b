"""``causes-table``: every code of the note with what one can do so that it arises, and the test that does it.

    ```{causes-table} en
    ```

has a row for each code: its name and its cause in English and in Chinese, the lines for a shell with what the trace
says then, and the test that runs them over a real socket. It is made from the causes themselves, so it says what the
pages under ``/status`` say and the tests do. A code without a cause has its reason there; one that has neither has
empty cells, and a test finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack
from hardtack.status import Status
from hardtack.status.causes import CAUSES, WHY_NOT

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ORIGIN, HOST = "http://localhost:8000", "localhost:8000"
TEST = "test_a_cause_leads_to_its_code[{}]"
REFUSED = "test_what_has_no_cause_is_refused_with_the_reason[{}]"

LABELS = {
    "en": {
        "head": ("Code", "English", "Chinese", "Natural cause", "Test"),
        "decided": "The trace says ",
        "server": "The HTTP server alone decides.",
        "form": "or, in a browser, the button “{}”",
    },
    "zh": {
        "head": ("状态码", "英文", "中文", "自然起因", "测试"),
        "decided": "判定记录：",
        "server": "完全由 HTTP 服务器决定。",
        "form": "或在浏览器里点“{}”",
    },
}


class Row:
    """What there is to show of one code; every part may be empty."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self.cause = CAUSES.get(status)

    def words(self, language: str) -> list[str]:
        """Return the code's name and what its cause, or the lack of one, is called in *language*."""
        if self.cause is not None:
            return [self.status.phrase_in(language), self.cause.title[language]]
        reason = WHY_NOT.get(self.status, {}).get(language)
        return [] if reason is None else [self.status.phrase_in(language), reason]

    def commands(self) -> str:
        """Return the lines for a shell."""
        lines = () if self.cause is None else self.cause.commands
        return "\n".join(line.format(origin=ORIGIN, host=HOST) for line in lines)

    def test(self) -> str:
        """Return the name of the test that does it over a real socket."""
        if self.cause is not None:
            return TEST.format(self.status.value)
        return REFUSED.format(self.status.value) if self.status in WHY_NOT else ""


def rows() -> list[Row]:
    """Return a row for every code of the note, and for any other that has a cause."""
    return [Row(status) for status in Status if status.in_note or status in CAUSES]


class CausesTable(Directive):
    """The table; the argument is the language of what stands around."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        head = LABELS[language]["head"]
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (9, 18, 17, 36, 20)), cols=len(head))
        group += nodes.thead("", nodes.row("", *(nodes.entry("", nodes.paragraph("", title)) for title in head)))
        group += nodes.tbody("", *(_row(row, language) for row in rows()))
        return [nodes.table("", group, classes=["colwidths-given", "causes"])]


def _row(row: Row, language: str) -> nodes.row:
    code = nodes.paragraph("", "", nodes.strong("", str(row.status.value)))
    test = row.test()
    cells: list[list[nodes.Node]] = [
        [code],
        [nodes.paragraph("", text) for text in row.words("en")],
        [nodes.paragraph("", text) for text in row.words("zh")],
        _cause(row, language),
        [nodes.paragraph("", "", nodes.literal("", test))] if test else [],
    ]
    return nodes.row("", *(nodes.entry("", *cell) for cell in cells))


def _cause(row: Row, language: str) -> list[nodes.Node]:
    labels, cause = LABELS[language], row.cause
    if cause is None:
        reason = WHY_NOT.get(row.status, {}).get(language)
        return [] if reason is None else [nodes.paragraph("", "–")]
    commands = row.commands()
    shown: list[nodes.Node] = [nodes.literal_block(commands, commands, language="sh")]
    if cause.form is not None:
        shown.append(nodes.paragraph("", labels["form"].format(cause.form.label[language])))
    if cause.decided:
        shown.append(nodes.paragraph("", "", nodes.Text(labels["decided"]), nodes.literal("", cause.decided)))
    else:
        shown.append(nodes.paragraph("", labels["server"]))
    return shown


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("causes-table", CausesTable)
    app.connect("env-before-read-docs", _reread)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _reread(app: Sphinx, _env: object, names: list[str]) -> None:
    """Read the page again in every build: Sphinx does not know that it was made from the causes."""
    names.extend(name for name in app.env.found_docs if name.endswith("/playground") and name not in names)
