"""The page behind a link that sets a new password."""

from __future__ import annotations

import json
import logging
from urllib.parse import urlencode

import pytest

from hardtack.login.links import Kind
from hardtack.message import Response
from hardtack.site import texts
from tests.login.orders import orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World

ADDRESS = "/reset"
NEW = "four unrelated words 橙子"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


def code_for(world: World, account_id: int = 1, kind: Kind = Kind.RESET) -> str:
    """Return a link's code, as the mail has it."""
    with world.accounts._database.read() as connection:
        found = world.accounts._services.rows.by_id(connection, account_id)
    return world.accounts._services.links.make(kind, now=int(world.clock.now), account=found)


def link(code: str) -> str:
    """Return the link's path and query."""
    return f"{ADDRESS}?{urlencode({'code': code})}"


@pytest.fixture
def code(world: World) -> str:
    """Return the code of a link for an account."""
    world.member()
    return code_for(world)


class TestLooking:
    """At the link."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_shows_the_form(self, world: World, code: str, language: str) -> None:
        """With a name for password managers; the language switch comes back to the link."""
        page = Page(words(world.browser(language=language).get(link(code))))
        inputs = {field["name"]: field for field in page.all("input")}

        assert texts.OURS.text(language, "reset.title") == page.words["h1"]
        assert ("password", "new-password") == (inputs["password"]["type"], inputs["password"]["autocomplete"])
        assert (NAME, code) == (inputs["username"]["value"], inputs["code"]["value"])
        assert any(code in str(each["href"]) for each in page.all("a") if "/language" in str(each["href"]))

    def test_attack_18_no_look_consumes_it(self, world: World, code: str) -> None:
        """Neither GET nor HEAD, nor a prefetch, nor OPTIONS; nobody's cookies matter."""
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            response = world.browser().ask(method, link(code), headers={"sec-purpose": "prefetch"})
            assert response.status in (200, 204), method

        assert 200 == world.browser().submit(link(code), password=NEW).status

    @pytest.mark.asvs("14.2.1", "16.2.5")
    def test_attack_18_the_code_goes_nowhere(self, world: World, code: str, caplog: pytest.LogCaptureFixture) -> None:
        """No Referer with a path, nothing from another host, no cache, no log line, no address but its own."""
        with caplog.at_level(logging.DEBUG):
            browser = world.browser()
            response = browser.get(link(code))
            page = Page(words(response))
            browser.submit(link(code), password="short")
            browser.submit(link(code), password=NEW)
            browser.post(ADDRESS, {"code": code, "password": NEW}, sec_fetch_site="same-origin")
        elsewhere = [
            str(one.get("href") or one.get("src") or "") for tag in ("a", "link", "img") for one in page.all(tag)
        ]

        assert ("strict-origin", "no-store") == (response.get("referrer-policy"), response.get("cache-control"))
        assert [] == [each for each in elsewhere if code in each and not each.startswith("/language?")]
        assert [] == [each for each in elsewhere if "//" in each]
        assert [] == [record for record in caplog.records if code in f"{record.getMessage()} {vars(record)}"]

    def test_a_script_gets_the_fields_and_a_token(self, world: World, code: str) -> None:
        """As the other forms say it."""
        said = json.loads(world.browser().json("GET", link(code)).body)

        assert ["code", "password"] == said["fields"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize("bad", ["", "x", "A" * 300, "é", "x" * 3000])
    def test_a_link_that_is_none_leads_to_a_new_one(self, world: World, language: str, bad: str) -> None:
        """403 whatever it was, in the same words."""
        browser = world.browser(language=language)
        response = browser.get(link(bad))
        page = Page(words(response))

        assert (403, texts.OURS.text(language, "stale.title")) == (response.status, page.words["h1"])
        assert "/forgot" in [one["href"] for one in page.all("a")]
        assert 403 == browser.json("GET", link(bad)).status
        assert 403 == browser.get(ADDRESS).status


class TestSetting:
    """The password."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_new_password_signs_in_where_the_page_leads(self, world: World, code: str, language: str) -> None:
        """The page says so."""
        browser = world.browser(language=language)
        response = browser.submit(link(code), password=NEW)
        page = Page(words(response))

        assert (200, texts.OURS.text(language, "reset.done_title")) == (response.status, page.words["h1"])
        assert "/sign-in" in [one["href"] for one in page.all("a") if "button" in (one.get("class") or "")]
        assert (303, 401) == (world.browser().sign_in(password=NEW).status, world.browser().sign_in().status)

    @pytest.mark.parametrize(
        ("asked", "leads"),
        [("/account/export?x=1", "/sign-in?next=/account/export%3Fx%3D1"), ("//evil.example", "/sign-in")],
    )
    def test_it_leads_on_to_where_the_visitor_was_going(self, world: World, code: str, asked: str, leads: str) -> None:
        """Past the sign-in, and only to an address of ours (attack 1), whatever the link says."""
        with world.accounts._database.read() as connection:
            found = world.accounts._services.rows.by_id(connection, 1)
        code = world.accounts._services.links.make(Kind.RESET, now=int(world.clock.now), account=found, onward=asked)
        page = Page(words(world.browser().submit(link(code), password=NEW)))

        assert [leads] == [one["href"] for one in page.all("a") if "button" in (one.get("class") or "")]

    @pytest.mark.asvs("6.3.6", "6.4.3", "7.6.2")
    def test_attack_19_nobody_is_signed_in_by_it(self, world: World, code: str) -> None:
        """No identity cookie, neither for a person nor for a script: whatever else a sign-in asks is asked."""
        person, script = world.browser(), world.browser()
        person.submit(link(code), password=NEW)
        other = code_for(world)
        response = script.json("POST", ADDRESS, {"code": other, "password": NEW + "!"})

        assert {"sign_in": "/sign-in"} == json.loads(response.body)
        assert [True, True] == [one.identity not in one.cookies for one in (person, script)]
        assert [401, 401] == [one.json("GET", "/account").status for one in (person, script)]

    def test_attack_13_this_browser_is_a_known_one_afterwards(self, world: World, code: str) -> None:
        """So nobody's wrong passwords keep its owner out; it is signed in nowhere by that."""
        browser = world.browser()
        browser.submit(link(code), password=NEW)
        for number in range(100):
            world.clock.now += 60
            world.browser(client=f"198.51.100.{number % 50}").sign_in(password="guess")
        world.clock.now += 600

        assert 401 == browser.json("GET", "/account").status
        assert (429, 303) == (world.browser().sign_in(password=NEW).status, browser.sign_in(password=NEW).status)

    @pytest.mark.asvs("7.4.3")
    def test_attack_5_every_session_ends_and_so_does_the_one_of_this_browser(self, world: World, code: str) -> None:
        """Its cookie goes in the same answer."""
        here, there = world.browser(), world.browser()
        for browser in (here, there):
            browser.sign_in()
        old = dict(here.cookies)
        here.submit(link(code), password=NEW)

        assert here.identity not in here.cookies
        assert [401, 401] == [one.json("GET", "/account").status for one in (there, world.browser(cookies=old))]

    def test_somebody_elses_session_in_this_browser_goes_on(self, world: World, code: str) -> None:
        """The link is about another account."""
        world.member("berta")
        browser = world.browser()
        browser.sign_in("berta")

        assert 200 == browser.submit(link(code), password=NEW).status
        assert "berta" == json.loads(browser.json("GET", "/account").body)["account"]["name"]

    def test_attack_18_it_is_good_once(self, world: World, code: str) -> None:
        """The form that is sent again, and the one of an older link."""
        older = code_for(world)
        browser = world.browser()
        forms = [Page(words(browser.get(link(each)))).form(ADDRESS) for each in (code, older)]
        statuses = [browser.post(ADDRESS, {**form, "password": NEW}).status for form in (forms[0], *forms)]

        assert [200, 403, 403] == statuses
        assert 403 == browser.json("POST", ADDRESS, {"code": code, "password": NEW}).status

    def test_attack_18_it_dies_with_a_change_of_the_password(self, world: World, code: str) -> None:
        """Whoever has remembered it meanwhile needs no link."""
        browser = world.browser()
        browser.sign_in()
        browser.submit("/account/password", password=PASSWORD, new_password=NEW)

        assert 403 == world.browser().get(link(code)).status

    def test_the_owner_is_told_from_which_device(self, world: World, code: str) -> None:
        """In our words."""
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(connection, 1, email="a@example.org", canonical="a@example.org")
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        world.browser(language="zh").json("POST", ADDRESS, {"code": code_for(world), "password": NEW}, user_agent=agent)
        (order,) = orders(world.accounts, int(world.clock.now))

        assert ("firefox/linux", "zh", "203.0.113.7") == (order.device, order.language, order.client)


class TestRefusing:
    """What sets nothing."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize("password", ["", "short", "x" * 1025, f"{NAME} {NAME}"])
    def test_a_bad_password_is_said_at_its_field_and_the_link_stays_good(
        self, world: World, code: str, language: str, password: str
    ) -> None:
        """No password comes back; the language switch still knows the link."""
        browser = world.browser(language=language)
        response = browser.submit(link(code), password=password)
        page = Page(words(response))
        wrong = [field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"]

        assert (422, ["password"], "") == (response.status, wrong, page.form(ADDRESS)["password"])
        assert any(code in str(each["href"]) for each in page.all("a"))
        assert 200 == browser.post(ADDRESS, {**page.form(ADDRESS), "password": NEW}).status

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({}, 422),
            ({"code": "", "password": NEW}, 422),
            ({"code": "x", "password": NEW}, 403),
            ({"code": 1, "password": NEW}, 422),
            ({"code": "\ud800", "password": NEW}, 422),
        ],
    )
    def test_bad_input_from_a_script_is_refused(
        self, world: World, code: str, fields: dict[str, object], status: int
    ) -> None:
        """As a problem."""
        response = world.browser().json("POST", ADDRESS, fields)

        assert (status, "application/problem+json") == (response.status, response.get("content-type"))

    def test_a_form_without_a_code_is_a_link_that_is_none(self, world: World, code: str) -> None:
        """There is no page that it could be sent from again."""
        browser = world.browser()
        form = Page(words(browser.get(link(code)))).form(ADDRESS)

        assert 403 == browser.post(ADDRESS, {**form, "code": "", "password": NEW}).status

    @pytest.mark.asvs("9.2.2")
    def test_attack_27_a_link_for_something_else_is_none(self, world: World, code: str) -> None:
        """An address's link sets no password."""
        for kind in Kind:
            other = code_for(world, kind=kind)
            assert (kind is Kind.RESET) == (world.browser().get(link(other)).status == 200), kind

    def test_attack_21_another_site_cannot_send_it(self, world: World, code: str) -> None:
        """Nor a form without a token, where the browser says nothing of itself."""
        browser = world.browser(fetch_metadata=False)
        browser.get(link(code))

        assert 403 == browser.post(ADDRESS, {"code": code, "password": NEW}).status
        assert 200 == world.browser().get(link(code)).status

    def test_codes_cannot_be_tried_without_end(self, world: World, code: str) -> None:
        """429, and the page is there again."""
        browser = world.browser()
        form = Page(words(browser.get(link(code)))).form(ADDRESS)
        for _ in range(30):
            browser.post(ADDRESS, {**form, "code": "x", "password": NEW})
        response = browser.post(ADDRESS, {**form, "password": NEW})

        assert (429, True) == (response.status, response.get("retry-after") is not None)
        assert code == Page(words(response)).form(ADDRESS)["code"]


def test_a_code_that_an_administrator_hands_over_is_such_a_link(world: World) -> None:
    """For an account without an address."""
    world.member()
    code = world.accounts.recovery.start(1, 7, int(world.clock.now))
    assert code is not None
    browser: Browser = world.browser()

    assert 200 == browser.submit(link(code), password=NEW).status
    assert 303 == world.browser().sign_in(password=NEW).status


def test_attack_17_the_page_names_no_host(make_world: MakeWorld) -> None:
    """Every address in it is a path below the prefix, whatever host was asked for."""
    world = make_world(prefix="/auth", home="/")
    world.member()
    page = Page(words(world.browser().get(f"/auth{link(code_for(world))}")))
    addresses = [str(one["href"]) for one in page.all("a")] + page.actions

    assert [] == [each for each in addresses if not each.startswith(("/auth/", "#")) and each != "/"]
