"""What is to be reached, and the comparisons that tell: DESIGN's figures as a table.

A target is aimed at for the typical payload; tiny and large are measured the same way and published without one. Some
comparisons have no target at all: they are there so that the others can be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.results import Comparison, Figure, Gauge, Sense, Unit, Weight
from bench.rounds import Spread, Timings

AIMED_AT = "typical"
OURS = "hardtack"
IMPORT_MILLISECONDS = 50.0
MEBIBYTES: Mapping[str, float] = {"worker": 90.0, "more by the ended": 64.0}
"""The most that each may weigh (row 12)."""
ADDED_MICROSECONDS: Mapping[str, float] = {"layer-get": 10.0}
"""The most that the status layer may add (row 7)."""


RATE = 0.95
"""The least share of bare argon2's rate that sign-ins must reach (row 9)."""
AUTH: Mapping[str, float] = {"auth": 15.0, "auth behind nginx": 0.80}
"""The most microseconds that ``/auth`` may take more than a bare 204, and the least share of its rate (row 8)."""
WAIT_MILLISECONDS: Mapping[str, float] = {"p99, eight sign in": 15.0}
"""The most that 99 of 100 other requests may wait (row 10)."""
TELLING = 2.0
"""The most that an answer may differ for somebody who has an account, in hundredths of a hash."""


@dataclass(frozen=True, slots=True)
class Target:
    """One of our figures against a peer's.

    Args:
        row: the number of the row in the table of targets.
        work: what is done.
        peer: whom it is compared with.
        sense: how the ratio is meant.
        reach: the figure to reach; ``None`` where it is only told.
        ours: which of our contenders.
        without: whose time is taken off both, where what they add is compared.
    """

    row: int
    work: str
    peer: str
    sense: Sense
    reach: float | None = None
    ours: str = OURS
    without: str | None = None


TIMED = (
    Target(1, "seal", "itsdangerous", "times faster", 8.0),
    Target(1, "open", "itsdangerous", "times faster", 6.0),
    Target(1, "seal", "signed only", "times faster"),
    Target(1, "open", "signed only", "times faster"),
    Target(2, "field-open", "starlette", "times faster", 2.5),
    Target(2, "field-read", "starlette", "times faster", 2.5),
    Target(2, "field-save", "starlette", "times faster", 3.0),
    Target(2, "field-keep", "starlette", "times faster"),
    Target(2, "field-open", "starlette's middleware", "times faster"),
    Target(2, "field-save", "starlette's middleware", "times faster"),
    Target(3, "flask-open", "flask", "times faster", 2.0),
    Target(3, "flask-read", "flask", "times faster", 2.0),
    Target(3, "flask-save", "flask", "times faster", 2.0),
    Target(3, "flask-keep", "flask", "times faster"),
    Target(3, "flask-open", "flask and the objects", "times faster", ours="hardtack and the objects"),
    Target(3, "flask-save", "flask and the objects", "times faster", ours="hardtack and the objects"),
    Target(4, "seal", "floor", "times as much", 1.5),
    Target(4, "open", "floor", "times as much", 1.5),
    *(
        Target(6, f"{framework}-{work}", "own", "times as much", most, without="bare")
        for framework, most in (("starlette", 0.35), ("flask", 0.6), ("django", 0.6))
        for work in ("reads", "writes")
    ),
    Target(11, "crowd-open", "few", "times as much", 1.2, ours="many"),
    Target(11, "crowd-keys", "few", "times as much", ours="many"),
    Target(11, "crowd-accounts", "few", "times as much", ours="many"),
    Target(11, "crowd-ended", "few", "times as much", ours="many"),
)

WEIGHED = (
    Target(5, "weight", "starlette", "times as much", 1.0),
    Target(5, "weight", "flask", "times as much", 1.3),
)


def compare_times(timings: Timings, sizes: list[str]) -> list[Comparison]:
    """Return the comparisons of everything that was timed."""
    found = []
    for target in TIMED:
        for size in sizes:
            group = f"{target.work}/{size}"
            if group not in timings.microseconds:
                continue
            pair = (target.peer, target.ours) if target.sense == "times faster" else (target.ours, target.peer)
            found.append(_judged(target, size, timings.ratio(group, *pair, target.without)))
    return found


