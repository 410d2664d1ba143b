"""The page of the second factor: every way to prove it, every way to fail, and what a sign-in is worth until then."""

from __future__ import annotations

import json

import pytest

from hardtack.login import audit, sign_ins
from hardtack.login.ceremonies import CeremonyOver
from hardtack.login.half import LIFETIME, MOST_FAILURES, HalfOver
from hardtack.site import texts
from hardtack.store import StoreUnavailable
from hardtack.store import factors as factor_rows
from tests.login.conftest import orders
from tests.site.conftest import NAME, PASSWORD, MakeWorld, World, set_cookies
from tests.site.half_done import (
    ENROL,
    SIGN_IN_EVENTS,
    STEP,
    asked,
    at_step,
    code,
    demand,
    events,
    half_name,
    page,
    proves,
    said,
    sends,
    signed_in,
    with_app,
    with_codes,
    with_passkey,
    wrong,
)

OVER = HalfOver()


@pytest.fixture
def secret(world: World) -> str:
    """The secret of a member's app."""
    world.member()
    return with_app(world)


class TestLedThere:
    """The password is right, and not enough."""

    @pytest.mark.asvs("6.3.3")
    def test_nobody_is_signed_in_by_the_password_alone(self, world: World, secret: str) -> None:
        """No identity cookie, and one of five minutes that ends with the browser."""
        browser = world.browser()
        response = browser.submit("/sign-in", username=NAME, password=PASSWORD)
        (half,) = [value for value in set_cookies(response) if value.startswith(f"{half_name(browser)}=")]

        assert (303, STEP) == (response.status, response.get("location"))
        assert browser.identity not in browser.cookies
        assert half.endswith("; Path=/; HttpOnly; SameSite=Lax")
        assert [(audit.PASSWORD_PROVED, "", ("password",))] == events(world, *SIGN_IN_EVENTS)

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_page_asks_for_one_thing_as_phones_expect_it(self, world: World, secret: str, language: str) -> None:
        """Filled in from the app (one-time-code), typed on digits, works without a script."""
        browser = at_step(world, world.browser(language=language))
        response = browser.get(STEP)
        shown = page(response)
        (field,) = [each for each in shown.all("input") if each["name"] == "code"]

        assert 200 == response.status
        assert texts.OURS.text(language, "second_factor.title") == shown.words["h1"]
        assert ("one-time-code", "numeric", "text") == (field["autocomplete"], field["inputmode"], field["type"])
        assert {"csrf_token", "factor", "code"} == set(shown.forms[-2])
        assert ["code", "trust"] == [label["for"] for label in shown.all("label")]

    def test_the_right_code_signs_in_and_goes_where_they_were_going(self, world: World, secret: str) -> None:
        """Both factors are in the identity, and the half-done sign-in is gone."""
        browser = at_step(world, address="/sign-in?next=/account/sessions")
        response = proves(world, browser, secret)
        identity = signed_in(world, browser)

        assert (303, "/account/sessions") == (response.status, response.get("location"))
        assert identity is not None
        assert (("password", "totp"), int(world.clock.now)) == (identity.factors, identity.authenticated_at)
        assert half_name(browser) not in browser.cookies
        assert [
            (audit.PASSWORD_PROVED, "", ("password",)),
            (audit.SECOND_FACTOR_PROVED, "", ("totp",)),
            (audit.SIGNED_IN, "", ("password", "totp")),
        ] == events(world, *SIGN_IN_EVENTS)

    def test_what_was_ticked_before_holds_after_it(self, world: World, secret: str) -> None:
        """Keep me signed in."""
        browser = at_step(world, keep="yes")
        response = proves(world, browser, secret)
        (identity,) = [value for value in set_cookies(response) if value.startswith(f"{browser.identity}=")]
        assert "; Max-Age=1209600;" in identity

    def test_a_script_is_told_what_is_missing_and_where(self, world: World, secret: str) -> None:
        """401 with the next step and a token; then the same address takes JSON."""
        browser = world.browser(fetch_metadata=False)
        token = said(browser.json("GET", "/sign-in"))["csrf_token"]
        sent = {"username": NAME, "password": PASSWORD, "csrf_token": token}
        first = browser.json("POST", "/sign-in", sent)
        assert (401, {"needed": "prove", "next_step": STEP}) == (
            first.status,
            {name: value for name, value in said(first).items() if name != "csrf_token"},
        )
        got = said(browser.json("GET", STEP))
        assert (["totp"], {"totp": ["factor", "code", "trust"]}) == (got["ways"], got["fields"])
        answer = {"code": code(world, secret), "csrf_token": said(first)["csrf_token"]}
        second = browser.json("POST", STEP, answer)
        assert (200, NAME) == (second.status, said(second)["account"]["name"])
        assert 200 == browser.json("GET", "/account").status

    def test_below_a_prefix_it_is_the_same(self, make_world: MakeWorld) -> None:
        """As inside an application."""
        world = make_world(prefix="/auth", home="/")
        world.member()
        secret = with_app(world)
        browser = world.browser()
        first = browser.submit("/auth/sign-in", username=NAME, password=PASSWORD)
        assert (303, f"/auth{STEP}") == (first.status, first.get("location"))
        response = sends(browser, f"/auth{STEP}", code=code(world, secret))
        assert (303, "/") == (response.status, response.get("location"))

    def test_whoever_comes_back_signed_in_is_led_on(self, world: World, secret: str) -> None:
        """By the browser's button, or by sending the form twice: nobody is told to begin anew who need not."""
        browser = at_step(world)
        form = {**asked(browser.get(STEP)), "code": code(world, secret)}
        assert 303 == browser.post(STEP, form).status
        for response in (browser.get(STEP), browser.get(ENROL), browser.post(STEP, form)):
            assert (303, "/account") == (response.status, response.get("location"))
        assert 401 == browser.json("GET", STEP).status
        browser.cookies.clear()
        again = browser.get(STEP)
        assert (401, True) == (again.status, "Please begin anew" in again.body.decode())


