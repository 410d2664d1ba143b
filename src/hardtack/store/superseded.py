"""From when on a superseded session id is over: those few that still matter, in memory.

A row that says so lives as long as any other, but once its time has come it is a revocation like all of them, and
nothing here needs to know it. How far time has come is read off the ids themselves: one that lies ``KEPT`` seconds
before the latest is forgotten, and whatever is forgotten is over. So a start with a million old rows keeps no more than
a busy minute does. An id whose time lies further ahead than ``KEPT`` is over, too: the clock was set back since, and it
would be good again for as long. So a clock that once stood wrong can only end a session early.

Not safe for writers in parallel; readers need no lock, since each step replaces one whole value.
"""

from __future__ import annotations

MOST = 1024
"""Ids that are kept without a look at their times."""

KEPT = 300
"""Seconds before the latest time for which an id is kept: more than clocks differ and requests last."""


class Superseded:
    """Session ids, each with the time from which on it is over."""

    __slots__ = ("_latest", "_room", "_since")

    def __init__(self) -> None:
        self._since: dict[bytes, int] = {}
        self._latest = 0
        self._room = MOST

    def __len__(self) -> int:
        return len(self._since)

    def set(self, session_id: bytes, since: int) -> None:
        """Note that *session_id* is over from *since* on, in Unix seconds; 0 means that it always was."""
        if not since:
            self._since.pop(session_id, None)
            return
        self._since[session_id] = since
        self._latest = max(self._latest, since)
        if len(self._since) > self._room:
            self._since = {one: time for one, time in self._since.items() if time > self._latest - KEPT}
            # Room for as many again, so that each look pays for itself.
            self._room = max(MOST, 2 * len(self._since))

    def covers(self, session_id: bytes, now: int) -> bool:
        """Return whether *session_id*, which is among the revoked ids, is not over yet at *now*."""
        since = self._since.get(session_id, 0)
        return since - KEPT <= now < since
