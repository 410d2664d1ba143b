"""The page with everything that is kept about an account."""

from __future__ import annotations

import json

import pytest

from hardtack.message import Response
from hardtack.site import texts
from tests.site.conftest import NAME, PASSWORD, Browser, Page, World

ADDRESS = "/account/export"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


@pytest.fixture
def browser(world: World) -> Browser:
    """Return the browser of somebody who has just signed in."""
    world.member()
    signed_in = world.browser()
    assert 303 == signed_in.sign_in().status
    return signed_in


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_page_says_how_much_there_is(world: World, language: str) -> None:
    """And has one button."""
    world.member()
    browser = world.browser(language=language)
    browser.sign_in()
    response = browser.get(ADDRESS)
    page = Page(words(response))

    assert (200, texts.OURS.text(language, "export.title")) == (response.status, page.words["h1"])
    assert texts.OURS.text(language, "export.events") in words(response)
    assert {"csrf_token"} == set(page.form(ADDRESS))


@pytest.mark.asvs("3.2.1")
def test_a_person_downloads_one_document(world: World, browser: Browser) -> None:
    """As a file that no cache keeps, with times that anybody can read."""
    response = browser.submit(ADDRESS)
    document = json.loads(response.body)

    assert (200, "application/json", "no-store", 'attachment; filename="hardtack-account.json"') == (
        response.status,
        response.get("content-type"),
        response.get("cache-control"),
        response.get("content-disposition"),
    )
    assert (NAME, "2027-01-15T08:00:00Z", None) == (
        document["account"]["name"],
        document["account"]["created"],
        document["account"]["email"],
    )
    assert "2027-01-15T08:00:00Z" == document["made"]
    assert ["account-exported", "sign-in", "account-added"] == [event["event"] for event in document["events"]]
    assert b"\n  " in response.body


@pytest.mark.asvs("16.2.5")
def test_nothing_secret_is_in_it(world: World, browser: Browser) -> None:
    """No password, no hash, no cookie, no key."""
    cookie = browser.cookies[browser.identity]
    document = words(browser.submit(ADDRESS))

    assert [] == [secret for secret in (PASSWORD, "argon2", "hash", cookie) if secret in document]


def test_a_script_gets_the_same(browser: Browser) -> None:
    """Looking says how much there is, and gives a token."""
    said = json.loads(browser.json("GET", ADDRESS).body)
    response = browser.json("POST", ADDRESS)

    assert {"sign_ins", "second_factors", "access_tokens", "invitations", "events"} == set(said["holds"])
    assert 2 == said["holds"]["events"]
    assert NAME == json.loads(response.body)["account"]["name"]


@pytest.mark.asvs("7.5.3")
def test_it_takes_a_recent_sign_in(world: World, browser: Browser) -> None:
    """For looking and for the document; a stolen cookie does not give it away."""
    form = Page(words(browser.get(ADDRESS))).form(ADDRESS)
    world.clock.now += 3600

    assert ["/account/confirm?next=/account/export"] * 2 == [
        response.get("location") for response in (browser.get(ADDRESS), browser.post(ADDRESS, form))
    ]
    assert [401, 401] == [browser.json("GET", ADDRESS).status, browser.json("POST", ADDRESS).status]


def test_who_is_signed_out_is_led_to_the_sign_in_and_back(world: World) -> None:
    """A script gets the challenge."""
    browser = world.browser()

    assert "/sign-in?next=/account/export" == browser.get(ADDRESS).get("location")
    assert 401 == browser.json("POST", ADDRESS).status


def test_attack_21_another_site_cannot_fetch_it(browser: Browser) -> None:
    """It is a POST with everything that guards one."""
    assert 403 == browser.post(ADDRESS, {}, sec_fetch_site="cross-site").status


def test_nobody_can_name_another_account(world: World, browser: Browser) -> None:
    """Attack 28: whatever is sent means nothing."""
    other = world.member("berta")
    document = json.loads(browser.json("POST", ADDRESS, {"account": other.id, "id": other.id}).body)

    assert NAME == document["account"]["name"]
