"""Trusted browsers on the way in, on their owner's page, and everywhere that they count for nothing (attack 7)."""

from __future__ import annotations

import json

import pytest

from hardtack.login import audit
from hardtack.login.factor_reset import OPEN
from hardtack.login.trusted import LEEWAY, LIFETIME, NOTHING
from hardtack.message import Response
from hardtack.site import texts
from tests.login.conftest import orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, World, set_cookies
from tests.site.half_done import (
    SIGN_IN_EVENTS,
    STEP,
    asked_again,
    at_step,
    events,
    page,
    proves,
    said,
    services_of,
    signed_in,
    trusted_name,
    with_app,
    with_passkey,
)

ADDRESS = "/account/trusted"
PAGE = "/account/two-factor"


@pytest.fixture
def secret(world: World) -> str:
    """The secret of the app of a member with an address."""
    account = world.member()
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(
            connection, account.id, email="anna@example.org", canonical="anna@example.org"
        )
    return with_app(world)


@pytest.fixture
def browser(world: World, secret: str) -> Browser:
    """A browser that its owner trusts, signed out."""
    return trusting(world, secret)


def trusting(world: World, secret: str) -> Browser:
    """Sign in, trust the browser, and sign out."""
    browser = at_step(world)
    assert 303 == proves(world, browser, secret, trust="yes").status
    world.clock.now += 60
    browser.submit("/account", action="/sign-out")
    return browser


def password(browser: Browser, address: str = "/sign-in") -> Response:
    """Type the password."""
    return browser.submit(address, username=NAME, password=PASSWORD)


class TestSignIn:
    """The password is enough there, and nothing more."""

    def test_the_cookie_outlives_the_sign_out_for_thirty_days(self, world: World, secret: str) -> None:
        """Only where it was asked for."""
        browser = at_step(world)
        assert [] == [value for value in set_cookies(proves(world, browser, secret)) if "trusted" in value]
        browser.submit("/account", action="/sign-out")
        world.clock.now += 60
        browser = at_step(world)
        (written,) = [value for value in set_cookies(proves(world, browser, secret, trust="on")) if "trusted" in value]
        assert written.endswith(f"; Path=/; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax")
        browser.submit("/account", action="/sign-out")
        assert trusted_name(browser) in browser.cookies

    def test_a_trusted_browser_needs_the_password_alone(self, world: World, browser: Browser) -> None:
        """And the identity says so."""
        before = browser.cookies[trusted_name(browser)]
        response = password(browser, "/sign-in?next=/account/sessions")
        identity = signed_in(world, browser)

        assert (303, "/account/sessions") == (response.status, response.get("location"))
        assert identity is not None
        assert ("password", "trusted-device") == identity.factors
        assert before != browser.cookies[trusted_name(browser)]
        assert [
            (audit.PASSWORD_PROVED, "", ("password",)),
            (audit.SIGNED_IN, "", ("password", "trusted-device")),
        ] == events(world, *SIGN_IN_EVENTS)[-2:]

    def test_a_script_gets_in_likewise(self, world: World, browser: Browser) -> None:
        """200 at once."""
        assert 200 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status

    def test_a_wrong_password_is_not_helped_by_it(self, world: World, browser: Browser) -> None:
        """And uses up nothing of it."""
        before = dict(browser.cookies)
        assert 401 == browser.submit("/sign-in", username=NAME, password="x" * 20).status
        assert before[trusted_name(browser)] == browser.cookies[trusted_name(browser)]
        assert 303 == password(browser).status
        assert signed_in(world, browser) is not None

    def test_after_thirty_days_the_second_factor_is_asked_for_again(self, world: World, browser: Browser) -> None:
        """From the first day on, however often it was used."""
        world.clock.now += LIFETIME
        assert STEP == password(browser).get("location")

    def test_it_is_good_for_its_own_account(self, world: World, browser: Browser) -> None:
        """Somebody else in the same browser has to prove everything, and may trust it, too."""
        world.member("eve")
        eves = with_app(world, "eve")
        assert STEP == browser.submit("/sign-in", username="eve", password=PASSWORD).get("location")
        assert 303 == proves(world, browser, eves, trust="yes").status
        browser.submit("/account", action="/sign-out")
        assert "/account" == password(browser).get("location")
        browser.submit("/account", action="/sign-out")
        assert "/account" == browser.submit("/sign-in", username="eve", password=PASSWORD).get("location")

    @pytest.mark.asvs("6.3.3")
    def test_where_the_assurance_is_3_it_is_not_even_looked_at(self, make_world: MakeWorld) -> None:
        """A trusted browser is as good as a second factor, and no better."""
        world = make_world(assurance=3)
        account = world.member()
        with_passkey(world)
        browser = world.browser()
        now = int(world.clock.now)
        services = services_of(world, browser)
        services.show_trusted(NOTHING.showing(world.accounts.trusted.begin(NOTHING, account, now), now))
        (written,) = services.set_cookies
        browser.cookies[trusted_name(browser)] = written.partition(";")[0].partition("=")[2]
        assert STEP == password(browser).get("location")
        assert world.accounts.trusted.list(account.id, now)[0].used is None


