"""Whether two kinds of input can be told apart by what they take, and by how much.

Both are tried in turns, in blocks and in random order within each, so that whatever slows the machine down meets both.
What is judged is the size of the difference, not whether there is one: with enough tries every difference is
significant. It is the median, over the blocks, of the difference of the medians within a block, with its 95 % interval
by order statistics, which supposes nothing of how times are distributed. It is little enough if the whole interval lies
within the bound. Beside it stands the Mann-Whitney test of all tries, which says how sure it is that there is a
difference at all.

What the tries take comes from a meter: the clock, or, in the tests, the number of instructions, which is the same on
every machine. This module knows neither.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import NamedTuple

Try = Callable[[], object]
Meter = Callable[[Try], float]
"""Runs one try and returns what it took."""

NORMAL_95 = 1.959964


class Difference(NamedTuple):
    """What the second of two cases takes more than the first.

    Args:
        middle: the median over the blocks.
        least: where its interval begins (95 %).
        greatest: where it ends.
        deviate: of the Mann-Whitney test, as a standard normal deviate.
        superior: how often a try of the second case takes longer than one of the first; 0.5 where neither does.
    """

    middle: float
    least: float
    greatest: float
    deviate: float
    superior: float

    def within(self, bound: float) -> bool:
        """Say whether the whole interval is."""
        return -bound <= self.least and self.greatest <= bound

    def beyond(self, bound: float) -> bool:
        """Say whether the whole interval is outside, on one side: the difference is there, and it is too large."""
        return self.least > bound or self.greatest < -bound


def measure(
    cases: Mapping[str, Sequence[Try]], meter: Meter, *, blocks: int, tries: int, seed: int
) -> dict[str, list[list[float]]]:
    """Return what the tries of each case took, by block.

    Args:
        cases: each with several inputs of its kind, which take turns.
        meter: what the tries are measured with.
        blocks: how many.
        tries: of each case in a block.
        seed: of the order.
    """
    source = random.Random(seed)  # noqa: S311 - the order of a measurement is no secret
    turns = [(name, number) for name in cases for number in range(tries)]
    found: dict[str, list[list[float]]] = {name: [] for name in cases}
    for block in range(blocks):
        taken: dict[str, list[float]] = {name: [] for name in cases}
        for name, number in source.sample(turns, len(turns)):
            inputs = cases[name]
            taken[name].append(meter(inputs[(block * tries + number) % len(inputs)]))
        for name, each in taken.items():
            found[name].append(each)
    return found


def compare(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> Difference:
    """Return what the second case takes more than the first; both by block."""
    differences = sorted(median(theirs) - median(ours) for ours, theirs in zip(first, second, strict=True))
    least, greatest = interval(differences)
    deviate, superior = mann_whitney(
        [each for block in first for each in block], [each for block in second for each in block]
    )
    return Difference(median(differences), least, greatest, deviate, superior)


def interval(ordered: Sequence[float]) -> tuple[float, float]:
    """Return where the median of what a sample was drawn from lies with 95 %: between two of its order statistics.

    Args:
        ordered: the sample, in order; with fewer than 6 values its whole width is returned, which is too narrow.
    """
    count = len(ordered)
    below = math.floor(count / 2 - NORMAL_95 * math.sqrt(count) / 2)
    place = max(below, 0)
    return ordered[place], ordered[count - 1 - place]


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Return the deviate of the Mann-Whitney test, corrected for ties, and how often the second is the greater.

    The deviate is above zero where the second takes longer.
    """
    everything = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    total, m, n = len(everything), len(first), len(second)
    ranks, ties, start = 0.0, 0.0, 0
    while start < total:
        end = start
        while end < total and everything[end][0] == everything[start][0]:
            end += 1
        ranks += (start + 1 + end) / 2 * sum(group for _, group in everything[start:end])
        ties += (end - start) ** 3 - (end - start)
        start = end
    statistic = ranks - n * (n + 1) / 2
    variance = m * n / 12 * ((total + 1) - ties / (total * (total - 1)))
    return (statistic - m * n / 2) / math.sqrt(variance) if variance else 0.0, statistic / (m * n)


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return every two of the names."""
    return list(combinations(names, 2))
