"""Where each count of the table is kept, and what those of all processes are together.

The places follow from the table alone, so that every process of one version has the same. Counters and times add up,
also of processes that are gone; what was so only while they lived does not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from hardtack.site.metrics import OTHER, SECONDS, TABLE, Metric
from hardtack.store.tallies import Tallies, Tally

CLASSES = len(SECONDS) + 1
"""Classes of times: one more than there are bounds, for whatever takes longer."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of the table.

    Args:
        metric: what is counted.
        labels: the values of its labels.
        at: its first place.
        places: how many it has: of times, one for each class and one for the sum.
    """

    metric: Metric
    labels: tuple[str, ...]
    at: int
    places: int


def _series() -> Iterator[Series]:
    at = 0
    for metric in TABLE:
        places = CLASSES + 1 if metric.kind == "histogram" else 1
        for labels in product(*((*values, OTHER) for _, values in metric.labels)):
            yield Series(metric, labels, at, places)
            at += places


SERIES = tuple(_series())
"""Every series, in the order of their places."""

PLACES = SERIES[-1].at + SERIES[-1].places

_AT = {(each.metric.name, *each.labels): each.at for each in SERIES}
_VALUES = {metric.name: tuple(frozenset(values) for _, values in metric.labels) for metric in TABLE}


def place(metric: Metric, labels: tuple[str, ...]) -> int:
    """Return the first place of *metric* with *labels*; what is not in the table is ``other``."""
    at = _AT.get((metric.name, *labels))
    if at is None:
        known = zip(labels, _VALUES[metric.name], strict=True)
        at = _AT[(metric.name, *(label if label in values else OTHER for label, values in known))]
    return at


class Kept:
    """The counts of this process, where the one that adds up finds them.

    Args:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._tally = Tally(folder, PLACES)

    def add(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Let the counter *metric* grow."""
        self._tally.add(place(metric, labels), by)

    def put(self, metric: Metric, value: float, *labels: str) -> None:
        """Set *metric* to what this process has found."""
        self._tally.put(place(metric, labels), value)

    def took(self, metric: Metric, seconds: float, *labels: str) -> None:
        """Count a time in its class."""
        at = place(metric, labels)
        self._tally.add(at + bisect_left(SECONDS, seconds), also=at + CLASSES, also_by=seconds)

    def close(self) -> None:
        """Count no more; what was counted stays."""
        self._tally.close()


class Together:
    """What all processes have counted.

    Args:
        folder: where they keep it; it is emptied.
    """

    def __init__(self, folder: Path) -> None:
        self._tallies = Tallies(folder, PLACES)

    def read(self, now: float) -> tuple[list[float], int]:
        """Return what is in every place, and how many processes live.

        Args:
            now: Unix seconds.
        """
        found, alive = self._tallies.read()
        for series in SERIES:
            for at in range(series.at, series.at + series.places):
                values = [numbers[at] for numbers in alive]
                found[at] = (
                    _gauge(series.metric, values, now) if series.metric.kind == "gauge" else found[at] + sum(values)
                )
        return found, len(alive)


def _gauge(metric: Metric, values: list[float], now: float) -> float:
    if metric.over == "sum":
        return sum(values)
    if metric.over == "most":
        return max(values, default=0.0)
    # 0 is no moment: that process has still to do it for the first time.
    return max(now - min((value for value in values if value), default=now), 0.0)