def compare_weights(weights: list[Weight]) -> list[Comparison]:
    """Return the comparisons of the cookies' values; a weight has no spread."""
    value = {(each.size, each.who): each.value for each in weights}
    sizes = list(dict.fromkeys(each.size for each in weights))
    return [
        _judged(target, size, Spread.of([value[size, target.ours] / value[size, target.peer]]))
        for target in WEIGHED
        for size in sizes
    ]


def judge_memory(what: str, mebibytes: Sequence[float]) -> Gauge:
    """Return what something weighed, and whether it was light enough if it must be."""
    most = MEBIBYTES.get(what)
    figure = spread(mebibytes)
    return Gauge(12, what, "MiB", figure, most, None if most is None else figure.median <= most)


def judge_added(what: str, microseconds: Sequence[float]) -> Gauge:
    """Return what the status layer added to a request, and whether it was little enough if it must be."""
    most = ADDED_MICROSECONDS.get(what)
    figure = spread(microseconds)
    return Gauge(7, what, "µs", figure, most, None if most is None else figure.median <= most)


def judge_rate(what: str, shares: Sequence[float]) -> Gauge:
    """Return which share of a rate was reached, and whether it was enough."""
    figure = spread(shares)
    return Gauge(9, what, "of the rate", figure, RATE, figure.median >= RATE)


def judge_auth(what: str, unit: Unit, figures: Sequence[float]) -> Gauge:
    """Return what ``/auth`` came to beside a bare answer, and whether it was little, or much, enough if it must be."""
    reach = AUTH.get(what)
    figure = spread(figures)
    if reach is None:
        return Gauge(8, what, unit, figure, None, None)
    return Gauge(
        8, what, unit, figure, reach, figure.median >= reach if unit == "of the rate" else figure.median <= reach
    )


def judge_wait(what: str, milliseconds: Sequence[float]) -> Gauge:
    """Return how long others had to wait, and whether it was short enough if it must be."""
    most = WAIT_MILLISECONDS.get(what)
    figure = spread(milliseconds)
    return Gauge(10, what, "ms", figure, most, None if most is None else figure.median <= most)


def judge_telling(what: str, hundredths: Figure) -> Gauge:
    """Return what the time of an answer tells, and whether its whole interval is little enough; it is of no row."""
    if what.endswith("no hash"):
        return Gauge(0, what, "% of a hash", hundredths, None, None)
    within = hundredths.least >= -TELLING and hundredths.greatest <= TELLING
    return Gauge(0, what, "% of a hash", hundredths, TELLING, within)


def told(what: str, unit: Unit, figures: Sequence[float]) -> Gauge:
    """Return what was measured beside the rate of row 9; nothing is aimed at."""
    return Gauge(9, what, unit, spread(figures), None, None)


def judge_time(what: str, seconds: Sequence[float]) -> Gauge:
    """Return how long something took; nothing is aimed at."""
    return Gauge(12, what, "s", spread(seconds), None, None)


def spread(figures: Sequence[float]) -> Figure:
    """Return the median of *figures* with the least and the greatest, in two decimals."""
    found = Spread.of(figures)
    return Figure(round(found.median, 2), round(found.least, 2), round(found.greatest, 2))


def _judged(target: Target, size: str, ratio: Spread) -> Comparison:
    reach = target.reach if size == AIMED_AT else None
    figure = Figure(round(ratio.median, 2), round(ratio.least, 2), round(ratio.greatest, 2))
    reached = None if reach is None else reaches(figure.median, reach, target)
    return Comparison(target.row, target.work, size, target.peer, target.sense, figure, reach, reached)


def reaches(ratio: float, reach: float, target: Target) -> bool:
    """Say whether *ratio* is as good as *reach*; a cookie must be smaller than Starlette's, not as large."""
    if target.sense == "times faster":
        return ratio >= reach
    return ratio < reach if reach == 1 else ratio <= reach
