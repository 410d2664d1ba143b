"""The ranges of a body, cut out: of one that comes in pieces while it passes, so nothing is collected (RFC 9110 §14).

The status layer has laid the parts out beforehand; here only octets are counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from hardtack.status.ranges import Part


def joined(parts: Iterable[Part], suffix: bytes, body: bytes) -> bytes:
    """Return *parts* of a *body* that is all there, in whatever order."""
    return b"".join([part.prefix + body[part.first : part.last + 1] for part in parts]) + suffix


class Cutter:
    """Cuts *parts* out of a body.

    Args:
        parts: in ascending order and apart from each other, each with what goes before it.
        suffix: what goes after the last.
    """

    __slots__ = ("_at", "_parts", "_suffix")

    def __init__(self, parts: Iterable[Part], suffix: bytes) -> None:
        self._parts = list(parts)[::-1]  # the next one is the last
        self._suffix = suffix
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether everything that is wanted has gone out."""
        return not self._parts

    def feed(self, piece: bytes) -> bytes:
        """Return what of the next *piece* of the body goes out."""
        start, self._at = self._at, self._at + len(piece)
        out = []
        while self._parts and self._parts[-1].first < self._at:
            part = self._parts[-1]
            if part.first >= start:
                out.append(part.prefix)
            out.append(piece[max(0, part.first - start) : part.last + 1 - start])
            if part.last >= self._at:
                break
            self._parts.pop()
            if not self._parts:
                out.append(self._suffix)
        return b"".join(out)
