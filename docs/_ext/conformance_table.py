"""``conformance-table``: what Hardtack and other systems answer to the cases of ``tests/conformance``.

    ```{conformance-table} en
    :show: scores
    ```

shows how many cases of each group each system has right (``:show: around``: the peers, alone and with Hardtack's layer
around them); ``:group: R`` shows instead each case of one group. Both are
made from ``conformance.json``, which one run of all systems writes (its ``command`` says how); what was not asked of a
system is a dash and counts neither way. The tests hold that file to the cases (``tests/conformance``).
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

SAVED: dict[str, Any] = json.loads((Path(__file__).parent / "conformance.json").read_text(encoding="utf-8"))
OURS = "hardtack"
GROUPS: dict[str, dict[str, str]] = SAVED["groups"]
LABELS = {
    "en": {
        "system": "system",
        "case": "case",
        "of": "{} of {}",
        "around": "the same in Hardtack",
        "section": "RFC 9110 §{}",
    },
    "zh": {
        "system": "系统",
        "case": "用例",
        "of": "{}/{}",
        "around": "同上，外面是 Hardtack",
        "section": "RFC 9110 §{}",
    },
}
SHORT = {
    "starlette-static": "Starlette StaticFiles",
    "starlette-file": "Starlette FileResponse",
    "flask": "Flask",
    "werkzeug": "Werkzeug",
    "django": "Django condition",
    "django-static": "Django static.serve",
    "nginx": "nginx",
}


def columns() -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return each column's heading and systems: all of ours are one, which is right only where each of them is."""
    ours = [system for system in SAVED["systems"] if system["name"].startswith(OURS)]
    peers = [(SHORT[system["name"]], [system]) for system in SAVED["systems"] if system not in ours]
    return [("Hardtack", ours), *peers]


def mark(case: Mapping[str, Any], systems: list[Mapping[str, Any]]) -> str:
    """Return what the table says: a tick, the first outcome that is wrong, or a dash for what was not asked."""
    found = [system["outcomes"][case["id"]] for system in systems]
    wrong = [outcome for outcome in found if outcome is not None and outcome not in case["right"]]
    if wrong:
        return str(wrong[0])
    return "–" if None in found else "✓"


def score(group: str, system: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many cases of the group the system has right, of how many it was asked."""
    marks = [mark(case, [system]) for case in SAVED["cases"] if case["id"][0] == group]
    return marks.count("✓"), len(marks) - marks.count("–")


class ConformanceTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "show": lambda value: directives.choice(value, ("scores", "around")),
        "group": lambda value: directives.choice(value, [group.lower() for group in GROUPS]).upper(),
    }

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        if "group" in self.options:
            return [_cases(self.options["group"], language)]
        if self.options.get("show") == "around":
            return [_around(language)]
        return [_scores(SAVED["systems"], language)]


def _scores(systems: list[dict[str, Any]], language: str) -> nodes.table:
    rows = []
    for system in systems:
        title = system["title"] if system["name"].startswith(OURS) else f"{system['title']} {system['version']}"
        rows.append([title, *_counted(system, language)])
    return table([LABELS[language]["system"], *(GROUPS[group][language] for group in GROUPS)], rows)


def _counted(system: Mapping[str, Any], language: str) -> list[str]:
    counted = [score(group, system) for group in GROUPS]
    return [LABELS[language]["of"].format(*pair) if pair[1] else "–" for pair in counted]


def _around(language: str) -> nodes.table:
    alone = {f"around-{system['name']}": system for system in SAVED["systems"]}
    rows = []
    for system in SAVED["around"]:
        rows.append([f"{system['title']} {system['version']}", *_counted(alone[system["name"]], language)])
        rows.append([LABELS[language]["around"], *_counted(system, language)])
    return table([LABELS[language]["system"], *(GROUPS[group][language] for group in GROUPS)], rows)


def _cases(group: str, language: str) -> nodes.table:
    labels, rows = LABELS[language], []
    for case in SAVED["cases"]:
        if case["id"][0] == group:
            title = case["zh"] if language == "zh" else case["title"]
            section = labels["section"].format(case["section"])
            rows.append([f"{title} ({section})", *(mark(case, systems) for _, systems in columns())])
    return table([labels["case"], *(heading for heading, _ in columns())], rows)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("conformance-table", ConformanceTable)
    reread(app, "conformance")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
