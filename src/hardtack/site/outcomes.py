"""What comes of a request in the end: its refusal as a page, the error that nobody foresaw, and what every answer has.

A refusal is negotiated by the status room and stands in our shell. Whatever nobody foresaw becomes a 500 that says a
number, and one log line with the same number that says where; no text of the error itself, because it may hold what a
visitor typed. Nothing here decides whether a request is refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from markupsafe import Markup

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.site import answers, headers, unexpected
from hardtack.site.forward_auth import auth
from hardtack.site.parts import Parts
from hardtack.site.services import Services
from hardtack.site.shell import Problem
from hardtack.site.texts import TAGS
from hardtack.status import InternalServerError, MisdirectedRequest, Status, pages, why
from hardtack.status.trace import Trace, fails, raises

_log = logging.getLogger("hardtack.site")


def refused(request: Request, error: Refused, services: Services) -> Response:
    """Return *error* as the answer to *request*, and log what an operator wants to know of it."""
    if error.status in (403, 421):
        said = {"status": error.status, "reason": error.reason, "client": request.client}
        _log.info("request refused", extra={"event": "request-refused", "fields": said})
    unexpected.note_failing_store(request, error)
    unexpected.note_shortage(request, error)
    raises(services.trace, error.reason)

    def page(status: Status, _error: Refused | None, tongue: str) -> str:
        # A way on from 421 would lead to 421.
        way_on = status.code != MisdirectedRequest.status
        steps = services.trace
        told = "" if steps is None else Markup(why.shown(steps, tongue))  # noqa: S704 - it is escaped there
        values = {"status": status, "refused": Problem.of(error, tongue), "way_on": way_on, "why": told}
        try:
            return services.page("error.html", **values)
        except Exception as failed:
            # The author's template cannot say it: ours does, and the status stays true.
            unexpected.note(error.extensions.get("incident", unexpected.number()), request, failed)
            services.parts = replace(services.parts, shell=services.parts.shell.plain)
            return services.page("error.html", **values)

    return pages.answer(error, answers.asking(request), language=services.language, page=page, trace=services.trace)


def finished(request: Request, response: Response, services: Services) -> Response:
    """Put on *response* what every answer has."""
    if response.status == 401 and response.get("WWW-Authenticate") is None:
        response.set("WWW-Authenticate", services.challenge)
    settings = services.settings
    # A report holds the address of its page, and a query may hold the code of a link. What a proxy copies to the
    # host of an application binds no host below that one.
    https = settings.https and services.path != auth.PATH
    headers.protect(response, https=https, collector=None if request.query else settings.csp_reports)
    if (response.get("Content-Type") or "").startswith("text/html") or response.get("Content-Language"):
        response.set("Content-Language", TAGS[services.language])
    if response.get("Cache-Control") != headers.IMMUTABLE:
        response.vary("Accept")
        response.vary("Accept-Language")
    if response.status not in (204, 304):
        length = response.get("Content-Length") if request.method == "HEAD" else None
        response.set("Content-Length", length or str(len(response.body)))
    if request.method == "HEAD":
        response.body = b""
    return response


def failed(
    request: Request, error: Exception, parts: Parts, view: Callable[[], Services], trace: Trace = None
) -> Response:
    """Return the answer to *request* after an *error* that nobody foresaw; never raises.

    Args:
        request: what was asked.
        error: what came of it.
        parts: of the site.
        view: makes a view of the request anew, since nobody knows how far the other one came; it may fail as well.
        trace: where to note why.
    """
    incident = unexpected.number()
    try:
        short = unexpected.shortage(error)
        if short is not None:
            raises(trace, short.reason)
            services = view()
            return finished(request, refused(request, short, services), services)
        unexpected.note(incident, request, error)
        said = parts.shell.texts.both("error.incident")
        detail = {tag: text.format(incident=incident) for tag, text in said.items()}
        answer = InternalServerError(detail, reason="unexpected-error", incident=incident)
        fails(trace, answer.reason, Status(answer.status).reference)
        services = view()
        return finished(request, refused(request, answer, services), services)
    except Exception:
        response = unexpected.plainly(incident, error)
        headers.protect(response, https=parts.settings.https)
        response.set("Content-Length", str(len(response.body)))
        return response
