"""``lint-table``: what the lint looks for, and what it found, made from its rules and from one run of it.

    ```{lint-table} en
    :show: rules
    ```

shows every rule with its level, its section and its text (``:show: found`` instead: what was found in the examples of
other frameworks, from ``lint.json``, which ``python -m tests.lint.run`` writes).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack
from hardtack.status.lint import RULES

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAVED = Path(__file__).parent / "lint.json"
LABELS = {
    "en": {
        "rule": "Rule",
        "level": "Level",
        "reference": "Section",
        "text": "What is wrong, and what to do",
        "error": "error",
        "warning": "warning",
        "app": "Application",
        "request": "Request",
        "comma": ", ",
        "found": "Found",
    },
    "zh": {
        "rule": "规则",
        "level": "级别",
        "reference": "条款",
        "text": "错在哪里，该怎么办",
        "error": "错误",
        "warning": "警告",
        "app": "应用",
        "request": "请求",
        "comma": "、",
        "found": "发现",
    },
}


class LintTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, ("rules", "found"))}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        return [_found(language) if self.options.get("show") == "found" else _rules(language)]


def _rules(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = []
    for rule in RULES:
        said = rule.zh if language == "zh" else rule.en
        rows.append([f"`{rule.name}`", labels[rule.level], rule.reference, said])
    return table([labels[key] for key in ("rule", "level", "reference", "text")], rows, (4, 1, 3, 8))


def _found(language: str) -> nodes.table:
    labels, rows = LABELS[language], []
    texts = {rule.name: rule.zh if language == "zh" else rule.en for rule in RULES}
    for app in json.loads(SAVED.read_text(encoding="utf-8"))["apps"]:
        # The same fault at several addresses is one row.
        merged: dict[tuple[str, str], list[str]] = {}
        for finding in app["findings"]:
            merged.setdefault((finding["level"], finding["rule"]), []).extend(finding["requests"])
        for (level, rule), requests in merged.items():
            asked = labels["comma"].join(f"`{request}`" for request in dict.fromkeys(requests))
            title = f"{app['title']} {app['version']}"
            rows.append([title, asked, labels[level], f"`{rule}`", texts[rule]])
    return table([labels[key] for key in ("app", "request", "level", "rule", "found")], rows, (2, 5, 1, 3, 5))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("lint-table", LintTable)
    reread(app, "lint")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
