"""The Cookie and Set-Cookie fields, to RFC 6265bis (draft-ietf-httpbis-rfc6265bis-22) exactly.

Reading is tolerant, since anything at all may arrive: a pair is what stands between two semicolons, and its value is
taken as it is (quotes belong to it, §4.1.1; nothing is decoded or judged). A cookie without a name, which browsers send
as its value alone, comes under the name ``""``. Every function that reads takes time linear in what it reads.

Writing is strict: what is outside the grammar that servers must keep to (§4.1.1), or what a browser would ignore, cut
short or scope differently (§5.5 to §5.7: prefixes, sizes, lifetimes, ``SameSite=None`` without ``Secure``, a path that
no URL has), is the programmer's mistake and is refused, never repaired by quoting or escaping. So nothing that gets
into a cookie can add a header or an attribute. The prefixes ``__Http-`` and ``__Host-Http-`` are those of
draft-ietf-httpbis-layered-cookies.

Text of any kind is carried by ``encode_value``: percent-encoded UTF-8, as JavaScript's ``encodeURIComponent`` and
``decodeURIComponent`` write and read it. Neighbours' cookies may hold a ``%`` that means something else, so reading
undoes it only where it is asked to: ``decode_value``, or ``parse(header, encoded={"name"})``.

The order of cookies in a field means nothing (§4.2.2): a browser sends two of one name when a sub-domain or another
path has set one as well. Whoever trusts a cookie must ask ``find`` and refuse to choose between several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from hardtack.errors import MisuseError
from hardtack.message import http_date

MAX_PAIR = 4096
"""The most octets that name and value have together; a browser ignores what is longer (§5.6, step 5)."""
MAX_ATTRIBUTE = 1024
"""The most octets that the value of an attribute has; a browser ignores the longer attribute (§5.6)."""
MAX_LIFETIME = 400 * 86_400
"""The longest lifetime in seconds; a browser cuts a longer one short (§5.5)."""

_SPACE = " \t"

# The grammar of §4.1.1: token (RFC 9110 §5.6.2), cookie-value, domain-value (RFC 1034 §3.5 as RFC 1123 §2.1 widens it)
# and path-value; narrower where a browser would find no match (§5.1.3, §5.1.4). What URLs cannot have as a host: a last
# label that is a number, unless all four are, as browsers write an address. What they cannot have in a path: anything
# but the characters that browsers leave unescaped, and segments that they resolve.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r'"[!#-+\--:<-\[\]-~]*"|[!#-+\--:<-\[\]-~]*')
_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
_NUMBER = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_DOMAIN = re.compile(
    rf"{_NUMBER}(?:\.{_NUMBER}){{3}}"
    rf"|(?=.{{1,253}}\Z)(?!(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\Z){_LABEL}(?:\.{_LABEL})*"
)
_PATH = re.compile(r"(?!.*/(?:\.|%2[eE]){1,2}(?:/|\Z))/[!$-:=@-\[\]^_a-z|~]*")
# cookie-octet without the percent sign, and an escaped octet.
_PLAIN = re.compile(r"[!#$&-+\--:<-\[\]-~]*")
_ENCODED = re.compile(r"(?:[!#$&-+\--:<-\[\]-~]|%[0-9A-Fa-f]{2})*")
_ESCAPE = re.compile(rb"%(..)")
_WRITTEN = tuple(chr(octet) if _PLAIN.fullmatch(chr(octet)) else f"%{octet:02X}" for octet in range(256))
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "none": "None"}

# What the prefix of a name demands, in any case of letters (§5.7, and layered-cookies for the newer two).
_SECURE_PREFIXES = ("__secure-", "__host-", "__http-")
_HTTP_PREFIXES = ("__http-", "__host-http-")
_HOST_PREFIX = "__host-"

_SHORTER = f"give at most {MAX_LIFETIME} seconds, and set the cookie anew when the visitor comes back"


class CookieTooLarge(MisuseError):
    """A cookie has outgrown what browsers keep; they would drop it without a word."""


def pairs(header: str) -> list[tuple[str, str]]:
    """Return the name and value of every cookie in a Cookie field, in the order sent.

    Promise: returns for any string, never raises.

    Args:
        header: the value of the field; several fields go through ``join`` first.
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


def join(fields: Iterable[str]) -> str:
    """Return one Cookie field in the place of several, as HTTP/2 and HTTP/3 deliver them (RFC 9113 §8.2.3)."""
    return "; ".join([field for field in fields if field])


def parse(header: str, *, encoded: Set[str] = frozenset()) -> dict[str, str]:
    """Return the cookies of a Cookie field by name; of several with one name, the first.

    First is only a choice, not a reason to trust it: ``find`` tells whether there are more.

    Promise: returns for any string, never raises.

    Args:
        header: the value of the field.
        encoded: the names of the cookies whose values ``encode_value`` has made: they come back as the text that was
            put in. A value under such a name that does not decode is nobody's of ours, and is passed over.
    """
    cookies: dict[str, str] = {}
    for name, value in pairs(header):
        text = decode_value(value) if name in encoded else value
        if text is not None:
            cookies.setdefault(name, text)
    return cookies


def encode_value(text: str) -> str:
    """Return *text* as a value that ``dump`` takes: percent-encoded UTF-8.

    What may stand in a value stays as it is, apart from the percent sign; every other octet becomes ``%`` and two
    capital hexadecimal digits.

    Raises:
        MisuseError: if *text* holds a lone surrogate, which is no character and has no UTF-8.
    """
    if _PLAIN.fullmatch(text):
        return text
    try:
        octets = text.encode()
    except UnicodeEncodeError:
        raise MisuseError("a lone surrogate is no text", "carry bytes as base64url") from None
    return "".join([_WRITTEN[octet] for octet in octets])


