"""Ranges cut out of a body."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hardtack.adapters.cutting import Cutter, joined
from hardtack.status.ranges import Part

BODY = bytes(range(100))


@st.composite
def apart(draw: st.DrawFn) -> list[Part]:
    """Return parts in ascending order."""
    ends = sorted(draw(st.lists(st.integers(0, 99), min_size=2, max_size=10, unique=True)))
    return [Part(b"<%d>" % first, first, last) for first, last in zip(ends[::2], ends[1::2], strict=False)]


@given(apart(), st.lists(st.integers(0, 100), max_size=12))
def test_in_whatever_pieces_a_body_comes_the_same_is_cut_out(parts: list[Part], cuts: list[int]) -> None:
    """As from the whole; and no more is wanted once the last is out."""
    edges = [0, *sorted(cuts), 100]
    cutter = Cutter(parts, b"<end>")
    got = b""
    for first, last in pairwise(edges):
        wanted = cutter.feed(BODY[first:last])
        got += wanted
    assert joined(parts, b"<end>", BODY) == got
    assert cutter.done
    assert b"" == cutter.feed(b"more")
