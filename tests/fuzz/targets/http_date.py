"""The dates of a request: a time that can be written in the same way, or nothing."""

from __future__ import annotations

from hardtack.message import FIRST_DATE, LAST_DATE, http_date
from hardtack.status.dates import parse_date
from hardtack.status.ranges import if_range

OUTCOMES = {"date", "far away", "none"}

_NOW = 1_795_910_400


def check(data: bytes) -> str:
    """Read it, and read what is written of it; only this very time lets a range be sent."""
    text = data.decode("latin-1")
    found = parse_date(text, now=_NOW)
    if found is None:
        assert not if_range(text, None, 0, now=_NOW)
        return "none"
    assert if_range(text, None, found, now=found + 1) is (parse_date(text, now=found + 1) == found)
    assert not if_range(text, None, found, now=found)
    if not FIRST_DATE <= found <= LAST_DATE:
        return "far away"
    assert parse_date(http_date(found), now=_NOW) == found
    return "date"
