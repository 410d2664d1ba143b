"""``versions-table``: which versions of Python, of frameworks and of what Hardtack needs the tests have run on.

    ```{versions-table} en
    ```

is made from ``pyproject.toml`` and the pins: the lowest (``requirements/lowest.txt``) and the newest
(``requirements/dev.txt``) of what ``make release-check`` runs the tests with. So a bound in this table is none that
somebody has guessed; a test holds ``pyproject.toml`` to the same files (``tests/release``).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
LABELS = {
    "en": {"what": "what", "lowest": "lowest tested", "newest": "newest tested", "for": "for", "": "always"},
    "zh": {"what": "名称", "lowest": "测试过的最低版本", "newest": "测试过的最新版本", "for": "用于", "": "总是"},
}
FRAMEWORKS = ("django", "flask", "starlette", "fastapi", "litestar", "bottle", "gunicorn", "waitress")
"""What the tests bring and no extra does: frameworks and servers, by name."""

NAME = re.compile(r"^([A-Za-z0-9._-]+)")
PIN = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;\\]+)", re.MULTILINE)


def rows() -> list[tuple[str, str, str, str]]:
    """Return name, lowest and newest version, and the extra that brings it; the frameworks last, which none does."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest, newest = (
        dict(PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text())) for name in ("lowest", "dev")
    )
    pythons = sorted(
        (found[1] for each in project["classifiers"] if (found := re.search(r"Python :: (3\.\d+)$", each))),
        key=lambda version: int(version.partition(".")[2]),
    )
    made = [("python", pythons[0], pythons[-1], "")]
    for extra, asked in {"": project["dependencies"], **project["optional-dependencies"]}.items():
        names = [found[1] for each in asked if (found := NAME.match(each))]
        made += [(name, lowest[name], newest[name], extra) for name in names if name in newest]
    return [*made, *((name, lowest[name], newest[name], "–") for name in FRAMEWORKS)]


class VersionsTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        labels = LABELS[directives.choice(self.arguments[0], tuple(LABELS))]
        cells = []
        for name, lowest, newest, extra in rows():
            needed = labels[""] if extra == "" else extra if extra == "–" else f"`{extra}`"
            cells.append([name, lowest, newest, needed])
        return [table([labels[each] for each in ("what", "lowest", "newest", "for")], cells, (3, 3, 3, 2))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the page depend on what it reads."""
    app.add_directive("versions-table", VersionsTable)
    reread(app, "versions")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
