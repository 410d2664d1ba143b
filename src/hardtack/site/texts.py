"""What the pages say, in each language: tables of texts in TOML, found by ``section.id``.

The languages are the files in ``locale/``; a test holds them to the same ids and the same placeholders. A text is
plain: it holds no markup, and what is put into its ``{placeholders}`` is escaped by the template like everything else.
Dates are written out in UTC, because without a script nobody knows the visitor's time zone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
"""The first is used where a visitor prefers none of them."""

TAGS = {"en": "en", "zh": "zh-Hans"}
"""What ``<html lang>`` and ``Content-Language`` say (RFC 5646)."""

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))
_FOLDER = Path(__file__).parent / "locale"


@cache
def table(language: str) -> Mapping[str, str]:
    """Return every text of *language* by its id, such as ``sign_in.title``."""
    sections = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def text(language: str, identifier: str, /, **values: object) -> str:
    """Return the text *identifier* in *language* with *values* in its placeholders.

    Raises:
        KeyError: there is no such text, or a placeholder has no value; both are mistakes in a template.
    """
    return table(language)[identifier].format(**values)


def moment(language: str, seconds: int) -> str:
    """Return the time *seconds* (Unix) as a person writes it, in UTC."""
    at = datetime.fromtimestamp(seconds, UTC)
    months = text(language, "time.months").split()
    return text(language, "time.moment", year=at.year, month=months[at.month - 1], day=at.day, clock=f"{at:%H:%M}")


def span(language: str, seconds: int) -> str:
    """Return a length of time in the largest unit that divides it: minutes, hours or days."""
    unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0 or unit == "minute")
    count = max(seconds // size, 1)
    return text(language, f"time.{unit}" if count == 1 else f"time.{unit}s", count=count)


def machine_time(seconds: int) -> str:
    """Return the time *seconds* (Unix) as RFC 3339 writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def both(identifier: str) -> dict[str, str]:
    """Return the text *identifier* in every language, the shape that a ``Refused`` takes."""
    return {language: table(language)[identifier] for language in LANGUAGES}
