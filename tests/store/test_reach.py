"""Nobody waits for a server of which it is known that it says nothing, and who finds out that it is back."""

from __future__ import annotations

from contextlib import suppress

import psycopg
import pytest

from hardtack.store.reach import PAUSE, SLOW, Reach


class Way:
    """A way to a server, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.reach = Reach(lambda: self.now)
        self.tried = 0

    def connect(self, *, fails: bool, took: float = 0.0, waited_for: bool = True) -> None:
        """Connect, or fail after a time."""
        with self.reach.connecting(waited_for=waited_for):
            self.tried += 1
            self.now += took
            if fails:
                raise psycopg.OperationalError

    def fail(self, took: float, *, waited_for: bool = True) -> bool:
        """Fail after a time; return whether it was tried at all."""
        before = self.tried
        with pytest.raises(psycopg.OperationalError):
            self.connect(fails=True, took=took, waited_for=waited_for)
        return self.tried > before

    def wait(self, error: psycopg.Error | None, took: float) -> None:
        """Wait for an answer on a connection."""
        with suppress(psycopg.Error), self.reach.asking():
            self.now += took
            if error is not None:
                raise error


@pytest.fixture
def way() -> Way:
    """Return one of which nothing is known."""
    return Way()


def test_a_server_that_says_that_it_is_gone_is_asked_by_everybody(way: Way) -> None:
    """It costs nobody any time."""
    assert all(way.fail(SLOW / 2) for _ in range(3))


def test_one_that_says_nothing_is_asked_by_nobody_for_a_moment(way: Way) -> None:
    """Then by one, and by all others again once it is reached."""
    assert way.fail(SLOW)
    assert not way.fail(SLOW)
    way.now += PAUSE
    assert way.fail(SLOW)
    assert not way.fail(SLOW)
    way.now += PAUSE
    way.connect(fails=False)
    way.connect(fails=False)


def test_while_one_tries_the_others_are_refused(way: Way) -> None:
    """However long that takes."""
    assert way.fail(SLOW)
    way.now += PAUSE
    with way.reach.connecting():
        way.now += PAUSE
        assert not way.fail(0)
    way.connect(fails=False)


def test_whoever_listens_always_tries_and_finds_it_for_the_others(way: Way) -> None:
    """Nobody waits for that."""
    assert way.fail(SLOW)
    assert way.fail(SLOW, waited_for=False)
    assert not way.fail(0)
    way.connect(fails=False, waited_for=False)
    way.connect(fails=False)


def test_connections_from_before_it_fell_silent_are_not_used_again(way: Way) -> None:
    """And nobody waits for a new one."""
    before = way.reach.now()
    way.wait(psycopg.OperationalError(), SLOW)
    assert (True, False) == (way.reach.is_stale(before), way.reach.is_stale(way.now))
    assert not way.fail(0)


@pytest.mark.parametrize(
    ("error", "took"),
    [
        (None, SLOW),
        (psycopg.OperationalError(), SLOW / 2),
        (psycopg.errors.QueryCanceled(), SLOW),
        (psycopg.errors.UniqueViolation(), SLOW),
    ],
    ids=["an answer", "at once", "too slow a statement", "a rule that was broken"],
)
def test_whatever_else_happens_says_nothing_of_the_way(way: Way, error: psycopg.Error | None, took: float) -> None:
    """The server has answered, or its machine has."""
    before = way.reach.now()
    way.wait(error, took)
    assert not way.reach.is_stale(before)
    way.connect(fails=False)
