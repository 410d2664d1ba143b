"""The Cookie and Set-Cookie fields, to RFC 6265bis (draft-ietf-httpbis-rfc6265bis-22) exactly.

Reading is tolerant, since anything at all may arrive: a pair is what stands between two semicolons, and its value is
taken as it is (quotes belong to it, §4.1.1; nothing is decoded or judged). A cookie without a name, which browsers send
as its value alone, comes under the name ``""``.

Writing is strict: what is outside the grammar that servers must keep to (§4.1.1), or what a browser would ignore or
scope differently (§5.6, §5.7: prefixes, sizes, ``SameSite=None`` without ``Secure``), is the programmer's mistake and
is refused, never repaired by quoting or escaping. So nothing that gets into a cookie can add a header or an attribute.

The order of cookies in a field means nothing (§4.2.2): a browser sends two of one name when a sub-domain or another
path has set one as well. Whoever trusts a cookie must ask ``find`` and refuse to choose between several.
"""

from __future__ import annotations

import re

from hardtack.errors import MisuseError

MAX_PAIR = 4096
"""The most octets that name and value have together; a browser ignores what is longer (§5.6, step 5)."""
MAX_ATTRIBUTE = 1024
"""The most octets that the value of an attribute has; a browser ignores the longer attribute (§5.6)."""

_SPACE = " \t"

# The grammar of §4.1.1: token (RFC 9110 §5.6.2), cookie-value, domain-value (RFC 1034 §3.5 as RFC 1123 §2.1 widens it)
# and path-value. A path that does not begin with a slash or ends in a space is not what the browser would use (§5.6.4).
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r'"[!#-+\--:<-\[\]-~]*"|[!#-+\--:<-\[\]-~]*')
_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_PATH = re.compile(r"/(?:[ -:<-~]*[!-:<-~])?")
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None"}

_FIRST_DATE = -11_644_473_600  # the year 1601: browsers refuse what is earlier (§5.1.1)
_LAST_DATE = 253_402_300_799  # the year 9999: the format has four digits
_MAX_AGE_END = 10**MAX_ATTRIBUTE
_DAYS = ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class CookieTooLarge(MisuseError):
    """A cookie has outgrown what browsers keep; they would drop it without a word."""


def pairs(header: str) -> list[tuple[str, str]]:
    """Return the name and value of every cookie in a Cookie field, in the order sent.

    Promise: returns for any string, never raises.

    Args:
        header: the value of the field; several fields are joined with ``"; "`` first (§4.2.1).
    """
    found = []
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if not equals:  # a cookie without a name is sent as its value alone (§5.8.3)
            name, value = "", name
        name, value = name.strip(_SPACE), value.strip(_SPACE)
        if name or value:
            found.append((name, value))
    return found


def parse(header: str) -> dict[str, str]:
    """Return the cookies of a Cookie field by name; of several with one name, the first.

    First is only a choice, not a reason to trust it: ``find`` tells whether there are more.

    Promise: returns for any string, never raises.
    """
    cookies: dict[str, str] = {}
    for name, value in pairs(header):
        cookies.setdefault(name, value)
    return cookies


def find(header: str, name: str) -> list[str]:
    """Return every value of the cookie *name* in a Cookie field: the quick way to one cookie.

    Promise: returns for any *header*, never raises, and agrees with ``pairs``.

    Args:
        header: the value of the field.
        name: a cookie name that ``dump`` would accept.
    """
    before, there, after_name = header.partition(name) if name else (header, "", "")
    if not there:
        return []
    # As browsers write it, and once: nearly always.
    if after_name.startswith("=") and name not in after_name and (not before or before.endswith("; ")):
        return [after_name[1:].partition(";")[0].strip(_SPACE)]
    at = len(before)
    found: list[str] = []
    while at >= 0:
        after = at + len(name)
        if _begins(header, at):
            end = header.find(";", after)
            value = (header[after:] if end < 0 else header[after:end]).lstrip(_SPACE)
            if value.startswith("="):
                found.append(value[1:].strip(_SPACE))
        at = header.find(name, after)
    return found


def _begins(header: str, at: int) -> bool:
    """Say whether only white space stands before *at* in its pair."""
    at -= 1
    while at >= 0 and header[at] in _SPACE:
        at -= 1
    return at < 0 or header[at] == ";"