class TestWays:
    """What can be shown, the best first, one at a time."""

    def test_a_recovery_code_stands_in_for_what_was_lost(self, world: World, secret: str) -> None:
        """Once; the owner is told by the login room."""
        given = with_codes(world)
        browser = at_step(world)
        assert f"{STEP}?with=recovery-code" in [link.get("href") for link in page(browser.get(STEP)).all("a")]
        response = sends(browser, f"{STEP}?with=recovery-code", code=given[0])
        identity = signed_in(world, browser)
        assert (303, ("password", "recovery-code")) == (response.status, identity and identity.factors)

        again = sends(at_step(world), f"{STEP}?with=recovery-code", code=given[0])
        assert (401, "recovery-code") == (again.status, asked(again)["factor"])
        assert (audit.CODE_REFUSED, "wrong-recovery-code", ()) == events(world, audit.CODE_REFUSED)[-1]
        # Long as it is, nobody types all of it twice for one slip.
        assert given[0] == asked(again)["code"]
        short = sends(at_step(world), f"{STEP}?with=recovery-code", code=given[0][:-1])
        assert (422, given[0][:-1]) == (short.status, asked(short)["code"])
        assert "123456" not in sends(at_step(world), f"{STEP}?with=totp", code="123456").body.decode()

    def test_no_browser_is_trusted_for_a_recovery_code(self, world: World, secret: str) -> None:
        """Whoever uses one is not where they always are; the box is not there, and sent all the same means nothing."""
        given = with_codes(world)
        browser = at_step(world)
        assert "trust" not in [each["name"] for each in page(browser.get(f"{STEP}?with=recovery-code")).all("input")]
        sends(browser, f"{STEP}?with=recovery-code", code=given[0], trust="yes")
        assert () == world.accounts.trusted.list(1, int(world.clock.now))

    def test_a_passkey_is_the_best_and_the_form_carries_what_its_script_needs(self, world: World, secret: str) -> None:
        """Without a script the others are a link away."""
        with_passkey(world)
        browser = at_step(world)
        shown = page(browser.get(STEP))
        (form,) = [each for each in shown.all("form") if "data-passkey" in each]
        assert {"csrf_token", "factor", "passkey_token", "passkey_answer"} == set(shown.forms[-2])
        assert 32 <= len(json.loads(form["data-options"] or "")["challenge"])
        assert f"{STEP}?with=totp" in [link.get("href") for link in shown.all("a")]

    def test_a_passkey_signs_in(self, world: World, secret: str) -> None:
        """Bound to this half-done sign-in: what was begun in another one counts for nothing."""
        shows = with_passkey(world)
        browser, other = at_step(world), at_step(world)
        elsewhere = said(other.json("GET", STEP))
        got = said(browser.json("GET", STEP))
        answer = {"factor": "passkey", "csrf_token": got["csrf_token"]}
        foreign = {
            **answer,
            "passkey_token": elsewhere["passkey_token"],
            "passkey_answer": shows.show(elsewhere["options"]),
        }
        refused = browser.json("POST", STEP, foreign)
        assert (403, CeremonyOver("used").detail_in("en")) == (refused.status, said(refused)["detail"])
        right = {**answer, "passkey_token": got["passkey_token"], "passkey_answer": shows.show(got["options"])}
        assert 200 == browser.json("POST", STEP, right).status
        identity = signed_in(world, browser)
        assert identity is not None
        assert ("password", "passkey") == identity.factors

    def test_attack_26_a_passkey_of_another_account_does_not(self, world: World, secret: str) -> None:
        """Whose it must be is said by the half-done sign-in; the page comes again, and it is written down."""
        with_passkey(world)
        world.member("eve")
        eves = with_passkey(world, "eve")
        browser = at_step(world)
        got = said(browser.json("GET", STEP))
        form = asked(browser.get(STEP))
        fields = {**form, "passkey_token": got["passkey_token"], "passkey_answer": eves.show(got["options"])}
        response = browser.post(STEP, fields)
        assert (401, "passkey") == (response.status, asked(response)["factor"])
        assert signed_in(world, browser) is None
        assert [(audit.SECOND_FACTOR_REFUSED, "passkey-of-another-account", ("passkey",))] == events(
            world, audit.SECOND_FACTOR_REFUSED
        )

    def test_a_passkey_that_may_be_copied_is_told_of(self, world: World, secret: str) -> None:
        """Its counter has gone backwards: the sign-in stays half-done and the owner is told."""
        shows = with_passkey(world)
        account = world.accounts.named(NAME)
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(
                connection, account.id, email="anna@example.org", canonical="anna@example.org"
            )
        browser = at_step(world)
        got = said(browser.json("GET", STEP))
        shows.count = 5
        sent = {"factor": "passkey", "passkey_token": got["passkey_token"], "csrf_token": got["csrf_token"]}
        assert 200 == browser.json("POST", STEP, {**sent, "passkey_answer": shows.show(got["options"])}).status
        browser = at_step(world)
        got = said(browser.json("GET", STEP))
        shows.count = 2
        sent = {"factor": "passkey", "passkey_token": got["passkey_token"], "csrf_token": got["csrf_token"]}
        assert 401 == browser.json("POST", STEP, {**sent, "passkey_answer": shows.show(got["options"])}).status
        assert "passkey-copied" in [order.notice.value for order in orders(world.accounts)]

    def test_a_way_that_the_account_does_not_have_is_none(self, world: World, secret: str) -> None:
        """In the address the best is shown instead; in a form it is 422."""
        browser = at_step(world)
        assert "totp" == asked(browser.get(f"{STEP}?with=passkey"))["factor"]
        response = sends(browser, STEP, code="123456", factor="passkey")
        assert (422, "totp") == (response.status, asked(response)["factor"])
        assert 422 == browser.json("POST", STEP, {"factor": "trusted-device", "code": "123456"}).status

    @pytest.mark.asvs("6.3.3")
    def test_at_assurance_3_an_app_is_no_way(self, make_world: MakeWorld) -> None:
        """Only a passkey, or a recovery code, after which a passkey is made."""
        world = make_world(assurance=3)
        world.member()
        with_app(world)
        with_passkey(world)
        with_codes(world)
        got = said(at_step(world).json("GET", STEP))
        assert ["passkey", "recovery-code"] == got["ways"]

    @pytest.mark.asvs("6.3.3")
    def test_nothing_is_trusted_where_that_is_not_enough(self, make_world: MakeWorld) -> None:
        """At assurance 3 there is no box, and sent all the same it means nothing."""
        world = make_world(assurance=3)
        world.member()
        shows = with_passkey(world)
        browser = at_step(world)
        assert "trust" not in [each["name"] for each in page(browser.get(STEP)).all("input")]
        got = said(browser.json("GET", STEP))
        sent = {"factor": "passkey", "passkey_token": got["passkey_token"], "csrf_token": got["csrf_token"]}
        answer = {**sent, "passkey_answer": shows.show(got["options"]), "trust": True}
        assert 200 == browser.json("POST", STEP, answer).status
        assert () == world.accounts.trusted.list(1, int(world.clock.now))


