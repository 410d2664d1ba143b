"""Failures in a row, by key."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import StaticPool

from hardtack.store import Database, schema
from hardtack.store.schema import streak
from hardtack.store.streaks import DAY, FLOOR, FORGOTTEN, KEPT, LIMIT, Streak, Streaks

NOW = 1_800_000_000
KEY, OTHER = b"k" * 32, b"o" * 32


def fail(
    database: Database, key: bytes = KEY, *, times: int = 1, now: int = NOW, streaks: Streaks | None = None
) -> int:
    """Count failures; return how many in a row there are then."""
    counted = 0
    streaks = streaks or Streaks()
    for _ in range(times):
        with database.write() as connection:
            (before,) = streaks.read(connection, (key,), now)
            counted = streaks.count(connection, key, before, now)
    return counted


def failures(database: Database, key: bytes = KEY, now: int = NOW) -> int:
    """Return how many failures in a row there are."""
    with database.read() as connection:
        return Streaks().read(connection, (key,), now)[0].failures


def rows(database: Database) -> dict[bytes, int]:
    """Return every row."""
    with database.read() as connection:
        return {row.key: row.failures for row in connection.execute(select(streak))}


def prune(database: Database, now: int) -> None:
    """Delete what says nothing any more."""
    with database.write() as connection:
        Streaks().prune(connection, now)


def number(value: int) -> bytes:
    """Return a key of its own."""
    return value.to_bytes(32, "big")


def test_failures_add_up_until_there_is_a_success(database: Database) -> None:
    """Each key has its own; what was never counted has none."""
    assert [1, 2, 3] == [fail(database) for _ in range(3)]
    assert 1 == fail(database, OTHER)
    with database.write() as connection:
        Streaks().reset(connection, (KEY, b"nobody"))
    assert [0, 1, 0] == [failures(database, key) for key in (KEY, OTHER, b"nobody")]
    assert 1 == fail(database)


def test_several_keys_are_read_in_their_order(database: Database) -> None:
    """One of them twice, too, as where no device is shown."""
    fail(database, OTHER, times=2)
    with database.read() as connection:
        found = Streaks().read(connection, (KEY, OTHER, OTHER), NOW)
    assert (Streak(), Streak(2), Streak(2)) == found


def test_attack_14_failures_in_parallel_are_each_counted(database: Database) -> None:
    """Forty threads read, and each reads what the one before it has written."""
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(fail(database))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(range(1, 41)) == sorted(found)


@pytest.mark.parametrize(("times", "age"), [(LIMIT - 1, FORGOTTEN), (LIMIT, KEPT)])
def test_what_is_below_the_limit_is_forgotten_sooner(database: Database, times: int, age: int) -> None:
    """Thirty days, and four hundred for what is locked; by reading first, then by deleting."""
    with database.write() as connection:
        Streaks().count(connection, KEY, Streak(times - 1), NOW)
    assert [times, 0] == [failures(database, now=NOW + age + late) for late in (-1, 0)]
    prune(database, NOW + age - 1)
    assert {KEY: times} == rows(database)
    prune(database, NOW + age)
    assert {} == rows(database)


def test_a_clock_that_was_put_back_forgets_nothing(database: Database) -> None:
    """What lies ahead counts."""
    fail(database, times=3)
    assert 3 == failures(database, now=NOW - 10 * DAY)


def test_the_owner_is_told_once_a_day_whatever_happens_in_between(database: Database) -> None:
    """A success does not begin the day anew; of a name that nobody counts, nobody is told."""

    def tell(now: int, key: bytes = KEY) -> bool:
        with database.write() as connection:
            return Streaks().tell(connection, key, now)

    fail(database)
    assert [True, False] == [tell(NOW), tell(NOW)]
    with database.write() as connection:
        Streaks().reset(connection, (KEY,))
    prune(database, NOW + DAY - 1)
    fail(database, now=NOW + DAY - 1)
    assert [False, True] == [tell(NOW + DAY - 1), tell(NOW + DAY)]
    assert not tell(NOW, OTHER)


def test_a_row_without_failures_goes_after_a_day(database: Database) -> None:
    """Most sign-ins succeed at once: they leave nothing."""
    fail(database)
    with database.write() as connection:
        Streaks().reset(connection, (KEY,))
    prune(database, NOW)
    assert {} == rows(database)


class TestRoom:
    """No more rows than the cap, and nothing gained by filling them."""

    def test_the_lowest_go_first_and_the_oldest_of_them(self, database: Database) -> None:
        """The row that is counted is not among them."""
        few = Streaks(rows=3)
        fail(database, number(1), times=5, now=NOW, streaks=few)
        fail(database, number(2), times=2, now=NOW + 1, streaks=few)
        fail(database, number(3), times=2, now=NOW + 2, streaks=few)
        assert {number(1), number(2), number(3)} == set(rows(database))
        fail(database, number(4), now=NOW + 3, streaks=few)
        assert {number(1): 5, number(3): 2, number(4): 1, FLOOR: 2} == rows(database)

    def test_attack_13_whoever_was_thrown_out_does_not_begin_anew(self, database: Database) -> None:
        """A victim's four failures cannot be made undone by five at each of many other names."""
        few = Streaks(rows=10)
        assert 4 == fail(database, times=4, streaks=few)
        for other in range(20):
            fail(database, number(other), times=5, streaks=few)
        assert KEY not in rows(database)
        assert fail(database, streaks=few) > 4
        assert 11 == len(rows(database))

    def test_attack_13_nobody_is_locked_for_what_was_done_to_others(self, database: Database) -> None:
        """However high everybody's count is: a name that nobody tried has half of its tries."""
        few = Streaks(rows=4)
        for other in range(8):
            with database.write() as connection:
                few.count(connection, number(other), Streak(LIMIT - 1), NOW)
        assert LIMIT // 2 == failures(database, OTHER)
        assert LIMIT // 2 + 1 == fail(database, OTHER, streaks=few)

    def test_the_floor_sinks_when_nothing_is_thrown_out_any_more(self, database: Database) -> None:
        """After thirty days, like every count below the limit."""
        few = Streaks(rows=2)
        for other in range(4):
            fail(database, number(other), times=3, streaks=few)
        assert 3 == failures(database, OTHER)
        assert 0 == failures(database, OTHER, NOW + FORGOTTEN)
        prune(database, NOW + FORGOTTEN)
        assert {} == rows(database)

    def test_what_has_no_failures_goes_before_everything(self, database: Database) -> None:
        """And leaves no floor."""
        few = Streaks(rows=2)
        fail(database, number(1), streaks=few)
        with database.write() as connection:
            few.tell(connection, number(1), NOW)
            few.reset(connection, (number(1),))
        fail(database, number(2), times=2, streaks=few)
        fail(database, number(3), streaks=few)
        assert 0 == failures(database, OTHER)
        assert number(1) not in rows(database)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_no_key_is_ever_counted_too_low(steps: list[tuple[int, bool]]) -> None:
    """Against a model that forgets nothing: whatever is thrown out, a count is that or more, up to the floor's most."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    schema.metadata.create_all(engine)
    few, true = Streaks(rows=3), dict.fromkeys(range(6), 0)
    with engine.begin() as connection:
        for key, succeeds in steps:
            (before,) = few.read(connection, (number(key),), NOW)
            few.count(connection, number(key), before, NOW)
            true[key] += 1
            if succeeds:
                few.reset(connection, (number(key),))
                true[key] = 0
            for each, least in true.items():
                (found,) = few.read(connection, (number(each),), NOW)
                assert found.failures >= min(least, LIMIT // 2)
            assert connection.execute(select(func.count()).select_from(streak)).scalar_one() <= 4
    engine.dispose()
