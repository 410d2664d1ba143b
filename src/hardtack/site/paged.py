"""Lists that are bounded but may be long, such as sign-ins and passkeys: shown in pages, so that a page stays small.

What is listed has been read whole, and in its order; a page begins after the entry that the address names. Where that
has gone meanwhile the list begins anew. Programs get all of it at once; this is for people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

AFTER = "after"
"""What the address names the entry by."""

Entry = TypeVar("Entry")


class Place(NamedTuple):
    """Where in a list a page is.

    Args:
        begin: the number of its first entry, from 0.
        end: the number of the first one that is on it no more.
        last: the key of its last entry if others follow, else ``None``.
    """

    begin: int
    end: int
    last: str | None

    def more(self, address: str, **kept: object) -> str | None:
        """Return the address of the next page, or ``None`` where this is the last.

        Args:
            address: of the list.
            kept: what else the address says.
        """
        if self.last is None:
            return None
        return f"{address}?{urlencode({**kept, AFTER: self.last})}"


def place(found: Sequence[Entry], key: Callable[[Entry], str], *, size: int, after: str = "", on: str = "") -> Place:
    """Return which part of *found* is shown.

    Args:
        found: the whole list.
        key: by what an entry is named.
        size: entries on a page.
        after: the key of the last entry of the page before.
        on: the key of an entry that is to be on the page, whatever *after* says.
    """
    keys = [key(each) for each in found]
    begin = keys.index(after) + 1 if after in keys else 0
    if on in keys:
        begin = keys.index(on) // size * size
    end = begin + size
    return Place(begin, end, keys[end - 1] if end < len(keys) else None)