class TestWrong:
    """Refused, counted, and in the end begun anew."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_wrong_code_is_401_with_the_page_and_words(self, world: World, secret: str, language: str) -> None:
        """At the field; what was ticked stays."""
        browser = at_step(world, world.browser(language=language))
        response = sends(browser, STEP, code=wrong(world, secret), trust="yes")
        shown = page(response)
        (field,) = [each for each in shown.all("input") if each["name"] == "code"]

        assert 401 == response.status
        assert {"trust": "yes"}.items() <= asked(response).items()
        assert "value" not in field
        assert ("true", "code-hint code-error") == (field["aria-invalid"], field["aria-describedby"])
        assert signed_in(world, browser) is None

    def test_a_script_gets_the_refusal_as_json(self, world: World, secret: str) -> None:
        """401 with the field that is wrong."""
        response = at_step(world).json("POST", STEP, {"code": wrong(world, secret)})
        assert (401, ["code"]) == (response.status, list(said(response)["fields"]))

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567"])
    def test_what_can_be_no_code_is_422_and_not_counted(self, world: World, secret: str, typed: str) -> None:
        """As often as one likes."""
        browser = at_step(world)
        assert [422] * 7 == [sends(browser, STEP, code=typed).status for _ in range(7)]
        assert 303 == proves(world, browser, secret).status

    @pytest.mark.asvs("6.5.1")
    def test_attack_24_a_code_counts_once(self, world: World, secret: str) -> None:
        """Also in another half-done sign-in."""
        first, second = at_step(world), at_step(world)
        shown = code(world, secret)
        assert [303, 401] == [sends(browser, STEP, code=shown).status for browser in (first, second)]

    @pytest.mark.asvs("6.3.1")
    def test_after_five_wrong_ones_it_begins_anew(self, world: World, secret: str) -> None:
        """Not even the right one is looked at then."""
        browser = at_step(world)
        kept = dict(browser.cookies)
        statuses = []
        for _ in range(MOST_FAILURES):
            response = sends(browser, STEP, code=wrong(world, secret))
            statuses.append(response.status)
            world.clock.now += 30
        assert [401] * MOST_FAILURES == statuses
        assert (OVER.detail_in("en") or "?") in response.body.decode()
        assert half_name(browser) not in browser.cookies
        browser.cookies = kept
        assert 401 == browser.json("POST", STEP, {"code": code(world, secret)}).status
        assert signed_in(world, browser) is None

    @pytest.mark.asvs("6.3.1")
    def test_too_many_guesses_are_429_with_the_page_and_when_to_come_back(self, world: World, secret: str) -> None:
        """Counted for the account: another half-done sign-in is no way around."""
        for _ in range(5):
            assert 401 == sends(at_step(world), STEP, code=wrong(world, secret)).status
        browser = at_step(world)
        response = sends(browser, STEP, code=code(world, secret))
        assert (429, "30") == (response.status, response.get("retry-after"))
        assert "totp" == asked(response)["factor"]


class TestOver:
    """There is nothing half-done."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_whoever_comes_from_nowhere_is_told_to_begin(self, world: World, language: str) -> None:
        """401 with a page that leads on; looked at or sent."""
        browser = world.browser(language=language)
        for response in (browser.get(STEP), browser.post(STEP, {"code": "123456"})):
            assert 401 == response.status
            assert (OVER.detail_in(language) or "?") in response.body.decode()
            assert "/sign-in" in [link.get("href") for link in page(response).all("a")]

    def test_a_script_is_told_so_too(self, world: World) -> None:
        """As a problem."""
        for method, value in (("GET", None), ("POST", {"code": "123456"})):
            response = world.browser().json(method, STEP, value)
            assert (401, OVER.detail_in("en")) == (response.status, said(response)["detail"])

    def test_after_five_minutes_it_is_over(self, world: World, secret: str) -> None:
        """The cookie and the row end together."""
        browser = at_step(world)
        world.clock.now += LIFETIME
        assert 401 == browser.get(STEP).status
        assert half_name(browser) not in browser.cookies

    def test_it_can_be_cancelled(self, world: World, secret: str) -> None:
        """Back to where it began; a copy of the cookie is worth nothing."""
        browser = at_step(world)
        kept = dict(browser.cookies)
        form = page(browser.get(STEP)).forms[-1]
        response = browser.post(STEP, form)
        assert (303, "/sign-in") == (response.status, response.get("location"))
        assert half_name(browser) not in browser.cookies
        browser.cookies = kept
        assert 401 == browser.get(STEP).status

    def test_a_script_cancels_too_and_where_there_is_nothing_it_is_no_harm(self, world: World, secret: str) -> None:
        """It is over either way."""
        browser = at_step(world)
        for _ in range(2):
            assert {"cancelled": True} == said(browser.json("POST", STEP, {"action": "cancel"}))

    def test_nothing_else_can_be_asked_for(self, world: World, secret: str) -> None:
        """422, and the sign-in stays as it was."""
        browser = at_step(world)
        for action in ("", "skip"):
            assert 422 == browser.json("POST", STEP, {"action": action}).status
            assert 422 == browser.json("POST", "/sign-in/enrol", {"action": action}).status
        assert 303 == proves(world, browser, secret).status

    def test_where_nothing_is_missing_any_more_it_begins_anew(self, world: World) -> None:
        """What was demanded is so no more: that proves nothing."""
        account = world.member()
        demand(world)
        browser = world.browser()
        assert "/sign-in/enrol" == browser.submit("/sign-in", username=NAME, password=PASSWORD).get("location")
        assert (303, "/sign-in/enrol") == (browser.get(STEP).status, browser.get(STEP).get("location"))
        assert said(browser.json("GET", STEP))["needed"] == "enrol"
        with world.accounts._database.write() as connection:
            factor_rows.demand(connection, account.id, False)
        assert 401 == browser.post(STEP, {"code": "123456"}).status
        assert signed_in(world, browser) is None


