"""``walk``: the log of the last walk as a new user in an empty Debian.

    ```{walk} en
    :show: log
    ```

shows all that was typed and what it printed (``tests/walk/last.json``, which ``python -m tests.walk.run --save``
writes); ``:show: times`` shows how long each part took, downloads apart, beside what it may take.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SAVED = Path(__file__).parents[2] / "tests" / "walk" / "last.json"
LABELS = {
    "en": {
        "about": "On {on}, commit {commit}: {cpu}, {cores} cores, {system}, {python} in the root.",
        "load": "{load} processes at once wanted the cores then, ours and those of other work.",
        "part": "part",
        "page": "by",
        "own": "took, seconds",
        "downloads": "downloads, seconds",
        "target": "may take",
        "head": "{name}: {own:.1f} s, and {downloads:.0f} s of downloads",
        "written": "(written: {words}, {lines} lines)",
        "browser": "(in the browser: {words})",
    },
    "zh": {
        "about": "{on}，提交 {commit}：{cpu}，{cores} 核，{system}，根目录里是 {python}。",
        "load": "当时同时有 {load} 个进程争用这些核，包括别的工作。",
        "part": "部分",
        "page": "依据",
        "own": "用时（秒）",
        "downloads": "下载（秒）",
        "target": "允许（秒）",
        "head": "{name}：{own:.1f} 秒，另有下载 {downloads:.0f} 秒",
        "written": "（写下 {words}，{lines} 行）",
        "browser": "（在浏览器里：{words}）",
    },
}
WORDS = {
    "signed in": "登录成功",
    "looked around": "四处看看",
    "own Flask application": "自己的 Flask 应用",
    "own Django project": "自己的 Django 项目",
    "own FastAPI application": "自己的 FastAPI 应用",
    "behind nginx": "放在 nginx 后面",
    "a copy of the repository stands in the place of its address": "用仓库的副本代替它的地址",
    "an empty Debian has no curl": "空的 Debian 里没有 curl",
    "the root has no systemd, so nginx is started by hand": "根目录里没有 systemd，因此手工启动 nginx",
}
"""The names of the parts and the notes, and the same in Chinese."""


def word(said: str, language: str) -> str:
    """Return *said* in a language."""
    return WORDS[said] if language == "zh" else said


class WalkLog(Directive):
    """The log, or the times; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, ("log", "times"))}

    def run(self) -> list[nodes.Node]:
        """Return a paragraph and a table, or a block for each part."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        walk = json.loads(SAVED.read_text(encoding="utf-8"))
        return _log(walk, language) if self.options.get("show") == "log" else _times(walk, language)


def seconds(part: dict[str, Any]) -> tuple[float, float]:
    """Return the seconds of a part: its own, and those of the downloads."""
    downloads = sum(step["seconds"] for step in part["steps"] if step["kind"] == "download")
    return sum(step["seconds"] for step in part["steps"]) - downloads, downloads


def _times(walk: dict[str, Any], language: str) -> list[nodes.Node]:
    labels = LABELS[language]
    rows = []
    for part in walk["parts"]:
        own, downloads = seconds(part)
        name = word(part["name"], language)
        rows.append([name, part["page"], f"{own:.1f}", f"{downloads:.0f}", str(part["target"])])
    head = [labels[each] for each in ("part", "page", "own", "downloads", "target")]
    about = labels["about"].format(**walk["machine"], on=walk["on"], commit=walk["commit"][:10])
    load = labels["load"].format(**walk["machine"])
    return [
        nodes.paragraph("", f"{about} {load}" if language == "en" else about + load),
        table(head, rows, (4, 6, 2, 2, 2)),
    ]


def _log(walk: dict[str, Any], language: str) -> list[nodes.Node]:
    labels, made = LABELS[language], []
    for part in walk["parts"]:
        own, downloads = seconds(part)
        head = labels["head"].format(name=word(part["name"], language), own=own, downloads=downloads)
        log = "\n".join(line for step in part["steps"] for line in lines(step, language))
        made += [nodes.rubric("", head), nodes.literal_block(log, log, language="text")]
    return made


def lines(step: dict[str, Any], language: str) -> list[str]:
    """Return what is shown of one step: what was done, how long it took, and what was seen."""
    labels = LABELS[language]
    if step["kind"] == "written":
        return [labels["written"].format(words=step["words"], lines=step["lines"][0]), ""]
    does = labels["browser"].format(words=step["words"]) if step["kind"] == "browser" else f"$ {step['words']}"
    note = f"  # {word(step['note'], language)}" if step["note"] else ""
    return [f"{does}{note}  [{step['seconds']:.1f} s]", *(f"  {line}" for line in step["lines"]), ""]


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("walk", WalkLog)
    reread(app, "walk")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
