"""How long and how much: the limits of a server as data, and what is answered past each (RFC 9110 §15.5.9, §15.6).

Nothing is measured here: a driver holds the clock and counts the octets, and asks for the answer when a limit is
passed. ``PAST`` is the table of those answers; ``failure`` answers what a handler let escape: 507 where the disk is
full, 502 where another server could not be reached, 504 where it did not answer in time, 503 for any other time-out,
500 with the number of the incident for the rest. What an error says about our insides goes to the log and never into an
answer.

502 and 504 need a handler that says that it is waiting for another server::

    with waiting_for_upstream():
        answer = client.get("https://api.example/")
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from hardtack.errors import MisuseError, Refused
from hardtack.status.errors import (
    BadGateway,
    ContentTooLarge,
    GatewayTimeout,
    InsufficientStorage,
    InternalServerError,
    RequestTimeout,
    ServiceUnavailable,
)
from hardtack.status.precondition import NotModified
from hardtack.status.refuse import too_large
from hardtack.status.trace import Step, Trace, fails, raises

PAGE_THREADS = 16
"""How many of the site's pages run at once, unless the application says otherwise."""
PAGES_WAITING = 256
"""How many more wait for a thread before 503 is answered, unless it says otherwise."""
PAGES_RETRY_AFTER = 1
"""Seconds after which a place for a page is likely."""
PAGE_CONTENT_SECONDS = 60
"""Seconds in which all the content of a request to a page must come: it is a form."""
PRUNE_INTERVAL = 3600
"""Seconds between two deletions of what has expired."""
PRUNE_AT_START = 1
"""Seconds that a start waits at most for such a deletion."""
LOOK_INTERVAL = 1
"""Seconds between two looks at how much there is to do, where it is counted."""
LOOK_FAR = 5
"""After how many of them the database is asked, too."""

SHORT_RETRY_AFTER = 5
"""Seconds after which to come back, where the machine had too little of something."""

