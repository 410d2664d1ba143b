"""One line of the log for one request, for the operator who wants it: what was asked, by whom, and what was answered.

Neither a query nor a field of the request stands in it, and nothing of the path that may be a code; the id that every
line of a request has ties it to the others.
"""

from __future__ import annotations

import logging

from hardtack.errors import Refused
from hardtack.message import Headers
from hardtack.site import families
from hardtack.status.forwarded import TrustedProxies

_LONGEST_METHOD = 16

_log = logging.getLogger("hardtack.access")


def client(proxies: TrustedProxies, peer: str, scheme: str, headers: Headers) -> str:
    """Return the visitor's address, as far as it can be believed.

    Args:
        proxies: who is believed.
        peer: the address of the other end.
        scheme: the connection's.
        headers: the request's fields.
    """
    try:
        return proxies.believe(peer, scheme, headers).client
    except Refused:
        return peer


def write(method: str, path: str, *, status: int, seconds: float, client: str) -> None:
    """Write the line.

    Args:
        method: as it was asked.
        path: as it was asked.
        status: what was answered; 0 for nothing.
        seconds: how long it took.
        client: the visitor's address.
    """
    fields = {
        "method": method[:_LONGEST_METHOD],
        "path": families.shown(path),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "client": client,
    }
    _log.info("request", extra={"event": "request", "fields": fields})
