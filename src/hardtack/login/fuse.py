"""A binary fuse filter: a set of 64-bit keys in little more than one byte a key, which may say yes to a key too many.

The structure is that of T. M. Graf and D. Lemire, "Binary Fuse Filters: Fast and Smaller Than Xor Filters" (2022), with
three places a key. An array of fingerprints is laid out in segments; a key's three places lie in three segments in a
row, and the fingerprint of a key that is in the set is the exclusive or of the three. A key that is not in the set
passes with a chance of one in 256 (or 65,536 or 2^32, for fingerprints of 2 or 4 bytes); a key that is, always does.

Only arithmetic is done here: keys come in as numbers that are spread evenly already (part of a cryptographic hash), and
what comes out is numbers and bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_WIDTH = 4
"""Bytes of a fingerprint at most."""

MAX_SEGMENT = 1 << 18
"""Places of a segment at most; with more, the three places of a key would lie too far apart for a processor's cache."""

_WHOLE = (1 << 64) - 1
_ATTEMPTS = 64


class CannotBuild(Exception):
    """No seed was found under which the places of all keys come apart; for distinct keys that does not happen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the places of one filter are laid out.

    Args:
        seed: 64 bits that are mixed into every key.
        segment: places of a segment, a power of two.
        starts: how many segments a key's first place may lie in; the array has two more.
    """

    seed: int
    segment: int
    starts: int

    @property
    def places(self) -> int:
        """How many fingerprints the array has."""
        return (self.starts + 2) * self.segment

    def spread(self, key: int) -> tuple[int, int, int, int]:
        """Return the three places of *key*, and 64 bits of which the lowest are its fingerprint."""
        mixed = mix(key, self.seed)
        segment = self.segment
        first = (mixed * (self.starts * segment)) >> 64
        second = (first + segment) ^ ((mixed >> 18) & (segment - 1))
        third = (first + 2 * segment) ^ (mixed & (segment - 1))
        return first, second, third, mixed ^ (mixed >> 32)


def mix(key: int, seed: int) -> int:
    """Return 64 bits in which every bit of *key* and *seed* has its part (the finaliser of MurmurHash3)."""
    mixed = (key + seed) & _WHOLE
    mixed = ((mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCD) & _WHOLE
    mixed = ((mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53) & _WHOLE
    return mixed ^ (mixed >> 33)


def contains(fingerprints: bytes | memoryview, shape: Shape, key: int, *, width: int = 1) -> bool:
    """Return whether *key* seems to be in the set.

    Args:
        fingerprints: the array: the first byte of every fingerprint, then the second of every one, and so on.
        shape: how it is laid out.
        key: 64 bits.
        width: bytes of a fingerprint.
    """
    first, second, third, mark = shape.spread(key)
    for plane in range(0, width * shape.places, shape.places):
        found = fingerprints[plane + first] ^ fingerprints[plane + second] ^ fingerprints[plane + third]
        if found != mark & 255:
            return False
        mark >>= 8
    return True


def build(keys: Iterable[int], *, width: int = 1, seed: int = 1) -> tuple[Shape, bytes]:
    """Return a filter that holds *keys*.

    It takes about 6 µs and 200 bytes of memory a key while it runs.

    Args:
        keys: 64 bits each; one that comes twice counts once. At least one.
        width: bytes of a fingerprint.
        seed: where the search for a seed begins; the same keys and seed give the same filter.

    Raises:
        CannotBuild: no seed does; it does not happen.
    """
    distinct = sorted(set(keys))
    segment, starts = _layout(len(distinct))
    for attempt in range(_ATTEMPTS):
        shape = Shape(mix(attempt, seed), segment, starts)
        order = _peel(distinct, shape)
        if order is not None:
            return shape, b"".join(_fill(order, shape, plane) for plane in range(width))
    raise CannotBuild


def _layout(count: int) -> tuple[int, int]:
    """Return the places of a segment, and in how many a key's first place may lie (the paper's §4, three places)."""
    segment = 4 if count < 2 else min(1 << int(math.log(count) / math.log(3.33) + 2.25), MAX_SEGMENT)
    factor = 0.0 if count < 2 else max(1.125, 0.875 + 0.25 * math.log(1_000_000) / math.log(count))
    return segment, max(1, -(-round(count * factor) // segment) - 2)


def _peel(keys: Sequence[int], shape: Shape) -> list[tuple[int, int]] | None:
    """Return the keys, each with a place that none of those before it has, or ``None`` if they do not come apart."""
    spread, places = shape.spread, shape.places
    counts = bytearray(places)
    # The exclusive or of all keys at a place: where there is one, it is that key.
    sums = [0] * places
    for key in keys:
        for place in spread(key)[:3]:
            if counts[place] == 255:
                return None
            counts[place] += 1
            sums[place] ^= key
    alone = [place for place in range(places) if counts[place] == 1]
    order: list[tuple[int, int]] = []
    while alone:
        place = alone.pop()
        if counts[place] != 1:
            continue
        key = sums[place]
        order.append((key, place))
        for other in spread(key)[:3]:
            counts[other] -= 1
            sums[other] ^= key
            if counts[other] == 1:
                alone.append(other)
    return order if len(order) == len(keys) else None


def _fill(order: list[tuple[int, int]], shape: Shape, plane: int) -> bytes:
    """Return one byte of every fingerprint: the last key's own is written first, when nobody else needs it any more."""
    fingerprints = bytearray(shape.places)
    for key, own in reversed(order):
        first, second, third, mark = shape.spread(key)
        fingerprints[own] = 0
        fingerprints[own] = fingerprints[first] ^ fingerprints[second] ^ fingerprints[third] ^ (mark >> 8 * plane & 255)
    return bytes(fingerprints)