class TestTheft:
    """Whoever has copied the cookie, and knows the password."""

    @pytest.mark.asvs("6.3.5")
    def test_attack_7_a_token_used_twice_is_found_out_and_told(self, world: World, browser: Browser) -> None:
        """The thief comes first; at the owner's next sign-in the family ends, for both."""
        thief = world.browser(client="198.51.100.9")
        thief.cookies = {trusted_name(browser): browser.cookies[trusted_name(browser)]}
        assert "/account" == password(thief).get("location")
        world.clock.now += LEEWAY + 1
        response = password(browser)
        assert (303, STEP) == (response.status, response.get("location"))
        assert trusted_name(browser) not in browser.cookies
        assert [(audit.DEVICE_STOLEN, "", ())] == events(world, audit.DEVICE_STOLEN)
        assert "trusted-device-stolen" in [order.notice.value for order in orders(world.accounts)]
        thief.submit("/account", action="/sign-out")
        assert STEP == password(thief).get("location")

    def test_a_second_request_of_the_same_browser_undoes_nothing(self, world: World, browser: Browser) -> None:
        """Its answer may come later than that of the first, and leaves the cookie alone."""
        twin = world.browser(cookies=dict(browser.cookies))
        assert "/account" == password(browser).get("location")
        response = password(twin)
        assert STEP == response.get("location")
        assert [] == [value for value in set_cookies(response) if value.startswith(trusted_name(browser))]
        assert [] == events(world, audit.DEVICE_STOLEN)

    @pytest.mark.asvs("7.4.3")
    def test_attack_7_it_dies_with_a_new_password(self, world: World, secret: str, browser: Browser) -> None:
        """In every browser, also in the one that has changed it."""
        password(browser)
        new = "another walk to the 海边"
        assert 200 == browser.submit("/account/password", password=PASSWORD, new_password=new).status
        browser.submit("/account", action="/sign-out")
        response = browser.submit("/sign-in", username=NAME, password=new)
        assert STEP == response.get("location")
        assert [] == events(world, audit.DEVICE_STOLEN)

    def test_attack_7_it_dies_when_all_sign_ins_are_ended(self, world: World, browser: Browser) -> None:
        """By the owner or an administrator."""
        world.accounts.sign_ins.end_all(1, int(world.clock.now))
        assert STEP == password(browser).get("location")

    def test_attack_7_it_does_not_make_the_session_fresh(self, world: World, secret: str, browser: Browser) -> None:
        """The password was typed just now; the second factor was not."""
        password(browser)
        assert "" == asked_again(world, browser, None)
        assert "/account/confirm?next=/account&strength=second" == asked_again(world, browser, "second")

    @pytest.mark.asvs("7.5.3")
    def test_attack_7_it_proves_nothing_once_more(self, world: World, browser: Browser) -> None:
        """It is no way to confirm anything."""
        password(browser)
        world.clock.now += 1000
        assert ["password", "totp"] == said(browser.json("GET", "/account/confirm"))["ways"]
        answer = {"factor": "trusted-device", "code": "123456", "password": PASSWORD}
        assert 422 == browser.json("POST", "/account/confirm", answer).status