_SHORT = {
    errno.EMFILE: "short-of-files",
    errno.ENFILE: "short-of-files",
    errno.ENOMEM: "short-of-memory",
    errno.EAGAIN: "short-of-threads",
}
_NO_THREAD = "can't start new thread"  # all that Python says of it
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_SQLITE_FULL = 13  # SQLITE_FULL: how a full disk reaches a program through sqlite3
_SQLSTATE_FULL = "53100"  # and through a driver of PostgreSQL
_ORIGINS = 8
_NOT_BUSY, _CONTENT_IN_TIME, _BEGINS_IN_TIME = "is-not-too-busy", "content-comes-in-time", "answer-begins-in-time"
_FROM_ZERO = ("max_body", "temporary_limit", "retry_after", "drain_bytes", "drain_seconds", "maintenance_seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a server; where ``None`` can be given, it is no limit.

    Args:
        max_body: the most content of a request, in bytes.
        temporary_limit: seconds until more content will be taken, where that limit holds for now only.
        piece_seconds: the longest wait for the next piece of a request's content.
        body_seconds: the longest time for all of it.
        handler_seconds: the longest time until an answer begins.
        in_flight: the most requests at once; more are turned away before they cost anything.
        retry_after: seconds after which to come back, where the server is too busy.
        drain_bytes: how much of the content of a request that was refused is read and thrown away before its
            connection is closed, so that the client gets to see the answer (RFC 9112 §9.6).
        drain_seconds: for how long.
        maintenance: answer everything with 503.
        maintenance_seconds: seconds until the maintenance is over.

    Raises:
        MisuseError: a limit is no number or negative, or nothing could ever be answered under it.
    """

    max_body: int = 1024 * 1024
    temporary_limit: int | None = None
    piece_seconds: float | None = 20
    body_seconds: float | None = None
    handler_seconds: float | None = None
    in_flight: int | None = None
    retry_after: int | None = 5
    drain_bytes: int = 16 * 1024 * 1024
    drain_seconds: float = 5
    maintenance: bool = False
    maintenance_seconds: int | None = None

    def __post_init__(self) -> None:
        for name in ("piece_seconds", "body_seconds", "handler_seconds", "in_flight"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0):
                raise MisuseError(f"{name}: {value} cannot be a limit", "give a number above 0, or None for no limit")
        for name in _FROM_ZERO:
            value = getattr(self, name)
            if value is not None and value < 0:
                raise MisuseError(f"{name}: {value} cannot be", "give a whole number that is not negative, or None")


class Past(NamedTuple):
    """What is answered past one limit.

    Args:
        limit: its name.
        status: the code.
        reference: the sentence behind it.
        answer: makes the answer.
        rule: what is not so any more past it, as the trace names it.
        outcome: the limit, as the trace names it.
    """

    limit: str
    status: int
    reference: str
    answer: Callable[[Limits], Refused]
    rule: str
    outcome: str


def past(limit: str, limits: Limits, *, trace: Trace = None) -> Refused:
    """Return what answers a request that passed *limit*, one of the names in ``PAST``, and note it in *trace*.

    Raises:
        MisuseError: there is no such limit.
    """
    for row in PAST:
        if row.limit == limit:
            if trace is not None:
                trace.append(Step("driver", row.rule, row.reference, row.outcome))
            return row.answer(limits)
    raise MisuseError(f"{limit!r} is no limit", f"there are {', '.join(row.limit for row in PAST)}")


def shed(limits: Limits, in_flight: int, *, maintenance: bool | None = None, trace: Trace = None) -> Refused | None:
    """Return what turns a request away before it costs anything, or ``None``.

    Args:
        limits: the limits.
        in_flight: how many requests are being answered, without this one.
        maintenance: whether the site is under maintenance now; ``None``: as the limits say.
        trace: where to note what was found.
    """
    if limits.maintenance if maintenance is None else maintenance:
        return past("maintenance", limits, trace=trace)
    if limits.in_flight is not None and in_flight >= limits.in_flight:
        return past("in_flight", limits, trace=trace)
    if trace is not None:
        trace.append(Step("driver", _NOT_BUSY, "RFC 9110 §15.6.4"))
    return None


def _maintenance(limits: Limits) -> Refused:
    return ServiceUnavailable(reason="maintenance", retry_after=limits.maintenance_seconds)


def _in_flight(limits: Limits) -> Refused:
    return ServiceUnavailable(reason="overloaded", retry_after=limits.retry_after)


def _max_body(limits: Limits) -> Refused:
    size, later = limits.max_body, limits.temporary_limit
    return ContentTooLarge(too_large(size), reason="content-over-limit", close=True, retry_after=later)


def _piece_seconds(_limits: Limits) -> Refused:
    return RequestTimeout(reason="content-stalled")


def _body_seconds(_limits: Limits) -> Refused:
    return RequestTimeout(reason="content-too-slow")


def _handler_seconds(limits: Limits) -> Refused:
    return ServiceUnavailable(reason="handler-over-deadline", retry_after=limits.retry_after)


def _upstream_seconds(_limits: Limits) -> Refused:
    return GatewayTimeout(reason="upstream-over-deadline")


PAST: tuple[Past, ...] = (
    Past("maintenance", 503, "RFC 9110 §15.6.4", _maintenance, _NOT_BUSY, "maintenance"),
    Past("in_flight", 503, "RFC 9110 §15.6.4", _in_flight, _NOT_BUSY, "in-flight"),
    Past("max_body", 413, "RFC 9110 §15.5.14", _max_body, "content-is-within-limit", "content-over-limit"),
    Past("piece_seconds", 408, "RFC 9110 §15.5.9", _piece_seconds, _CONTENT_IN_TIME, "piece-seconds"),
    Past("body_seconds", 408, "RFC 9110 §15.5.9", _body_seconds, _CONTENT_IN_TIME, "body-seconds"),
    Past("handler_seconds", 503, "RFC 9110 §15.6.4", _handler_seconds, _BEGINS_IN_TIME, "handler-seconds"),
    Past("upstream_seconds", 504, "RFC 9110 §15.6.5", _upstream_seconds, _BEGINS_IN_TIME, "upstream-seconds"),
)
"""What is answered past each limit; ``upstream_seconds`` is ``handler_seconds`` while it waited for another server."""


class WaitedForUpstream(GatewayTimeout):
    """504: a handler gave up waiting for another server; see :func:`waiting_for_upstream`."""


class UpstreamFailed(BadGateway):
    """502: another server could not be reached or broke off; see :func:`waiting_for_upstream`."""


UPSTREAM: ContextVar[list[object]] = ContextVar("hardtack-upstream")
"""Set by a driver to a new list for each request: it is not empty while the handler waits for another server."""


@contextmanager
def waiting_for_upstream() -> Iterator[None]:
    """Say that what is inside waits for another server: if it takes too long the answer is 504 and not 503.

    Raises:
        WaitedForUpstream: a ``TimeoutError`` escaped from what is inside, as it is or wrapped by an HTTP client.
        UpstreamFailed: a ``ConnectionError`` did.
    """
    waiting = UPSTREAM.get(None)
    if waiting is not None:
        waiting.append(None)
    before = sys.exception()
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        for each in _origins(error, before):
            if isinstance(each, TimeoutError):
                raise WaitedForUpstream(reason="upstream-timed-out") from error
            if isinstance(each, ConnectionError):
                raise UpstreamFailed(reason="upstream-failed") from error
        raise
    finally:
        if waiting is not None:
            waiting.pop()


def _origins(error: BaseException | None, before: BaseException | None = None) -> Iterator[BaseException]:
    """Yield *error* and what it came from, up to what was being handled *before*: libraries wrap what happened."""
    for _ in range(_ORIGINS):
        if error is None or error is before:
            return
        yield error
        error = error.__cause__ or error.__context__


FAILURES = {
    "storage-full": (507, "RFC 4918 §11.5"),
    "upstream-failed": (502, "RFC 9110 §15.6.3"),
    "upstream-timed-out": (504, "RFC 9110 §15.6.5"),
    "handler-timed-out": (503, "RFC 9110 §15.6.4"),
    "unhandled-error": (500, "RFC 9110 §15.6.1"),
}
"""What is answered where a handler lets an error escape, by the reason for the log."""


def note(answer: Refused | NotModified, trace: Trace) -> None:
    """Note in *trace* what a handler raised to be its *answer*, or what its upstream did."""
    if isinstance(answer, WaitedForUpstream | UpstreamFailed):
        fails(trace, answer.reason, next(reference for code, reference in FAILURES.values() if code == answer.status))
    else:
        raises(trace, answer.reason)


def failure(error: BaseException, incident: str, limits: Limits | None = None, *, trace: Trace = None) -> Refused:
    """Return what answers a request whose handler let *error* escape.

    Args:
        error: what escaped; a ``Refused`` is itself the answer.
        incident: a number that the caller has drawn and logs beside the error; the page shows it for a 500.
        limits: for ``Retry-After``.
        trace: where to note it.
    """
    inner = error
    while isinstance(inner, BaseExceptionGroup) and len(inner.exceptions) == 1:
        inner = inner.exceptions[0]
    if isinstance(inner, Refused):
        note(inner, trace)
        return inner
    refused = _failure(inner, incident, limits or Limits())
    fails(trace, refused.reason, FAILURES[refused.reason][1])
    return refused


def _failure(error: BaseException, incident: str, limits: Limits) -> Refused:
    if _is_full(error):
        return InsufficientStorage(reason="storage-full")
    if isinstance(error, TimeoutError):
        return ServiceUnavailable(reason="handler-timed-out", retry_after=limits.retry_after)
    return InternalServerError(
        {
            "en": f"Something went wrong on our side. If you report it, give this number: {incident}.",
            "zh": f"服务器出现了内部错误。如需反馈，请提供编号 {incident}。",
        },
        reason="unhandled-error",
        incident=incident,
    )


def short_of(error: BaseException) -> str | None:
    """Return what the machine had too little of, such as ``short-of-files``, if that is where *error* comes from."""
    for each in _origins(error):
        if isinstance(each, MemoryError):
            return _SHORT[errno.ENOMEM]
        if isinstance(each, OSError) and each.errno in _SHORT:
            return _SHORT[each.errno]
        if isinstance(each, RuntimeError) and str(each) == _NO_THREAD:
            return _SHORT[errno.EAGAIN]
    return None


def _is_full(error: BaseException) -> bool:
    return any(
        (isinstance(each, OSError) and each.errno in _FULL)
        or getattr(each, "sqlite_errorcode", None) == _SQLITE_FULL
        or getattr(each, "sqlstate", None) == _SQLSTATE_FULL
        for each in _origins(error)
    )