def decode_value(value: str) -> str | None:
    """Return the text that a value carries, or ``None`` if it is no percent-encoded UTF-8.

    Promise: returns for any string, never raises, and ``decode_value(encode_value(text)) == text``.
    """
    if not _ENCODED.fullmatch(value):
        return None
    try:
        return _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), value.encode()).decode()
    except UnicodeDecodeError:
        return None


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
    # As browsers write it, and once: nearly always. A value is long, and no cookie begins in it.
    if after_name.startswith("=") and (not before or before.endswith("; ")):
        value, _, others = after_name[1:].partition(";")
        if name not in others:
            return [value.strip(_SPACE)]
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


def find_last(header: str, name: str, start: str) -> str | None:
    """Return the value of the cookie *name* where it stands alone and behind others, or ``None``: then ``find`` tells.

    It is ``find`` for what browsers send nearly always, with less work, for who asks for one name all the time.

    Promise: returns for any *header*, never raises; what it returns is the only value that ``find`` does.

    Args:
        header: the value of the field, also with a ``"; "`` before the first cookie.
        name: a cookie name that ``dump`` would accept.
        start: ``"; name="``.
    """
    before, there, after = header.partition(start)
    if not there or name in before:
        return None
    value, _, others = after.partition(";")
    return None if name in others else value.strip(_SPACE)


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
    now: int | None = None,
) -> str:
    """Return the value of a Set-Cookie field.

    Args:
        name: a token (RFC 9110 §5.6.2).
        value: printable ASCII without space, quote, comma, semicolon and backslash; may stand in a pair of quotes.
            Other text goes through ``encode_value``.
        path: begins with a slash and is written as in a URL, escapes included.
        domain: a host name in ASCII, without a leading dot; ``None`` keeps the cookie to the host that sets it. Which
            host that is, and what is a public suffix, is not known here; browsers ignore a domain that does not fit.
        max_age: seconds to keep the cookie, at least 1 and at most 400 days; ``None`` leaves it out.
        expires: Unix time in seconds; a time that is past, such as 0, deletes the cookie.
        secure: send it on secure channels only.
        httponly: keep it from scripts.
        samesite: ``"Strict"``, ``"Lax"`` or ``"None"``; ``None`` leaves the attribute out.
        partitioned: keep a separate cookie per top-level site (CHIPS).
        now: Unix time in seconds. There is no clock here, so only who gives the time has *expires* held to 400 days
            from it; *max_age* always is. Browsers prefer *max_age*, so a past *expires* beside it is refused.

    Raises:
        CookieTooLarge: if name and value have more than 4096 octets together.
        MisuseError: for everything else that RFC 6265bis forbids a server to send, or lets a browser ignore.
    """
    written = [
        f"{_cookie_name(name)}={_cookie_value(value)}",
        *(() if domain is None else (f"Domain={_domain(domain)}",)),
        *(() if path is None else (f"Path={_path(path)}",)),
        *(() if max_age is None else (f"Max-Age={_max_age(max_age)}",)),
        *(() if expires is None else (f"Expires={_expires(expires, now)}",)),
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
    if max_age is not None and expires is not None and expires <= (0 if now is None else now):
        raise MisuseError("max_age would keep the cookie that expires deletes", "leave max_age out")
    # Browsers ignore both (§5.7; CHIPS §2.3).
    if not secure and (partitioned or (samesite is not None and samesite.lower() == "none")):
        what = "a partitioned cookie" if partitioned else "a cookie with SameSite=None"
        raise MisuseError(f"{what} must be Secure", "write secure=True, which needs https")
    if name.startswith("__"):
        _keep_prefix(name, secure=secure, httponly=httponly, whole_host=path == "/" and domain is None)
    return "; ".join(written)


def _keep_prefix(name: str, *, secure: bool, httponly: bool, whole_host: bool) -> None:
    """Raise MisuseError for a cookie that browsers ignore because it is not what the prefix of its name says."""
    lowered = name.lower()
    if lowered.startswith(_SECURE_PREFIXES) and not secure:
        raise MisuseError(
            f"the prefix of the cookie {name} demands Secure", "write secure=True, or choose another name"
        )
    if lowered.startswith(_HTTP_PREFIXES) and not httponly:
        raise MisuseError(
            f"the prefix of the cookie {name} demands HttpOnly", "write httponly=True, or choose another name"
        )
    if lowered.startswith(_HOST_PREFIX) and not whole_host:
        raise MisuseError(f"the cookie {name} must belong to its host alone", "write path='/' and leave domain out")


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
            "text of any kind goes through encode_value first",
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
            f"write it as URLs have it: a slash first, no dot segments, escapes, at most {MAX_ATTRIBUTE} octets",
        )
    return path


def _max_age(seconds: int) -> int:
    if type(seconds) is not int or seconds < 1:
        raise MisuseError(
            "max_age must be a whole number of seconds, at least 1 (RFC 6265bis §4.1.1)",
            "to delete a cookie write expires=0 with the attributes that it was set with",
        )
    if seconds > MAX_LIFETIME:
        raise MisuseError("max_age is over 400 days, and browsers would cut it short", _SHORTER)
    return seconds


def _expires(seconds: int, now: int | None) -> str:
    if now is not None and type(seconds) is int and seconds > now + MAX_LIFETIME:
        raise MisuseError("expires is over 400 days away, and browsers would cut it short", _SHORTER)
    return http_date(seconds)


def _same_site(samesite: object) -> str:
    known = _SAME_SITE.get(samesite.lower()) if isinstance(samesite, str) else None
    if known is None:
        raise MisuseError(f"samesite={samesite!r} is not known to browsers", 'write "Strict", "Lax" or "None"')
    return known
