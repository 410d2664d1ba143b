"""Signing out: everywhere at once, and only on purpose."""

from __future__ import annotations

import json

import pytest

from tests.site.conftest import Page, World, set_cookies


@pytest.mark.asvs("14.3.1")
def test_a_person_is_signed_out_and_sent_to_the_start(world: World) -> None:
    """The cookie goes, and what the browser kept of our pages with it."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    response = browser.submit("/account", action="/sign-out")

    assert (303, "/") == (response.status, response.get("location"))
    assert '"cache", "storage"' == response.get("clear-site-data")
    assert {browser.known} == set(browser.cookies)
    assert 303 == browser.get("/account").status


def test_a_script_is_signed_out_too(world: World) -> None:
    """200, and nobody is signed in."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    response = browser.json("POST", "/sign-out")

    assert (200, {"account": None}) == (response.status, json.loads(response.body))
    assert '"cache", "storage"' == response.get("clear-site-data")


@pytest.mark.asvs("7.4.1")
def test_attack_5_a_copied_cookie_is_refused_from_then_on(world: World) -> None:
    """The revocation is recorded before the answer is given."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    thief = world.browser(cookies=dict(browser.cookies))
    assert 200 == thief.json("GET", "/account").status
    browser.submit("/account", action="/sign-out")

    assert 401 == thief.json("GET", "/account").status
    assert [] == set_cookies(thief.json("GET", "/account"))


def test_who_is_not_signed_in_is_answered_the_same(world: World) -> None:
    """A second click does no harm."""
    response = world.browser().json("POST", "/sign-out")

    assert (200, {"account": None}) == (response.status, json.loads(response.body))
    assert 303 == world.browser().post("/sign-out", b"").status


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_attack_22_no_other_method_signs_out(world: World, method: str) -> None:
    """A link, an image or a prefetch cannot."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    response = browser.ask(method, "/sign-out")

    assert (405, "OPTIONS, POST") == (response.status, response.get("allow"))
    assert 200 == browser.json("GET", "/account").status


def test_other_devices_stay_signed_in(world: World) -> None:
    """One lineage ends, not the account's others."""
    world.member()
    here, there = world.browser(), world.browser()
    here.sign_in()
    there.sign_in()
    here.submit("/", action="/sign-out")

    assert 200 == there.json("GET", "/account").status
    assert "/sign-in" in [link.get("href") for link in Page(here.get("/").body.decode()).all("a")]
