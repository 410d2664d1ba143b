"""The table of targets, and what is made of it."""

from __future__ import annotations

import pytest

from bench import results, rounds, targets

FASTER = targets.Target(1, "seal", "itsdangerous", "times faster", 8)
AT_MOST_A_PART = targets.Target(6, "flask-reads", "own", "times as much", 0.6, without="bare")
AT_MOST = targets.Target(4, "seal", "floor", "times as much", 1.5)
SMALLER = targets.Target(5, "weight", "starlette", "times as much", 1.0)


@pytest.mark.parametrize(
    ("target", "ratio", "enough"),
    [
        (FASTER, 8.0, True),
        (FASTER, 7.99, False),
        (AT_MOST, 1.5, True),
        (AT_MOST, 1.51, False),
        (AT_MOST_A_PART, 0.6, True),
        (AT_MOST_A_PART, 0.61, False),
        (SMALLER, 0.99, True),
        (SMALLER, 1.0, False),
    ],
)
def test_a_target_is_reached_or_it_is_not(target: targets.Target, ratio: float, enough: bool) -> None:
    """Faster must be at least as much, at most is at most, and smaller is not as large."""
    assert target.reach is not None
    assert enough == targets.reaches(ratio, target.reach, target)


def test_the_rows_that_are_ratios_all_have_a_target() -> None:
    """Every row of the table of targets that is measured here is judged somewhere; the twelfth is of weights."""
    assert {1, 2, 3, 4, 5, 6, 11} == {
        target.row for target in (*targets.TIMED, *targets.WEIGHED) if target.reach is not None
    }


def test_a_worker_may_weigh_as_much_as_its_target_and_no_more() -> None:
    """The median is judged, and what has no target is only told."""
    assert targets.judge_memory("worker", [80.0, 90.0, 99.0]).reached is True
    assert targets.judge_memory("worker", [80.0, 90.01, 99.0]).reached is False
    assert targets.judge_memory("more by the ended", [64.1]).reached is False
    assert targets.judge_memory("worker, private", [999.0]).reached is None
    assert targets.judge_time("ready", [1.0, 3.0, 2.0]).figure == results.Figure(2.0, 1.0, 3.0)


def test_the_status_layer_may_add_as_much_as_its_target_and_no_more() -> None:
    """The median is judged, and only for a request that needs nothing."""
    assert targets.judge_added("layer-get", [1.0, 10.0, 99.0]).reached is True
    assert targets.judge_added("layer-get", [1.0, 10.01, 99.0]).reached is False
    assert targets.judge_added("layer-post", [99.0]).reached is None


def test_sign_ins_and_others_waits_are_judged_by_the_median() -> None:
    """A share must be at least as much; a wait at most, and only beside sign-ins."""
    assert targets.judge_rate("sign-ins", [0.5, 0.95, 1.2]).reached is True
    assert targets.judge_rate("sign-ins", [0.94]).reached is False
    assert targets.judge_wait("p99, eight sign in", [1.0, 15.0, 99.0]).reached is True
    assert targets.judge_wait("p99, eight sign in", [15.01]).reached is False
    assert targets.judge_wait("p99, nobody signs in", [99.0]).reached is None


def test_what_a_time_tells_is_judged_by_its_whole_interval() -> None:
    """A small difference that might be a large one is not enough; the control is only told."""
    assert targets.judge_telling("sign-in", results.Figure(0.0, -2.0, 2.0)).reached is True
    assert targets.judge_telling("sign-in", results.Figure(0.0, -2.01, 2.0)).reached is False
    assert targets.judge_telling("sign-in", results.Figure(0.0, -2.0, 2.01)).reached is False
    assert targets.judge_telling("sign-in, no hash", results.Figure(99.0, 98.0, 99.5)).reached is None


def test_only_the_typical_payload_is_judged() -> None:
    """Tiny and large are told beside it."""
    once = {"hardtack": [2.0, 2.0], "itsdangerous": [20.0, 10.0], "signed only": [2.0, 2.0], "floor": [1.0, 1.0]}
    timings = rounds.Timings({"seal/tiny": once, "seal/typical": once})

    found = targets.compare_times(timings, ["tiny", "typical"])

    judged = {(each.size, each.peer): each.reached for each in found}
    assert {
        ("tiny", "itsdangerous"): None,
        ("typical", "itsdangerous"): False,
        ("tiny", "signed only"): None,
        ("typical", "signed only"): None,
        ("tiny", "floor"): None,
        ("typical", "floor"): False,
    } == judged
    assert {(7.5, 5.0, 10.0), (1.0, 1.0, 1.0), (2.0, 2.0, 2.0)} == {
        (each.ratio.median, each.ratio.least, each.ratio.greatest) for each in found
    }


def test_weights_are_compared_with_both_peers() -> None:
    """Our value divided by theirs."""
    weights = [
        results.Weight("typical", "hardtack", 300, 370),
        results.Weight("typical", "starlette", 400, 470),
        results.Weight("typical", "flask", 200, 230),
    ]

    found = {each.peer: (each.ratio.median, each.reached) for each in targets.compare_weights(weights)}

    assert {"starlette": (0.75, True), "flask": (1.5, False)} == found
