"""The dates that a request may hold: the three formats of RFC 9110 §5.6.7, and nothing else.

What is no date is ``None``, and whoever asked then ignores the field, as RFC 9110 §13.1.3 and §13.1.4 demand. The
grammar is kept to the letter, upper and lower case included; only the day of the week need not be that of the date,
because the sentence that asks for it speaks to senders. ``hardtack.message.http_date`` writes a date.

The promise of ``parse_date``: a Unix time or ``None`` for any text, never an exception, in linear time.
"""

from __future__ import annotations

import re

from hardtack.message import DAYS, MONTHS, http_date

__all__ = ["http_date", "parse_date"]

_SHORT = "|".join(DAYS)
_LONG = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
_DAY = r"(?P<day>[0-9]{2})"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMATS = (
    re.compile(rf"(?:{_SHORT}), {_DAY} {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),  # IMF-fixdate
    re.compile(rf"(?:{_LONG}), {_DAY}-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),  # rfc850-date
    re.compile(rf"(?:{_SHORT}) {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})"),  # asctime-date
)
_YEAR = 31_556_952  # seconds, on the average of the calendar
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_date(text: str, *, now: int) -> int | None:
    """Return the Unix time that *text* names, or ``None`` if it is no HTTP-date.

    Args:
        text: the value of the field.
        now: Unix time in seconds; a year of two digits is the last one that is not more than 50 years away.
    """
    text = text.strip(" \t")
    found = next((match for each in _FORMATS if (match := each.fullmatch(text))), None)
    if found is None:
        return None
    month, day = MONTHS.index(found["month"]) + 1, int(found["day"])
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    # A leap second is the last of its day, and Unix time has none: it is the first second of the next day.
    if hour > 23 or minute > 59 or second > (60 if (hour, minute) == (23, 59) else 59):
        return None
    clock = hour * 3600 + minute * 60 + second
    year = int(found["year"])
    if len(found["year"]) == 2:
        year = _full_year(year, month, day, clock, now)
    if not 1 <= day <= _LENGTHS[month - 1] + (month == 2 and _is_leap(year)):
        return None
    return _days(year, month, day) * 86_400 + clock


def _full_year(year: int, month: int, day: int, clock: int, now: int) -> int:
    """Return the last year that ends in *year* and whose date is not more than 50 years after *now*."""
    latest = 1970 + now // _YEAR + 51  # or the year before
    candidate = latest - (latest - year) % 100
    return candidate if _days(candidate - 50, month, day) * 86_400 + clock <= now else candidate - 100


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days(year: int, month: int, day: int) -> int:
    """Return the days since 1 January 1970; the inverse of what ``http_date`` computes, in the same way."""
    year -= month < 3
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + day_of_year - 719_468
