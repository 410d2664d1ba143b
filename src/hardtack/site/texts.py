"""What the pages say, in each language: tables of texts in TOML, found by ``section.id``.

The languages are the files in ``locale/``; a test holds them to the same ids and the same placeholders. A text is
plain: it holds no markup, and what is put into its ``{placeholders}`` is escaped by the template like everything else.
Dates are written out in UTC, because without a script nobody knows the visitor's time zone.

A site may be given texts that take the place of ours. They are looked through once, at start: one that no page asks
for, or whose placeholders differ, would be found out by a visitor otherwise.
"""

from __future__ import annotations

import difflib
import string
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hardtack.errors import MisuseError

LANGUAGES = ("en", "zh")
"""The first is used where a visitor prefers none of them."""

TAGS = {"en": "en", "zh": "zh-Hans"}
"""What ``<html lang>`` and ``Content-Language`` say (RFC 5646)."""

_MINUTE = 60
_UNITS = (("day", 86400), ("hour", 3600), ("minute", _MINUTE))
_FOLDER = Path(__file__).parent / "locale"
_MONTHS = "time.months"
_SHAPE = 'write texts={"en": {"site.brand": "Shop"}, "zh": {"site.brand": "商店"}}'


class Texts:
    """Every text of one site.

    Args:
        given: texts that take the place of ours, by language and id.
        brand: what the site is called in every language for which *given* does not say it; ``None``: as in ours.

    Raises:
        MisuseError: one of them is in no language of ours, has an id that is none, or other placeholders than ours.
    """

    __slots__ = ("_tables",)

    def __init__(self, given: Mapping[str, Mapping[str, str]] | None = None, *, brand: str | None = None) -> None:
        over = _checked(given or {})
        # A brace in a name is no placeholder.
        named = {} if brand is None else {"site.brand": brand.replace("{", "{{").replace("}", "}}")}
        self._tables = {language: {**_ours(language), **named, **over.get(language, {})} for language in LANGUAGES}

    def table(self, language: str) -> Mapping[str, str]:
        """Return every text of *language* by its id, such as ``sign_in.title``."""
        return self._tables[language]

    def text(self, language: str, identifier: str, /, **values: object) -> str:
        """Return the text *identifier* in *language* with *values* in its placeholders.

        Raises:
            KeyError: there is no such text, or a placeholder has no value; both are mistakes in a template.
        """
        return self._tables[language][identifier].format(**values)

    def both(self, identifier: str) -> dict[str, str]:
        """Return the text *identifier* in every language, the shape that a ``Refused`` takes."""
        return {language: table[identifier] for language, table in self._tables.items()}

    def moment(self, language: str, seconds: int) -> str:
        """Return the time *seconds* (Unix) as a person writes it, in UTC."""
        at = datetime.fromtimestamp(seconds, UTC)
        month = self.text(language, _MONTHS).split()[at.month - 1]
        return self.text(language, "time.moment", year=at.year, month=month, day=at.day, clock=f"{at:%H:%M}")

    def span(self, language: str, seconds: int) -> str:
        """Return a length of time in the largest unit that divides it: minutes, hours or days; under one, seconds."""
        if 0 < seconds < _MINUTE:
            return self.text(language, "time.second" if seconds == 1 else "time.seconds", count=seconds)
        unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0 or size == _MINUTE)
        count = max(seconds // size, 1)
        return self.text(language, f"time.{unit}" if count == 1 else f"time.{unit}s", count=count)


def machine_time(seconds: int) -> str:
    """Return the time *seconds* (Unix) as RFC 3339 writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _ours(language: str) -> Mapping[str, str]:
    sections = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


def _checked(given: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    """Return *given*, or say which text of it no page could show.

    Raises:
        MisuseError: as :class:`Texts` says.
    """
    for language, table in given.items():
        if language not in LANGUAGES:
            raise MisuseError(
                f"texts: {language!r} is no language of the pages, which are {' and '.join(LANGUAGES)}", _SHAPE
            )
        if not isinstance(table, Mapping):
            raise MisuseError(f"texts: texts by their ids are expected for {language!r}", _SHAPE)
        for identifier, text in table.items():
            _check(language, identifier, text)
    return given


def _check(language: str, identifier: str, text: object) -> None:
    ours = _ours(language)
    if identifier not in ours:
        near = difflib.get_close_matches(str(identifier), ours, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "the ids are those of the pages' texts, such as 'site.brand'"
        raise MisuseError(f"texts: there is no text {identifier!r}", hint)
    named = f"texts: {identifier!r} in {language!r}"
    wanted = _placeholders(ours[identifier])
    if not isinstance(text, str) or _placeholders(text) != wanted:
        placeholders = " and ".join(sorted(f"{{{name}}}" for name in wanted or ())) or "none"
        raise MisuseError(
            f"{named} must be a text with the same placeholders as ours: {placeholders}",
            f"ours is {ours[identifier]!r}; a brace that is no placeholder is written twice",
        )
    if identifier == _MONTHS and len(text.split()) != len(ours[identifier].split()):
        raise MisuseError(f"{named} must be twelve words", "write the months in their order, with spaces between")


def _placeholders(text: str) -> set[str] | None:
    """Return the names of the placeholders in *text*, or ``None`` if it has others than plain names."""
    try:
        parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    plain = all(name and not form and not conversion for _, name, form, conversion in parts)
    return {name or "" for _, name, _, _ in parts} if plain else None


OURS = Texts()
"""The texts as we have written them."""
