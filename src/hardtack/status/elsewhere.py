"""Answers that send the client somewhere, as status and header fields: made, taken on, seen elsewhere, moved.

Each returns what any framework takes beside the content: ``return "", *see_other("/done")`` in Flask,
``Response("", *created("/posts/7"))`` in Starlette. Which of the redirects it is follows from what the client should do
next, so that no POST becomes a GET by accident, and none is repeated by accident (RFC 9110 §15.4). An address is a path
of one's own site or a whole one, and is written so that nothing in it can end the field; whether it may be gone to is
not decided here, so nothing that a visitor sent should be handed over unchecked.
"""

from __future__ import annotations

from typing import NamedTuple

from hardtack.errors import MisuseError
from hardtack.status.addresses import escaped_address

_READING = frozenset({"GET", "HEAD"})


class Head(NamedTuple):
    """The status code and the header fields of an answer."""

    status: int
    headers: dict[str, str]


def created(location: str, *, etag: str | None = None) -> Head:
    """Return 201: what was asked for is made, and lies at *location* (RFC 9110 §15.3.2).

    Args:
        location: its address.
        etag: its entity tag, written out (``"v1"``), so that the client can change it without reading it first.
    """
    return Head(201, {"Location": _address(location), **({} if etag is None else {"ETag": etag})})


def accepted(location: str, *, retry_after: int | None = None) -> Head:
    """Return 202: the work goes on, and *location* tells how far it is (RFC 9110 §15.3.3).

    Args:
        location: the address of a page that says so.
        retry_after: seconds until it is worth looking there.
    """
    wait = {} if retry_after is None else {"Retry-After": str(max(0, retry_after))}
    return Head(202, {"Location": _address(location), **wait})


def see_other(location: str) -> Head:
    """Return 303: what was sent is dealt with, and the result is at *location*, to be read with GET (§15.4.4).

    The answer to a form: going back, or loading again, sends nothing a second time.
    """
    return Head(303, {"Location": _address(location)})


def temporarily_at(location: str) -> Head:
    """Return 307: for now the same request, with its method and its content, goes to *location* (§15.4.8)."""
    return Head(307, {"Location": _address(location)})


def moved(location: str, *, method: str) -> Head:
    """Return 301 or 308: from now on the same request goes to *location* (§15.4.2, §15.4.9).

    Args:
        location: the new address.
        method: the request's; 301 is for GET and HEAD only, since after it clients may turn a POST into a GET.
    """
    return Head(301 if method in _READING else 308, {"Location": _address(location)})


def _address(location: object) -> str:
    if not isinstance(location, str) or not location:
        raise MisuseError(
            f"location: {location!r} is no address", 'write a path such as "/posts/7", or a whole address'
        )
    return escaped_address(location)
