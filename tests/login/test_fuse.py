"""Binary fuse filters: every key is found, others hardly ever."""

from __future__ import annotations

import random

import pytest

from hardtack.login import fuse

SOURCE = random.Random(2022)  # noqa: S311 - the same keys each time


def keys(count: int) -> list[int]:
    """Return so many keys."""
    return [SOURCE.getrandbits(64) for _ in range(count)]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 10, 100, 1_000, 20_000])
def test_every_key_is_found(count: int, width: int) -> None:
    """There is no way to miss one, however many or few there are."""
    held = keys(count)
    shape, fingerprints = fuse.build(held, width=width)
    assert width * shape.places == len(fingerprints)
    assert all(fuse.contains(fingerprints, shape, key, width=width) for key in held)


@pytest.mark.parametrize(("width", "least", "most"), [(1, 280, 510), (2, 0, 9), (3, 0, 1)])
def test_other_keys_are_found_as_rarely_as_the_width_promises(width: int, least: int, most: int) -> None:
    """Of a hundred thousand, 391 with one byte and 1.5 with two; the bounds are five standard deviations wide."""
    shape, fingerprints = fuse.build(keys(5_000), width=width)
    found = sum(fuse.contains(fingerprints, shape, key, width=width) for key in keys(100_000))
    assert least <= found <= most


def test_a_key_that_comes_twice_counts_once() -> None:
    """Else its places would never come apart."""
    assert fuse.build([7, 7, 9, 7]) == fuse.build([9, 7])


def test_the_same_keys_give_the_same_filter() -> None:
    """In whatever order they come; another seed gives another one."""
    held = keys(500)
    assert fuse.build(held) == fuse.build(held[::-1])
    assert fuse.build(held, seed=2) != fuse.build(held)


def test_many_keys_take_little_more_than_a_byte_each() -> None:
    """The paper's 1.125 for a million; a little more for fewer, as the segments are whole."""
    shape, _ = fuse.build(keys(60_000))
    assert 1.1 < shape.places / 60_000 < 1.25


@pytest.mark.parametrize("segment", [4, 16, 16384])
@pytest.mark.parametrize("starts", [1, 2, 100])
def test_the_three_places_of_a_key_lie_in_three_segments_in_a_row(segment: int, starts: int) -> None:
    """Within the array, for whatever key."""
    shape = fuse.Shape(11, segment, starts)
    for key in (0, 1, (1 << 64) - 1, *keys(200)):
        first, second, third, _ = shape.spread(key)
        assert [first // segment + 1, first // segment + 2] == [second // segment, third // segment]
        assert 0 <= first < third < shape.places


def test_keys_whose_places_never_come_apart_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an endless search."""
    monkeypatch.setattr(fuse.Shape, "spread", lambda _shape, _key: (0, 4, 8, 0))
    with pytest.raises(fuse.CannotBuild):
        fuse.build(keys(4))
    with pytest.raises(fuse.CannotBuild):
        fuse.build(keys(300))
