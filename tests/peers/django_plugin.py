"""A pytest plugin for Django's own tests: conditions are decided by Django, or by ours in its place.

``HARDTACK_PEER`` says which. With ours, ``get_conditional_response`` (behind ``condition`` and its relatives, and the
middleware), the middleware's own part, ``was_modified_since`` and the readers of dates and tags only translate: what
is to be answered comes from ``precondition``, ``finish``, ``parse_date`` and ``parse_etags``. What Django had there
raises if anything still reaches it.
"""

from __future__ import annotations

import os
import time
from datetime import UTC
from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types
import django.utils.http as theirs  # type: ignore[import-untyped]  # likewise
from django.conf import settings  # type: ignore[import-untyped]  # likewise
from django.test.utils import setup_test_environment  # type: ignore[import-untyped]  # likewise

from hardtack.message import Headers, Request
from hardtack.status.dates import parse_date
from hardtack.status.finish import Answer, FinishPolicy, finish
from hardtack.status.precondition import NotModified, precondition
from hardtack.status.validators import ANY, Validators, parse_etag
from hardtack.status.validators import parse_etags as parse_our_etags

POLICY = FinishPolicy(ranges=False, make_etags_up_to=1 << 20)

settings.configure(
    SECRET_KEY="nothing is signed with it",
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    STATIC_URL="static/",
)
django.setup()
setup_test_environment()


def _request(request: Any) -> Request:
    fields = [(name[5:].replace("_", "-"), str(value)) for name, value in request.META.items() if name[:5] == "HTTP_"]
    return Request(method=request.method, path="/", headers=Headers(fields))


def get_conditional_response(
    request: Any, etag: str | None = None, last_modified: int | None = None, response: Any = None
) -> Any:
    """Return the 304 or 412 that answers the request, else *response*."""
    from django.http import HttpResponse, HttpResponseNotModified  # type: ignore[import-untyped]  # likewise

    if response:
        return _finished(request, response)
    known = Validators(exists=True, etag=None if etag is None else parse_etag(etag), last_modified=last_modified)
    decided = precondition(_request(request), known, now=int(time.time()))
    if decided is None:
        return response
    return HttpResponseNotModified() if isinstance(decided, NotModified) else HttpResponse(status=decided.status)


def _finished(request: Any, response: Any) -> Any:
    """Return *response* as ``finish`` leaves it."""
    body = None if response.streaming else response.content
    answer = Answer(status=response.status_code, headers=list(response.items()), body=body)
    if body is not None:
        answer.length = len(body)
    finished = finish(_request(request), answer, now=int(time.time()), boundary="b" * 30, policy=POLICY)
    if finished.error is not None:
        response.status_code = finished.error.status
        return response
    response.status_code = finished.status
    for name in [name for name, _ in response.items()]:
        del response[name]
    for name, value in finished.headers:
        response[name] = value
    if finished.content == "none" and not response.streaming:
        response.content = b""
    return response


def process_response(_middleware: Any, request: Any, response: Any) -> Any:
    """Answer in the middleware's place."""
    return _finished(request, response)


def parse_http_date(date: str) -> int:
    """Return the date in Unix seconds.

    Raises:
        ValueError: it is none.
    """
    now = theirs.datetime.now(tz=UTC)
    found = parse_date(date, now=int(now.timestamp()))
    if found is None:
        raise ValueError(date)
    return found


def was_modified_since(header: str | None = None, mtime: float = 0) -> bool:
    """Return whether If-Modified-Since would not give 304."""
    fields = [] if header is None else [("If-Modified-Since", header)]
    known = Validators(exists=True, last_modified=int(mtime))
    return precondition(Request(method="GET", path="/", headers=Headers(fields)), known, now=int(time.time())) is None


def parse_etags(field: str) -> list[str]:
    """Return the tags as they are written."""
    found = parse_our_etags([field])
    return ["*"] if found is ANY else [str(tag) for tag in found or []]


def _forbidden(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a test has reached Django's own decisions")


if os.environ["HARDTACK_PEER"] == "hardtack":
    import django.middleware.http  # type: ignore[import-untyped]  # likewise
    import django.utils.cache  # type: ignore[import-untyped]  # likewise
    import django.views.decorators.http  # type: ignore[import-untyped]  # likewise
    import django.views.static  # type: ignore[import-untyped]  # likewise

    for condition in ("match", "unmodified_since", "none_match", "modified_since"):
        setattr(django.utils.cache, f"_if_{condition}_passes", _forbidden)
    for module in (django.utils.cache, django.views.decorators.http, django.middleware.http):
        setattr(module, get_conditional_response.__name__, get_conditional_response)
    setattr(django.middleware.http.ConditionalGetMiddleware, process_response.__name__, process_response)
    setattr(django.views.static, was_modified_since.__name__, was_modified_since)
    for ours in (parse_http_date, parse_etags):
        setattr(theirs, ours.__name__, ours)
