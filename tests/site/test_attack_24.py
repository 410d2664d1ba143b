"""Attack 24 through the pages: guesses are counted for the account, and of two that show one code one is signed in."""

from __future__ import annotations

import threading

import pytest

from hardtack.login.guesses import CODES, MOST_WRONG
from hardtack.message import Response
from tests.site.conftest import NAME, Browser, World
from tests.site.half_done import STEP, code, with_app, with_codes, wrong


@pytest.fixture
def secret(world: World) -> str:
    """A member with an app; its secret."""
    world.member()
    return with_app(world)


def half(world: World, number: int = 1) -> Browser:
    """Return another browser, at another address, in which the password was right."""
    browser = world.browser(client=f"198.51.100.{number}")
    assert 303 == browser.sign_in(NAME).status
    return browser


def answer(browser: Browser, typed: str, factor: str = "totp") -> Response:
    """Type a code."""
    return browser.post(STEP, {"factor": factor, "code": typed})


@pytest.mark.asvs("6.3.1")
def test_attack_24_guesses_in_many_browsers_are_counted_together(world: World, secret: str) -> None:
    """One guess in each, so that no half-done sign-in sees two: the sixth is not looked at, though it is right."""
    for number in range(CODES.at_once):
        assert 401 == answer(half(world, number), wrong(world, secret)).status
    sixth = half(world, 77)
    refused = answer(sixth, code(world, secret))
    assert (429, str(CODES.interval)) == (refused.status, refused.get("retry-after"))
    world.clock.now += CODES.interval
    assert 303 == answer(sixth, code(world, secret)).status


def test_attack_24_after_twenty_wrong_codes_only_something_better_helps(world: World, secret: str) -> None:
    """The page says what; a recovery code signs in, and codes are looked at again."""
    recovery = with_codes(world)
    for number in range(MOST_WRONG):
        assert 401 == answer(half(world, number), wrong(world, secret)).status
        world.clock.now += CODES.interval
    browser = half(world, 77)
    refused = answer(browser, code(world, secret))
    assert (429, None) == (refused.status, refused.get("retry-after"))
    assert "recovery code" in refused.body.decode()
    assert 303 == answer(browser, recovery[0], "recovery-code").status
    world.clock.now += CODES.interval
    assert 303 == answer(half(world, 78), code(world, secret)).status


@pytest.mark.asvs("6.5.1", "15.4.2")
@pytest.mark.parametrize("factor", ["totp", "recovery-code"])
def test_attack_24_of_two_browsers_that_show_one_code_at_once_one_is_signed_in(
    world: World, secret: str, factor: str
) -> None:
    """Two half-done sign-ins, one code, two requests."""
    typed = with_codes(world)[0] if factor == "recovery-code" else code(world, secret)
    browsers = [half(world, number) for number in range(2)]
    begin = threading.Barrier(2)
    found: list[int] = []

    def show(browser: Browser) -> None:
        begin.wait()
        found.append(answer(browser, typed, factor).status)

    threads = [threading.Thread(target=show, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [303, 401] == sorted(found)
    assert [200, 303] == sorted(browser.get("/account").status for browser in browsers)


@pytest.mark.asvs("6.5.8")
def test_attack_24_no_time_but_this_servers_counts(world: World, secret: str) -> None:
    """A browser whose clock is ahead has the codes of then, and whatever it says of the time is not believed."""
    world.clock.now += 3600
    ahead = code(world, secret)
    world.clock.now -= 3600
    browser = half(world)
    said = {"date": "Fri, 15 Jan 2027 09:00:00 GMT", "if_modified_since": "Fri, 15 Jan 2027 09:00:00 GMT"}
    refused = browser.post(STEP, {"factor": "totp", "code": ahead, "now": str(int(world.clock.now) + 3600)}, **said)
    assert 401 == refused.status
    assert 303 == answer(browser, code(world, secret)).status
