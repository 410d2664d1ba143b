"""What is kept of every request, whichever way it is answered: its id, a count and a line in the log.

An id is believed of a trusted proxy alone; whoever else could choose one would write into our log. Counts and lines
are where the operator wants them, and nowhere else. What an id may be, what is counted and how a line looks is said
``request_ids``, ``metrics`` and ``access_line``; here is only who is asked, so that every way to an
answer keeps the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from hardtack.message import Request
from hardtack.site import access_line, families, metrics, request_ids
from hardtack.site.metrics import Counts
from hardtack.site.settings import Settings
from hardtack.status.forwarded import TrustedProxies

FIELD = request_ids.FIELD.encode("ascii")
"""The field with the id, in octets."""


class Watch:
    """Keeps it for one process.

    Args:
        settings: what the operator set.
        counts: where to count; ``None`` where nobody wants to know.
    """

    def __init__(self, settings: Settings, counts: Counts | None = None) -> None:
        self.counts = counts
        self.writes: bool = settings.access_log
        """Whether every request has its line in the log."""
        self._proxies = proxies = TrustedProxies(settings.trusted_proxies)
        self._believes = bool(settings.trusted_proxies)
        # A proxy keeps its address, and taking one apart takes longer than everything else here.
        self._is_trusted = lru_cache(maxsize=512)(lambda peer: peer in proxies)

    def id_of(self, peer: str, head: Iterable[tuple[bytes, bytes]]) -> str:
        """Return the id of a request.

        Args:
            peer: the other end of the connection; ``""`` for a Unix socket.
            head: its fields, their names in lower case.
        """
        if not self._believes or not self._is_trusted(peer):
            return request_ids.drawn()
        return request_ids.given([value.decode("latin-1") for name, value in head if name == FIELD])

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count a request, if anybody wants to know.

        Args:
            path: as it was asked.
            status: what was answered; 0 for nothing.
            seconds: how long it took.
        """
        if self.counts is not None:
            metrics.answered(self.counts, families.family(path), status, seconds)

    def write(self, head: Request, status: int, seconds: float) -> None:
        """Write the line of a request into the log; see ``writes``.

        Args:
            head: of the request, with the peer's own address as its ``client``.
            status: what was answered; 0 for nothing.
            seconds: how long it took.
        """
        client = access_line.client(self._proxies, head.client, head.scheme, head.headers)
        access_line.write(head.method, head.path, status=status, seconds=seconds, client=client)
