"""A mistake in the settings: where it was made, what it is, and what to write instead, in both languages.

The texts of the kinds that are found here are in one table; what a setting's own check says comes along as it is, in
English. Nothing here decides what a mistake is. A value that could hold a password is never repeated whole.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from hardtack.errors import MisuseError

DEFAULT, DERIVED = "default", "derived"
"""Where a setting comes from that nobody has said: by itself, or because of another one."""

_TEXTS = {
    "en": {
        "unknown": ("there is no setting {name}", "did you mean {near}?"),
        "unknown-at-all": ("there is no setting {name}", "the settings are {all}"),
        "unknown-within": ("{above}: there is no {name}", "did you mean {near}?"),
        "unknown-within-at-all": ("{above}: there is no {name}", "write {all}"),
        "type": ("{name}: {problem}", "write {choices}"),
        "type-at-all": ("{name}: {problem}", "see what {setting} may be in the documentation of the settings"),
        "rule": ("{name}: {problem}", "{hint}"),
        "no-array": ("{name}: a list of tables is expected", "write each of them below a line [[{name}]]"),
        "file-only": ("{name} can be set in the file alone", "write it as [[{name}]] into hardtack.toml"),
        "unreadable": ("cannot be read: {reason}", "name a file that exists with --config"),
        "no-toml": ("is no TOML: {reason}", "write one setting a line, such as port = 8000"),
        "own": ("{problem}", "{hint}"),
    },
    "zh": {
        "unknown": ("没有名为 {name} 的设置", "您是否想写 {near}？"),
        "unknown-at-all": ("没有名为 {name} 的设置", "可用的设置有 {all}"),
        "unknown-within": ("{above}：没有 {name}", "您是否想写 {near}？"),
        "unknown-within-at-all": ("{above}：没有 {name}", "可以写 {all}"),
        "type": ("{name}：{problem}", "请写 {choices}"),
        "type-at-all": ("{name}：{problem}", "{setting} 可以取什么值，见设置的文档"),
        "rule": ("{name}：{problem}", "{hint}"),
        "no-array": ("{name}：应为若干个表", "请把每一个写在一行 [[{name}]] 之下"),
        "file-only": ("{name} 只能写在文件中", "请以 [[{name}]] 写入 hardtack.toml"),
        "unreadable": ("无法读取：{reason}", "请用 --config 指定存在的文件"),
        "no-toml": ("不是 TOML：{reason}", "请每行写一个设置，例如 port = 8000"),
        "own": ("{problem}", "{hint}"),
    },
}

_IN_CHINESE = (
    (re.compile(r"expected (.+), got (.+)"), r"应为 \1，而不是 \2"),
    (re.compile(r"expected (.+)"), r"应为 \1"),
    (re.compile(r"invalid enum value (.+)"), r"没有 \1 这个选项"),
    (re.compile(r"object missing required field (.+)"), r"缺少 \1"),
)
"""What the reader of values says of one that does not fit."""

_NO_PORT = r"""(?!\d{0,5}(?:[/?#\s'";,.)]|\Z))"""
_PASSWORD = re.compile(
    # Up to the last @ of the word; of what is quoted, where there are spaces in it; and, where a long value was cut off
    # before there is one, all that is left of it.
    rf"""(//[^:@/?#\s'"\[]*):(?:\S*@|{_NO_PORT}(?:[^'"\n]*@|[^'"\s]*))"""
)


@dataclass(frozen=True)
class Place:
    """Where a setting was said.

    Args:
        kind: ``default``, ``derived``, ``file``, ``environment``, ``flag`` or ``program``.
        file: the file.
        line: its line, counted from 1; 0 where no line can be told.
        name: how the setting is written there.
        label: what an error calls the source.
    """

    kind: str = DEFAULT
    file: Path | None = None
    line: int = 0
    name: str = ""
    label: str = ""

    @property
    def source(self) -> str:
        """What an error begins with."""
        if self.kind != "file":
            return self.label
        return f"{self.file}:{self.line}" if self.line else str(self.file)

    def __str__(self) -> str:
        return self.source if self.kind == "file" else self.name or self.kind


@dataclass(frozen=True)
class Wrong:
    """What is wrong: a kind of the table, and what fills its texts."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Args:
        place: where it was made.
        setting: which one it is about; ``""`` for the file itself.
        wrong: what it is.
    """

    place: Place
    setting: str
    wrong: Wrong

    def texts(self, language: str) -> tuple[str, str]:
        """Return what is wrong, without its place, and what to write instead, in ``"en"`` or ``"zh"``."""
        values = dict(self.wrong.values)
        if language == "zh" and "problem" in values:
            values["choices"] = values.get("choices", "").replace(" or ", " 或 ")
            for pattern, chinese in _IN_CHINESE:
                if pattern.fullmatch(values["problem"]):
                    values["problem"] = pattern.sub(chinese, values["problem"])
                    break
        problem, hint = (text.format(**values) for text in _TEXTS[language][self.wrong.kind])
        return masked(problem), masked(hint)

    def told(self, language: str) -> str:
        """Return what is wrong, with its place, in ``"en"`` or ``"zh"``."""
        problem, _ = self.texts(language)
        if not self.place.source:
            return problem
        return f"{self.place.source}{' ' if self.wrong.kind in ('unreadable', 'no-toml') else ': '}{problem}"

    def error(self) -> MisuseError:
        """Return it as the error that is raised where only one can be."""
        return MisuseError(self.told("en"), self.texts("en")[1])


def masked(text: str) -> str:
    """Return *text* with the password of every URL in it hidden; no setting holds one, but somebody may try."""
    return _PASSWORD.sub(r"\1:***@", text)


def nearest(name: str, names: Sequence[str], shown: Callable[[str], str], *, above: str = "") -> Wrong:
    """Return what to say of a name that is none of *names*.

    Args:
        name: what was written.
        names: what there is.
        shown: how the source writes a name.
        above: what stands before it, for a name within a table.
    """
    near = difflib.get_close_matches(name, names, n=1)
    values = {"name": shown(name), "above": above, "all": ", ".join(names), "near": shown(near[0]) if near else ""}
    return Wrong(f"unknown{'-within' if above else ''}{'' if near else '-at-all'}", values)


def typed(shown: str, setting: str, kind: Any, error: msgspec.ValidationError) -> Wrong:
    """Return what to say of a value that does not fit.

    Args:
        shown: how the source writes the setting.
        setting: its name.
        kind: its type.
        error: what the reader of values says.
    """
    if isinstance(error.__cause__, MisuseError):
        return Wrong("rule", {"name": shown, "problem": error.__cause__.problem, "hint": error.__cause__.hint})
    problem = str(error).partition(" - at ")[0].replace("`", "")
    words = [word for part in (kind, *get_args(kind)) if get_origin(part) is Literal for word in get_args(part)]
    values = {"name": shown, "problem": problem[:1].lower() + problem[1:], "setting": setting}
    if words:
        return Wrong("type", {**values, "choices": " or ".join(words)})
    return Wrong("type-at-all", values)


def said_by(error: MisuseError) -> Wrong:
    """Return what the check of a setting says."""
    return Wrong("own", {"problem": error.problem, "hint": error.hint})
