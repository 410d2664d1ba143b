"""The session ids that are superseded but not over yet."""

from __future__ import annotations

import os

from hardtack.store.superseded import KEPT, MOST, Superseded

ONE, OTHER = b"1" * 16, b"2" * 16


def test_an_id_is_covered_until_its_time() -> None:
    """And one that nobody named never is."""
    table = Superseded()
    table.set(ONE, 100)
    assert [True, False] == [table.covers(ONE, now) for now in (99, 100)]
    assert not table.covers(OTHER, 0)


def test_a_clock_that_is_set_back_gives_no_id_a_long_life_again() -> None:
    """It was replaced while the clock was ahead; within what clocks may differ it is covered, and no earlier."""
    table = Superseded()
    table.set(ONE, 100_000)
    assert [True, False] == [table.covers(ONE, now) for now in (100_000 - KEPT, 100_000 - KEPT - 1)]
    assert not table.covers(ONE, 100_000 - 86_400)


def test_the_last_word_on_an_id_counts() -> None:
    """The database has the earliest of all times; 0 ends it, also where nothing was noted."""
    table = Superseded()
    table.set(ONE, 100)
    table.set(ONE, 50)
    assert not table.covers(ONE, 50)
    table.set(ONE, 0)
    table.set(OTHER, 0)
    assert 0 == len(table)
    assert not table.covers(ONE, 0)


def test_a_long_history_leaves_no_more_than_its_last_minutes() -> None:
    """A start reads every row that there is, a month of them; an id that is forgotten is over."""
    table = Superseded()
    ids = [os.urandom(16) for _ in range(10 * MOST)]
    for time, one in enumerate(ids, 1):
        table.set(one, time)
    assert len(table) <= MOST + KEPT
    last = len(ids)
    assert all(table.covers(one, time - 1) for time, one in list(enumerate(ids, 1))[-KEPT:])
    assert not table.covers(ids[0], 0)
    assert not table.covers(ids[-1], last)


def test_as_many_as_are_renewed_at_once_are_kept() -> None:
    """None is lost because there are many."""
    table = Superseded()
    ids = [os.urandom(16) for _ in range(3 * MOST)]
    for one in ids:
        table.set(one, 100)
    assert all(table.covers(one, 99) for one in ids)
