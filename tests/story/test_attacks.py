"""Attacks that every adapter must stand, over sockets to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.story import run
from tests.story.adapters import ADAPTERS, Adapter
from tests.story.proving import NAME, STEP, enters, proves, with_app, with_both
from tests.story.telling import PASSWORD, Step, Story, Told, told
from tests.story.visiting import IDENTITY


@dataclass
class Begun:
    """A story through one adapter, in which each attack has browsers of its own."""

    adapter: Adapter
    story: Story


@pytest.fixture(scope="module", params=ADAPTERS)
def begun(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    """Begin a story through each adapter, once for all attacks."""
    adapter = ADAPTERS[request.param]
    with told(adapter.command, tmp_path_factory.mktemp("attacks") / "data", adapter.prepare) as story:
        yield Begun(adapter, story)


def withstands(begun: Begun, tell: Told) -> None:
    """Tell one step of its own through one adapter."""
    begun.story.let_pass(60)  # each code counts once, also where the attack before has shown one
    outcomes, failures = run.go_on(begun.adapter, begun.story, [Step("", "attack", "", "", tell)])
    assert not failures, "\n".join(failures)
    assert {"attack": "yes"} == outcomes


def token_of(story: Story, name: str = NAME) -> str:
    """Return what a script sends that has a personal access token of somebody's."""
    with story.accounts() as accounts:
        number = accounts.named(name).id
        made = accounts.tokens.make(number, "test", ("read",), days=1, known=("read",), client="", now=story.now)
    return f"Bearer {made[1]}"


def ends_with_the_account(story: Story) -> None:
    """Disable the account while a token, a session and a half-done sign-in of it are in use."""
    browser, script = with_both(story), story.stranger()
    token = token_of(story)
    assert (200, NAME) == (script.call("GET", "/readable", authorization=token).status, story.who(browser))
    half = story.stranger()
    assert STEP == enters(half).location
    story.command("accounts", "disable", NAME)
    assert (401, None) == (script.call("GET", "/readable", authorization=token).status, story.who(browser))
    assert "/auth/sign-in?next=/guarded" == browser.visit("/guarded").location
    assert 401 == half.visit(STEP).status
    story.command("accounts", "enable", NAME)
    assert (401, None) == (script.call("GET", "/readable", authorization=token).status, story.who(browser))
    assert 401 == half.visit(STEP).status


def token_proves_nothing(story: Story) -> None:
    """Show a token where somebody must have proved a moment ago who they are, alone and beside a recent sign-in."""
    browser, stranger = with_both(story), story.stranger()
    token = token_of(story)
    assert 200 == stranger.call("GET", "/readable", authorization=token).status
    for path in ("/delicate", "/guarded", "/private"):
        refused = stranger.call("GET", path, authorization=token)
        assert (401, True) == (refused.status, refused.headers["WWW-Authenticate"].startswith("Session "))
    assert [200, 200] == [browser.call("GET", path, authorization=token).status for path in ("/delicate", "/guarded")]


def another_site_signs_nobody_in(story: Story) -> None:
    """Send every form of a sign-in from another site's page, in a browser without any cookie and in one with some."""
    with_app(story)
    with story.accounts() as accounts:
        accounts.add("dora", PASSWORD, now=story.now)
    forms = (
        ("/enter", {"name": "dora", "password": PASSWORD, "next": "/"}),
        ("/auth/sign-in", {"username": "dora", "password": PASSWORD}),
        (STEP, {"factor": "totp", "code": "000000"}),
        ("/auth/sign-in/passkey", {"token": "x", "answer": "{}"}),
        ("/auth/sign-in/enrol", {"code": "000000"}),
        ("/auth/account/confirm", {"password": PASSWORD}),
    )
    for path, form in forms:
        for site in ("cross-site", "same-site"):
            refused = story.stranger().submit(path, form, site=site)
            assert (403, []) == (refused.status, refused.set_cookies), path
        old = story.stranger()
        old.old = True  # it says nothing of the page, has no cookie and no token
        refused = old.submit(path, form)
        assert (403, False) == (refused.status, IDENTITY in old.cookies), path
    # Whose second factor is being asked for is not finished by another site either, nor is it cancelled.
    half = story.stranger()
    assert STEP == enters(half).location
    held = dict(half.cookies)
    for form in ({"factor": "totp", "code": "000000"}, {"action": "cancel"}):
        assert 403 == half.submit(STEP, form, site="cross-site").status
    assert held == half.cookies
    assert 303 == proves(story, half).status
    # Nor is anybody signed in as somebody else.
    assert 403 == half.submit("/enter", {"name": "dora", "password": PASSWORD, "next": "/"}, site="cross-site").status
    assert NAME == story.who(half)


@pytest.mark.asvs("7.4.2")
def test_attack_06_a_token_a_session_and_a_half_done_sign_in_end_with_the_account(begun: Begun) -> None:
    """At the next request, and they do not come back with it."""
    withstands(begun, ends_with_the_account)


def test_attack_06_a_token_proves_nothing_recently(begun: Begun) -> None:
    """It stands for a sign-in where it is asked for, and nowhere for a person who was here a moment ago."""
    withstands(begun, token_proves_nothing)


@pytest.mark.asvs("3.5.1")
def test_attack_21_another_site_signs_nobody_in(begun: Begun) -> None:
    """Not as itself, in a browser that was never here; neither by the application's own form nor by any of ours."""
    withstands(begun, another_site_signs_nobody_in)
