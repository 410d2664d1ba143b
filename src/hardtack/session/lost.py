"""Lost updates of the data cookie: seen where they can be, since a cookie cannot prevent them.

Two requests of one browser that are under way at once start from the same cookie; each answer writes the whole data,
and the browser keeps the one that arrives last. When they differ, the change of the other one is lost. A server can see
that from the sequence number in the head: it is asked to write number n + 1 of a session although it has written that
number, or a later one, before. The same values written twice lose nothing and are not counted. To empty a session, or
to sign in or out, is a write of its next number too.

What this cannot see: what another process has written, or another thread in the same few microseconds; what was written
so many sessions ago that it is forgotten here; and which of the two answers arrived last. An old cookie that somebody
sends again (another browser with a copy, a backup that was put back) looks the same, and is counted when it writes.
Whoever needs certainty keeps the values in the server-side store, which lets only one of the two succeed.
"""

from __future__ import annotations

MOST = 4096
"""How many sessions are remembered at least, if there are so many; twice as many at most, about 1 MiB."""


class LatestWrites:
    """What this process has written last for each session: its number, and a hash of the values.

    Every step replaces or sets one value, so threads may share it.
    """

    __slots__ = ("_before", "_most", "_now")

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._now: dict[bytes, tuple[int, int]] = {}
        self._before: dict[bytes, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._now) + len(self._before)

    def lose(self, session_id: bytes, sequence: int, values: bytes) -> bool:
        """Note a write, and return whether it and an earlier one undo each other.

        Args:
            session_id: the id of the data.
            sequence: the number of this write.
            values: what is written, encoded.
        """
        now = self._now
        last = now.get(session_id)
        if last is None:
            last = self._before.get(session_id)
            if len(now) >= self._most:
                self._before = now
                self._now = now = {}
        now[session_id] = (sequence, mark := hash(values))
        return last is not None and last[0] >= sequence and last[1] != mark

    def has_seen_later(self, session_id: bytes, sequence: int) -> bool:
        """Say whether a later write of the session is known than the one of this number.

        Args:
            session_id: the id of the data.
            sequence: the number that a cookie carries; who only writes it anew would put older values over newer ones.
        """
        last = self._now.get(session_id) or self._before.get(session_id)
        return last is not None and last[0] > sequence
