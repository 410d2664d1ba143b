"""``/status/{code}`` where codes may be provoked: any method gets that very code, with the fields that it needs.

It is for whoever writes a client and wants to see what that does. Nothing is read but the address, nothing changes and
nobody's cookies are looked at, so it matters neither where a request comes from nor who sends it; no answer is stored.
What a server may not send as its answer is refused, with the reason.

The layer around still does what it does for every answer: a 200 to a request with a condition or a range of its own
becomes what these ask for.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from hardtack.message import Request, Response
from hardtack.site import answers, codes, headers, status_code
from hardtack.site.codes import HTML, JSON, TEXT
from hardtack.site.services import Services
from hardtack.site.texts import TAGS
from hardtack.status import Forbidden, Status, challenge
from hardtack.status.ranges import content_range
from hardtack.status.refuse import METHODS

FIELDS: Mapping[int, tuple[tuple[str, str], ...]] = {
    201: (("Location", "{page}"), ("ETag", '"1"')),
    206: (("ETag", '"1"'),),
    226: (("IM", "gzip"), ("Delta-Base", '"1"'), ("ETag", '"2"')),
    **dict.fromkeys((300, 301, 302, 303, 307, 308), (("Location", "{page}"),)),
    304: (("ETag", '"1"'),),
    400: (("Connection", "close"),),
    401: (("WWW-Authenticate", "{challenge}"),),
    405: (("Allow", "{others}"),),
    407: (("Proxy-Authenticate", "{proxy_challenge}"),),
    408: (("Connection", "close"),),
    412: (("ETag", '"2"'),),
    413: (("Retry-After", "10"), ("Connection", "close")),
    415: (("Accept", JSON), ("Accept-Encoding", "identity"), ("Accept-Patch", JSON)),
    416: (("Content-Range", "bytes */{length}"),),
    426: (("Upgrade", "websocket"), ("Connection", "Upgrade")),
    429: (("Retry-After", "10"),),
    451: (("Link", '<{origin}/>; rel="blocked-by"'),),
    503: (("Retry-After", "10"),),
}
"""Code → the fields that the catalogue requires and recommends, as sensible as they can be where nothing has happened;
what stands in braces is put in."""

_MULTI_STATUS = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<D:multistatus xmlns:D="DAV:"><D:response><D:href>{page}</D:href>'
    "<D:status>HTTP/1.1 200 OK</D:status></D:response></D:multistatus>\n"
)


def show(request: Request, services: Services) -> Response:
    """Answer with the code that the address names.

    Raises:
        Forbidden: no server may answer with it, and the request is a script's.
        NotFound: there is no such code, and the request is a script's.
    """
    name = codes.name_in(services.path) or ""
    status = codes.called(name)
    if status is None:
        return status_code.nothing(request, services, name)
    unsent = codes.why_not_sent(services, status)
    if unsent:
        error = Forbidden(unsent, reason="code-is-not-sent")
        return status_code.refusal(request, services, error, near=[status])
    response = _content(request, services, status) if status.content_allowed else Response(status.code)
    for field, value in _fields(request, services, status):
        response.add(field, value)
    response.add("Link", status_code.canonical(services, status))
    for field, value in headers.NOT_STORED:
        response.set(field, value)
    return response


def _content(request: Request, services: Services, status: Status) -> Response:
    """Return the page as the code's content; where the code itself says what content is, that."""
    text = _text(services, status)
    if status is Status.PARTIAL_CONTENT:
        whole, part = text.encode(), text.partition("\n")[0].encode()
        response = _words(services, status, part)
        response.set("Content-Range", content_range(0, len(part) - 1, len(whole)))
        return response
    if status is Status.MULTI_STATUS:
        body = _MULTI_STATUS.format(page=codes.address(services, status)).encode()
        return Response(status.code, [("Content-Type", "application/xml; charset=utf-8")], body)
    if status is Status.IM_USED:
        # No charset: what gzip has made of the text is in none.
        return Response(status.code, [("Content-Type", TEXT)], gzip.compress(text.encode(), mtime=0))
    form = codes.form_of(request)
    if form == HTML:
        return answers.html(status_code.page(services, status), status.code)
    if form == JSON:
        return answers.json(codes.whole(services, status), status.code)
    return _words(services, status, text.encode())


def _words(services: Services, status: Status, content: bytes) -> Response:
    fields = [("Content-Type", f"{TEXT}; charset=utf-8"), ("Content-Language", TAGS[services.language])]
    return Response(status.code, fields, content)


def _text(services: Services, status: Status) -> str:
    language = services.language
    title = f"{status.code} {status.phrase_in(language)}"
    return f"{title}\n\n{status.describe(language)}\n\n{services.origin}{codes.address(services, status)}\n"


def _fields(request: Request, services: Services, status: Status) -> list[tuple[str, str]]:
    others = METHODS - {request.method} - ({"GET", "HEAD"} if request.method in ("GET", "HEAD") else set())
    values = {
        "page": codes.address(services, status),
        "origin": services.origin,
        "challenge": services.challenge,
        "proxy_challenge": challenge("Session", realm=services.settings.realm),
        "others": ", ".join(sorted(others)),
        "length": str(len(_text(services, status).encode())),
    }
    return [(name, value.format(**values)) for name, value in FIELDS.get(status, ())]
