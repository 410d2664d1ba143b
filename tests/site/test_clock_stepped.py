"""A clock that is set forwards or backwards: at worst somebody signs in once more, and nobody is locked out."""

from __future__ import annotations

import pytest

from hardtack.session import Lifetimes
from tests.site.conftest import NAME, PASSWORD, MakeWorld

HOUR, DAY = 3600, 86_400


@pytest.mark.parametrize("step", [HOUR, 14 * HOUR, 400 * DAY, -30, -HOUR, -14 * HOUR, -400 * DAY])
def test_whoever_signs_in_after_a_step_is_signed_in(make_world: MakeWorld, step: int) -> None:
    """Whatever the store remembers of the time before; whoever was, still is or is asked once more."""
    world = make_world()
    world.member()
    browser = world.browser()
    assert 303 == browser.sign_in().status
    for _ in range(3):
        assert 401 == world.browser().json("POST", "/sign-in", {"username": NAME, "password": "wrong " * 4}).status
    world.clock.now += step
    assert browser.get("/account").status == (200 if -60 <= step < Lifetimes().idle else 303)
    again = world.browser()
    assert 303 == again.sign_in().status
    assert 200 == again.get("/account").status


def test_attack_5_what_had_ended_stays_ended_when_a_clock_goes_forwards_and_back(make_world: MakeWorld) -> None:
    """By as much as a wrong time zone is: what is deleted as too old is kept for a day longer."""
    world = make_world()
    world.member()
    browser = world.browser()
    browser.sign_in()
    kept = dict(browser.cookies)
    assert 303 == browser.submit("/account", action="/sign-out").status
    began = world.clock.now
    world.clock.now = began + 14 * HOUR
    world.site.prune()
    world.clock.now = began
    browser.cookies = kept
    assert 303 == browser.get("/account").status


def test_the_budget_of_a_name_is_whole_again_after_a_step_back(make_world: MakeWorld) -> None:
    """What was counted by a clock that was ahead keeps nobody out until then."""
    world = make_world()
    world.member()
    wrong = {"username": NAME, "password": "wrong " * 4}
    while world.browser().json("POST", "/sign-in", wrong).status != 429:
        pass
    world.clock.now -= DAY
    assert 200 == world.browser().json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status
