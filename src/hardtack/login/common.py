"""Which passwords many people use: two filters that come with the package, and the question that is asked of them.

``common.filter`` holds the simplified forms of leaked and common passwords; it is asked about a password as a whole.
``words.filter`` holds the words that passwords are made of (common passwords, names, everyday English) and is asked
about parts, so its fingerprints are three bytes: it is hardly ever wrong. What they were made of, under which licences
and how often they say yes to a random text, stands in the documentation of passwords; ``make passwords`` makes them.

Nothing is read before the first question.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

from hardtack.login import plain
from hardtack.login.filters import PasswordFilter, key_of_text

_FOLDER = Path(__file__).parent


@cache
def leaked() -> PasswordFilter:
    """Return the filter of whole passwords."""
    return PasswordFilter.open(_FOLDER / "common.filter")


@cache
def words() -> PasswordFilter:
    """Return the filter of words."""
    return PasswordFilter.open(_FOLDER / "words.filter")


def is_word(meant: str) -> bool:
    """Return whether many people use *meant*, a text as ``plain.alike`` returns it, as a part of their passwords."""
    return words().has_key(key_of_text(meant))


@cache
def word_bits() -> float:
    """Return what a word adds to the guesses that a password takes, as the logarithm to the base of 2."""
    return math.log2(words().entries)


def is_listed(password: str, listed: PasswordFilter, secret: bytes) -> bool:
    """Return whether *password*, or what it repeats, seems to be in the filter *listed*.

    Args:
        password: as typed.
        listed: a filter of texts or of SHA-1.
        secret: the password's bytes.

    Raises:
        MisuseError: the filter's file is damaged.
    """
    if listed.has_secret(secret):
        return True
    return any(listed.has_text(plain.simplified(form)) for form in {password, plain.unit(password)})
