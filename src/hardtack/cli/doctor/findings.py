"""What a check has found: a code of the table, what fills its texts, and where to read more.

The table, ``findings.toml``, gives each code its gravity: ``right``, ``note``, ``warning`` or ``wrong``; only the last
makes an installation ill. A text never holds a secret: what fills it are paths, names, numbers and times.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from hardtack.seal import Keyring
from hardtack.site import Settings
from hardtack.site.configured import Gathered

Level = Literal["right", "note", "warning", "wrong"]

LEVELS: tuple[Level, ...] = ("right", "note", "warning", "wrong")


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in each language."""

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """Return it in ``"en"`` or ``"zh"``."""
        return self.zh if language == "zh" else self.en


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be found.

    Args:
        level: how grave it is.
        found: what is said.
        mend: what to do about it.
    """

    level: Level
    found: Said
    mend: Said = Said()


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Args:
        code: its name in the table.
        values: what fills its texts.
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """The row of the table."""
        return next(each[self.code] for each in table().values() if self.code in each)

    @property
    def level(self) -> Level:
        """How grave it is."""
        return self.known.level

    def found(self, language: str) -> str:
        """Return what is said of it, in ``"en"`` or ``"zh"``."""
        return self.known.found.in_language(language).format_map(self._values(language))

    def mend(self, language: str) -> str:
        """Return what to do about it, in ``"en"`` or ``"zh"``; ``""`` where there is nothing to do."""
        return self.known.mend.in_language(language).format_map(self._values(language))

    def _values(self, language: str) -> dict[str, Any]:
        return {
            name: value.get(language) if isinstance(value, Mapping) else value for name, value in self.values.items()
        }


Findings = Iterator[Finding]


def found(code: str, /, **values: Any) -> Finding:
    """Return the finding *code*.

    Args:
        code: its name in the table.
        values: what fills its texts; a dictionary holds a value for each language.
    """
    return Finding(code, values)


@cache
def table() -> dict[str, dict[str, Known]]:
    """Return what can be found, by the check and the code."""
    text = files("hardtack.cli.doctor").joinpath("findings.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, Known]])


@dataclass(frozen=True)
class Patient:
    """An installation.

    Args:
        gathered: what was set, and where.
        now: Unix seconds.
        environ: the environment.
        url: where it is seen from outside; ``None``: nobody looks from there.
        keyring: makes the keyring of the installation.
    """

    gathered: Gathered[Settings]
    now: int
    environ: dict[str, str]
    keyring: Callable[[], Keyring]
    url: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings that hold."""
        return self.gathered.settings

    @cached_property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.settings.data)


Check = Callable[[Patient], Findings]
