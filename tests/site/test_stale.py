"""The page of a link that is good no more: one for every link of ours, with a way on."""

from __future__ import annotations

import json

import pytest

from hardtack.login import Account, HashingBusy
from hardtack.login.links import LinkWrong
from hardtack.site import texts
from tests.site.conftest import MakeWorld, Page, World

BY_MAIL = {"sign_up": "open", "sign_up_by": "email", "mail": "smtps://mail.example.org"}
AGAIN = {"/reset": "/forgot", "/release": "/release", "/verify": "/account/email", "/sign-up": "/sign-up"}
"""Where another link is to be had, by where a link leads to."""


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A site that sends mail and lets people sign up by it."""
    return make_world(**BY_MAIL)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("path", AGAIN)
def test_a_person_reads_what_it_is_and_where_another_is_to_be_had(world: World, path: str, language: str) -> None:
    """In place of a bare 403; the menu's switch of language leads to a page that is good."""
    world.member()
    browser = world.browser(language=language)
    if path == "/verify":
        browser.sign_in()
    response = browser.get(f"{path}?code=spent")
    page = Page(response.body.decode())
    links = [str(link["href"]) for link in page.all("a")]
    assert (403, texts.OURS.text(language, "stale.title")) == (response.status, page.words["h1"])
    body = response.body.decode()
    assert texts.OURS.text(language, "stale.why") in body
    # The sentence for scripts says again what the heading says.
    assert str(LinkWrong("used").detail_in(language)) not in body
    assert AGAIN[path] in links
    assert ("/account" if path == "/verify" else "/sign-in") in links
    switch = next(link for link in links if link.startswith("/language"))
    assert f"next={AGAIN[path]}" in switch


@pytest.mark.parametrize("path", AGAIN)
def test_sending_its_form_is_answered_the_same(world: World, path: str) -> None:
    """Whoever was quicker in another tab; a script gets the problem."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    sent = {"code": "spent", "username": "somebody", "password": "a long walk to the sea"}
    token = Page(browser.get("/account").body.decode()).form("/sign-out")["csrf_token"]
    response = browser.post(path, {**sent, "csrf_token": token})
    assert (403, texts.OURS.text("en", "stale.title")) == (response.status, Page(response.body.decode()).words["h1"])
    problem = browser.json("POST", path, sent)
    assert (403, LinkWrong("used").detail_in("en")) == (problem.status, json.loads(problem.body)["detail"])
    if path != "/verify":
        assert "application/problem+json" == browser.json("GET", f"{path}?code=spent").get("content-type")


@pytest.mark.parametrize("settings", [{"sign_up": "invitation"}, {"sign_up_by": "name"}])
def test_an_invitation_is_asked_for_where_it_came_from(make_world: MakeWorld, settings: dict[str, str]) -> None:
    """No page of ours sends another."""
    browser = make_world(**{**BY_MAIL, **settings}).browser()
    shown = browser.get("/sign-up?code=spent").body.decode()
    assert texts.OURS.text("en", "stale.ask") in shown
    assert texts.OURS.text("en", "stale.to_link") not in shown


def test_without_mail_no_page_sends_another(make_world: MakeWorld) -> None:
    """Links past a lock are the administrator's there."""
    shown = make_world(mail=None, origin="https://id.example.org").browser(scheme="https", host="id.example.org")
    assert texts.OURS.text("en", "stale.ask") in shown.get("/release?code=spent").body.decode()


def test_a_link_that_is_used_while_its_form_is_looked_at_has_the_page_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else was wrong with the form, but there is nothing to send it again for."""
    identifier, code = world.accounts.invitations.make(now=int(world.clock.now))

    def join(*_: object, **__: object) -> Account:
        world.accounts.invitations.withdraw(identifier, now=int(world.clock.now))
        raise HashingBusy

    browser = world.browser()
    monkeypatch.setattr(world.accounts.joining, "join", join)
    response = browser.submit(
        f"/sign-up?code={code}", action="/sign-up", username="somebody", password="a long walk to the sea"
    )
    assert (403, texts.OURS.text("en", "stale.title")) == (response.status, Page(response.body.decode()).words["h1"])
