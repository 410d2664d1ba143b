"""The way growth is timed: the same work on every installation in turn, over and over, so that all share what comes.

One turn is one request. In every round each work is done once on each installation, one right after the other, in an
order that turns round. The rounds are cut into parts; for each part the median of the one is divided by the median of
the other, and of these ratios the median is the figure, published with the least and the greatest. Two clocks run: the
wall's, since who waits for a page waits for the disk as well, and that of the processor's time which the process took,
in which nothing that other programs do meanwhile is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from bench.growth.works import Place, Work
from bench.rounds import Spread

PARTS = 5
WARM = 3
"""Rounds that are not counted: the first request of a kind meets everything for the first time."""

Times = dict[str, dict[str, list[float]]]
"""Milliseconds by work and place, a figure for each round."""


class Timed(NamedTuple):
    """What was measured.

    Args:
        waited: by the wall's clock.
        worked: of the processor's time.
    """

    waited: Times
    worked: Times


def measure(
    works: Sequence[Work], places: Sequence[Place], *, rounds: int, tell: Callable[[str], None] = lambda _: None
) -> Timed:
    """Return how long every work took in every round."""
    timed = Timed(*({work.name: {place.name: [] for place in places} for work in works} for _ in range(2)))
    for turn in range(WARM + rounds):
        tell(f"round {turn + 1} of {WARM + rounds}")
        shift = turn % len(places)
        for work in works:
            for place in (*places[shift:], *places[:shift]):
                given = work.ready(place, turn)
                worked, waited = time.process_time(), time.perf_counter()
                work.ask(place, turn, given)
                took = time.perf_counter() - waited, time.process_time() - worked
                if turn >= WARM:
                    for times, seconds in zip(timed, took, strict=True):
                        times[work.name][place.name].append(seconds * 1000)
    return timed


def ratio(ours: Sequence[float], theirs: Sequence[float], parts: int = PARTS) -> Spread:
    """Return how many times as long the one takes as the other, by their medians, part by part."""
    cut = max(1, len(ours) // parts)
    firsts = range(0, len(ours) - cut + 1, cut)
    return Spread.of([median(ours[each : each + cut]) / median(theirs[each : each + cut]) for each in firsts])
