"""What a proxy does to the fields that pass it (RFC 9110 §7.6), and to content that it changes (§7.7).

Fields of one connection end here, ``Via`` tells of us, and what would act on our own origin is kept from it: a document
of another server is shown under our address. Of a visitor's fields only those go on that a public document may depend
on, so never a cookie or a credential. Values in, values out; nothing is sent here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hardtack.message import Headers, Request, Response
from hardtack.playground.client import Answer
from hardtack.status.outgoing import HOP_BY_HOP

NAME = "playground"
"""What we are called in ``Via``; a name of one's own may stand in the place of a host (§7.6.3)."""

ENDS_HERE = HOP_BY_HOP | {"proxy-connection", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info"}
"""The fields that concern one connection or one proxy, besides those that ``Connection`` names (§7.6.1)."""

GOES_ON = ("accept", "accept-language")
"""The fields of a request that a public document may depend on."""

KEPT_FROM_US = frozenset(
    {
        *("alt-svc", "clear-site-data", "content-security-policy", "content-security-policy-report-only", "link"),
        *("nel", "refresh", "report-to", "reporting-endpoints", "set-cookie", "strict-transport-security"),
        *("access-control-allow-credentials", "access-control-allow-origin", "hardtack-trace", "content-length"),
    }
)
"""Fields of another server's answer that would act on our origin, or tell of a length that the layer counts itself."""

# Whatever the document is, it can load nothing, run nothing and reach nothing of ours.
_SHUT_IN = [("Content-Security-Policy", "default-src 'none'; sandbox"), ("X-Content-Type-Options", "nosniff")]

_REMARK = re.compile(rb"<!--.*?-->\s*", re.DOTALL)
_NO_LONGER_TRUE = frozenset({"accept-ranges", "content-digest", "content-md5", "digest", "repr-digest"})


def request_fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields with which *request* goes on."""
    ending = _ends_here(request.headers)
    kept = [(name, value) for name, value in request.headers if name in GOES_ON and name not in ending]
    return [*kept, ("Via", _via(request.headers, request.http_version))]


def passed_on(answer: Answer) -> Response:
    """Return *answer* as it is passed on, its content as it came."""
    dropped = _ends_here(answer.headers) | KEPT_FROM_US | {"via"}
    fields = [(name.title(), value) for name, value in answer.headers if name not in dropped]
    return Response(answer.status, [*fields, ("Via", _via(answer.headers, answer.version)), *_SHUT_IN], answer.content)


def without_remarks(request: Request, response: Response) -> Response:
    """Return *response* without the remarks in its HTML; 203 if there was one, and itself if not, or if it may not be.

    Who sent it, and who asked, can forbid that it is changed (RFC 9111 §5.2.1.6, §5.2.2.6).
    """
    forbidden = _forbids_changes([*request.headers, *response.headers])
    html = (response.get("Content-Type") or "").lower().startswith("text/html")
    if forbidden or not html or response.status != 200 or response.get("Content-Encoding"):
        return response
    content = _REMARK.sub(b"", response.body)
    if content == response.body:
        return response
    # 203 has the meaning of 200, and says that what it brings is not what the origin server sent (RFC 9110 §15.3.4).
    changed = Response(203, [pair for pair in response.headers if pair[0].lower() not in _NO_LONGER_TRUE], content)
    tag = changed.get("ETag")
    if tag is not None and not tag.startswith("W/"):
        # It was a promise about each octet; what is left of it is that the text is the same (RFC 9110 §8.8.1).
        changed.set("ETag", f"W/{tag}")
    return changed


def _forbids_changes(fields: Iterable[tuple[str, str]]) -> bool:
    directives = ",".join(value for name, value in fields if name.lower() == "cache-control")
    return "no-transform" in {directive.strip().lower() for directive in directives.split(",")}


def _ends_here(headers: Headers) -> frozenset[str]:
    named = (headers.joined("connection") or "").split(",")
    return ENDS_HERE.union(name.strip().lower() for name in named)


def _via(headers: Headers, version: str) -> str:
    return ", ".join([*headers.all("via"), f"{version} {NAME}"])
