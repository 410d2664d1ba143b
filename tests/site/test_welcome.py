"""The first administrator's page: it can be looked at, and it works once."""

from __future__ import annotations

import json

import pytest

from hardtack.site import texts
from tests.site.conftest import NAME, PASSWORD, Page, World


def code(world: World) -> str:
    """Make the link's code, as the start of the service does."""
    return world.accounts.make_welcome_code(int(world.clock.now))


def test_the_link_makes_the_administrator_and_signs_them_in(world: World) -> None:
    """The code travels in a hidden field."""
    browser = world.browser()
    response = browser.submit(f"/welcome?code={code(world)}", username=NAME, password=PASSWORD)
    account = world.accounts.find(NAME)

    assert (303, "/account") == (response.status, response.get("location"))
    assert account is not None
    assert account.administrator
    assert texts.OURS.text("en", "account.administrator") in browser.get("/account").body.decode()


def test_a_script_can_do_the_same(world: World) -> None:
    """201, as with every account that is made."""
    secret = code(world)
    browser = world.browser()
    form = browser.json("GET", f"/welcome?code={secret}")
    response = browser.json("POST", "/welcome", {"code": secret, "username": NAME, "password": PASSWORD})

    assert ["code", "username", "password"] == json.loads(form.body)["fields"]
    assert (201, True) == (response.status, json.loads(response.body)["account"]["administrator"])


@pytest.mark.asvs("7.6.2")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_attack_18_looking_at_the_link_consumes_nothing(world: World, method: str) -> None:
    """Previews and prefetches look at links."""
    secret = code(world)
    for _ in range(5):
        assert 200 == world.browser().ask(method, f"/welcome?code={secret}").status

    assert 303 == world.browser().submit(f"/welcome?code={secret}", username=NAME, password=PASSWORD).status


@pytest.mark.asvs("14.2.1", "16.2.5")
def test_attack_18_the_code_leaks_nowhere(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not by the Referer of anything, not into the log, not to another host, not into the next address."""
    caplog.set_level(0)
    secret = code(world)
    browser = world.browser()
    response = browser.get(f"/welcome?code={secret}")
    page = Page(response.body.decode())
    addresses = [attributes.get("href") or "" for _, attributes in page.elements]
    done = browser.submit(f"/welcome?code={secret}", username=NAME, password=PASSWORD)

    assert "strict-origin" == response.get("referrer-policy")
    assert [] == [address for address in addresses if "//" in address]
    # The language switch alone carries it, since it comes back to this page.
    assert 1 == len([address for address in addresses if secret in address])
    assert secret not in (done.get("location") or "")
    assert secret not in caplog.text


def test_the_language_switch_comes_back_to_the_form_with_its_code(world: World) -> None:
    """Also from the page that a mistake has led to, whose own address has no code."""
    secret = code(world)
    browser = world.browser()
    wrong = browser.submit(f"/welcome?code={secret}", username=NAME, password="short")
    (switch,) = [link["href"] for link in Page(wrong.body.decode()).all("a") if "/language" in (link["href"] or "")]
    there = browser.get(switch or "")
    page = browser.get(there.get("location") or "")

    assert (422, 303, 200) == (wrong.status, there.status, page.status)
    assert texts.OURS.text("zh", "welcome.title") in page.body.decode()
    assert secret == Page(page.body.decode()).form("/welcome")["code"]


def test_a_mistake_in_the_form_costs_nothing_but_another_try(world: World) -> None:
    """The code is still good, and the name still there."""
    secret = code(world)
    browser = world.browser()
    wrong = browser.submit(f"/welcome?code={secret}", username=NAME, password="short")
    form = Page(wrong.body.decode()).form("/welcome")
    script = browser.json("POST", "/welcome", {"code": secret, "username": NAME, "password": "short"})

    assert (422, NAME, 422) == (wrong.status, form["username"], script.status)
    assert 303 == browser.post("/welcome", {**form, "password": PASSWORD}).status


@pytest.mark.asvs("6.3.2", "6.4.1")
def test_once_there_is_an_administrator_every_code_is_gone(world: World) -> None:
    """410 for ever, whatever the code, by GET and by POST."""
    secret = code(world)
    browser = world.browser()
    form = Page(browser.get(f"/welcome?code={secret}").body.decode()).form("/welcome")
    world.member("root", administrator=True)

    for address in (f"/welcome?code={secret}", "/welcome?code=wrong", "/welcome"):
        assert 410 == world.browser().get(address).status
    assert 410 == browser.post("/welcome", {**form, "username": NAME, "password": PASSWORD}).status
    assert world.accounts.find(NAME) is None


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_wrong_old_or_missing_code_is_403_with_a_way_out(world: World, language: str) -> None:
    """A page that says what to do, and no form."""
    old = code(world)
    world.clock.now += 901
    browser = world.browser(language=language)
    answers = [browser.get(address) for address in (f"/welcome?code={old}", "/welcome?code=wrong", "/welcome")]

    assert [403, 403, 403] == [answer.status for answer in answers]
    assert texts.OURS.text(language, "welcome.no_code") in answers[2].body.decode()
    assert [] == [action for answer in answers for action in Page(answer.body.decode()).actions]


def test_a_wrong_code_in_the_form_is_403_and_none_is_422(world: World) -> None:
    """And no account is made."""
    secret = code(world)
    browser = world.browser()
    form = Page(browser.get(f"/welcome?code={secret}").body.decode()).form("/welcome")
    fields = {**form, "username": NAME, "password": PASSWORD}

    assert 403 == browser.post("/welcome", {**fields, "code": "wrong"}).status
    assert 422 == browser.post("/welcome", {**fields, "code": ""}).status
    assert () == world.accounts.list()
