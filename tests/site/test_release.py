"""``/release``: the way back in by the mailbox or an administrator."""

from __future__ import annotations

import json

import pytest

from hardtack.login.outbox import Notice
from hardtack.session import policy
from tests.login.conftest import orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

WRONG = "a long walk to nowhere"


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is unknown to the member, whose name is locked."""
    world.member()
    for number in range(100):
        world.clock.now += 6
        stranger = world.browser(client=f"198.51.100.{number}")
        stranger.json("POST", "/sign-in", {"username": NAME, "password": WRONG})
    browser = world.browser()
    assert 429 == browser.sign_in().status
    return browser


def link(world: World) -> str:
    """Return the address of a link that an administrator has made."""
    return f"/release?code={world.accounts.release.make(NAME, now=int(world.clock.now))}"


def heading(body: bytes) -> str:
    """Return the heading of a page."""
    return Page(body.decode()).words["h1"]


class TestAsking:
    """For a link by mail."""

    @pytest.mark.asvs("6.3.8")
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_attack_9_the_answer_is_the_same_whatever_was_typed(self, world: World, language: str) -> None:
        """A name, an address, nobody's; and so are its fields."""
        world.member()
        answers = []
        for typed in (NAME, "nobody", "who@example.org", "no name\x01", "ﷺ"):
            browser = world.browser(language=language)
            response = browser.submit("/release", username=typed)
            headers = [pair for pair in response.headers if pair[0] != "Set-Cookie"]
            answers.append((response.status, response.body, headers, sorted(browser.cookies)))
        assert 200 == answers[0][0]
        assert [answers[0]] * 5 == answers

    def test_a_link_is_ordered_with_who_asks(self, world: World) -> None:
        """In words of ours, and in the visitor's language."""
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        browser = world.browser(language="zh")
        form = Page(browser.get("/release").body.decode()).form("/release")
        assert 200 == browser.post("/release", {**form, "username": "Who@Example.org"}, user_agent=agent).status
        (order,) = orders(world.accounts)
        assert (Notice.RELEASE, 0, "Who@Example.org", "zh", browser.client, "firefox/linux") == (
            order.notice,
            order.account,
            order.address,
            order.language,
            order.client,
            order.device,
        )

    def test_a_script_is_told_that_it_was_asked(self, world: World) -> None:
        """202, since nothing has been sent yet."""
        browser = world.browser()
        assert ["username"] == json.loads(browser.json("GET", "/release").body)["fields"]
        response = browser.json("POST", "/release", {"username": "nobody"})
        assert (202, {"asked": True}) == (response.status, json.loads(response.body))

    @pytest.mark.parametrize("typed", ["", "   ", "a" * 5000])
    def test_what_can_be_nobodys_is_shown_again(self, world: World, typed: str) -> None:
        """With the field named; nothing is ordered."""
        response = world.browser().submit("/release", username=typed)
        assert 422 == response.status
        assert '<a href="#username">' in response.body.decode()
        script = world.browser().json("POST", "/release", {"username": typed})
        assert (422, ["username"]) == (script.status, list(json.loads(script.body)["fields"]))
        assert [] == orders(world.accounts)

    def test_twenty_an_hour_from_a_client(self, world: World) -> None:
        """Then it is said when to come back."""
        browser = world.browser()
        assert {202} == {browser.json("POST", "/release", {"username": f"n{number}"}).status for number in range(20)}
        for response in (
            browser.submit("/release", username="ada"),
            browser.json("POST", "/release", {"username": "a"}),
        ):
            assert (429, "180") == (response.status, response.get("retry-after"))
        assert 200 == world.browser(client="198.51.100.1").submit("/release", username="ada").status

    def test_attack_22_another_site_cannot_ask(self, world: World) -> None:
        """Or it could fill mailboxes by its visitors' hands."""
        browser = world.browser()
        form = Page(browser.get("/release").body.decode()).form("/release")
        assert 403 == browser.post("/release", {**form, "username": NAME}, sec_fetch_site="cross-site").status
        assert [] == orders(world.accounts)

    def test_without_mail_it_says_whom_to_ask(self, make_world: MakeWorld) -> None:
        """An administrator; whose links lead here all the same."""
        world = make_world(origin="http://localhost:8000")
        world.member()
        browser = world.browser()
        assert 403 == browser.get("/release").status
        assert "administrator" in browser.get("/release").body.decode()
        assert 403 == browser.json("POST", "/release", {"username": NAME}).status
        assert 200 == browser.submit(link(world), action="/release").status


