"""The simplified form of a password: what is left when everything is undone that people do to a word they like.

``P@ssw0rd!``, ``PASSWORD`` and ``password123`` are all ``password`` here: capitals and compatibility forms are gone, up
to four digits or signs at either end are off, and what stands for a letter is that letter. Filters hold simplified
forms and are asked for them, so one entry stands for all its disguises and every password is looked up once. Nothing
that is hashed or verified is ever simplified.

``VERSION`` is written into every filter; whatever changes the form of any text must raise it.
"""

from __future__ import annotations

import re
import unicodedata

VERSION = 1

MIN_LISTED = 8
"""Characters of the shortest simplified form that a filter holds."""

_LETTER = r"[^\W\d_]"
_BEFORE = re.compile(rf"^[\W\d_]{{1,4}}(?={_LETTER})")
_AFTER = re.compile(rf"(?<={_LETTER})[\W\d_]{{1,4}}\Z")

# What is written for a letter; l and i are one, since 1 stands for both.
_ALIKE = str.maketrans("04@386917!|l($52+", "oaaebggitiiicsszt")


def fold(text: str) -> str:
    """Return *text* without capitals and compatibility forms; all comparisons are made in this form."""
    return unicodedata.normalize("NFKC", text).casefold()


def unit(text: str) -> str:
    """Return what *text* is a repetition of; itself if it is none."""
    # The first place at which a text stands in two copies of itself is its period.
    return text[: (text + text).find(text, 1)]


def alike(folded: str) -> str:
    """Return *folded* with each character replaced by the letter that it is written for."""
    return folded.translate(_ALIKE)


def simplified(text: str) -> str:
    """Return the simplified form of *text*: itself, folded, where there is no letter in it.

    Args:
        text: as typed or listed.
    """
    core = _AFTER.sub("", _BEFORE.sub("", fold(text).strip()))
    return alike(core) if any(character.isalpha() for character in core) else core
