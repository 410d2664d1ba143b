"""A second factor in an application: its own form leads to it, and a view may demand one from a moment ago."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from hardtack.adapters.recent import check_recent
from hardtack.adapters.sign_in import SignedVisit, SignIn
from hardtack.adapters.visits import Elsewhere
from hardtack.errors import MisuseError, Refused
from hardtack.login import Account
from hardtack.status import Unauthorized
from hardtack.store import Database, StoreUnavailable
from tests.adapters.half_done import CONFIRM, ENROL, STEP, asks, demand, keep, member, proves, token_in
from tests.adapters.test_sign_in import HTML, JSON, PASSWORD, Browser, Clock, Make, clock, make, signed_in

__all__ = ["clock", "make"]  # fixtures

LEFT = "http://localhost:8000/log-in"
HALF = "hardtack-half-8000"


def by_form(
    sign_in: SignIn, browser: Browser, *fields: tuple[str, str], keep: bool = False, onward: str | None = None
) -> SignedVisit:
    """Send the application's own form with the right password; return the visit, whatever has become of it."""
    visit = browser.ask(sign_in, "/log-in", *(fields or HTML), ("referer", LEFT), method="POST")
    account = visit.authenticate("anna.li", PASSWORD)
    with suppress(Elsewhere, Refused):
        visit.sign_in(account, keep=keep, onward=onward)
    return visit


def answered(browser: Browser, visit: SignedVisit) -> list[str]:
    """Keep the cookies of the answer to a visit; return their names."""
    set_cookies = [value for name, value in visit.finish([]) if name == "Set-Cookie"]
    keep(browser, set_cookies)
    return [value.partition("=")[0] for value in set_cookies]


def led_to(visit: SignedVisit) -> str | None:
    """Return where a person is led."""
    assert isinstance(visit.decided, Elsewhere), visit.decided
    assert visit.decided.response.status == 303
    return visit.decided.response.get("Location")


def said(visit: SignedVisit) -> tuple[str | None, dict[str, str]]:
    """Return what a script is told."""
    assert isinstance(visit.decided, Unauthorized), visit.decided
    return visit.decided.reason, dict(visit.decided.headers)


def with_second(sign_in: SignIn, clock: Clock) -> tuple[Browser, Account, str]:
    """Return the browser of somebody who has signed in with both factors by the application's form."""
    account, secret = member(sign_in, clock)
    browser = Browser()
    answered(browser, by_form(sign_in, browser))
    assert proves(sign_in, browser, clock, secret).status == 303
    return browser, account, secret


