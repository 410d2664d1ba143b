"""Side channels: the judge is right, the control is found out, and our code runs the same for whatever is wrong.

No time is asserted here; the clock is asked by ``python -m tests.side_channels.run``, whose last figures are kept.
"""

from __future__ import annotations

import json
import os
import random

import pytest

from tests.side_channels import cases, judge, run
from tests.side_channels.instructions import instructions

GROUPS = list(cases.groups())
JUDGED = [group for group in GROUPS if group.judged and not group.control]
CONTROLS = [group for group in GROUPS if group.control]


def measured(group: cases.Group) -> list[dict]:  # type: ignore[type-arg]
    """Measure what a group's judged kinds run, once everything is kept that is kept of a first try."""
    for inputs in group.cases.values():
        for attempt in inputs:
            attempt()
    return run.small(group._replace(told=()), instructions, blocks=6, tries=2, seed=1, bound=0)


@pytest.mark.parametrize("group", JUDGED, ids=lambda group: group.name)
def test_attack_8_what_is_wrong_runs_the_same_instructions_wherever_it_is_wrong(group: cases.Group) -> None:
    """None is left out when the first byte is another, none is added when only the last one is."""
    rows = measured(group)
    assert {(row["middle"], row["least"], row["greatest"]) for row in rows} == {(0, 0, 0)}
    assert {row["verdict"] for row in rows} == {run.GOOD}
    assert run.found(rows, "instructions") == []


@pytest.mark.parametrize("group", CONTROLS, ids=lambda group: group.name)
def test_a_comparison_that_ends_at_the_first_difference_is_found_out(group: cases.Group) -> None:
    """The control: the same code and the same inputs, with a loop of its own before."""
    rows = measured(group)
    assert [row["verdict"] for row in rows] == [run.FOUND]
    assert run.found(rows, "instructions") == []


def test_a_control_that_is_not_found_out_is_a_finding() -> None:
    """Then the judge is blind, and nothing that it has passed counts."""
    [honest] = [group for group in JUDGED if group.name == "checksum"]
    [line] = run.found(measured(honest._replace(control=True)), "instructions")
    assert line.startswith("the control is not found out: checksum: first / last")


def blocks(shift: float, source: random.Random, count: int = 60) -> list[list[float]]:
    """Return times as a machine has them: most near one value, some far above, all later by *shift*."""
    return [[shift + 1000 + source.expovariate(1 / 200) for _ in range(20)] for _ in range(count)]


def test_the_judge_knows_a_small_difference_from_a_large_one() -> None:
    """By its size: one that is certain and small is good, one that is larger than the bound is found."""
    source = random.Random(3)  # noqa: S311 - of a test
    small = judge.compare(blocks(0, source), blocks(30, source))
    assert small.within(100)
    large = judge.compare(blocks(0, source), blocks(300, source))
    assert (run.GOOD, run.FOUND) == (run.verdict(small, 100), run.verdict(large, 100))
    assert large.deviate > 20
    assert 0.5 < small.superior < large.superior < 1
    back = judge.compare(blocks(300, source), blocks(0, source))
    assert (back.beyond(100), back.superior < 0.5, back.deviate < -20) == (True, True, True)


def test_what_is_not_certain_is_measured_again_and_then_not_shown() -> None:
    """A machine that is too busy proves nothing, neither way."""
    source, rounds = random.Random(4), []  # noqa: S311 - of a test

    def busy(_attempt: judge.Try) -> float:
        rounds.append(1)
        return source.uniform(0, 10_000)

    group = cases.Group("busy", {"first": [int], "last": [int]}, [("first", "last")])
    rows = run.small(group, busy, blocks=6, tries=2, seed=1)
    assert len(rounds) == 2 * 2 * 6 * (1 + 2 + 4)
    assert rows[0]["verdict"] == run.UNSURE
    assert run.found(rows, "ns")[0].startswith("not shown, the machine was too busy: busy: first / last")


def test_the_statistics_are_those_of_the_books() -> None:
    """The median's interval of 20 values are the 6th and the 15th; the rank sum of a small sample is countable."""
    assert judge.interval(list(range(1, 21))) == (6, 15)
    assert judge.interval([1, 2, 3]) == (1, 3)
    deviate, superior = judge.mann_whitney([1, 2, 3], [2, 4, 5])
    assert superior == 7.5 / 9
    assert deviate == pytest.approx(3 / (9 / 12 * (7 - 6 / 30)) ** 0.5)
    assert judge.mann_whitney([1, 1], [1, 1]) == (0.0, 0.5)


def test_whoever_measures_goes_back_into_line() -> None:
    """Whatever the system has allowed meanwhile."""
    before = os.sched_getscheduler(0)
    with run.first_in_line() as alone:
        assert alone == (os.sched_getscheduler(0) != before)
    assert os.sched_getscheduler(0) == before


def test_what_is_kept_is_of_today_and_has_found_nothing() -> None:
    """The figures of the page are of every group that there is, and none of them is beyond its bound."""
    kept = json.loads(run.SAVED.read_text())
    assert {row["group"] for row in kept["details"]["rows"]} == {group.name for group in GROUPS}
    assert kept["found"] == []
    assert kept["counts"]["controls found out"] == sum(len(group.judged) for group in CONTROLS) + 1
    assert kept["counts"]["pairs judged"] == kept["counts"]["pairs within the bound"]
