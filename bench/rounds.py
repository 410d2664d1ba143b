"""The way everything is timed: contenders interleaved in rounds, so that a busy machine slows all of them alike.

A contender is a piece of work with its loop written out, so that no call of the harness is part of the figure. In every
round every contender runs one batch; the contenders of one group run right after each other, in an order that rotates
from round to round. What is compared is the ratio of two batches of the *same* round; of these the median is the
figure, and the least and the greatest are published with it. A batch's size is settled from the quickest of several
warm timings: one cold or interrupted timing gives batches so small that they measure the clock.

The clock is the CPU time of this thread: no contender waits for anything, and the time in which another process has the
core belongs to none of them. The garbage collector runs as it does on a server; only what exists before the first
round is frozen, so that no contender pays for the others' set-up.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from statistics import median
from typing import Any, TypeVar

WARM_TIMINGS = 5
LEAST = 0.001
"""The least number of microseconds that a difference is taken for."""

_T = TypeVar("_T")

Clock = Callable[[], int]
"""A clock in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One piece of work to be timed.

    Args:
        name: who does it; unique in its group.
        run: does the work once for each element it is given.
        prepare: makes that many elements before the clock starts; by default each is ``None``.
        most: the largest batch, where preparing costs memory or more elements would change the work.
    """

    name: str
    run: Callable[[Iterable[Any]], None]
    prepare: Callable[[int], Iterable[Any]] = lambda turns: repeat(None, turns)
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Contenders that do the same work and are compared with each other.

    Args:
        name: the work; unique in a run.
        contenders: who does it.
    """

    name: str
    contenders: Sequence[Contender]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several figures, with the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Return the spread of *figures*, of which there is at least one."""
        return cls(median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class Timings:
    """What the rounds gave: for each group and contender, the microseconds a turn took in every round."""

    microseconds: dict[str, dict[str, list[float]]]

    def and_those(self, others: Timings) -> Timings:
        """Return these and *others*, which are of other groups."""
        return Timings(self.microseconds | others.microseconds)

    def spread(self, group: str, name: str) -> Spread:
        """Return how long one turn of contender *name* took, in microseconds."""
        return Spread.of(self.microseconds[group][name])

    def ratio(self, group: str, dividend: str, divisor: str, without: str | None = None) -> Spread:
        """Return how many times longer *dividend* took than *divisor*, of the paired batches of each round.

        Args:
            group: the work.
            dividend: the name of a contender.
            divisor: likewise.
            without: whose time is taken off both, so that what they add to it is compared.
        """
        pairs = zip(self.added(group, dividend, without), self.added(group, divisor, without), strict=True)
        # Nothing takes no time, or less; a batch that says so was disturbed.
        return Spread.of([max(first, LEAST) / max(second, LEAST) for first, second in pairs])

    def added(self, group: str, name: str, without: str | None) -> list[float]:
        """Return how many microseconds longer than *without* contender *name* took, round by round."""
        took = self.microseconds[group][name]
        if without is None:
            return took
        return [longer - shorter for longer, shorter in zip(took, self.microseconds[group][without], strict=True)]


def _timed(contender: Contender, turns: int, clock: Clock) -> int:
    """Return the nanoseconds that one batch of *turns* took, without preparing it."""
    elements = contender.prepare(turns)
    began = clock()
    contender.run(elements)
    return clock() - began


def settle(contender: Contender, batch: int, clock: Clock = time.thread_time_ns) -> int:
    """Return how many turns of *contender* take about *batch* nanoseconds.

    The number is doubled until one batch is long enough to be timed, and then settled from the quickest of several
    batches: whatever disturbs a timing only makes it longer.
    """
    most = contender.most or 1 << 40
    turns = 1
    while (took := _timed(contender, turns, clock)) < batch // 4 and turns < most:
        turns = min(turns * 2, most)
    quickest = min(_timed(contender, turns, clock) for _ in range(WARM_TIMINGS)) or took or 1
    return min(max(1, turns * batch // quickest), most)


def turned(items: Sequence[_T], by: int) -> list[_T]:
    """Return *items* beginning at another one for each *by*, and backwards in every second turn of the circle."""
    start = by % len(items)
    order = [*items[start:], *items[:start]]
    return order[::-1] if by // len(items) % 2 else order


def measure(
    groups: Sequence[Group],
    *,
    rounds: int,
    batch: int,
    clock: Clock = time.thread_time_ns,
    tell: Callable[[str], None] = lambda _: None,
) -> Timings:
    """Time all contenders of all *groups*, interleaved.

    Args:
        groups: the work.
        rounds: how often each contender runs a batch.
        batch: about how long a batch takes, in nanoseconds.
        clock: in nanoseconds.
        tell: is told how far it is.
    """
    tell("settling the sizes of the batches")
    turns = {(group.name, each.name): settle(each, batch, clock) for group in groups for each in group.contenders}
    microseconds: dict[str, dict[str, list[float]]] = {
        group.name: {each.name: [] for each in group.contenders} for group in groups
    }
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            tell(f"round {number + 1} of {rounds}")
            for group in groups:
                for each in turned(group.contenders, number):
                    size = turns[group.name, each.name]
                    microseconds[group.name][each.name].append(max(1, _timed(each, size, clock)) / size / 1000)
    finally:
        gc.unfreeze()
    return Timings(microseconds)
