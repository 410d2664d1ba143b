"""What a Python that a test starts is told of warnings: what ours is told, so that each is an error there as well."""

from __future__ import annotations

import tomllib
from pathlib import Path

_SETTINGS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]

STRICT: tuple[str, ...] = tuple(word for each in _SETTINGS["ini_options"]["filterwarnings"] for word in ("-W", each))
"""Options of ``python`` and of ``pytest``; of two that fit a warning, the later one counts, as in the settings."""
