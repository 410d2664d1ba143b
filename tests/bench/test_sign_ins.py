"""What is measured of signing in: real sign-ins on a real site, and what the judge of times makes of them."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import pytest

from bench import rate, telling, waiting
from hardtack.login import Argon2id, HashingPool

CHEAP = Argon2id(memory=8, passes=1)


@pytest.fixture
def pool() -> Iterator[HashingPool]:
    """A pool that hashes in microseconds."""
    made = HashingPool(CHEAP, threads=1, places=100)
    yield made
    made.close()


def test_the_rate_is_of_people_who_are_signed_in(pool: HashingPool) -> None:
    """Each answer is looked at; one that is no sign-in would end the run."""
    share, told = rate.measure(rounds=2, turns=2, hashing=pool)

    assert ("sign-ins", 0.95, 9) == (share.what, share.reach, share.row)
    assert ("sign-ins a second", None) == (told.what, told.reach)
    assert told.figure.least > 0


def test_others_are_asked_for_with_and_without_sign_ins_under_way() -> None:
    """Of a real service, where the system binds a process to a core."""
    if sys.platform != "linux":
        assert [] == waiting.measure(seconds=0.1, times=1)
        return
    idle, busy = waiting.measure(seconds=0.1, times=1)

    assert [("p99, nobody signs in", None), ("p99, eight sign in", 15.0)] == [
        (each.what, each.reach) for each in (idle, busy)
    ]
    assert busy.figure.median > 0


def test_every_page_is_asked_for_somebody_and_for_nobody_and_the_control_is_found_out() -> None:
    """With a hash that is most of the time, few tries tell a missing one, and a slow moment among them hides it not."""
    *pages, control = telling.measure(tries=160, hasher=Argon2id(memory=8192, passes=1))

    assert ["sign-in", "forgot", "sign-up"] == [each.what for each in pages]
    assert {2.0} == {each.reach for each in pages}
    assert control.figure.least > 20


def test_the_judge_knows_the_interval_of_a_difference() -> None:
    """On numbers whose answer is known."""
    source = random.Random(1)  # noqa: S311 - numbers for a test are no secret
    first, second = ([source.gauss(10, 1) for _ in range(400)] for _ in range(2))

    same = telling.interval(first, second)
    assert same.least < 0 < same.greatest
    apart = telling.interval([each + 1 for each in first], second, 0.5)
    assert apart.least < 2 < apart.greatest
    assert apart.least > 1
