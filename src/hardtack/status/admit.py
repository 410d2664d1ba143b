"""The second moment: whether a route takes this request at all, from what the route says about itself (RFC 9110 §15.5).

``admit`` takes the head of a request and the route's facts, and returns the ``Refused`` that answers it, or nothing. It
is asked once the route is known and before the content is read, so a 4xx from here needs no 100 (Continue). A route
that says nothing admits everything. Whether the visitor may use the route is not decided here, and neither is anything
that needs a representation: that is the third moment's.

The promise: returns, never raises, whatever the head holds; in time linear in the head's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import negotiate
from hardtack.status.errors import LengthRequired, MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from hardtack.status.refuse import over_limit
from hardtack.status.rules import Route
from hardtack.status.trace import Step

_ORDER = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
_UNTYPED = "application/octet-stream"


class Rule(NamedTuple):
    """One row of the table: its name, the sentence behind it, what decides, and the codes that it can answer with."""

    name: str
    reference: str
    check: Callable[[Request, Route], Refused | None]
    answers: tuple[int, ...]


def admit(request: Request, route: Route, *, trace: list[Step] | None = None) -> Refused | None:
    """Return what answers the request at once, or ``None`` if the route takes it.

    Args:
        request: the request; of its body only the length is looked at, where it has been read already.
        route: what the route says about itself.
        trace: where to note each rule that was tried.
    """
    for rule in RULES:
        refused = rule.check(request, route)
        if trace is not None:
            trace.append(Step("admit", rule.name, rule.reference, "" if refused is None else refused.reason))
        if refused is not None:
            return refused
    return None


def allowed(methods: Iterable[str]) -> tuple[str, ...]:
    """Return what ``Allow`` lists for an address with *methods*: HEAD where GET is (RFC 9110 §9.1), and OPTIONS."""
    every = {*methods, "OPTIONS"}
    if "GET" in every:
        every.add("HEAD")
    return (*(method for method in _ORDER if method in every), *sorted(every.difference(_ORDER)))


def options(methods: Iterable[str]) -> Response:
    """Return the answer to OPTIONS at an address with *methods*, where nobody else has one (RFC 9110 §9.3.7)."""
    return Response(204, [("Allow", ", ".join(allowed(methods)))])


def _method_is_allowed(request: Request, route: Route) -> Refused | None:
    if route.methods is None or request.method in route.methods:
        return None
    allow = allowed(route.methods)
    return None if request.method in allow else MethodNotAllowed(allow=allow, reason="method-not-allowed")


def _length_is_declared(request: Request, route: Route) -> Refused | None:
    if not route.length_required or "content-length" in request.headers or not _has_content(request, likely=True):
        return None
    return LengthRequired(reason="length-not-declared")


def _content_is_within_limit(request: Request, route: Route) -> Refused | None:
    if route.max_body is None:
        return None
    declared = request.headers.get("content-length")
    return over_limit(declared if declared is not None else str(len(request.body)), route.max_body)


def _coding_is_accepted(request: Request, route: Route) -> Refused | None:
    if not route.accepts or "content-encoding" not in request.headers:
        return None
    codings = ",".join(request.headers.all("content-encoding")).split(",")
    if all(coding.strip(" \t").lower() in ("", "identity") for coding in codings) or not _has_content(request):
        return None
    return UnsupportedMediaType(accept_encoding="identity", reason="content-coding-not-accepted")


def _type_is_accepted(request: Request, route: Route) -> Refused | None:
    if not route.accepts or not _has_content(request):
        return None
    # Parameters are compared without case, because those that a route names (charset) have none; two fields are joined,
    # and so name no type.
    sent = negotiate.media_range((request.headers.joined("content-type") or _UNTYPED).lower())
    if sent is not None and "*" not in (sent.type, sent.subtype):
        wanted = (negotiate.media_range(each.lower()) for each in route.accepts)
        if any(each is not None and each.matches(sent) for each in wanted):
            return None
    formats = [each for each in route.accepts if "*" not in each] if request.method == "PATCH" else []
    return UnsupportedMediaType(accept=route.accepts, accept_patch=formats, reason="content-type-not-accepted")


def _an_offer_is_acceptable(request: Request, route: Route) -> Refused | None:
    if not route.offers or "accept" not in request.headers:
        return None
    if negotiate.choices(request.headers.joined("accept"), route.offers):
        return None
    return NotAcceptable(available=route.offers, headers=[("Vary", "Accept")], reason="no-offer-acceptable")


def _has_content(request: Request, *, likely: bool = False) -> bool:
    """Return whether content comes with the request; if *likely*, also where only HTTP/2 and later know it."""
    declared = request.headers.get("content-length")
    if declared is not None:
        return declared.strip("0") != ""
    if request.body or "transfer-encoding" in request.headers:
        return True
    if request.http_version.startswith("1."):
        return False  # neither length nor coding: there is none (RFC 9112 §6.3)
    return request.method in _WITH_CONTENT if likely else "content-type" in request.headers


RULES: tuple[Rule, ...] = (
    Rule("method-is-allowed", "RFC 9110 §9.1 and §15.5.6", _method_is_allowed, (405,)),
    Rule("length-is-declared", "RFC 9110 §8.6 and §15.5.12", _length_is_declared, (411,)),
    Rule("content-is-within-limit", "RFC 9110 §15.5.14", _content_is_within_limit, (413,)),
    Rule("content-coding-is-accepted", "RFC 9110 §8.4 and §12.5.3", _coding_is_accepted, (415,)),
    Rule("content-type-is-accepted", "RFC 9110 §8.3 and §15.5.16", _type_is_accepted, (415,)),
    Rule("an-offer-is-acceptable", "RFC 9110 §12.4.1 and §15.5.7", _an_offer_is_acceptable, (406,)),
)
"""The rules in the order in which they are tried."""
