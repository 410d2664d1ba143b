"""``story-table``: the one story that is told through every adapter, and what came of each of its steps.

    ```{story-table} en
    :show: visiting
    ```

shows one chapter and what its steps mean; ``:show: notes`` the notes to all of them. Both are made from ``story.json``,
which ``python -m tests.story.run`` writes: a step has a tick where it was told to its end, and the number of a note
where an interface makes it another one. A step without an outcome has an empty cell. The tests hold that file to what
they find (``tests/story``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAVED: dict[str, Any] = json.loads((Path(__file__).parent / "story.json").read_text(encoding="utf-8"))
STEP = {"en": "step", "zh": "步骤"}
CHAPTERS = tuple(dict.fromkeys(step["chapter"] for step in SAVED["steps"]))
NOTES = "notes"
TICK = "✓"


def mark(outcome: str | None) -> str:
    """Return what a cell shows."""
    if outcome is None:
        return ""
    return TICK if outcome == "yes" else f"({outcome})"


def rows(chapter: str, language: str) -> list[list[str]]:
    """Return the heading of a chapter's table and its rows, as texts."""
    outcomes = [SAVED["outcomes"].get(adapter["name"], {}) for adapter in SAVED["adapters"]]
    head = [STEP[language], *(adapter["title"] for adapter in SAVED["adapters"])]
    names = [step["name"] for step in SAVED["steps"] if step["chapter"] == chapter]
    return [head, *([name, *(mark(found.get(name)) for found in outcomes)] for name in names)]


class StoryTable(Directive):
    """One chapter, and what its steps mean, or the notes; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, (*CHAPTERS, NOTES))}

    def run(self) -> list[nodes.Node]:
        """Return what is to be shown."""
        language = directives.choice(self.arguments[0], tuple(STEP))
        shown = self.options["show"]
        if shown == NOTES:
            notes = nodes.enumerated_list("", enumtype="arabic", prefix="(", suffix=")")
            for difference in SAVED["differences"]:
                notes += nodes.list_item("", nodes.paragraph("", difference[language]))
            return [notes]
        head, *body = rows(shown, language)
        group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
        group += nodes.thead("", _row(head))
        group += nodes.tbody("", *(_row(each) for each in body))
        meanings = nodes.definition_list()
        for step in SAVED["steps"]:
            if step["chapter"] == shown:
                meaning = nodes.definition("", nodes.paragraph("", step[language]))
                meanings += nodes.definition_list_item("", nodes.term("", step["name"]), meaning)
        return [nodes.table("", group, classes=["story"]), meanings]


def _row(texts: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("story-table", StoryTable)
    app.connect("env-before-read-docs", _reread)
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _reread(app: Sphinx, _env: object, names: list[str]) -> None:
    """Read the table again in every build: Sphinx does not know that it was made from another file."""
    names.extend(name for name in app.env.found_docs if name.endswith("/frameworks") and name not in names)
