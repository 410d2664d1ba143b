"""``status-table``: tables of status codes for the docs, made from the catalogue, so that the two cannot disagree.

    ```{status-table} en
    :family: 4
    ```

shows the codes of one class (all without the option) in English or Chinese; ``:show: corrections`` shows instead where
the note that the project started from is out of date. Each code is a target, ``#status-en-404``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack
from hardtack.status import Status, for_status

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LABELS = {
    "en": {
        "code": "Code",
        "meaning": "What it means",
        "facts": "Facts",
        "aliases": "also called",
        "required": "must have",
        "kept": "must keep",
        "recommended": "should have",
        "content": "has no content",
        "heuristic": "may be stored without a lifetime",
        "never": "must not be stored",
        "deprecated": "deprecated",
        "reserved": "kept out of use",
        "obsolete": "obsolete",
        "temporary": "registered for the time being",
        "future": "reserved for future use",
        "note": "The note says",
        "correction": "What is out of date",
        "comma": ", ",
        "colon": ": ",
    },
    "zh": {
        "code": "状态码",
        "meaning": "含义",
        "facts": "要点",
        "aliases": "又称",
        "required": "必须带有",
        "kept": "必须保留",
        "recommended": "最好带有",
        "content": "没有内容",
        "heuristic": "没有写明期限也可以缓存",
        "never": "不得缓存",
        "deprecated": "已弃用",
        "reserved": "保留不用",
        "obsolete": "已废弃",
        "temporary": "临时登记",
        "future": "留待将来定义",
        "note": "笔记的写法",
        "correction": "过时之处",
        "comma": "、",
        "colon": "：",
    },
}


class StatusTable(Directive):
    """One table; its argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "family": directives.nonnegative_int,
        "show": lambda value: directives.choice(value, ("codes", "corrections")),
    }

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        labels = LABELS[language]
        family = self.options.get("family")
        listed = list(Status) if family is None else Status.family(family)
        if self.options.get("show") == "corrections":
            wrong = [status for status in listed if status.correction(language)]
            head = [labels["code"], labels["note"], labels["correction"]]
            return [_table(head, (14, 30, 56), [_correction(status, language) for status in wrong])]
        head = [labels["code"], labels["meaning"], labels["facts"]]
        return [_table(head, (22, 50, 28), [_row(status, language) for status in listed])]


def _row(status: Status, language: str) -> list[list[nodes.Node]]:
    labels = LABELS[language]
    target = nodes.strong("", str(status.code), ids=[f"status-{language}-{status.code}"])
    name = [nodes.paragraph("", "", target, nodes.Text(f" {status.phrase}"))]
    if language == "zh":
        name.append(nodes.paragraph("", status.phrase_in("zh")))
    aliases = list({alias.casefold(): alias for alias in status.aliases}.values())
    if aliases:
        called = f"{labels['aliases']}{labels['colon']}{labels['comma'].join(aliases)}"
        name.append(nodes.paragraph("", "", nodes.emphasis("", called)))
    return [name, [nodes.paragraph("", status.describe(language))], _facts(status, labels)]


def _facts(status: Status, labels: dict[str, str]) -> list[nodes.Node]:
    items = []
    for key, names in (
        ("required", status.headers_required),
        ("kept", status.headers_kept),
        ("recommended", status.headers_recommended),
    ):
        if names:
            item = nodes.paragraph("", f"{labels[key]}{labels['colon']}")
            for place, name in enumerate(names):
                item += [nodes.Text(labels["comma"] if place else ""), nodes.literal("", name)]
            items.append(item)
    said = [
        labels["content"] if not status.content_allowed else "",
        labels.get(status.cache, ""),
        labels.get(status.standing, ""),
    ]
    items += [nodes.paragraph("", text) for text in said if text]
    if status.is_error:
        items.append(nodes.paragraph("", "", nodes.literal("", for_status(status.code).__name__)))
    link = nodes.reference("", status.reference, refuri=status.reference_url)
    items.append(nodes.paragraph("", "", link))
    return [nodes.bullet_list("", *(nodes.list_item("", item) for item in items))]


def _correction(status: Status, language: str) -> list[list[nodes.Node]]:
    link = nodes.reference("", str(status.code), refuri=f"#status-{language}-{status.code}")
    noted = nodes.paragraph("", status.note_phrase or "")
    return [[nodes.paragraph("", "", link)], [noted], [nodes.paragraph("", status.correction(language))]]


def _table(head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Sequence[nodes.Node]]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in widths), cols=len(widths))
    titles = [nodes.entry("", nodes.paragraph("", title)) for title in head]
    group += nodes.thead("", nodes.row("", *titles))
    group += nodes.tbody("", *(nodes.row("", *(nodes.entry("", *cell) for cell in row)) for row in rows))
    return nodes.table("", group, classes=["colwidths-given"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known."""
    app.add_directive("status-table", StatusTable)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
