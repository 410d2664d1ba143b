"""A set of 16-byte random ids, small in memory, each with the time until which it counts.

New ids lie in a dictionary, where looking one up costs 40 ns. When there are many (``RECENT``) they move into 65,536
byte strings, chosen by the id's first two bytes, that hold the other 14 and the time one after another: 18 bytes an id
instead of 150, found by substring search; from then on they move sooner (``BATCH``), so that the dictionary, in which
every request looks, stays within the processor's caches. A search could in theory hit across two neighbours; with
random ids the odds are 2^-112 for each, and ids are drawn by us alone. Most ids that are asked for are not there: a
filter of one octet for each of 2^23 hashes, which counts the settled ids of that hash, spares eight of nine of them the
search at a million.

Not safe for writers in parallel; readers need no lock, since each step replaces one whole value.
"""

from __future__ import annotations

from collections.abc import Iterator

RECENT = 20_000
BATCH = 1_000
BUCKETS = 1 << 16
MARKS = (1 << 23) - 1
"""What is kept of an id's hash; Python has computed that for the dictionary already."""

_REST = 14
_ENTRY = _REST + 4
_FULL = 255
_LATEST = (1 << 32) - 1
"""Times are kept in 4 bytes; one past the year 2106 counts until then."""


class RevokedIds:
    """The ids, each until its time.

    A reader asks ``one in ids.recent or (ids.settled and ids.marks[hash(one) & MARKS] and ids.holds(one))``; ``in``
    does the same and costs a call more.
    """

    __slots__ = ("_buckets", "_sweep", "marks", "recent", "settled")

    def __init__(self) -> None:
        self.recent: dict[bytes, int] = {}
        self.settled: int = 0
        self.marks: bytearray = bytearray()
        self._buckets: list[bytes] = []
        self._sweep = 0

    def __contains__(self, one: bytes) -> bool:
        return one in self.recent or (self.settled > 0 and self.marks[hash(one) & MARKS] > 0 and self.holds(one))

    def __len__(self) -> int:
        return len(self.recent) + self.settled

    def holds(self, one: bytes) -> bool:
        """Return whether *one* is among the settled ids; there must be some."""
        return one[2:] in self._buckets[one[0] << 8 | one[1]]

    def add(self, one: bytes, until: int) -> None:
        """Add an id; adding it again keeps the later time.

        Args:
            one: 16 random bytes.
            until: Unix seconds.
        """
        self.recent[one] = max(until, self.recent.get(one, 0))
        if len(self.recent) > (BATCH if self.settled else RECENT):
            self._settle()

    def _settle(self) -> None:
        self._buckets = self._buckets or [b""] * BUCKETS
        self.marks = self.marks or bytearray(MARKS + 1)
        for one, until in self.recent.items():
            bucket = one[0] << 8 | one[1]
            entries = self._buckets[bucket]
            place = entries.find(one[2:])
            latest = min(until, _LATEST)
            if place < 0:
                self._mark(one, 1)
                self.settled += 1
            else:
                latest = max(latest, _time(entries[place : place + _ENTRY]))
                entries = entries[:place] + entries[place + _ENTRY :]
            self._buckets[bucket] = entries + one[2:] + latest.to_bytes(4, "big")
        # Replaced only now: a reader finds each id in one of the two at every moment.
        self.recent = {}

    def prune(self, now: int, *, buckets: int = BUCKETS) -> None:
        """Forget the ids whose time is over.

        Args:
            now: Unix seconds.
            buckets: how many of the settled ids' 65,536 buckets to look through; the next call goes on from there, so
                that no call holds others up for long.
        """
        over = [one for one, until in self.recent.items() if until < now]
        for one in over:
            del self.recent[one]
        if not self.settled:
            return
        for _ in range(buckets):
            bucket = self._sweep
            self._sweep = (bucket + 1) % BUCKETS
            entries = self._buckets[bucket]
            kept = b"".join(entry for entry in _entries(entries) if _time(entry) >= now)
            if len(kept) == len(entries):
                continue
            self.settled -= (len(entries) - len(kept)) // _ENTRY
            self._buckets[bucket] = kept
            for entry in _entries(entries):
                if _time(entry) < now:
                    self._mark(bucket.to_bytes(2, "big") + entry[:_REST], -1)

    def _mark(self, one: bytes, by: int) -> None:
        """Count one id more or less of this hash; where too many share one to be counted, the mark stays."""
        place = hash(one) & MARKS
        if self.marks[place] < _FULL:
            self.marks[place] += by


def _entries(bucket: bytes) -> Iterator[bytes]:
    return (bucket[place : place + _ENTRY] for place in range(0, len(bucket), _ENTRY))


def _time(entry: bytes) -> int:
    return int.from_bytes(entry[_REST:], "big")
