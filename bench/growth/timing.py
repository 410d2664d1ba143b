"""The way growth is timed: the same work on every installation in turn, over and over, so that all share what comes.

One turn is one request. In every round each work is done once on each installation, one right after the other, in an
order that turns round; what a target is set for is done several times. The figure is the median of the one by the
median of the other. For how sure it is, the rounds are cut into parts, and the least and the greatest ratio of a part
are published with it. Two clocks run: the wall's, since who waits for a page waits for the disk as well, and that of
the processor's time which the process took, in which nothing that other programs do meanwhile is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from bench.growth.works import Place, Work
from bench.rounds import Spread

PARTS = 5
AIMED_AT = 5
"""How often in a round what a target is set for is done."""
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
    waited: Times = {work.name: {place.name: [] for place in places} for work in works}
    worked: Times = {work.name: {place.name: [] for place in places} for work in works}
    for turn in range(WARM + rounds):
        tell(f"round {turn + 1} of {WARM + rounds}")
        for work in works:
            for again in range(1 if work.reach is None else AIMED_AT):
                shift = (turn + again) % len(places)
                for place in (*places[shift:], *places[:shift]):
                    given = work.ready(place, turn + again)
                    worked_before, waited_before = time.process_time(), time.perf_counter()
                    work.ask(place, turn + again, given)
                    took = time.perf_counter() - waited_before, time.process_time() - worked_before
                    if turn >= WARM:
                        waited[work.name][place.name].append(took[0] * 1000)
                        worked[work.name][place.name].append(took[1] * 1000)
    return Timed(waited, worked)


def ratio(ours: Sequence[float], theirs: Sequence[float], parts: int = PARTS) -> Spread:
    """Return how many times as long the one takes as the other, by their medians, with the least and greatest part."""
    cut = max(1, len(ours) // parts)
    firsts = range(0, len(ours) - cut + 1, cut)
    found = Spread.of([median(ours[each : each + cut]) / median(theirs[each : each + cut]) for each in firsts])
    return Spread(median(ours) / median(theirs), found.least, found.greatest)
