"""Request and Response as plain values: what every room speaks.

No framework is in sight here: adapters translate the host's objects into these and back. A request is complete and
frozen, its body already read up to the limit; what is believed about a proxy is already decided (``client``,
``scheme``, ``host``). Field names are compared without case (RFC 9110 §5.1); the order and number of fields are kept.
``http_date`` is here because every room that writes a field with a time needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView
from dataclasses import dataclass, field

from hardtack.errors import MisuseError

FIRST_DATE = -11_644_473_600
"""The year 1601: browsers refuse a cookie's date that is earlier (RFC 6265bis §5.1.1), and nothing else is as old."""
LAST_DATE = 253_402_300_799
"""The year 9999: the format has four digits."""

DAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")
"""The days of the week, from that of 1 January 1970."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def http_date(seconds: int) -> str:
    """Return a Unix time as an IMF-fixdate (RFC 9110 §5.6.7), such as ``Thu, 01 Jan 1970 00:00:00 GMT``.

    Raises:
        MisuseError: if *seconds* is not a whole number within the years 1601 to 9999.
    """
    if type(seconds) is not int or not FIRST_DATE <= seconds <= LAST_DATE:
        raise MisuseError(f"{seconds!r} is not a date that a field can have", "give whole Unix seconds, 1601 to 9999")
    days, rest = divmod(seconds, 86_400)
    # The proleptic Gregorian calendar repeats after 146097 days, counted here from 1 March of the year 0: so the leap
    # day comes last and the lengths of the months before any day are a straight line.
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = (month_from_march + 2) % 12
    year = era * 400 + year_of_era + (month < 2)
    hour, minute, second = rest // 3600, rest // 60 % 60, rest % 60
    date = f"{DAYS[days % 7]}, {day:02} {MONTHS[month]} {year:04}"
    return f"{date} {hour:02}:{minute:02}:{second:02} GMT"


class Headers:
    """Header fields in the order received, looked up by name without case (RFC 9110 §5).

    Args:
        fields: pairs of name and value, both text (latin-1 on the wire).
    """

    __slots__ = ("_fields", "_first")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = tuple((name.lower(), value) for name, value in fields)
        first: dict[str, str] = {}
        for name, value in self._fields:
            first.setdefault(name, value)
        self._first = first

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of *name*, or *default*."""
        return self._first.get(name.lower(), default)

    @property
    def names(self) -> KeysView[str]:
        """The names that are there, in lower case, each once."""
        return self._first.keys()

    def all(self, name: str) -> list[str]:
        """Return every value of *name* in the order received."""
        name = name.lower()
        if name not in self._first:
            return []
        return [value for field_name, value in self._fields if field_name == name]

    def joined(self, name: str) -> str | None:
        """Return all values of a list field joined by commas (RFC 9110 §5.3), or ``None`` if it is absent."""
        values = self.all(name)
        return ", ".join(values) if values else None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._first

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        # Names only: values can be cookies and credentials, and representations end up in logs.
        return f"Headers({sorted(self._first)!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request as a value.

    Args:
        method: as sent; methods are case-sensitive (RFC 9110 §9.1).
        path: the decoded path, beginning with ``/``.
        query: the raw query, without the question mark.
        headers: the header fields.
        body: the content, complete (bytes).
        scheme: ``http`` or ``https``, as the visitor's browser sees it.
        host: the authority that the request names (host and port as sent), or ``""``.
        client: the visitor's network address, after trusted proxies; ``""`` if unknown.
        proxied: whether a trusted proxy has passed it on, whose own fields are then believed.
        http_version: ``1.0``, ``1.1``, ``2`` or ``3``; a claim that the connection does not bear out is passed on as it
            is claimed (``2.0`` over HTTP/1), so that it can be refused.
        target: the request-target as sent (RFC 9112 §3.2), octets as latin-1; ``""`` if unknown.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)
    scheme: str = "http"
    host: str = ""
    client: str = ""
    proxied: bool = False
    http_version: str = "1.1"
    target: str = ""


@dataclass(slots=True)
class Response:
    """One HTTP response as a value.

    Args:
        status: the status code.
        headers: pairs of name and value in the order to be sent; ``Set-Cookie`` may repeat.
        body: the content (bytes).
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first value of header field *name*, or *default*."""
        name = name.lower()
        return next((value for field_name, value in self.headers if field_name.lower() == name), default)

    def set(self, name: str, value: str) -> None:
        """Make *value* the only value of header field *name*."""
        lowered = name.lower()
        self.headers = [pair for pair in self.headers if pair[0].lower() != lowered]
        self.headers.append((name, value))

    def set_each(self, fields: Iterable[tuple[str, str]]) -> None:
        """Make these the only values of these header fields, as ``set`` does one by one; no name may come twice."""
        given = list(fields)
        names = {name.lower() for name, _ in given}
        self.headers = [pair for pair in self.headers if pair[0].lower() not in names] + given

    def add(self, name: str, value: str) -> None:
        """Add one more header field *name*; the way to set several cookies."""
        self.headers.append((name, value))

    def vary(self, name: str) -> None:
        """Add *name* to ``Vary`` unless it is there already (RFC 9110 §12.5.5)."""
        present = [part.strip() for part in (self.get("Vary") or "").split(",") if part.strip()]
        if "*" not in present and name.lower() not in (part.lower() for part in present):
            self.set("Vary", ", ".join([*present, name]))
