"""``outside-table``: what tools of others did to the service, and which of their findings are explained.

    ```{outside-table} en
    :show: counts
    ```

shows for each tool the counts of its last saved run (``tests/outside/last.json``, which ``python -m tests.outside.run``
writes with ``--save``); ``:show: explained`` shows the entries of ``tests/outside/explained.toml``, by which every run
judges.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cells import reread, table
from docutils import nodes
from docutils.parsers.rst import Directive, directives

import hardtack

if TYPE_CHECKING:
    from sphinx.application import Sphinx

OUTSIDE = Path(__file__).parents[2] / "tests" / "outside"
LABELS = {
    "en": {
        "tool": "tool",
        "run": "last run",
        "counts": "what it did",
        "found": "found",
        "explained": "explained",
        "rule": "what it says",
        "place": "where",
        "why": "why it is none",
        "comma": ", ",
        "short": "short",
        "long": "long",
    },
    "zh": {
        "tool": "工具",
        "run": "最近一次",
        "counts": "做了什么",
        "found": "发现",
        "explained": "已解释",
        "rule": "它说什么",
        "place": "在哪里",
        "why": "为什么不是问题",
        "comma": "，",
        "short": "短",
        "long": "长",
    },
}
COUNTED = {
    "controls found": "对照被找到",
    "requests": "请求",
    "guesses": "猜测",
    "guesses looked at": "其中被查验的猜测",
    "passwords found in place 30": "第 30 位的密码被找到",
    "owners let in": "主人得以登录",
    "ways": "方式",
    "pages signed out": "未登录时的页面",
    "pages signed in": "登录后的页面",
    "requests signed out": "未登录时的请求",
    "requests signed in": "登录后的请求",
    "modules": "模块",
    "signed in to the end": "直到最后都已登录",
    "addresses": "地址",
    "fields": "字段",
    "fields tried": "试过的字段",
    "attacks": "攻击",
    "visitor's requests": "访客的请求",
    "answered": "其中得到答复的",
    "seconds": "秒",
}
"""What is counted, and the same in Chinese."""


def saved() -> dict[str, Any]:
    """Return the last saved run of each tool."""
    found: dict[str, Any] = json.loads((OUTSIDE / "last.json").read_text(encoding="utf-8"))
    return found


class OutsideTable(Directive):
    """One table; the argument is the language."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"show": lambda value: directives.choice(value, ("counts", "explained"))}

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        language = directives.choice(self.arguments[0], tuple(LABELS))
        return [_explained(language) if self.options.get("show") == "explained" else _counts(language)]


def _counts(language: str) -> nodes.table:
    labels = LABELS[language]
    rows = []
    for tool, one in saved().items():
        counts = [f"{name if language == 'en' else COUNTED[name]}: {value}" for name, value in one["counts"].items()]
        run = labels["comma"].join([one["date"], one["commit"], labels[one["form"]]])
        rows.append([tool, run, labels["comma"].join(counts), str(one["found"]), str(one["explained"])])
    return table(
        [labels[each] for each in ("tool", "run", "counts", "found", "explained")],
        rows,
        (2, 3, 8, 1, 1),
    )


def _explained(language: str) -> nodes.table:
    labels = LABELS[language]
    entries = tomllib.loads((OUTSIDE / "explained.toml").read_text(encoding="utf-8"))["explained"]
    rows = [[each[key] for key in ("tool", "rule", "place", language)] for each in entries]
    return table([labels[each] for each in ("tool", "rule", "place", "why")], rows, (1, 2, 3, 6))


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the directive known, and the pages depend on what it reads."""
    app.add_directive("outside-table", OutsideTable)
    reread(app, "outside-tools")
    return {"version": hardtack.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
