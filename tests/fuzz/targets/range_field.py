"""The Range field: ranges within the representation, once each byte, or nothing, whatever it holds.

The first octet of the input is the length of the representation, in hundreds.
"""

from __future__ import annotations

from itertools import pairwise

from hardtack.status.ranges import UNSATISFIABLE, parse_range, parts

OUTCOMES = {"one", "several", "unsatisfiable", "ignored"}


def check(data: bytes) -> str:
    """Read the field; what is served lies within, does not overlap, and its layout adds up."""
    length = 100 * data[0] if data else 0
    found = parse_range(data[1:].decode("latin-1"), length, most=20)
    if found is None:
        return "ignored"
    if found is UNSATISFIABLE:
        return "unsatisfiable"
    assert 1 <= len(found) <= 20
    assert all(0 <= first <= last < length for first, last in found)
    ordered = sorted(found)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(ordered))
    layout = parts(found, length, "text/plain", "b0undary")
    size = sum(len(part.prefix) + part.last - part.first + 1 for part in layout.parts) + len(layout.suffix)
    assert size == layout.length
    return "one" if len(found) == 1 else "several"