def dump(
    name: str,
    value: str,
    *,
    path: str | None = None,
    domain: str | None = None,
    max_age: int | None = None,
    expires: int | None = None,
    secure: bool = False,
    httponly: bool = False,
    samesite: str | None = None,
    partitioned: bool = False,
) -> str:
    """Return the value of a Set-Cookie field.

    Args:
        name: a token (RFC 9110 §5.6.2).
        value: printable ASCII without space, quote, comma, semicolon and backslash; may stand in a pair of quotes.
        path: begins with a slash.
        domain: a host name in ASCII, without a leading dot; ``None`` keeps the cookie to the host that sets it.
        max_age: seconds to keep the cookie, at least 1; ``None`` leaves it out.
        expires: Unix time in seconds; a time that is past, such as 0, deletes the cookie.
        secure: send it on secure channels only.
        httponly: keep it from scripts.
        samesite: ``"Strict"``, ``"Lax"`` or ``"None"``; ``None`` leaves the attribute out.
        partitioned: keep a separate cookie per top-level site (CHIPS).

    Raises:
        CookieTooLarge: if name and value have more than 4096 octets together.
        MisuseError: for everything else that RFC 6265bis forbids a server to send, or lets a browser ignore.
    """
    written = [
        f"{_cookie_name(name)}={_cookie_value(value)}",
        *(() if domain is None else (f"Domain={_domain(domain)}",)),
        *(() if path is None else (f"Path={_path(path)}",)),
        *(() if max_age is None else (f"Max-Age={_max_age(max_age)}",)),
        *(() if expires is None else (f"Expires={http_date(expires)}",)),
        *(("Secure",) if secure else ()),
        *(("HttpOnly",) if httponly else ()),
        *(() if samesite is None else (f"SameSite={_same_site(samesite)}",)),
        *(("Partitioned",) if partitioned else ()),
    ]
    if len(name) + len(value) > MAX_PAIR:
        raise CookieTooLarge(
            f"the cookie {name} has {len(name) + len(value)} octets of name and value; browsers keep {MAX_PAIR}",
            "store less in it",
        )
    if not secure:
        _require_secure(name, samesite, partitioned)
    elif name.lower().startswith("__host-") and (path != "/" or domain is not None):
        raise MisuseError(f"the cookie {name} must belong to its host alone", "write path='/' and leave domain out")
    return "; ".join(written)


def _require_secure(name: str, samesite: str | None, partitioned: bool) -> None:
    """Raise MisuseError for a cookie that browsers take with ``Secure`` only (§5.7, steps 19 to 21; CHIPS §2.3)."""
    if name.lower().startswith(("__host-", "__secure-")):
        raise MisuseError(
            f"the prefix of the cookie {name} demands Secure", "write secure=True, or choose another name"
        )
    if partitioned or (samesite is not None and samesite.lower() == "none"):
        what = "a partitioned cookie" if partitioned else "a cookie with SameSite=None"
        raise MisuseError(f"{what} must be Secure", "write secure=True, which needs https")


def http_date(seconds: int) -> str:
    """Return a Unix time as an IMF-fixdate (RFC 9110 §5.6.7), such as ``Thu, 01 Jan 1970 00:00:00 GMT``.

    Raises:
        MisuseError: if *seconds* is not a whole number within the years 1601 to 9999.
    """
    if type(seconds) is not int or not _FIRST_DATE <= seconds <= _LAST_DATE:
        raise MisuseError(f"expires={seconds!r} is not a date of a cookie", "give whole Unix seconds, 1601 to 9999")
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
    date = f"{_DAYS[days % 7]}, {day:02} {_MONTHS[month]} {year:04}"
    return f"{date} {hour:02}:{minute:02}:{second:02} GMT"


def is_name(name: object) -> bool:
    """Say whether *name* can be the name of a cookie (a token, RFC 9110 §5.6.2)."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _cookie_name(name: str) -> str:
    if not is_name(name):
        raise MisuseError(
            f"{name!r} cannot be the name of a cookie", "use letters, digits and any of !#$%&'*+-.^_`|~, at least one"
        )
    return name


def _cookie_value(value: object) -> str:
    # The value may be secret, so the text does not repeat it.
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise MisuseError(
            "a cookie's value must be printable ASCII without space, quote, comma, semicolon and backslash",
            "encode it first, for instance as base64url",
        )
    return value


def _domain(domain: object) -> str:
    if not isinstance(domain, str) or not _DOMAIN.fullmatch(domain):
        raise MisuseError(
            f"{domain!r} cannot be the domain of a cookie",
            "write a host name in ASCII without scheme, port and leading dot, such as example.org",
        )
    return domain


def _path(path: object) -> str:
    if not isinstance(path, str) or not _PATH.fullmatch(path) or len(path) > MAX_ATTRIBUTE:
        raise MisuseError(
            f"{path!r:.80} cannot be the path of a cookie",
            f"begin with a slash and use printable ASCII without semicolon, at most {MAX_ATTRIBUTE} octets",
        )
    return path


def _max_age(seconds: int) -> int:
    if type(seconds) is not int or not 0 < seconds < _MAX_AGE_END:
        raise MisuseError(
            "max_age must be a whole number of seconds, at least 1 (RFC 6265bis §4.1.1)",
            "to delete a cookie write expires=0 with the attributes that it was set with",
        )
    return seconds


def _same_site(samesite: object) -> str:
    known = _SAME_SITE.get(samesite.lower()) if isinstance(samesite, str) else None
    if known is None:
        raise MisuseError(f"samesite={samesite!r} is not known to browsers", 'write "Strict", "Lax" or "None"')
    return known
