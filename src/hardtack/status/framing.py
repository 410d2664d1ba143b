"""How a request's head must be written, so that everybody on its way reads it alike (RFC 9110 §5; RFC 9112 §2 to §6).

One check for each rule of ``refuse`` that needs no policy: version, fields, Host, length, transfer coding and target.
What can be read in two ways is refused and never repaired, because the next server may have read it the other way; if
it leaves open where the request ends, the connection is closed as well (RFC 9112 §6.3).

The promise of each: returns, never raises, whatever the head holds, in linear time.
"""

from __future__ import annotations

import re

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import host
from hardtack.status.errors import BadRequest, HTTPVersionNotSupported
from hardtack.status.errors import NotImplemented as CannotDo
from hardtack.status.trace import CONTINUES, Step, Trace

VERSIONS = ("HTTP/1.1", "HTTP/2", "HTTP/3")
"""What is spoken; HTTP/1.0 and any later minor version of 1 is understood as well (RFC 9110 §2.5)."""

LATER = ("2", "3")
"""The versions that frame content otherwise than in header fields, as ``Request.http_version`` has them."""

CODINGS = frozenset({"chunked", "gzip", "x-gzip", "compress", "x-compress", "deflate"})
"""The registered transfer codings (RFC 9112 §7); of them only chunked is read."""

