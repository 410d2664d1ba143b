"""Look for a code by what somebody remembers of it: a number, a name of today or of old, a word of what it means.

``search`` finds, ``closest`` guesses where nothing was found. They read the catalogue in both languages, since a
Chinese text is full of English names and an English reader may know no other. Nothing is ever raised, and only the
first ``MOST`` characters of what was typed are looked at.
"""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from functools import cache

from hardtack.status.catalogue import Status

MOST = 80
"""Characters; the longest name has 31."""


def typed(text: str) -> str:
    """Return *text* as it is looked for: ``４０４`` as a Chinese keyboard writes it is 404."""
    return " ".join(unicodedata.normalize("NFKC", text[:MOST]).split())


def search(text: str) -> list[Status]:
    """Return the codes in which every word of *text* occurs: first what is called just so, then names, then meanings.

    Args:
        text: as somebody has typed it; without a word in it, nothing is found.
    """
    wanted = typed(text)
    words = wanted.casefold().split()
    if not words:
        return []
    named = [status for status in Status if all(word in _names(status) for word in words)]
    said = [status for status in Status if all(word in _said(status) for word in words)]
    return list(dict.fromkeys([*Status.find(wanted), *named, *said]))


def closest(text: str) -> Status | None:
    """Return the code whose number or name is most like *text*, or ``None`` if none is."""
    names = {
        name.casefold(): status
        for status in Status
        for name in (str(status.code), status.phrase_in("zh"), *status.aliases, status.phrase)
    }
    close = get_close_matches(typed(text).casefold(), names, n=1)
    return names[close[0]] if close else None


@cache
def _names(status: Status) -> str:
    names = (str(status.code), status.phrase, status.slug, status.phrase_in("zh"), *status.aliases)
    return " ".join(names).casefold()


@cache
def _said(status: Status) -> str:
    return " ".join((_names(status), status.summary("en"), status.summary("zh"))).casefold()
