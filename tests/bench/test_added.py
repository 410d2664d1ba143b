"""What is measured of the session in a request: the same application in three forms, and what each adds."""

from __future__ import annotations

import pytest

from bench import added, payloads, report, results, rounds, targets
from bench.added_apps import BARE, IDLE, OURS, OWN

FRAMEWORKS = ("starlette", "flask")
"""Django has settings for the whole process; its contenders are run by the command's own test."""


def test_every_form_is_asked_and_the_two_that_tell_the_parts_only_where_they_are_told() -> None:
    """Each has answered once, with a cookie where it writes and without one where it reads, before it is given."""
    found = payloads.load()
    sizes = {size: found[size] for size in ("tiny", targets.AIMED_AT)}
    with added.groups(sizes, FRAMEWORKS) as groups:
        timings = rounds.measure(groups, rounds=2, batch=1000)

    three, five = [BARE, OWN, OURS], [BARE, OWN, OURS, IDLE, added.UNSEALED]
    assert {f"{name}/{size}" for name in added.NAMES if "django" not in name for size in sizes} == set(
        timings.microseconds
    )
    for group, each in timings.microseconds.items():
        assert list(each) == (five if group.endswith(targets.AIMED_AT) else three)
    assert 2 * 2 * 2 + 4 * 4 == len(added.timings(timings))


def test_what_is_added_is_of_the_same_round_and_the_seal_is_what_ours_loses_without_it() -> None:
    """Medians of differences, and of their ratios."""
    took = {
        BARE: [10.0, 20.0, 10.0],
        OWN: [30.0, 60.0, 50.0],
        OURS: [20.0, 30.0, 20.0],
        IDLE: [12.0, 21.0, 11.0],
        added.UNSEALED: [17.0, 26.0, 18.0],
    }
    once = rounds.Timings({"flask-reads/typical": took, "layer-get/": {"bare": [1.0], "hardtack": [2.0]}})

    told = {each.who: each.microseconds for each in added.timings(once)}

    assert {
        f"{OWN}{added.ADDED}": results.Figure(40.0, 20.0, 40.0),
        f"{OURS}{added.ADDED}": results.Figure(10.0, 10.0, 10.0),
        f"{IDLE}{added.ADDED}": results.Figure(1.0, 1.0, 2.0),
        f"{added.UNSEALED}{added.ADDED}": results.Figure(3.0, 2.0, 4.0),
    } == told
    assert rounds.Spread(0.25, 0.25, 0.5) == once.ratio("flask-reads/typical", OURS, OWN, BARE)


def test_a_disturbed_batch_gives_a_figure_and_no_error() -> None:
    """Where the application without a session took longer than one with it."""
    took = {BARE: [5.0], OWN: [4.0], OURS: [6.0]}

    assert 1.0 / rounds.LEAST == rounds.Timings({"a/b": took}).ratio("a/b", OURS, OWN, BARE).median


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_ours_consists_of_adds_up(language: str) -> None:
    """What the framework does, the seal, and the rest."""
    timings = results.read().timings

    for row in report.added_parts(timings, language).rows:
        ours, *parts = map(float, row[1:])
        assert ours == pytest.approx(sum(parts), abs=1.1)