_COMMON = frozenset(
    {
        *("host", "user-agent", "accept", "accept-language", "accept-encoding", "connection", "cookie", "referer"),
        *("origin", "content-type", "content-length", "if-none-match", "if-modified-since", "cache-control", "pragma"),
        *("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "upgrade-insecure-requests"),
        *("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform", "priority", "dnt", "te", "x-real-ip"),
        *("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"),
    }
)
_LATER_MINOR = re.compile(r"1\.[0-9]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_CODING = re.compile(r"""[!#$%&'*+.^_`|~0-9a-z-]++(?:[ \t]*+;[ \t]*+[!#$%&'*+.^_`|~0-9a-z-]++=[^ \t;,"]++)*+""")
_TARGET = re.compile(r"[!\"$-~\x80-\xff]+")
_ABSOLUTE = re.compile(r"https?://([^/?]+)", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CLOSE = (("Connection", "close"),)


def version_is_spoken(request: Request, _policy: object) -> Refused | None:
    """Refuse a major version that is not spoken with 505 (RFC 9110 §2.5)."""
    version = request.http_version
    # 2.0 and 3.0 are no versions that a connection can have agreed on: somebody wrote them on an HTTP/1 request line.
    if version in ("1.1", "2", "3", "1.0") or _LATER_MINOR.fullmatch(version):
        return None
    return HTTPVersionNotSupported(supported=VERSIONS, reason="version-not-spoken", headers=_CLOSE)


def fields_are_well_formed(request: Request, _policy: object) -> Refused | None:
    """Refuse a name that is no token and a value with CR, LF or NUL (RFC 9110 §5.1, §5.5)."""
    # Done for every request, so the names that every browser sends are not looked at one by one.
    headers = request.headers
    if not _COMMON.issuperset(headers.names):
        for name in headers.names:
            if not _NAME.fullmatch(name):
                return BadRequest(reason="field-name-malformed", close=True)
    everything = "".join(map("".join, headers))
    if "\r" in everything or "\n" in everything or "\0" in everything:
        return BadRequest(reason="field-value-malformed", close=True)
    return None


def host_is_well_formed(request: Request, _policy: object) -> Refused | None:
    """Refuse Host missing, doubled or malformed (RFC 9112 §3.2)."""
    named = request.headers.all("host")
    # A WSGI server hands two fields over as one with a comma, which no host name has.
    if len(named) > 1 or (named and "," in named[0]):
        return BadRequest(reason="host-doubled", close=True)
    if request.host and request.host not in named:
        named.append(request.host)
    if not named and request.http_version != "1.0":
        # HTTP/1.0 knows no Host; whether we answer without one is a later rule's matter.
        return BadRequest(reason="host-missing", close=True)
    if None in [host.parse(each) for each in named]:
        return BadRequest(reason="host-malformed", close=True)
    return None


def length_is_certain(request: Request, _policy: object) -> Refused | None:
    """Refuse Content-Length doubled, malformed, or beside Transfer-Encoding (RFC 9112 §6.3)."""
    lengths = request.headers.all("content-length")
    if not lengths:
        return None
    if "transfer-encoding" in request.headers:
        return BadRequest(reason="content-length-with-transfer-encoding", close=True)
    if len(lengths) > 1:
        return BadRequest(reason="content-length-doubled", close=True)
    if not (lengths[0].isascii() and lengths[0].isdigit()):
        return BadRequest(reason="content-length-malformed", close=True)
    return None


def coding_is_known(request: Request, _policy: object) -> Refused | None:
    """Refuse transfer codings that are not read with 501, and any that leave the end open with 400."""
    written = request.headers.joined("transfer-encoding")
    if written is None:
        return None
    if not request.http_version.startswith("1.") or request.http_version == "1.0":
        # HTTP/1.0 has none, so whoever sends it there frames otherwise than we read; HTTP/2 and 3 forbid it.
        return BadRequest(reason="transfer-encoding-in-another-version", close=True)
    codings = [member.strip(" \t").lower() for member in written.split(",")]
    if codings == ["chunked"]:
        return None
    if not all(_CODING.fullmatch(coding) for coding in codings):
        return BadRequest(reason="transfer-encoding-malformed", close=True)
    names = {coding.partition(";")[0].rstrip(" \t") for coding in codings}
    if names <= CODINGS and (codings[-1] != "chunked" or codings.count("chunked") > 1):
        return BadRequest(reason="transfer-encoding-without-end", close=True)
    return CannotDo(reason="transfer-coding-unknown", headers=_CLOSE)


def target_is_well_formed(request: Request, _policy: object) -> Refused | None:
    """Refuse a target in none of the four forms, and one that names another host than Host does (RFC 9112 §3.2)."""
    target = request.target
    if not target or (target[0] == "/" and "%" not in target and _TARGET.fullmatch(target)):
        return None
    if (request.method == "OPTIONS" and target == "*") or request.method == "CONNECT":
        return None  # whether CONNECT is served is a later rule's matter
    absolute = _ABSOLUTE.match(target)
    path = target[absolute.end() :] if absolute else target
    if not _TARGET.fullmatch(target) or path[:1] not in (("/", "?", "") if absolute else ("/",)):
        return BadRequest(reason="target-malformed")
    if _BAD_ESCAPE.search(path.partition("?")[0]):
        return BadRequest(reason="target-malformed")
    if absolute and not _same(absolute[1], request.headers.get("host")):
        return BadRequest(reason="target-contradicts-host", close=True)
    return None


def _same(target: str, field: str | None) -> bool:
    named = host.parse(target)
    if named is None or field is None:
        return named is not None
    other = host.parse(field)
    return other is not None and host.without_default_port(named) == host.without_default_port(other)


def rest_is_drained(request: Request, response: Response, *, begun: bool) -> bool:
    """Return whether the rest of the content is read and thrown away once *response* is sent (RFC 9112 §9.6).

    It is where the answer closes the connection, unless there is no content (RFC 9112 §6.3; later versions need no
    field for it) or the client waits for ``100 Continue``, which the first read would send.

    Args:
        request: what is answered.
        response: the answer.
        begun: whether some of the content was asked for.
    """
    if response.get("Connection") != "close":
        return False
    return _may_have_content(request) and (begun or "expect" not in request.headers)


def _may_have_content(request: Request) -> bool:
    fields = request.headers
    framed = "transfer-encoding" in fields or any(length.strip("0") for length in fields.all("content-length"))
    return framed or request.http_version in LATER


def begins_to_read(request: Request, trace: Trace) -> None:
    """Note in *trace* that content is wanted which the client holds back until then.

    It is the first read by which a server says 100 (RFC 9110 §10.1.1); what else is expected has been refused.
    """
    if trace is None or "expect" not in request.headers or request.http_version == "1.0":
        return
    if _may_have_content(request):
        trace.append(Step("driver", "content-is-wanted", "RFC 9110 §10.1.1", CONTINUES))
