"""The start page: who you are, or the ways in."""

from __future__ import annotations

import json

import pytest

from hardtack.site import texts
from tests.site.conftest import NAME, MakeWorld, Page, World


def hrefs(page: str) -> list[str]:
    """Return where the links within the main part lead."""
    return [link["href"] or "" for link in Page(page).all("a") if (link.get("class") or "").startswith("button")]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_in_the_first_start_it_says_where_the_link_is_and_not_the_link(world: World, language: str) -> None:
    """Only who started the service can read its terminal."""
    code = world.accounts.make_welcome_code(int(world.clock.now))
    page = world.browser(language=language).get("/").body.decode()

    assert texts.OURS.text(language, "home.first_heading") in page
    assert texts.OURS.text(language, "home.first_again") in page
    assert code not in page


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_signed_out_it_shows_the_ways_in(world: World, language: str) -> None:
    """Both while sign-up is open."""
    world.member(administrator=True)
    page = world.browser(language=language).get("/").body.decode()

    assert texts.OURS.text(language, "home.heading_out") in page
    assert texts.OURS.text(language, "home.first_heading") not in page
    assert ["/sign-in", "/sign-up"] == hrefs(page)


def test_a_closed_sign_up_is_explained_instead_of_offered(make_world: MakeWorld) -> None:
    """Whom to ask."""
    world = make_world(sign_up="off")
    world.member(administrator=True)
    page = world.browser().get("/").body.decode()

    assert ["/sign-in"] == hrefs(page)
    assert texts.OURS.text("en", "home.closed") in page


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_where_accounts_are_by_invitation_it_says_so(make_world: MakeWorld, language: str) -> None:
    """The start page and the one for signing in; neither leads to a form that would be refused."""
    world = make_world(origin="https://id.example.org")
    world.member(administrator=True)
    browser = world.browser(language=language, scheme="https", host="id.example.org")
    start, sign_in = (browser.get(address).body.decode() for address in ("/", "/sign-in"))

    assert ["/sign-in"] == hrefs(start)
    assert texts.OURS.text(language, "home.invited") in start
    assert texts.OURS.text(language, "sign_in.invited") in sign_in
    assert "/sign-up" not in start + sign_in


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_signed_in_it_greets_by_name(world: World, language: str) -> None:
    """And leads to the account."""
    world.member()
    browser = world.browser(language=language)
    browser.sign_in()
    page = browser.get("/").body.decode()

    assert texts.OURS.text(language, "home.heading_in", name=NAME) in page
    assert ["/account"] == hrefs(page)


def test_a_script_learns_who_it_is_and_where_to_sign_in(world: World) -> None:
    """Without a page."""
    world.member()
    browser = world.browser()
    before = json.loads(browser.json("GET", "/").body)
    browser.sign_in()
    after = json.loads(browser.json("GET", "/").body)

    assert {
        "account": None,
        "administrator_exists": False,
        "sign_in": "/sign-in",
        "sign_up": "/sign-up",
    } == before
    assert NAME == after["account"]["name"]


def test_a_script_is_told_that_sign_up_is_closed(make_world: MakeWorld) -> None:
    """There is no address for it then."""
    assert json.loads(make_world(sign_up="off").browser().json("GET", "/").body)["sign_up"] is None
