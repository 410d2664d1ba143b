"""Enrolment on the way in: it cannot be skipped, it makes a factor, and it ends in the sign-in that it belongs to."""

from __future__ import annotations

import json
import re

import pytest

from hardtack.login import audit
from hardtack.login.half import LIFETIME, Half, HalfOver
from hardtack.site import texts
from hardtack.store import factors as factor_rows
from tests.login import apps
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, World, set_cookies
from tests.site.half_done import (
    ENROL,
    STEP,
    asked,
    at_step,
    authenticator,
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
)

OVER = HalfOver()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A site that asks everybody for a second factor."""
    return make_world(assurance=2)


def there(world: World, *, address: str = "/sign-in", browser: Browser | None = None) -> Browser:
    """Return a browser in which a member without factors has proved the password."""
    browser = browser or world.browser()
    response = browser.submit(address, username=NAME, password=PASSWORD)
    assert (303, ENROL) == (response.status, response.get("location"))
    return browser


def secret_of(text: str) -> str:
    """Return the secret that a page shows to be typed."""
    found = re.search(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}", text)
    assert found
    return found[0]


def sets_up(world: World, browser: Browser, **fields: str) -> tuple[str, bytes]:
    """Set an app up as the page says; return its secret and the answer's content."""
    shown = browser.get(f"{ENROL}?with=totp")
    secret = secret_of(shown.body.decode())
    response = browser.post(ENROL, {**asked(shown), "code": code(world, secret), **fields})
    assert 200 == response.status, response.body
    return secret, response.body