class TestOwnForm:
    """A password is one factor, also in a form of the application's own."""

    @pytest.mark.asvs("6.3.4", "6.3.3")
    def test_a_person_is_led_to_the_second_factor_and_to_where_the_form_said(self, make: Make, clock: Clock) -> None:
        """Who they are is known only then, with both factors, and new ids are drawn."""
        shop = make()
        account, secret = member(shop, clock)
        browser = Browser()
        visit = by_form(shop, browser, onward="/basket?page=2")
        assert led_to(visit) == STEP
        answered(browser, visit)
        assert browser.ask(shop).account is None
        assert proves(shop, browser, clock, secret).get("Location") == "/basket?page=2"
        seen = browser.ask(shop)
        assert seen.account is not None
        assert seen.account.id == account.id
        assert seen.identity is not None
        assert (seen.identity.factors, seen.identity.assurance) == (("password", "totp"), 2)
        assert seen.identity.authenticated_at == int(clock.now)

    @pytest.mark.parametrize(
        ("method", "onward", "home", "end"),
        [
            ("POST", None, "/start", "/start"),
            ("POST", "https://evil.example/", "/start", "/start"),
            ("POST", "//evil.example", "/start", "/start"),
            ("POST", "http://localhost:8000/mine", "/start", "/mine"),
            ("GET", None, "/start", "/log-in?a=1"),
        ],
    )
    def test_attack_1_another_site_is_no_way_on(
        self, make: Make, clock: Clock, method: str, onward: str | None, home: str, end: str
    ) -> None:
        """Nor is the page that had the form; after reading a page one comes back to it."""
        shop = make(home=home)
        _, secret = member(shop, clock)
        browser = Browser()
        visit = browser.ask(shop, "/log-in?a=1", *HTML, ("referer", LEFT), method=method)
        with pytest.raises(Elsewhere):
            visit.sign_in(visit.authenticate("anna.li", PASSWORD), onward=onward)
        answered(browser, visit)
        assert proves(shop, browser, clock, secret).get("Location") == end

    def test_a_script_is_told_what_is_missing_and_where(self, make: Make, clock: Clock) -> None:
        """401 with a challenge and the cookie of the half-done sign-in; then it goes on there."""
        shop = make()
        _, secret = member(shop, clock)
        browser = Browser()
        visit = by_form(shop, browser, *JSON)
        assert said(visit) == (
            "second-factor-needed",
            {"WWW-Authenticate": f'Session realm="hardtack", error="second-factor-needed", sign-in="{STEP}"'},
        )
        assert HALF in answered(browser, visit)
        assert proves(shop, browser, clock, secret).status == 303
        assert browser.ask(shop).account is not None

    @pytest.mark.parametrize("fields", [HTML, JSON])
    def test_nothing_of_a_sign_in_happens_before(self, make: Make, clock: Clock, fields: Any) -> None:
        """No known device, no row in the list, no new id; whoever was signed in still is, and the basket stays."""
        shop = make()
        account, _ = member(shop, clock)
        before, other = signed_in(shop, clock, "bert")
        visit = before.ask(shop)
        visit.session["basket"] = 3
        before.take(visit)
        had = dict(before.cookies)
        visit = by_form(shop, before, *fields)
        assert answered(before, visit) == [HALF]
        assert {name: value for name, value in before.cookies.items() if name != HALF} == had
        assert shop.accounts.sign_ins.list(account.id, int(clock.now)) == ()
        seen = before.ask(shop)
        assert (seen.account, seen.session["basket"]) == (other, 3)
        stranger = Browser()
        assert answered(stranger, by_form(shop, stranger, *fields)) == [HALF]

    def test_to_be_kept_signed_in_is_kept_in_mind(self, make: Make, clock: Clock) -> None:
        """As the form said it."""
        shop = make()
        _, secret = member(shop, clock)
        kept = []
        for keep_it in (True, False):
            browser = Browser()
            answered(browser, by_form(shop, browser, keep=keep_it))
            assert proves(shop, browser, clock, secret).status == 303
            identity = browser.ask(shop).identity
            assert identity is not None
            kept.append(identity.kept)
            clock.now += 60
        assert kept == [True, False]

    def test_whoever_must_have_one_and_has_none_makes_one_first(self, make: Make, clock: Clock) -> None:
        """Because it is demanded of the account, or of every account."""
        shop = make()
        account = shop.accounts.add("anna.li", PASSWORD, now=int(clock.now))
        demand(shop, account)
        assert led_to(by_form(shop, Browser())) == ENROL
        assert f'sign-in="{ENROL}"' in said(by_form(shop, Browser(), *JSON))[1]["WWW-Authenticate"]
        strict = make("strict", assurance=2)
        strict.accounts.add("bert", PASSWORD, now=int(clock.now))
        visit = Browser().ask(strict, "/log-in", *HTML, method="POST")
        with pytest.raises(Elsewhere) as led:
            visit.sign_in(visit.authenticate("bert", PASSWORD))
        assert led.value.response.get("Location") == ENROL

    def test_a_trusted_browser_needs_no_more_than_the_password(self, make: Make, clock: Clock) -> None:
        """And another browser with the same password does."""
        shop = make()
        _, secret = member(shop, clock)
        browser = Browser()
        answered(browser, by_form(shop, browser))
        assert proves(shop, browser, clock, secret, trust="yes").status == 303
        visit = browser.ask(shop)
        visit.sign_out()
        answered(browser, visit)
        visit = by_form(shop, browser)
        assert visit.decided is None
        answered(browser, visit)
        identity = browser.ask(shop).identity
        assert identity is not None
        assert (identity.factors, identity.assurance) == (("password", "trusted-device"), 2)
        assert led_to(by_form(shop, Browser())) == STEP

    def test_a_sign_in_that_another_library_has_seen_is_a_password_and_no_more(self, make: Make, clock: Clock) -> None:
        """Nobody knows when; the second factor is asked for, and one comes back to the page that one was on."""
        shop = make()
        account, secret = member(shop, clock)
        browser = Browser()
        visit = browser.ask(shop, "/orders", *HTML)
        with pytest.raises(Elsewhere):
            visit.sign_in(account, authenticated_at=0)
        answered(browser, visit)
        assert proves(shop, browser, clock, secret).get("Location") == "/orders"

    def test_of_nobody_a_time_is_taken_for_that_of_the_sign_in(self, make: Make, clock: Clock) -> None:
        """Where the password is enough it is as before."""
        shop = make()
        account = shop.accounts.add("anna.li", PASSWORD, now=int(clock.now))
        visit = Browser().ask(shop)
        visit.sign_in(account, authenticated_at=0)
        assert visit.identity is not None
        assert (visit.identity.authenticated_at, visit.identity.assurance) == (0, 1)

    def test_what_cannot_be_written_down_is_no_half_done_sign_in(
        self, make: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503, and nothing is set."""
        shop = make()
        account, _ = member(shop, clock)
        browser = Browser()
        visit = browser.ask(shop, "/log-in", *HTML, method="POST")

        def fails(_self: Database) -> None:
            raise StoreUnavailable("the disk is gone")

        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", fails)
            with pytest.raises(StoreUnavailable):
                visit.sign_in(account)
        assert answered(browser, visit) == []

    def test_attack_25_the_half_done_sign_in_is_nobody_in_every_application(self, make: Make, clock: Clock) -> None:
        """It is read by the pages of the second factor alone; also after the time in which it ends."""
        shop, blog = make("shop"), make("blog")
        member(shop, clock)
        browser = Browser()
        answered(browser, by_form(shop, browser))
        for application in (shop, blog):
            visit = browser.ask(application, "/mine", *HTML)
            assert (visit.account, visit.identity) == (None, None)
            with pytest.raises(Elsewhere) as led:
                visit.require_recent(factor="second")
            assert led.value.response.get("Location") == "/auth/sign-in?next=/mine"
        page = asks(shop, browser, "GET", STEP)
        token = token_in(page)
        clock.now += 301
        answer = asks(shop, browser, "POST", STEP, csrf_token=token, factor="totp", code="000000")
        assert answer.status == 401
        assert browser.ask(shop).account is None

    def test_admit_asks_nothing_of_whoever_is_signed_in_as_it(self, make: Make, clock: Clock) -> None:
        """Its password is looked at once more, by a form of the application's own; of another account it is asked."""
        shop = make()
        browser, account, _ = with_second(shop, clock)
        bert = shop.accounts.add("bert", PASSWORD, now=int(clock.now))
        demand(shop, bert)
        visit = browser.ask(shop, "/sure", *HTML, method="POST")
        visit.admit(account)
        assert visit.decided is None
        with pytest.raises(Elsewhere):
            visit.admit(bert)

    def test_admit_spares_whom_the_password_or_a_trusted_browser_is_enough(self, make: Make, clock: Clock) -> None:
        """Nobody is signed in by it; the sign-in that comes after it asks the trusted browser no second time."""
        shop = make()
        bert = shop.accounts.add("bert", PASSWORD, now=int(clock.now))
        visit = Browser().ask(shop, "/log-in", *HTML, method="POST")
        visit.admit(bert)
        assert (visit.decided, visit.account) == (None, None)
        account, secret = member(shop, clock)
        browser = Browser()
        answered(browser, by_form(shop, browser))
        assert proves(shop, browser, clock, secret, trust="yes").status == 303
        visit = browser.ask(shop)
        visit.sign_out()
        answered(browser, visit)
        visit = browser.ask(shop, "/log-in", *HTML, method="POST")
        visit.admit(account)
        assert (visit.decided, visit.account) == (None, None)
        visit.sign_in(account)
        answered(browser, visit)
        identity = browser.ask(shop).identity
        assert identity is not None
        assert identity.factors == ("password", "trusted-device")


class TestDemanded:
    """Views that want a certain factor from a moment ago."""

    @pytest.mark.asvs("7.5.3", "7.5.1")
    def test_a_password_a_moment_ago_is_no_second_factor(self, make: Make, clock: Clock) -> None:
        """The person gives it on our page, and comes back; and later again."""
        shop = make(recent_sign_in=300)
        account, secret = member(shop, clock)
        browser, _ = signed_in(shop, clock, "bert")
        assert browser.ask(shop, "/keys", *HTML).require_recent().name == "bert"
        visit = browser.ask(shop, "/keys", *HTML)
        with pytest.raises(Elsewhere):
            visit.require_recent(factor="second")
        where = led_to(visit)
        assert where == f"{CONFIRM}?next=/keys&strength=second"
        assert "two-factor" in asks(shop, browser, "GET", str(where)).body.decode()

        browser = Browser()
        answered(browser, by_form(shop, browser))
        assert proves(shop, browser, clock, secret).status == 303
        assert browser.ask(shop, "/keys", *HTML).require_recent(factor="second").id == account.id
        clock.now += 301
        visit = browser.ask(shop, "/keys", *HTML)
        with pytest.raises(Elsewhere):
            visit.require_recent(factor="second")
        where = str(led_to(visit))
        back = proves(shop, browser, clock, secret, where, next="/keys", strength="second")
        assert (back.status, back.get("Location")) == (303, "/keys")
        assert browser.ask(shop, "/keys", *HTML).require_recent(60, "second").id == account.id

    def test_a_code_is_no_passkey(self, make: Make, clock: Clock) -> None:
        """Each word means what it says."""
        shop = make()
        browser, _, _ = with_second(shop, clock)
        visit = browser.ask(shop, "/keys", *HTML)
        with pytest.raises(Elsewhere):
            visit.require_recent(factor="passkey")
        assert led_to(visit) == f"{CONFIRM}?next=/keys&strength=passkey"

    def test_a_passkey_is_a_second_factor_and_more(self, make: Make, clock: Clock) -> None:
        """Whichever of them is asked for."""
        shop = make()
        browser, account = signed_in(shop, clock)
        visit = browser.ask(shop)
        visit.session.step_up(factors=("passkey",), now=int(clock.now))
        answered(browser, visit)
        for word in (None, "second", "passkey"):
            assert browser.ask(shop, "/keys", *HTML).require_recent(factor=word) == account

    def test_what_was_proved_before_the_last_proof_is_from_nobody_knows_when(self, make: Make, clock: Clock) -> None:
        """A password given once more makes no second factor recent."""
        shop = make()
        browser, _, _ = with_second(shop, clock)
        clock.now += 10_000
        page = asks(shop, browser, "GET", f"{CONFIRM}?next=/keys")
        sent = {"csrf_token": token_in(page), "factor": "password", "password": PASSWORD, "next": "/keys"}
        assert asks(shop, browser, "POST", CONFIRM, **sent).status == 303
        assert browser.ask(shop, "/keys", *HTML).require_recent().name == "anna.li"
        with pytest.raises(Elsewhere):
            browser.ask(shop, "/keys", *HTML).require_recent(factor="second")

    def test_attack_7_a_trusted_device_has_proved_nothing(self, make: Make, clock: Clock) -> None:
        """It spares the second factor at the sign-in, and nowhere else."""
        shop = make()
        _, secret = member(shop, clock)
        browser = Browser()
        answered(browser, by_form(shop, browser))
        assert proves(shop, browser, clock, secret, trust="yes").status == 303
        visit = browser.ask(shop)
        visit.sign_out()
        answered(browser, visit)
        answered(browser, by_form(shop, browser))
        with pytest.raises(Elsewhere):
            browser.ask(shop, "/keys", *HTML).require_recent(factor="second")

    @pytest.mark.parametrize("word", [None, "second", "passkey"])
    def test_a_script_is_told_which_factor_as_rfc_9470_says_it(
        self, make: Make, clock: Clock, word: str | None
    ) -> None:
        """In ``acr_values``, beside how recent it must be; nothing where any will do."""
        shop = make()
        browser, _ = signed_in(shop, clock)
        clock.now += 1000
        with pytest.raises(Unauthorized) as refusal:
            browser.ask(shop, "/keys", *JSON).require_recent(factor=word)
        values = "" if word is None else f', acr_values="{word}"'
        assert dict(refusal.value.headers) == {
            "WWW-Authenticate": f'Session realm="hardtack", sign-in="{CONFIRM}", '
            f'error="insufficient_user_authentication", max_age=900{values}'
        }

    @pytest.mark.parametrize("word", ["", "password", "totp", "Second", 2, True])
    def test_a_word_that_is_none_says_what_to_write(self, make: Make, clock: Clock, word: Any) -> None:
        """At the line that says it, before any visitor comes."""
        with pytest.raises(MisuseError, match=r"is no strength") as misuse:
            check_recent(None, word)
        assert 'factor="second" or factor="passkey"' in str(misuse.value)
        browser, _ = signed_in(shop := make(), clock)
        with pytest.raises(MisuseError):
            browser.ask(shop).require_recent(factor=word)