class TestBeside:
    """What else a sign-in in two steps does as one in one step does."""

    @pytest.mark.asvs("7.2.4")
    def test_whoever_was_signed_in_before_is_signed_out_at_the_end(self, world: World, secret: str) -> None:
        """ASVS 7.2.4; until then they stay signed in."""
        world.member("eve")
        browser = world.browser()
        browser.sign_in("eve")
        eves = dict(browser.cookies)
        token = page(browser.get("/account")).form("/sign-out")["csrf_token"]
        fields = {"username": NAME, "password": PASSWORD, "csrf_token": token}
        assert STEP == browser.post("/sign-in", fields).get("location")
        assert "eve" in browser.get("/account").body.decode()
        assert 303 == proves(world, browser, secret).status
        assert NAME in browser.get("/account").body.decode()
        browser.cookies = eves
        assert 401 == browser.json("GET", "/account").status

    @pytest.mark.asvs("7.2.4")
    def test_attack_4_the_session_id_is_drawn_after_the_second_factor(self, world: World, secret: str) -> None:
        """Nothing of what the browser had before is in what it has afterwards."""
        browser = at_step(world)
        before = set(browser.cookies.items())
        proves(world, browser, secret)
        assert browser.identity in dict(set(browser.cookies.items()) - before)
        assert "hardtack-visitor-8000" not in browser.cookies

    def test_a_new_device_is_told_of_when_the_sign_in_is_whole(self, world: World, secret: str) -> None:
        """Not at the password, which alone has let nobody in."""
        account = world.accounts.named(NAME)
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(
                connection, account.id, email="anna@example.org", canonical="anna@example.org"
            )
        proves(world, at_step(world), secret)
        world.clock.now += 30

        def told() -> int:
            return sum(order.notice.value == "new-device" for order in orders(world.accounts))

        assert 0 == told()
        browser = at_step(world)
        assert 0 == told()
        proves(world, browser, secret)
        assert 1 == told()
        world.clock.now += 30
        browser.submit("/account", action="/sign-out")
        proves(world, at_step(world, browser), secret)
        assert 1 == told()

    @pytest.mark.asvs("3.5.1")
    def test_attack_21_another_site_cannot_send_it(self, world: World, secret: str) -> None:
        """Neither a code nor a cancelling."""
        browser = at_step(world)
        form = asked(browser.get(STEP))
        for site in ("cross-site", "same-site", "none"):
            response = browser.post(STEP, {**form, "code": code(world, secret)}, sec_fetch_site=site)
            assert 403 == response.status
            assert 403 == browser.post(STEP, {"action": "cancel"}, sec_fetch_site=site).status
        plain = {"sec_fetch_site": None, "sec_fetch_mode": None}
        assert 403 == browser.post(STEP, {"code": code(world, secret)}, **plain).status
        assert 303 == browser.post(STEP, {**form, "code": code(world, secret)}, **plain).status

    @pytest.mark.asvs("16.5.3")
    def test_the_database_fails_and_nobody_is_signed_in(
        self, world: World, secret: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503, and the sign-in can be tried again from the beginning."""

        def fails(*_: object) -> None:
            raise StoreUnavailable("disk")

        browser = at_step(world)
        monkeypatch.setattr(sign_ins.SignIns, "begin", fails)
        response = proves(world, browser, secret)
        assert 503 == response.status
        assert signed_in(world, browser) is None
