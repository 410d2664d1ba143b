r"""Where a visitor may be sent after signing in: the one guard against open redirects (CWE-601).

``next`` comes from anybody, so it is never handed on as it came. A path of ours, or an absolute address whose origin
(scheme, host, port, compared after parsing) is ours, becomes a path; everything else becomes the default. What passes
is plain: printable ASCII without spaces and backslashes, no empty or dot segments, because browsers and proxies
disagree about what ``/\host``, ``//host``, ``/%09/host`` or ``/..//host`` mean (WHATWG URL §4.4 against RFC 3986).
The Referer field is never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import quote, unquote_to_bytes

from hardtack.message import Request

LONGEST = 2048
"""Characters; a longer address is not one of ours. One that we carry along ourselves is no longer than this when it is
written into another address: the head of an answer must have room in the 4 KB that a proxy such as nginx has for it."""

_PLAIN = re.compile(r"[!-\[\]-~]+")
_ABSOLUTE = re.compile(r"(?P<origin>(?i:https?)://[^/?#@]+)(?P<rest>(?:[/?#].*)?)")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}


def destination(asked: str | None, *, origins: Collection[str], default: str) -> str:
    """Return the path to go to: *asked* if it stays within *origins*, else *default*.

    Never raises, whatever *asked* is; the result always begins with exactly one slash when *default* does.

    Args:
        asked: what the form or the query named, decoded once.
        origins: our own origins in canonical form, such as ``https://id.example.org``.
        default: the path to take instead.
    """
    if not asked or len(asked) > LONGEST or not _PLAIN.fullmatch(asked):
        return default
    path = asked
    if not asked.startswith("/"):
        absolute = _ABSOLUTE.fullmatch(asked)
        if absolute is None or _canonical(absolute["origin"]) not in origins:
            return default
        rest = absolute["rest"]
        path = rest if rest.startswith("/") else "/" + rest
    return path if _is_plain_path(path) else default


def back(request: Request, *, origin: str, default: str) -> str:
    """Return where a visitor comes back to: this page, or the one that had the form which was sent.

    Never raises. The address of a form may take nothing but POST, and what was sent is not sent again.

    Args:
        request: what was asked for.
        origin: our own origin.
        default: the path to take where nothing says which page it was.
    """
    if request.method in ("GET", "HEAD"):
        return carried(request.path, request.query)
    return destination(request.headers.get("referer"), origins=(origin,), default=default)


def written(path: str, query: str = "") -> str:
    """Return a decoded *path* and a raw *query* as one address that may stand in a header field.

    Never raises. A query with anything but printable ASCII in it is left out: browsers escape the rest.
    """
    way = quote(path, safe="/:@!$&'()*+,;=~-._", errors="replace")
    return f"{way}?{query}" if _PLAIN.fullmatch(query) else way


def carried(path: str, query: str = "") -> str:
    """Return a decoded *path* and a raw *query* as an address to come back to: without the query where it is too long.

    Never raises. A path that is too long by itself leads to the beginning.
    """
    tried = (written(path, query), written(path), "/")
    return next(address for address in tried if len(quote(address, safe="/")) <= LONGEST)


def _is_plain_path(path: str) -> bool:
    way = re.split(r"[?#]", path, maxsplit=1)[0]
    if _BROKEN_ESCAPE.search(way):
        return False
    decoded = unquote_to_bytes(way)
    if any(byte < 0x20 or byte in b"\\\x7f" for byte in decoded):
        return False
    first, *segments = decoded.split(b"/")
    if segments and segments[-1] == b"":
        segments.pop()  # "/" and a trailing slash are fine
    return first == b"" and not any(segment in (b"", b".", b"..") for segment in segments)


def _canonical(origin: str) -> str:
    origin = origin.lower()
    return origin.removesuffix(_DEFAULT_PORT[origin.partition(":")[0]])