class TestUsing:
    """The link."""

    @pytest.mark.asvs("6.3.1", "6.3.6")
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_attack_13_it_lets_the_owner_sign_in_again(self, world: World, browser: Browser, language: str) -> None:
        """Nobody is signed in by it; the way on is the sign-in."""
        browser.language = language
        address = link(world)
        assert 200 == browser.get(address).status
        response = browser.submit(address, action="/release")
        assert 200 == response.status
        assert heading(response.body) == world.site._parts.shell.texts.text(language, "release.used_heading")
        assert "/sign-in" in [a["href"] for a in Page(response.body.decode()).all("a")]
        assert browser.identity not in browser.cookies
        assert 401 == browser.sign_in(password=WRONG).status
        assert 303 == browser.sign_in().status

    def test_a_script_uses_it_too(self, world: World, browser: Browser) -> None:
        """With the code as a field."""
        address = link(world)
        assert ["code"] == json.loads(browser.json("GET", address).body)["fields"]
        response = browser.json("POST", "/release", {"code": address.partition("=")[2]})
        assert (200, {"released": True}) == (response.status, json.loads(response.body))
        assert 200 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_attack_18_a_prefetch_does_not_use_it(self, world: World, browser: Browser, method: str) -> None:
        """Mail readers look at every link."""
        address = link(world)
        for _ in range(3):
            response = browser.ask(method, address)
            assert response.status in (200, 204)
            assert not [value for value in set_cookies(response) if value.startswith(browser.known)]
        assert 429 == browser.sign_in().status
        browser.submit(address, action="/release")
        assert 303 == browser.sign_in().status

    def test_attack_18_it_works_once_and_in_no_address_of_ours(self, world: World, browser: Browser) -> None:
        """The second time it is 403, here and elsewhere."""
        address = link(world)
        page = browser.get(address).body.decode()
        assert {"/release"} == set(Page(page).actions)
        form = Page(page).form("/release")
        assert [200, 403] == [browser.post("/release", form).status for _ in range(2)]
        assert 403 == world.browser().get(address).status

    @pytest.mark.parametrize("code", ["x", "A" * 3000, "AAAA"])
    def test_a_code_that_is_none(self, world: World, code: str) -> None:
        """One answer, whatever is wrong with it."""
        browser = world.browser()
        assert 403 == browser.get(f"/release?code={code}").status
        assert 403 == browser.json("POST", "/release", {"code": code}).status
        assert 422 == browser.json("POST", "/release", {"code": ""}).status
        assert browser.known not in browser.cookies

    def test_the_language_switch_comes_back_to_the_link(self, world: World, browser: Browser) -> None:
        """The page's own form has no code in its address."""
        address = link(world)
        switch = [a["href"] or "" for a in Page(browser.get(address).body.decode()).all("a")]
        (there,) = [href for href in switch if href.startswith("/language")]
        assert address == browser.get(there).get("location")

    def test_it_works_below_a_prefix(self, make_world: MakeWorld) -> None:
        """Form and way on."""
        world = make_world(prefix="/auth", home="/", forgets=[policy.decide(None, application="shop")])
        world.member()
        browser = world.browser()
        response = browser.submit(f"/auth{link(world)}", action="/auth/release")
        assert "/auth/sign-in" in [a["href"] for a in Page(response.body.decode()).all("a")]
        assert 200 == browser.submit("/auth/release", username="x").status
