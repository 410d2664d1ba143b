"""A pytest plugin for Werkzeug's own tests: conditions and ranges are decided by Werkzeug, or by ours in its place.

``HARDTACK_PEER`` says which. With ours, ``Response.make_conditional`` and ``http.is_resource_modified`` only translate:
what is to be answered comes from ``precondition``, ``if_range`` and ``finish``. What Werkzeug had there raises if
anything still reaches it, so that no test can pass by the wrong one.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import werkzeug.http
import werkzeug.middleware.shared_data
import werkzeug.sansio.http
import werkzeug.wrappers.response
from werkzeug.datastructures import Headers as TheirHeaders
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers.response import Response

from hardtack.message import Headers, Request
from hardtack.status.finish import Answer, FinishPolicy, finish
from hardtack.status.precondition import precondition
from hardtack.status.ranges import if_range
from hardtack.status.validators import Validators, parse_etag

BOUNDARY = "a-boundary-is-not-what-they-test".replace("-", "")

# Only for the tests that start a server, which are not run here.
sys.modules.setdefault("ephemeral_port_reserve", ModuleType("ephemeral_port_reserve"))


def _request(environ: dict[str, Any]) -> Request:
    fields = [(name[5:].replace("_", "-"), str(value)) for name, value in environ.items() if name.startswith("HTTP_")]
    return Request(method=environ.get("REQUEST_METHOD", "GET"), path="/", headers=Headers(fields))


def _seconds(moment: datetime | str | None) -> int | None:
    if isinstance(moment, str):
        moment = werkzeug.http.parse_date(moment)
    if moment is None:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def is_resource_modified(
    environ: dict[str, Any],
    etag: str | None = None,
    data: bytes | None = None,
    last_modified: datetime | str | None = None,
    ignore_if_range: bool = True,
) -> bool:
    """Return whether the answer would be neither 304 nor 412, or whether If-Range does not hold."""
    if data is not None:
        if etag is not None:
            raise TypeError("both data and etag given")
        etag = f'"{werkzeug.http.generate_etag(data)}"'
    tag, changed = None if etag is None else parse_etag(etag), _seconds(last_modified)
    request, now = _request(environ), int(time.time())
    condition = request.headers.joined("if-range")
    if not ignore_if_range and condition is not None and "range" in request.headers:
        return not if_range(condition, tag, changed, now=now)
    validators = Validators(exists=True, etag=tag, last_modified=changed)
    return precondition(request, validators, now=now) is None


def make_conditional(
    self: Response, request_or_environ: Any, accept_ranges: bool | str = False, complete_length: int | None = None
) -> Response:
    """Make the answer what ``finish`` makes of it."""
    environ = getattr(request_or_environ, "environ", request_or_environ)
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return self
    now = int(time.time())
    self.headers.setdefault("Date", werkzeug.http.http_date(now))
    length = complete_length if complete_length is not None else self.calculate_content_length()
    if self.automatically_set_content_length and "content-length" not in self.headers and length is not None:
        self.headers["Content-Length"] = str(length)
    can_be_cut = bool(accept_ranges) and bool(complete_length)  # to Werkzeug, 0 says as little as None
    answer = Answer(
        status=self.status_code,
        headers=list(self.headers),
        length=length if can_be_cut else None,
        body_known=can_be_cut,
    )
    finished = finish(
        _request(environ), answer, now=now, boundary=BOUNDARY, policy=FinishPolicy(ranges=bool(accept_ranges))
    )
    if finished.error is not None:
        if finished.error.status == 416:
            raise RequestedRangeNotSatisfiable(complete_length)
        self.status_code = finished.error.status
        return self
    self.status_code = finished.status
    self.headers = TheirHeaders(finished.headers)
    if finished.content == "parts":
        (part,) = finished.parts  # they have no test with several that are satisfiable
        self._wrap_range_response(part.first, part.last - part.first + 1)
    return self


def _forbidden(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("a test has reached Werkzeug's own decisions")


if os.environ["HARDTACK_PEER"] == "hardtack":
    for module in (werkzeug.http, werkzeug.wrappers.response, werkzeug.middleware.shared_data):
        setattr(module, is_resource_modified.__name__, is_resource_modified)
    setattr(werkzeug.sansio.http, is_resource_modified.__name__, _forbidden)
    setattr(Response, make_conditional.__name__, make_conditional)
    for name in ("_process_range_request", "_is_range_request_processable"):
        setattr(Response, name, _forbidden)
