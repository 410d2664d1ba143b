"""A clock for deleting: what jumps ahead is not believed before it has lasted."""

from __future__ import annotations

import pytest

from hardtack.store.steady import HELD, SLACK, SteadyTime


class Clocks:
    """A clock that can be set, and one that only grows."""

    def __init__(self) -> None:
        self.wall, self.elapsed = 1_800_000_000.0, 5.0
        self.steady = SteadyTime(lambda: self.wall, lambda: self.elapsed)

    def let_pass(self, seconds: float) -> int:
        """Let time pass, and return what time it is for whoever deletes."""
        self.wall += seconds
        self.elapsed += seconds
        return self.steady.now()


@pytest.fixture
def clocks() -> Clocks:
    """Two clocks that agree."""
    return Clocks()


def test_time_that_passes_is_believed(clocks: Clocks) -> None:
    """And so is what a clock is set right by now and then."""
    assert int(clocks.wall) + 100 == clocks.let_pass(100)
    clocks.wall += SLACK
    assert int(clocks.wall) + 1 == clocks.let_pass(1)


def test_attack_5_a_clock_that_was_a_month_ahead_for_a_moment_has_deleted_nothing(clocks: Clocks) -> None:
    """What had ended by then stays ended."""
    began = int(clocks.wall)
    clocks.wall += 30 * 86_400
    assert began + 60 == clocks.let_pass(60)
    assert began + 3600 == clocks.let_pass(3540)
    clocks.wall -= 30 * 86_400
    assert began + 3601 == clocks.let_pass(1)


def test_a_jump_that_lasts_for_a_day_is_believed(clocks: Clocks) -> None:
    """The clock was wrong before."""
    clocks.wall += 30 * 86_400
    assert int(clocks.wall) > clocks.let_pass(10)
    assert int(clocks.wall) + HELD == clocks.let_pass(HELD)
    assert int(clocks.wall) + 1 == clocks.let_pass(1)


def test_going_back_is_believed_at_once(clocks: Clocks) -> None:
    """It deletes less; coming back from there is a jump again."""
    clocks.wall -= 30 * 86_400
    assert int(clocks.wall) + 1 == clocks.let_pass(1)
    clocks.wall += 30 * 86_400
    assert int(clocks.wall) > clocks.let_pass(1)