class TestPage:
    """What their owner sees and ends."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_they_stand_on_the_page_of_the_second_factor(
        self, world: World, secret: str, browser: Browser, language: str
    ) -> None:
        """With device, address and dates; this one is marked."""
        browser.language = language
        password(browser)
        response = browser.get(PAGE)
        words = response.body.decode()
        assert 200 == response.status
        assert texts.OURS.text(language, "trusted.lead") in words
        assert texts.OURS.text(language, "sessions.present") in words
        assert "203.0.113.7" in words
        assert (303, f"{PAGE}#trusted") == (browser.get(ADDRESS).status, browser.get(ADDRESS).get("location"))

    def test_a_script_gets_the_list(self, world: World, secret: str, browser: Browser) -> None:
        """Without any secret."""
        password(browser)
        trusting(world, secret)
        listed = said(browser.json("GET", ADDRESS))["trusted"]
        assert [False, True] == [each["present"] for each in listed]
        assert {"id", "present", "device", "client", "created", "used", "until"} == set(listed[0])
        assert [None, True] == [each["used"] and each["used"].startswith("2027-01-15T") for each in listed]

    def test_this_one_is_forgotten_without_being_asked_anything(self, world: World, browser: Browser) -> None:
        """Long after the sign-in; the cookie goes with it."""
        password(browser)
        world.clock.now += 3600
        (form,) = [each for each in page(browser.get(PAGE)).forms if each.get("action") == "end"]
        response = browser.post(ADDRESS, form)
        assert (303, f"{PAGE}#trusted") == (response.status, response.get("location"))
        assert trusted_name(browser) not in browser.cookies
        browser.submit("/account", action="/sign-out")
        assert STEP == password(browser).get("location")
        assert [(audit.DEVICE_FORGOTTEN, "", ())] == events(world, audit.DEVICE_FORGOTTEN)

    def test_another_one_is_ended_only_by_who_was_there_a_moment_ago(
        self, world: World, secret: str, browser: Browser
    ) -> None:
        """As with sign-ins; then it asks for the second factor again."""
        other = trusting(world, secret)
        password(browser)
        wanted = next(each["id"] for each in said(browser.json("GET", ADDRESS))["trusted"] if not each["present"])
        world.clock.now += 1000
        fields = {"action": "end", "id": wanted}
        assert 401 == browser.json("POST", ADDRESS, fields).status
        assert f"/account/confirm?next={PAGE}" == browser.post(ADDRESS, fields).get("location")
        browser.submit("/account/confirm", password=PASSWORD)
        response = browser.json("POST", ADDRESS, fields)
        assert (200, [True]) == (response.status, [each["present"] for each in said(response)["trusted"]])
        assert STEP == password(other).get("location")

    @pytest.mark.asvs("6.5.6")
    def test_all_are_ended_at_once(self, world: World, secret: str, browser: Browser) -> None:
        """This one, too."""
        trusting(world, secret)
        password(browser)
        (form,) = [each for each in page(browser.get(PAGE)).forms if each.get("action") == "end-all"]
        assert 303 == browser.post(ADDRESS, form).status
        assert trusted_name(browser) not in browser.cookies
        assert () == world.accounts.trusted.list(1, int(world.clock.now))
        assert [] == [each for each in page(browser.get(PAGE)).forms if each.get("action") in ("end", "end-all")]

    def test_attack_28_another_accounts_is_not_found(self, world: World, secret: str, browser: Browser) -> None:
        """Whatever id is sent."""
        wanted = world.accounts.trusted.list(1, int(world.clock.now))[0].id
        world.member("eve")
        eve = world.browser()
        eve.sign_in("eve")
        assert 404 == eve.json("POST", ADDRESS, {"action": "end", "id": wanted}).status
        assert 404 == eve.json("POST", ADDRESS, {"action": "end", "id": "x"}).status
        assert 1 == len(world.accounts.trusted.list(1, int(world.clock.now)))

    def test_what_is_to_be_done_must_be_said(self, world: World, browser: Browser) -> None:
        """422."""
        password(browser)
        for fields in ({}, {"action": "trust"}, {"action": "end"}):
            assert 422 == browser.json("POST", ADDRESS, fields).status

    def test_signed_out_there_is_nothing(self, world: World, browser: Browser) -> None:
        """A trusted browser is nobody."""
        assert 401 == browser.json("GET", ADDRESS).status
        assert 401 == browser.json("POST", ADDRESS, {"action": "end-all"}).status
        assert (303, "/sign-in?next=/account/trusted") == (
            browser.get(ADDRESS).status,
            browser.get(ADDRESS).get("location"),
        )

    def test_attack_21_another_site_cannot_send_it(self, world: World, browser: Browser) -> None:
        """Nothing is ended."""
        password(browser)
        for site in ("cross-site", "same-site", "none"):
            assert 403 == browser.post(ADDRESS, {"action": "end-all"}, sec_fetch_site=site).status
        assert 1 == len(world.accounts.trusted.list(1, int(world.clock.now)))


def test_what_a_browser_sends_in_its_place_is_nothing(world: World, secret: str, browser: Browser) -> None:
    """Damaged, doubled, too long: not trusted, never a 500."""
    name = trusted_name(browser)
    good = browser.cookies[name]
    for value in ("", "x", good[:-1], json.dumps({}), "A" * 5000):
        other = world.browser()
        other.cookies[name] = value
        assert STEP == password(other).get("location")
        world.clock.now += 60


def test_a_reset_that_has_lapsed_changes_nothing_for_a_trusted_browser(world: World, browser: Browser) -> None:
    """It is none, also before its row is pruned."""
    world.accounts.factor_reset.ask(1, actor_id=0, now=int(world.clock.now))
    world.clock.now += world.accounts.factor_reset.wait + OPEN
    response = browser.submit("/sign-in", username=NAME, password=PASSWORD)
    assert (303, "/account") == (response.status, response.get("location"))
    assert world.accounts.second_factors.held(1).totp
