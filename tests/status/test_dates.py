"""The dates of a request: the three formats, what is no date, and the two-digit year."""

from __future__ import annotations

import calendar
import email.utils
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.http import parse_date as werkzeug_parse_date

from hardtack.message import FIRST_DATE, LAST_DATE, http_date
from hardtack.status.dates import parse_date

NOW = 1_795_910_400  # 29 November 2026
EXAMPLE = 784_111_777  # of RFC 9110 §5.6.7

seconds = st.integers(FIRST_DATE, LAST_DATE)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994",
        " \tSun, 06 Nov 1994 08:49:37 GMT\t ",
        "Mon, 06 Nov 1994 08:49:37 GMT",
    ],
)
def test_the_three_formats_are_read(text: str) -> None:
    """RFC 9110 §5.6.7: a recipient must accept all three; that the weekday fits is asked of the sender only."""
    assert parse_date(text, now=NOW) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "garbage",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06  Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Mon, 29 Feb 2100 08:49:37 GMT",
        "Sun, 29 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=5",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, \N{ARABIC-INDIC DIGIT ZERO}6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT" * 10_000,
    ],
)
def test_everything_else_is_no_date(text: str) -> None:
    """RFC 9110 §13.1.3 and §13.1.4: a field that is no valid date is ignored, so no date may be guessed."""
    assert parse_date(text, now=NOW) is None


@pytest.mark.parametrize("day", ["Tue, 29 Feb 2000", "Sat, 29 Feb 2400", "Thu, 29 Feb 2024"])
def test_leap_days_are_dates(day: str) -> None:
    """Every fourth year, but of the centuries only every fourth."""
    moment = email.utils.parsedate_to_datetime(f"{day} 12:00:00 GMT")
    assert parse_date(f"{day} 12:00:00 GMT", now=NOW) == int(moment.timestamp())


@pytest.mark.parametrize("year", [2023, 2024, 2100, 2400])
def test_every_month_has_its_days(year: int) -> None:
    """The last of them is a date, and the day after it is none."""
    for month, name in enumerate(calendar.month_abbr[1:], 1):
        last = calendar.monthrange(year, month)[1]
        moment = datetime(year, month, last, tzinfo=UTC)
        assert parse_date(f"Mon, {last} {name} {year} 00:00:00 GMT", now=NOW) == int(moment.timestamp())
        assert parse_date(f"Mon, {last + 1} {name} {year} 00:00:00 GMT", now=NOW) is None


def test_a_leap_second_is_the_first_of_the_next_day() -> None:
    """The grammar has it; Unix time has no other second for it."""
    assert parse_date("Sat, 31 Dec 2016 23:59:60 GMT", now=NOW) == parse_date("Sun, 01 Jan 2017 00:00:00 GMT", now=NOW)


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("29-Nov-76 00:00:00", 2076),
        ("29-Nov-76 00:00:01", 1976),
        ("30-Nov-76 00:00:00", 1976),
        ("31-Dec-75 23:59:59", 2075),
        ("01-Jan-77 00:00:00", 1977),
        ("29-Nov-26 00:00:00", 2026),
        ("29-Feb-00 00:00:00", 2000),
        ("01-Jan-27 00:00:00", 2027),
    ],
)
def test_two_digits_are_the_last_such_year_within_fifty_years(date: str, year: int) -> None:
    """RFC 9110 §5.6.7: what appears to be more than 50 years in the future is the most recent such year in the past."""
    found = parse_date(f"Monday, {date} GMT", now=NOW)
    assert found is not None
    assert datetime.fromtimestamp(found, UTC).year == year


@given(moment=seconds, now=seconds)
@example(moment=951_782_400, now=0)
@example(moment=FIRST_DATE, now=0)
@example(moment=LAST_DATE, now=0)
def test_what_is_written_is_read(moment: int, now: int) -> None:
    """Whatever time it is."""
    assert parse_date(http_date(moment), now=now) == moment


@given(moment=st.integers(0, 4_000_000_000), now=st.integers(0, 4_000_000_000))
def test_a_year_of_two_digits_is_near(moment: int, now: int) -> None:
    """It is the date that was meant, give or take centuries, and lies within the fifty years to come."""
    written = datetime.fromtimestamp(moment, UTC).strftime("%A, %d-%b-%y %H:%M:%S GMT")
    found = parse_date(written, now=now)
    today = datetime.fromtimestamp(now, UTC)
    if found is None:
        assert "29-Feb-00" in written  # and the year 1900 or 2100 has none
        return
    read = datetime.fromtimestamp(found, UTC)
    assert read.strftime("%d-%b-%y %H:%M:%S") == written.partition(", ")[2].removesuffix(" GMT")
    latest = (today.year + 50, today.timetuple()[1:6])
    assert (read.year, read.timetuple()[1:6]) <= latest
    assert (read.year + 100, read.timetuple()[1:6]) > latest


@given(moment=st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - made aware below
def test_werkzeug_reads_the_same(moment: datetime) -> None:
    """A foreign reader, on what all three formats write."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"):
        text = moment.strftime(form)
        theirs = werkzeug_parse_date(text)
        assert theirs is not None
        assert parse_date(text, now=NOW) == int(theirs.timestamp())


@given(text=st.text())
def test_any_text_is_a_time_or_nothing(text: str) -> None:
    """The promise of the parser."""
    found = parse_date(text, now=NOW)
    assert found is None or isinstance(found, int)
