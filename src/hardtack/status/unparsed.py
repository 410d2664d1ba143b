"""What to answer where an HTTP server could not make a request of what it has received.

Nobody but the server sees such a message, so most answer 400 to all of them. Here the octets that came say more: an
address that does not end (414), header fields that do not (431), another version (505), a transfer coding that nobody
knows (501), a head that does not come to its end in time (408); 400 is for the rest. The answer is a page in the
visitor's language like every other, as far as what came has fields that say so: the one who meets 431 is a person with
too many cookies.

Promise: ``refused`` and ``asked`` return for any octets, and raise nothing.
"""

from __future__ import annotations

import re

from hardtack.errors import Refused
from hardtack.message import Headers, Request
from hardtack.status import framing
from hardtack.status.errors import (
    BadRequest,
    HTTPVersionNotSupported,
    RequestHeaderFieldsTooLarge,
    RequestTimeout,
    ServiceUnavailable,
    URITooLong,
)
from hardtack.status.errors import NotImplemented as CannotDo

HEAD_SECONDS = 15
"""How long a head may take from its first octet to its last."""
IDLE_SECONDS = 60
"""How long a new connection may say nothing; it is closed without a word then, since browsers open some ahead."""
PARTING_SECONDS = 1
"""How long a connection that says nothing is kept once the server stops: a request may be on its way."""
UNTAKEN_SECONDS = 30
"""How long a client may take nothing of what it is sent; the connection is broken off then."""
MAX_CONNECTIONS = 800
"""How many connections a process has at a time; each is an open file, of which many systems allow 1024."""
FILES_BESIDES = 200
"""Files besides connections: the database of each thread, the log, listeners, mail, what Python itself has open."""
FEWEST_CONNECTIONS = 16
"""How many connections there may be at a time, however few files a process may open."""
CROWD_TOLD_SECONDS = 60
"""How long the log says no more of too many connections, once it has."""
CROWDED_RETRY_AFTER = 5
"""Seconds after which to come back, where there were too many."""
MAX_HEAD = 32768
"""How many octets of a head a server collects before it gives up."""

LAST = ((b"connection", b"close"),)
"""What an answer says on the wire that is the last of its connection (RFC 9112 §9.6)."""

_CLOSE = (("Connection", "close"),)
_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/(\d+)(?:\.\d+)?")
_FIELD = re.compile(r"(accept(?:-language)?)[ \t]*:[ \t]*([ -~]{0,512})", re.IGNORECASE)


def connections_for(files: int) -> int:
    """Return how many connections a process takes at a time that may have so many *files* open."""
    return max(min(MAX_CONNECTIONS, files - FILES_BESIDES), FEWEST_CONNECTIONS)


def refused(received: bytes, *, too_long: bool = False, unknown_coding: bool = False) -> Refused:
    """Return what a message is refused with that is no request.

    Args:
        received: what came of its head, the first octets of it at least.
        too_long: the server has given up because there is no end.
        unknown_coding: it has found a transfer coding that it does not know (RFC 9112 §6.1).
    """
    line, ends, _ = received.lstrip(b"\r\n").partition(b"\n")
    if too_long:
        if not ends:
            return URITooLong(reason="head-too-long", headers=_CLOSE)
        return RequestHeaderFieldsTooLarge(reason="head-too-long", headers=_CLOSE)
    if unknown_coding:
        return CannotDo(reason="unknown-coding", headers=_CLOSE)
    found = _LINE.fullmatch(line.rstrip(b"\r"))
    if found is not None and found[1] != b"1":
        return HTTPVersionNotSupported(supported=framing.VERSIONS, reason="unknown-version", headers=_CLOSE)
    return BadRequest(reason="no-request", headers=_CLOSE)


def late() -> Refused:
    """Return what a head is refused with that does not come to its end in time (RFC 9110 §15.5.9)."""
    return RequestTimeout(reason="head-seconds", headers=_CLOSE)


def asked(received: bytes) -> Request:
    """Return as much of a request as the answer depends on: what the client accepts, where that can be read."""
    text = received[:MAX_HEAD].decode("latin-1")
    fields = [(name, value) for name, value in (_named(line) for line in text.split("\n")[1:]) if name]
    return Request(method="GET", path="/", headers=Headers(fields))


def _named(line: str) -> tuple[str, str]:
    found = _FIELD.match(line)
    return (found[1].lower(), found[2].strip()) if found else ("", "")


def crowded() -> Refused:
    """Return what somebody is told who came when there were too many connections."""
    return ServiceUnavailable(reason="too-many-connections", retry_after=CROWDED_RETRY_AFTER, headers=_CLOSE)
