"""The order of a run: nothing is lost, modules stay whole, what waits stands among what computes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.order import LAST, mixed

UNITS = st.lists(st.tuples(st.booleans(), st.integers(1, 30)), max_size=40)


@given(UNITS)
def test_every_test_runs_once_and_modules_stay_whole(shapes: list[tuple[bool, int]]) -> None:
    """In the order that each has by itself."""
    units = [(waits, [(number, each) for each in range(size)]) for number, (waits, size) in enumerate(shapes)]
    order = mixed(units)
    assert sorted(order) == sorted(each for _, unit in units for each in unit)
    starts = [at for at, (number, each) in enumerate(order) if each == 0]
    for at in starts:
        number = order[at][0]
        assert units[number][1] == order[at : at + len(units[number][1])]


def test_what_waits_is_spread_and_is_not_last() -> None:
    """Ten that wait, among a hundred modules of ten tests."""
    units = [(False, [False] * 10)] * 100 + [(True, [True])] * 10
    places = [at for at, waits in enumerate(mixed(units)) if waits]
    steps = [later - earlier for earlier, later in pairwise(places)]
    assert places[0] == 0
    assert places[-1] < LAST * 1010
    assert max(steps) - min(steps) <= 10
