"""How a page answers: in HTML, in JSON, or by sending the visitor on; and which of these a request asks for.

The same addresses speak both. A request that sends JSON, or prefers it in ``Accept`` (RFC 9110 §12.5.1), gets JSON;
everybody else gets a page. Nothing here knows what is answered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from hardtack.message import Headers, Request, Response
from hardtack.site import forms
from hardtack.status import negotiate

HTML_TYPE = "text/html; charset=utf-8"
JSON_TYPE = "application/json"


class Onward(Exception):
    """The answer is to go somewhere else first; ``response`` says where."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def speaks_json(request: Request) -> bool:
    """Return whether *request* is to be answered in JSON."""
    if forms.media_type(request) == forms.JSON:
        return True
    offers = ("text/html", forms.JSON)
    return negotiate.media_type(request.headers.joined("accept"), offers) == forms.JSON


def navigates(request: Request) -> bool:
    """Return whether a person's browser is going to a page, so that a redirect leads them somewhere.

    ``Sec-Fetch-Mode`` says so (Fetch Metadata §2.3); without it, naming ``text/html`` in ``Accept`` does.
    """
    mode = request.headers.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in (request.headers.joined("accept") or "").lower()


def asking(request: Request) -> Request:
    """Return *request* so that its errors come in JSON if its results would (RFC 9457)."""
    if not speaks_json(request):
        return request
    kept = [(name, value) for name, value in request.headers if name != "accept"]
    return replace(request, headers=Headers([*kept, ("accept", "application/problem+json")]))


def html(text: str, status: int = 200) -> Response:
    """Return a page."""
    return Response(status, [("Content-Type", HTML_TYPE)], text.encode("utf-8"))


def json(value: Any, status: int = 200) -> Response:
    """Return *value* as JSON (UTF-8, RFC 8259 §8.1)."""
    return Response(status, [("Content-Type", JSON_TYPE)], msgspec.json.encode(value))


def see_other(address: str) -> Response:
    """Send the visitor on to *address* with GET (RFC 9110 §15.4.4)."""
    return Response(303, [("Location", address)])
