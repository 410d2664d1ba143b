"""Budgets by key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import StaticPool

from hardtack.store import Budget, Budgets, Database, schema
from hardtack.store.schema import throttle
from hardtack.store.throttle import Refusal

THREE = Budget(at_once=3, interval=10)
KEY, OTHER = b"key", b"other"


def take(database: Database, now: int, *wanted: tuple[bytes, Budget], budgets: Budgets | None = None) -> Refusal | None:
    """Take a place of each, by default of one budget."""
    with database.write() as connection:
        return (budgets or Budgets()).take(connection, wanted or [(KEY, THREE)], now)


def give_back(database: Database, taken_at: int, key: bytes = KEY) -> None:
    """Give one place back."""
    with database.write() as connection:
        Budgets().give_back(connection, [(key, THREE)], taken_at)


def keys(database: Database) -> set[bytes]:
    """Return the keys that are remembered."""
    with database.read() as connection:
        return set(connection.execute(select(throttle.c.key)).scalars())


def test_so_many_at_once_then_one_an_interval(database: Database) -> None:
    """The refusal says after how many seconds there is a place, and then there is one."""
    assert [None] * 3 == [take(database, 1000) for _ in range(3)]
    assert Refusal(10, True) == take(database, 1000)
    assert Refusal(1, False) == take(database, 1009)
    assert None is take(database, 1010)
    assert Refusal(10, True) == take(database, 1010)


def test_a_budget_that_was_left_alone_is_whole_again(database: Database) -> None:
    """No sooner, and never more than whole."""
    assert [None] * 3 == [take(database, 1000) for _ in range(3)]
    assert [None] * 3 == [take(database, 9000) for _ in range(3)]
    assert Refusal(10, True) == take(database, 9000)


def test_keys_have_budgets_of_their_own(database: Database) -> None:
    """Nobody pays for another."""
    assert [None] * 3 == [take(database, 1000) for _ in range(3)]
    assert None is take(database, 1000, (OTHER, THREE))


def test_all_or_none_is_taken(database: Database) -> None:
    """An attempt that one budget refuses costs the other nothing; the longest wait is named."""
    wanted = ((KEY, THREE), (OTHER, Budget(at_once=1, interval=60)))
    assert None is take(database, 1000, *wanted)
    assert [Refusal(60, True), Refusal(60, False)] == [take(database, 1000, *wanted) for _ in range(2)]
    assert [None, None] == [take(database, 1000) for _ in range(2)]
    assert Refusal(60, True) == take(database, 1000, *wanted)


def test_what_is_given_back_can_be_taken_again_and_nothing_more(database: Database) -> None:
    """One place for one place."""
    assert [None] * 3 == [take(database, 1000) for _ in range(3)]
    give_back(database, 1000)
    assert None is take(database, 1000)
    assert Refusal(10, True) == take(database, 1000)


def test_a_place_that_came_back_by_itself_is_not_given_back_again(database: Database) -> None:
    """An attempt that took longer than the budget needs to fill must not erase a later one."""
    assert None is take(database, 1000)
    assert [None] * 3 == [take(database, 1011) for _ in range(3)]
    give_back(database, 1000)
    assert Refusal(10, True) == take(database, 1011)


def test_giving_back_what_is_remembered_no_more_does_nothing(database: Database) -> None:
    """The row may be gone by then."""
    give_back(database, 1000)
    assert set() == keys(database)


def test_a_clock_that_was_put_back_locks_nobody_out(database: Database) -> None:
    """What was written in a time that has not come yet is not counted; the budget holds from now on."""
    assert [None] * 3 == [take(database, 10_000) for _ in range(3)]
    assert [None] * 3 == [take(database, 1000) for _ in range(3)]
    assert Refusal(10, True) == take(database, 1000)
    give_back(database, 1000)
    assert None is take(database, 1000)


def test_rows_that_say_nothing_are_deleted(database: Database) -> None:
    """By whoever comes next, or by pruning."""
    assert None is take(database, 1000)
    assert None is take(database, 1010, (OTHER, THREE))
    assert {OTHER} == keys(database)
    with database.write() as connection:
        Budgets().prune(connection, 1020)
    assert set() == keys(database)


def test_the_number_of_rows_is_capped_and_the_most_used_stay(database: Database) -> None:
    """An attacker who fills the table pushes out his own keys, not that of the name under attack."""
    budgets = Budgets(rows=5)
    assert [None] * 3 == [take(database, 1000, budgets=budgets) for _ in range(3)]
    for number in range(20):
        assert None is take(database, 1000, (b"%d" % number, THREE), budgets=budgets)
    with database.write() as connection:
        budgets.prune(connection, 1000)
        assert 5 == connection.execute(select(func.count()).select_from(throttle)).scalar_one()
    assert KEY in keys(database)
    assert Refusal(10, True) == take(database, 1000, budgets=budgets)


@pytest.mark.parametrize("wanted", [1, 2])
def test_the_rows_of_a_refusal_are_marked_once(database: Database, wanted: int) -> None:
    """Only the first refusal since a place was given is worth writing down."""
    both = ((KEY, THREE), (OTHER, THREE))[:wanted]
    assert [None] * 3 == [take(database, 1000, *both) for _ in range(3)]
    found = [take(database, 1000, *both) for _ in range(3)]
    assert [Refusal(10, True), Refusal(10, False), Refusal(10, False)] == found


@settings(deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(min_value=0, max_value=15), st.booleans()), max_size=60),
    budget=st.builds(
        Budget, at_once=st.integers(min_value=1, max_value=5), interval=st.integers(min_value=1, max_value=10)
    ),
)
def test_no_window_holds_more_places_than_the_budget_allows(steps: list[tuple[int, bool]], budget: Budget) -> None:
    """Whatever the rhythm: in any span of seconds at most so many at once and one for each interval of it.

    A refusal says exactly when the next place is free, and what is given back counts as never taken.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    schema.metadata.create_all(engine, [throttle])
    given_at: list[int] = []
    now = 1000
    with engine.connect() as connection:
        for pause, returned in steps:
            now += pause
            refusal = Budgets().take(connection, [(KEY, budget)], now)
            if refusal is not None:
                assert Budgets().take(connection, [(KEY, budget)], now + refusal.retry_after - 1) is not None
            elif returned:
                Budgets().give_back(connection, [(KEY, budget)], now)
            else:
                given_at.append(now)
    engine.dispose()
    for first, start in enumerate(given_at):
        for last in range(first, len(given_at)):
            assert last - first + 1 <= budget.at_once + (given_at[last] - start) // budget.interval