class TestPage:
    """What it asks for."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_an_app_or_a_passkey_and_no_way_past_it(self, world: World, language: str) -> None:
        """The QR code, the secret as text, one field; a link to the other way, and cancelling."""
        world.member()
        browser = there(world, browser=world.browser(language=language))
        response = browser.get(ENROL)
        shown = page(response)

        assert 200 == response.status
        assert texts.OURS.text(language, "enrol.title") == shown.words["h1"]
        assert 1 == len([each for each in shown.all("svg") if "qr-code" in (each.get("class") or "")])
        assert secret_of(response.body.decode())
        assert f"{ENROL}?with=passkey" in [link.get("href") for link in shown.all("a")]
        assert {"account"} & {part for link in shown.all("a") for part in (link.get("href") or "").split("/")} == set()

    def test_the_form_of_a_passkey_carries_what_its_script_needs(self, world: World) -> None:
        """With a name to give it."""
        world.member()
        response = there(world).get(f"{ENROL}?with=passkey")
        (form,) = [each for each in page(response).all("form") if "data-passkey" in each]
        assert "make" == form["data-passkey"]
        assert NAME == json.loads(form["data-options"] or "")["user"]["name"]
        assert {"csrf_token", "factor", "label", "passkey_token", "passkey_answer"} == set(asked(response))

    def test_at_assurance_3_a_passkey_is_all_there_is(self, make_world: MakeWorld) -> None:
        """An app would not be enough."""
        world = make_world(assurance=3)
        world.member()
        browser = there(world)
        assert "passkey" == asked(browser.get(f"{ENROL}?with=totp"))["factor"]
        assert ["passkey"] == said(browser.json("GET", ENROL))["ways"]
        assert 422 == browser.json("POST", ENROL, {"factor": "totp", "ceremony": "x", "code": "123456"}).status


class TestMade:
    """A factor is made, and its owner is signed in by it."""

    @pytest.mark.asvs("6.3.3")
    def test_an_app_is_set_up_and_signs_in(self, world: World) -> None:
        """The recovery codes are in that answer, with the way on; the app is asked for from then on."""
        world.member()
        browser = there(world, address="/sign-in?next=/account/sessions")
        secret, content = sets_up(world, browser)
        identity = signed_in(world, browser)

        assert identity is not None
        assert ("password", "totp") == identity.factors
        assert 10 == len(re.findall(r"<code>[0-9A-Z-]{27}</code>", content.decode()))
        assert b'href="/account/sessions"' in content
        assert half_name(browser) not in browser.cookies
        assert [(audit.SIGNED_IN, "", ("password", "totp"))] == events(world, audit.SIGNED_IN)
        world.clock.now += 30
        browser.submit("/account", action="/sign-out")
        assert STEP == browser.submit("/sign-in", username=NAME, password=PASSWORD).get("location")
        assert 303 == proves(world, browser, secret).status

    def test_a_passkey_is_made_and_signs_in(self, make_world: MakeWorld) -> None:
        """At assurance 3, by a script."""
        world = make_world(assurance=3)
        world.member()
        browser = there(world)
        got = said(browser.json("GET", ENROL))
        answer = {
            "factor": "passkey",
            "label": "key",
            "passkey_token": got["passkey_token"],
            "passkey_answer": authenticator(world).make(got["options"]),
            "csrf_token": got["csrf_token"],
        }
        response = browser.json("POST", ENROL, answer)
        assert (200, NAME, 10) == (
            response.status,
            said(response)["account"]["name"],
            len(said(response)["recovery_codes"]),
        )
        identity = signed_in(world, browser)
        assert identity is not None
        assert ("password", "passkey") == identity.factors

    def test_after_a_recovery_code_what_the_assurance_asks_for_is_made(self, make_world: MakeWorld) -> None:
        """The codes that are left stay, so the answer goes on at once."""
        world = make_world(assurance=3)
        world.member()
        with_app(world)
        given = with_codes(world)
        browser = at_step(world, address="/sign-in?next=/account/sessions")
        response = sends(browser, f"{STEP}?with=recovery-code", code=given[0])
        assert (303, ENROL) == (response.status, response.get("location"))
        assert signed_in(world, browser) is None
        got = said(browser.json("GET", ENROL))
        made = authenticator(world).make(got["options"])
        fields = {**asked(browser.get(ENROL)), "passkey_token": got["passkey_token"], "passkey_answer": made}
        response = browser.post(ENROL, {**fields, "label": "key"})
        assert (303, "/account/sessions") == (response.status, response.get("location"))
        identity = signed_in(world, browser)
        assert identity is not None
        assert ("password", "recovery-code", "passkey") == identity.factors

    @pytest.mark.parametrize("codes", [True, False])
    def test_attack_25_what_is_there_is_proved_before_anything_better_is_made(
        self, make_world: MakeWorld, codes: bool
    ) -> None:
        """Where the assurance was raised to 3, an app alone is not enough, and still no password goes past it."""
        world = make_world(assurance=3)
        world.member()
        secret = with_app(world)
        if codes:
            with_codes(world)
        browser = at_step(world)
        assert (303, STEP) == (browser.get(ENROL).status, browser.get(ENROL).get("location"))
        response = proves(world, browser, secret)
        assert (303, ENROL) == (response.status, response.get("location"))
        got = said(browser.json("GET", ENROL))
        answer = {"passkey_token": got["passkey_token"], "passkey_answer": authenticator(world).make(got["options"])}
        assert 200 == browser.json("POST", ENROL, {**answer, "label": "key"}).status
        identity = signed_in(world, browser)
        assert identity is not None
        assert ("password", "totp", "passkey") == identity.factors

    def test_a_script_does_the_same(self, world: World) -> None:
        """It gets the secret and the address that apps read."""
        world.member()
        browser = world.browser()
        first = browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD})
        assert (401, "enrol", ENROL) == (first.status, said(first)["needed"], said(first)["next_step"])
        got = said(browser.json("GET", ENROL))
        assert ["totp", "passkey"] == got["ways"]
        assert got["uri"].startswith("otpauth://totp/")
        response = browser.json("POST", ENROL, {"ceremony": got["ceremony"], "code": code(world, got["secret"])})
        assert (200, 10) == (response.status, len(said(response)["recovery_codes"]))
        assert 200 == browser.json("GET", "/account").status

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_wrong_code_shows_the_same_secret_again(self, world: World, language: str) -> None:
        """Whoever has scanned it need not scan another one."""
        world.member()
        browser = there(world, browser=world.browser(language=language))
        shown = browser.get(ENROL)
        secret = secret_of(shown.body.decode())
        near = {apps.oathtool(secret, int(world.clock.now) + skew) for skew in (-30, 0, 30)}
        typed = next(each for each in ("000000", "111111", "222222", "333333") if each not in near)
        response = browser.post(ENROL, {**asked(shown), "code": typed})
        assert (401, secret) == (response.status, secret_of(response.body.decode()))
        right = browser.post(ENROL, {**asked(response), "code": code(world, secret)})
        assert 200 == right.status

    def test_what_was_begun_elsewhere_is_not_taken(self, world: World) -> None:
        """The secret of another half-done sign-in: a page with one of its own instead."""
        world.member()
        browser, other = there(world), there(world)
        foreign = other.get(ENROL)
        secret = secret_of(foreign.body.decode())
        fields = {**asked(browser.get(ENROL)), "ceremony": asked(foreign)["ceremony"], "code": code(world, secret)}
        response = browser.post(ENROL, fields)
        assert (403, True) == (response.status, secret != secret_of(response.body.decode()))
        assert not world.accounts.second_factors.held(1).second

    def test_what_is_missing_is_said(self, world: World) -> None:
        """422 at its field."""
        world.member()
        response = sends(there(world), ENROL, code="")
        assert 422 == response.status
        assert 422 == there(world).json("POST", ENROL, {"factor": "recovery-code"}).status


class TestNotSkipped:
    """Nobody gets past it, and nobody gets a second factor by it who has one."""

    def test_attack_25_who_has_a_factor_must_prove_it(self, world: World) -> None:
        """Enrolling another one with the password alone would be a way around it."""
        world.member()
        with_app(world)
        browser = world.browser()
        browser.submit("/sign-in", username=NAME, password=PASSWORD)
        assert (303, STEP) == (browser.get(ENROL).status, browser.get(ENROL).get("location"))
        response = browser.json("POST", ENROL, {"factor": "totp", "ceremony": "x", "code": "123456"})
        assert (401, "prove", STEP) == (response.status, said(response)["needed"], said(response)["next_step"])

    def test_attack_25_of_two_at_once_one_makes_it(self, world: World) -> None:
        """Whoever has the password, too, cannot add theirs behind the owner's."""
        world.member()
        mine, theirs = there(world), there(world)
        shown = theirs.get(ENROL)
        sets_up(world, mine)
        secret = secret_of(shown.body.decode())
        response = theirs.post(ENROL, {**asked(shown), "code": code(world, secret)})
        assert (303, STEP) == (response.status, response.get("location"))
        assert signed_in(world, theirs) is None

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_whoever_comes_from_nowhere_is_told_to_begin(self, world: World, language: str) -> None:
        """Looked at or sent, by a person or a script."""
        browser = world.browser(language=language)
        for response in (browser.get(ENROL), browser.post(ENROL, {"code": "123456"})):
            assert 401 == response.status
            assert (OVER.detail_in(language) or "?") in response.body.decode()
        assert 401 == browser.json("POST", ENROL, {"code": "123456"}).status

    def test_after_five_minutes_it_is_over(self, world: World) -> None:
        """Time for an app; then the password once more."""
        world.member()
        browser = there(world)
        shown = browser.get(ENROL)
        world.clock.now += LIFETIME
        assert 401 == browser.post(ENROL, {**asked(shown), "code": "123456"}).status

    def test_it_can_be_cancelled(self, world: World) -> None:
        """Then nobody is signed in."""
        world.member()
        browser = there(world)
        response = browser.post(ENROL, page(browser.get(ENROL)).forms[-1])
        assert (303, "/sign-in") == (response.status, response.get("location"))
        assert {browser.known} >= set(browser.cookies) - {"hardtack-visitor-8000"}

    def test_where_nothing_is_demanded_any_more_it_begins_anew(self, make_world: MakeWorld) -> None:
        """That proves nothing."""
        world = make_world()
        account = world.member()
        demand(world)
        browser = there(world)
        with world.accounts._database.write() as connection:
            factor_rows.demand(connection, account.id, False)
        assert 401 == browser.get(ENROL).status
        assert signed_in(world, browser) is None

    def test_attack_21_another_site_cannot_send_it(self, world: World) -> None:
        """Login CSRF: the victim would keep an app of the attacker's."""
        world.member()
        browser = there(world)
        shown = browser.get(ENROL)
        fields = {**asked(shown), "code": code(world, secret_of(shown.body.decode()))}
        for site in ("cross-site", "same-site", "none"):
            assert 403 == browser.post(ENROL, fields, sec_fetch_site=site).status

    def test_the_half_is_spent_meanwhile(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between the making and the sign-in: the factor is there, and asked for at the next one."""
        world.member()
        browser = there(world)
        finish = world.accounts.finish

        def late(*args: object, **kwargs: object) -> None:
            world.accounts.half.cancel(kwargs["half"].shown)  # type: ignore[attr-defined]
            finish(*args, **kwargs)

        monkeypatch.setattr(world.accounts, "finish", late)
        shown = browser.get(ENROL)
        secret = secret_of(shown.body.decode())
        response = browser.post(ENROL, {**asked(shown), "code": code(world, secret)})
        assert 401 == response.status
        assert (OVER.detail_in("en") or "?") in response.body.decode()
        assert signed_in(world, browser) is None
        assert STEP == browser.submit("/sign-in", username=NAME, password=PASSWORD).get("location")

    @pytest.mark.parametrize("address", [ENROL, STEP])
    def test_it_ends_while_the_answer_is_looked_at(
        self, world: World, monkeypatch: pytest.MonkeyPatch, address: str
    ) -> None:
        """In the transaction of the proof: nothing is made, nothing counts."""
        world.member()
        secret = with_app(world) if address == STEP else ""
        browser = world.browser()
        assert address == browser.submit("/sign-in", username=NAME, password=PASSWORD).get("location")
        shown = browser.get(address)
        secret = secret or secret_of(shown.body.decode())
        parts = {ENROL: (world.accounts.totp, "enrol"), STEP: (world.accounts.second_step, "prove")}
        owner, name = parts[address]
        does = getattr(owner, name)

        def late(half: Half, *args: object, **kwargs: object) -> object:
            world.accounts.half.cancel(half.shown)
            return does(half, *args, **kwargs)

        monkeypatch.setattr(owner, name, late)
        response = browser.post(address, {**asked(shown), "code": code(world, secret)})
        assert 401 == response.status
        assert (OVER.detail_in("en") or "?") in response.body.decode()
        assert (address == STEP) == world.accounts.second_factors.held(1).second

    def test_of_two_that_end_the_same_one_the_second_begins_anew(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both codes were right; one session."""
        world.member()
        secret = with_app(world)
        browser = at_step(world)
        finish = world.accounts.finish

        def late(*args: object, **kwargs: object) -> None:
            world.accounts.half.cancel(kwargs["half"].shown)  # type: ignore[attr-defined]
            finish(*args, **kwargs)

        monkeypatch.setattr(world.accounts, "finish", late)
        response = proves(world, browser, secret)
        assert (401, None) == (response.status, signed_in(world, browser))

    def test_a_script_that_has_a_recovery_code_is_told_what_is_missing_yet(self, make_world: MakeWorld) -> None:
        """At assurance 3: the code counts, and the passkey is made next."""
        world = make_world(assurance=3)
        world.member()
        with_app(world)
        given = with_codes(world)
        browser = at_step(world)
        answer = {"factor": "recovery-code", "code": given[0]}
        for sent in (answer, {"factor": "totp", "code": "123456"}):
            response = browser.json("POST", STEP, sent)
            assert (401, "enrol", ENROL) == (response.status, said(response)["needed"], said(response)["next_step"])
        assert (303, ENROL) == (browser.post(STEP, {"code": "123456"}).status, browser.get(STEP).get("location"))


class TestNewAccounts:
    """Whoever makes an account where a second factor is asked for makes one on the way."""

    def test_signing_up_leads_there_and_on(self, world: World) -> None:
        """The account is made; nobody is signed in before the factor is."""
        browser = world.browser()
        response = browser.submit("/sign-up?next=/account/sessions", username="newcomer", password=PASSWORD)
        assert (303, ENROL) == (response.status, response.get("location"))
        assert signed_in(world, browser) is None
        _, content = sets_up(world, browser)
        assert b'href="/account/sessions"' in content
        assert signed_in(world, browser) is not None

    def test_a_script_gets_201_and_what_is_missing(self, world: World) -> None:
        """The shape stays; the next step is added."""
        browser = world.browser()
        response = browser.json("POST", "/sign-up", {"username": "newcomer", "password": PASSWORD})
        made = said(response)
        assert (201, "newcomer", "enrol", ENROL) == (
            response.status,
            made["account"]["name"],
            made["needed"],
            made["next_step"],
        )
        assert half_name(browser) in browser.cookies
        assert 200 == browser.json("GET", ENROL).status

    def test_the_first_administrator_does_too(self, world: World) -> None:
        """There is no way in without."""
        code_of_link = world.accounts.make_welcome_code(int(world.clock.now))
        browser = world.browser()
        response = browser.submit(f"/welcome?code={code_of_link}", username="boss", password=PASSWORD)
        assert (303, ENROL) == (response.status, response.get("location"))
        sets_up(world, browser)
        assert 200 == browser.get("/admin").status

    def test_the_browser_in_which_an_account_is_made_is_known(self, world: World) -> None:
        """Its owner is told of no new device when the factor is made."""
        browser = world.browser()
        response = browser.submit("/sign-up", username="newcomer", password=PASSWORD)
        assert browser.known in {value.partition("=")[0] for value in set_cookies(response)}


class TestReset:
    """A reset that an administrator has begun, seen from the sign-in (attack 19)."""

    def test_attack_19_until_it_is_due_the_factor_is_asked_for_and_showing_it_calls_it_off(self, world: World) -> None:
        """Whoever has it has not lost it."""
        world.member()
        secret = with_app(world)
        world.accounts.factor_reset.ask(1, actor_id=0, now=int(world.clock.now))
        browser = at_step(world)
        assert 303 == proves(world, browser, secret).status
        assert world.accounts.factor_reset.pending(1, int(world.clock.now)) is None

    def test_attack_19_when_it_is_due_the_password_leads_to_a_new_factor_and_no_further(self, world: World) -> None:
        """Never a weaker door than enrolment: nobody is signed in before there is one again."""
        world.member()
        with_app(world)
        world.accounts.factor_reset.ask(1, actor_id=0, now=int(world.clock.now))
        world.clock.now += world.accounts.factor_reset.wait
        browser = there(world)
        assert signed_in(world, browser) is None
        assert not world.accounts.second_factors.held(1).second
        sets_up(world, browser)
        assert signed_in(world, browser) is not None

    def test_of_two_sign_ins_that_it_is_due_for_the_second_is_asked_for_what_there_is(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It takes effect once."""
        world.member()
        with_app(world)
        world.accounts.factor_reset.ask(1, actor_id=0, now=int(world.clock.now))
        world.clock.now += world.accounts.factor_reset.wait
        monkeypatch.setattr(world.accounts.factor_reset, "take_effect", lambda *_, **__: None)
        at_step(world)
