"""How many connections a process has at a time, and who gives way where there are too many.

Whoever has waited longest without having asked for anything whole gives way: an open connection between two requests, a
head or content that comes slowly. That is what somebody who wants to take all the places does, and what a visitor does
for milliseconds. Where everybody has asked and is being answered, whoever comes is told when to come back.
"""

from __future__ import annotations

import logging
import time
from typing import Protocol

from hardtack.status import unparsed

_log = logging.getLogger("hardtack.status")


class GivesWay(Protocol):
    """A connection that can be closed."""

    def give_way(self) -> None:
        """End it, with a word where somebody has begun to ask."""


class Crowd:
    """The connections of one process; used by the thread of its loop alone.

    Args:
        most: how many there may be at a time.
    """

    def __init__(self, most: int = unparsed.MAX_CONNECTIONS) -> None:
        self.most = most
        self.turned_away: int = 0
        """How many gave way or were told to come back, so far."""
        self._waiting: dict[GivesWay, None] = {}  # in the order in which they began to wait
        self._told_at = -float(unparsed.CROWD_TOLD_SECONDS)

    def has_room(self, present: int) -> bool:
        """Return whether one more may stay, and make room for it if it can be made.

        Args:
            present: how many there are, with that one.
        """
        if present <= self.most:
            return True
        self.turned_away += 1
        self._tell(present)
        if not self._waiting:
            return False
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        oldest.give_way()
        return True

    def waits(self, connection: GivesWay) -> None:
        """Note that *connection* waits for a whole request from now on."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def waits_no_more(self, connection: GivesWay) -> None:
        """Note that a whole request has come, or that *connection* is gone."""
        self._waiting.pop(connection, None)

    def _tell(self, present: int) -> None:
        # Once a minute: whoever comes in a crowd must not fill the log as well.
        now = time.monotonic()
        if now - self._told_at >= unparsed.CROWD_TOLD_SECONDS:
            self._told_at = now
            fields = {"connections": present, "turned_away": self.turned_away}
            _log.warning("too many connections", extra={"event": "connections-crowded", "fields": fields})
