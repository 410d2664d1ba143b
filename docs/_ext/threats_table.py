"""``threats-table``: who attacks, and what is promised with what shows it.

    ```{threats-table} en
    :show: attackers
    ```

shows who attacks, what they can do, which promises stand against them and what is left to them; ``:show: promises``
shows the promises, each with the numbers of the attacks that tests are named after and with its evidence. Both are made
from ``threats.toml``; a test looks whether everything that is named there is there (``tests/docs/test_threats.py``).
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import listed, reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAVED: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("threats.toml").read_text(encoding="utf-8"))
PROMISES = {name: number for number, name in enumerate(SAVED["promise"], start=1)}
LABELS = {
    "en": {
        "attacker": "who",
        "can": "what they can do",
        "against": "promises",
        "left": "what is left to them",
        "promise": "promise",
        "attacks": "attacks",
        "evidence": "shown by",
        "spec": "the specification: {}",
        "bench": "a figure: {}",
        "run": "`python -m {}`",
    },
    "zh": {
        "attacker": "谁",
        "can": "能做什么",
        "against": "承诺",
        "left": "余下的",
        "promise": "承诺",
        "attacks": "攻击",
        "evidence": "由什么证明",
        "spec": "规范：{}",
        "bench": "测量值：{}",
        "run": "`python -m {}`",
    },
}


def shown(evidence: str, language: str) -> str:
    """Return how a piece of evidence is written on the page."""
    kind, colon, rest = evidence.partition(": ")
    if colon:
        return LABELS[language][kind].format(rest)
    file, _, name = evidence.partition("::")
    return f"`{file.removeprefix('tests/')}` `{name}`"


class ThreatsTable(Directive):
    """One of the two tables; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "show": lambda value: directives.choice(value, ("attackers", "promises")),
    }

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        return [_attackers(language) if self.options["show"] == "attackers" else _promises(language)]


def _attackers(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = []
    for each in SAVED["attacker"].values():
        who, can, left = each[language]
        numbers = ", ".join(str(PROMISES[name]) for name in each["against"])
        rows.append([who, can, numbers, left])
    return table([labels[name] for name in ("attacker", "can", "against", "left")], rows, (3, 4, 1, 5))


def _promises(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = [
        [
            str(PROMISES[name]),
            each[language],
            ", ".join(map(str, each["attacks"])) or "–",
            listed([shown(evidence, language) for evidence in each["evidence"]]),
        ]
        for name, each in SAVED["promise"].items()
    ]
    return table(["", labels["promise"], labels["attacks"], labels["evidence"]], rows, (1, 8, 2, 14))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the page depend on what it reads."""
    app.add_directive("threats-table", ThreatsTable)
    reread(app, "security")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
