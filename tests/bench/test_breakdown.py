"""Where the time of one operation goes, and that its steps are the real ones."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bench import breakdown, payloads, rounds

NOW = 1_700_000_000


@pytest.fixture
def works() -> list[breakdown.Work]:
    """Return the operations for the payload that the targets are aimed at."""
    return breakdown.works(payloads.load()["typical"], NOW)


def test_every_step_is_put_back_where_it_was(works: list[breakdown.Work]) -> None:
    """What is measured afterwards is the package again."""
    places = [step.place for work in works for step in work.steps]
    before = [getattr(owner, name) for owner, name in places]

    for work in works:
        for contender in work.group.contenders:
            contender.run(contender.prepare(3))

    assert before == [getattr(owner, name) for owner, name in places]


def test_an_operation_does_what_it_does_with_any_of_its_steps_replaced(works: list[breakdown.Work]) -> None:
    """A replacement returns what the step returns, so that the steps after it have the same to do."""
    ran = []
    for work in works:
        for step in work.steps:
            with ExitStack() as replaced:
                replaced.enter_context(step.replaced())
                work.run([None] * 2)
            ran.append((work.name, step.name))

    assert len(set(ran)) == sum(len(work.steps) for work in works)


def test_the_parts_add_up_to_the_whole(works: list[breakdown.Work]) -> None:
    """Nothing of the time is without a name."""
    timings = rounds.measure([work.group for work in works], rounds=2, batch=50_000)

    for profile in breakdown.profiles(timings, works):
        assert profile.whole == pytest.approx(sum(part.microseconds for part in profile.parts), abs=0.02)


def test_instructions_are_counted_and_not_timed(works: list[breakdown.Work]) -> None:
    """Two counts of the same operation agree, and are of our functions only."""
    work = works[0]

    first, second = (breakdown._instructions(work.run) for _ in range(2))

    assert first == second
    assert {"Keyring.open", "SealedCookie.read", "Sessions.open", "Session.__init__"} <= set(first)
    assert "Ours.opening.<locals>.run" not in first
