"""The harness that times contenders in interleaved rounds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench import rounds


class Works:
    """Work that takes a known time: it moves its own clock on."""

    def __init__(self) -> None:
        self.now = 0
        self.ran: list[str] = []

    def clock(self) -> int:
        """Return the time in nanoseconds."""
        return self.now

    def contender(self, name: str, nanoseconds: int, **others: Any) -> rounds.Contender:
        """Return a contender that takes *nanoseconds* a turn."""

        def run(turns: Iterable[Any]) -> None:
            self.ran.append(name)
            for _ in turns:
                self.now += nanoseconds

        return rounds.Contender(name, run, **others)


def test_a_spread_is_the_median_with_the_least_and_the_greatest() -> None:
    """The order of the figures does not matter."""
    assert rounds.Spread(3, 1, 9) == rounds.Spread.of([9, 1, 3])


def test_a_batch_is_settled_to_take_about_the_time_that_is_asked_for() -> None:
    """A turn of 2000 ns fits 500 times into a millisecond."""
    works = Works()

    assert rounds.settle(works.contender("one", 2_000), 1_000_000, works.clock) == 500


def test_a_batch_has_at_least_one_turn_however_slow_it_is() -> None:
    """A turn that takes longer than a batch is still run."""
    works = Works()

    assert rounds.settle(works.contender("slow", 5_000_000), 1_000_000, works.clock) == 1


def test_a_batch_is_never_larger_than_the_contender_allows() -> None:
    """Who prepares something for each turn says how much of it there may be."""
    works = Works()

    assert rounds.settle(works.contender("costly", 10, most=64), 1_000_000, works.clock) == 64


def test_a_batch_of_work_too_short_for_the_clock_is_settled_all_the_same() -> None:
    """A clock that does not move within the largest batch does not divide by zero."""
    works = Works()

    assert rounds.settle(works.contender("nothing", 0, most=8), 1_000_000, works.clock) == 8


def test_one_disturbed_timing_does_not_make_the_batches_small() -> None:
    """The quickest of several warm timings decides."""
    works = Works()
    disturbances = iter([0] * 7 + [9_000_000] + [0] * 20)

    def run(turns: Iterable[None]) -> None:
        works.now += next(disturbances) + sum(1_000 for _ in turns)

    assert rounds.settle(rounds.Contender("disturbed", run), 100_000, works.clock) == 100


def test_every_contender_is_first_and_last_equally_often() -> None:
    """Over two circles, forwards and backwards, nobody has a better place."""
    orders = [rounds.turned(["a", "b", "c"], number) for number in range(6)]

    for name in "abc":
        assert sum(order[0] == name for order in orders) == 2
        assert sum(order[-1] == name for order in orders) == 2


def test_contenders_take_turns_within_each_round() -> None:
    """After settling, a group's contenders run side by side, in another order each time."""
    works = Works()
    group = rounds.Group("race", [works.contender("a", 1_000), works.contender("b", 3_000)])

    rounds.measure([group], rounds=4, batch=100_000, clock=works.clock)

    assert ["a", "b", "b", "a", "b", "a", "a", "b"] == works.ran[-8:]


def test_what_is_measured_is_the_time_of_one_turn_in_every_round() -> None:
    """Microseconds a turn, and ratios of the pairs of one round."""
    works = Works()
    group = rounds.Group("race", [works.contender("a", 1_000), works.contender("b", 3_000)])

    timings = rounds.measure([group], rounds=3, batch=300_000, clock=works.clock)

    assert {"race": {"a": [1.0, 1.0, 1.0], "b": [3.0, 3.0, 3.0]}} == timings.microseconds
    assert rounds.Spread(3, 3, 3) == timings.spread("race", "b")


def test_ratios_are_taken_of_the_same_round_only() -> None:
    """A round in which the whole machine was slow has the same ratio as any other."""
    timings = rounds.Timings({"race": {"a": [1.0, 10.0, 1.0], "b": [2.0, 20.0, 3.0]}})

    assert rounds.Spread(2.0, 2.0, 3.0) == timings.ratio("race", "b", "a")


def test_preparing_is_not_part_of_the_time() -> None:
    """What a contender is given is made before the clock starts."""
    works = Works()

    def prepare(turns: int) -> list[None]:
        works.now += 1_000_000
        return [None] * turns

    group = rounds.Group("race", [works.contender("a", 2_000, prepare=prepare)])

    assert [2.0, 2.0] == rounds.measure([group], rounds=2, batch=20_000, clock=works.clock).microseconds["race"]["a"]
