"""The set of revoked ids."""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.store import revoked
from hardtack.store.revoked import BATCH, RECENT, RevokedIds

ids = st.binary(min_size=16, max_size=16)


def settled(*entries: tuple[bytes, int]) -> RevokedIds:
    """Return a set in which *entries* have moved out of the dictionary."""
    table = RevokedIds()
    for one, until in entries:
        table.add(one, until)
    for _ in range(RECENT + 1 - len(table.recent)):
        table.add(os.urandom(16), 2**31)
    assert {} == table.recent
    return table


def test_an_id_is_in_it_from_its_adding_on() -> None:
    """And no other one is."""
    table = RevokedIds()
    one, other = os.urandom(16), os.urandom(16)
    assert one not in table
    table.add(one, 100)
    assert one in table
    assert other not in table
    assert 1 == len(table)


def test_many_ids_settle_and_are_still_found() -> None:
    """At no count does an id get lost."""
    table = RevokedIds()
    added = [os.urandom(16) for _ in range(3 * RECENT)]
    for one in added:
        table.add(one, 100)
    assert len(added) == len(table)
    assert table.settled > 0
    assert all(one in table for one in added)
    assert not any(os.urandom(16) in table for _ in range(1000))


def test_a_settled_id_that_is_added_again_counts_once_and_until_the_later_time() -> None:
    """A load that failed half-way is done again."""
    one = os.urandom(16)
    table = settled((one, 200))
    count = len(table)
    table.add(one, 100)
    assert one in table.recent
    while table.recent:
        table.add(os.urandom(16), 2**31)
    assert count + BATCH == len(table)
    table.prune(150)
    assert one in table
    table.prune(201)
    assert one not in table


def test_an_id_that_is_added_again_while_recent_keeps_the_later_time() -> None:
    """Whichever came first."""
    table = RevokedIds()
    one = os.urandom(16)
    for until in (200, 100):
        table.add(one, until)
    table.prune(150)
    assert one in table


def test_ids_whose_time_is_over_are_forgotten() -> None:
    """Recent and settled ones alike, and only those."""
    over, on = os.urandom(16), os.urandom(16)
    table = settled((over, 99), (on, 100))
    table.add(b"\x01" * 16, 99)
    table.add(b"\x02" * 16, 100)
    count = len(table)
    table.prune(100)
    assert count - 2 == len(table)
    assert [False, True, False, True] == [one in table for one in (over, on, b"\x01" * 16, b"\x02" * 16)]


def test_pruning_goes_on_where_it_stopped() -> None:
    """So that no call holds others up for long."""
    table = settled((b"\x00" * 16, 1), (b"\xff" * 16, 1))
    table.prune(100, buckets=revoked.BUCKETS // 2)
    assert b"\x00" * 16 not in table
    assert b"\xff" * 16 in table
    table.prune(100, buckets=revoked.BUCKETS // 2)
    assert b"\xff" * 16 not in table


def test_a_time_beyond_four_bytes_counts_until_their_end() -> None:
    """Nobody's mistake makes an id vanish early."""
    one = os.urandom(16)
    table = settled((one, 2**40))
    table.prune(2**32 - 1)
    assert one in table


@pytest.mark.parametrize("marks", [0, 1, 1023])
def test_the_filter_never_hides_an_id(monkeypatch: pytest.MonkeyPatch, marks: int) -> None:
    """However many share a mark, more than it can count even; and whatever goes."""
    monkeypatch.setattr(revoked, "MARKS", marks)
    over, on, new = ([os.urandom(16) for _ in range(400)] for _ in range(3))
    table = settled(*((one, 99) for one in over), *((one, 100) for one in on))
    table.prune(100)
    assert not any(one in table for one in over)
    assert all(one in table for one in on)
    for one in (*over[:200], *new):
        table.add(one, 100)
    table._settle()
    assert all(one in table for one in (*over[:200], *on, *new))
    assert not any(one in table for one in over[200:])


def test_the_filter_forgets_what_was_pruned() -> None:
    """Else a process that runs for years would search for everything."""
    table = settled(*((os.urandom(16), 99) for _ in range(1000)))
    table.prune(2**32 - 1)
    assert (0, 0) == (len(table), sum(table.marks))


@settings(deadline=None, max_examples=15)
@given(entries=st.dictionaries(ids, st.integers(min_value=0, max_value=2**32 - 1), max_size=40), absent=ids)
def test_it_holds_what_was_added_and_nothing_else(entries: dict[bytes, int], absent: bytes) -> None:
    """Settled or not, the set equals a dictionary."""
    table = RevokedIds()
    for one, until in entries.items():
        table.add(one, until)
    table._settle()
    assert len(entries) == table.settled
    assert all(one in table for one in entries)
    assert (absent in entries) == (absent in table)
    table.prune(2**31)
    assert {one for one, until in entries.items() if until >= 2**31} == {one for one in entries if one in table}


def test_a_hundred_thousand_ids_take_little_memory() -> None:
    """DESIGN §9: a million within 64 MiB. Of the 18 MiB here the larger part does not grow with the number."""
    tracemalloc.start()
    try:
        table = RevokedIds()
        for _ in range(100_000):
            table.add(os.urandom(16), 2**31)
        assert tracemalloc.get_traced_memory()[0] < 18 * 2**20
    finally:
        tracemalloc.stop()
    assert 100_000 == len(table)
