"""``proof`` and ``bugs``: what the last runs of every proof have found, and the bugs that were found and mended.

    ```{proof} en
    :form: short
    ```

shows the copy of a report of ``make prove`` (``short``) or ``make prove-long`` (``long``): commit, date, machine, seed,
and of each stage what it has counted, found and explained. A stage that was not run is said. ``bugs`` is the table of
``bugs.toml``. Where there is no Chinese word for what a stage has counted, its own is shown.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import listed, reread, table, text
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
SAVED = {
    form: HERE.parents[1] / "tests" / "prove" / name
    for form, name in (("short", "last.json"), ("long", "last-long.json"))
}
BUGS: list[dict[str, str]] = tomllib.loads((HERE / "bugs.toml").read_text(encoding="utf-8"))["bug"]
WORDS: dict[str, dict[str, str]] = tomllib.loads((HERE / "proof.toml").read_text(encoding="utf-8"))
MOST = 20
"""Explanations of one stage; more would be most of the page."""
LABELS = {
    "en": {
        "none": "No whole run has been kept yet.",
        "run": "On {on}, commit {commit}: {cpu}, {cores} cores, {system}, {python}; seed {seed}, {minutes} minutes.",
        "stage": "stage",
        "verdict": "outcome",
        "minutes": "minutes",
        "counts": "counted",
        "found": "Found:",
        "explained": "Findings of tools that are none, and why:",
        "many": "{number} reasons, which are in the report that this page shows, under tests/prove.",
        "parts": "Run in parts, at commits between which nothing of Hardtack's own code was changed:",
        "part": "{stage}: {commits}",
        "bug": "what was wrong",
        "by": "found by",
        "since": "in the code since",
        "commit": "mended by",
    },
    "zh": {
        "none": "还没有保存过一次完整的运行。",
        "run": "运行于 {on}，提交 {commit}：{cpu}，{cores} 核，{system}，{python}；种子 {seed}；{minutes} 分钟。",
        "stage": "项目",
        "verdict": "结果",
        "minutes": "分钟",
        "counts": "计数",
        "found": "发现的问题：",
        "explained": "工具报告了但不是问题的，以及原因：",
        "many": "{number} 条原因，见本页所示的报告，在 tests/prove 之下。",
        "parts": "分几次运行，这些提交之间 Hardtack 自身的代码没有任何改动：",
        "part": "{stage}：{commits}",
        "bug": "哪里不对",
        "by": "怎样发现",
        "since": "代码中始于",
        "commit": "修复的提交",
    },
}


def word(said: str, language: str) -> str:
    """Return *said* in a language; its own where nobody has said it in Chinese."""
    return WORDS["words"].get(said, said) if language == "zh" else said


def counts(stage: Mapping[str, Any], language: str) -> str:
    """Return what a stage has counted, in one line."""
    colon, comma = (": ", "; ") if language == "en" else ("：", "；")
    return comma.join(f"{word(name, language)}{colon}{number:,}" for name, number in stage.get("counts", {}).items())


class Proof(Directive):
    """One report; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"form": lambda value: directives.choice(value, tuple(SAVED))}

    def run(self) -> list[nodes.Node]:
        """Return the paragraphs and the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        path = SAVED[self.options.get("form", "short")]
        if not path.exists():
            return [text(LABELS[language]["none"])]
        return shown(json.loads(path.read_text(encoding="utf-8")), language)


def shown(report: Mapping[str, Any], language: str) -> list[nodes.Node]:
    """Return what the page shows of a report."""
    labels = LABELS[language]
    head = {**report["machine"], "on": report["on"], "commit": report["commit"][:10], "seed": report["seed"]}
    made: list[nodes.Node] = [text(labels["run"].format(**head, minutes=round(report["seconds"] / 60)))]
    rows = [
        [
            word(stage["name"], language),
            word(stage["verdict"], language),
            f"{stage['seconds'] / 60:.1f}" if "seconds" in stage else "–",
            counts(stage, language) or stage.get("why", "–"),
        ]
        for stage in report["stages"]
    ]
    made.append(
        table(
            [labels[each] for each in ("stage", "verdict", "minutes", "counts")],
            rows,
            (2, 2, 1, 8),
        )
    )
    parts = [
        labels["part"].format(
            stage=word(stage["name"], language), commits=", ".join(at[:10] for at in stage["commits"])
        )
        for stage in report["stages"]
        if "commits" in stage
    ]
    if parts:
        made += [text(labels["parts"]), listed(parts)]
    for kind in ("found", "explained"):
        lines = [
            f"{word(stage['name'], language)}: {line}"
            for stage in report["stages"]
            for line in reasons(stage, kind, labels["many"])
        ]
        if lines:
            made += [text(labels[kind]), listed(lines)]
    return made


def reasons(stage: Mapping[str, Any], kind: str, many: str) -> list[str]:
    """Return what a stage has found or explained, a line each; of many explanations how many, and where they are."""
    lines: list[str] = stage.get(kind, [])
    return [many.format(number=len(lines))] if kind == "explained" and len(lines) > MOST else lines


class Bugs(Directive):
    """The table of what was found and mended; the argument is the language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        labels = LABELS[language]
        rows = [[bug[language], WORDS["by"][bug["by"]][language], bug["since"], bug["commit"]] for bug in BUGS]
        return [table([labels[each] for each in ("bug", "by", "since", "commit")], rows, (6, 2, 2, 5))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directives known, and the pages depend on what they read."""
    app.add_directive("proof", Proof)
    app.add_directive("bugs", Bugs)
    reread(app, "proof")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
