"""A proof once more, by whatever the account has; and how recently a certain strength must have been proved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardtack.errors import MisuseError
from hardtack.login import audit
from hardtack.login.credentials import SessionOver
from hardtack.message import Headers
from hardtack.session.revocation import GRACE
from hardtack.site import demands, texts
from hardtack.status import Unauthorized
from tests.site.conftest import NAME, PASSWORD, Browser, World
from tests.site.half_done import (
    asked,
    asked_again,
    at_step,
    code,
    events,
    page,
    proves,
    said,
    sends,
    services_of,
    signed_in,
    with_app,
    with_passkey,
    wrong,
)

ADDRESS = "/account/confirm"
LATER = 3600


@pytest.fixture
def secret(world: World) -> str:
    """The secret of a member's app."""
    world.member()
    return with_app(world)


@pytest.fixture
def browser(world: World, secret: str) -> Browser:
    """Somebody who signed in with both an hour ago."""
    browser = at_step(world)
    assert 303 == proves(world, browser, secret).status
    world.clock.now += LATER
    return browser


class TestByCode:
    """The app instead of the password."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_page_offers_what_there_is_one_at_a_time(self, browser: Browser, language: str) -> None:
        """The password first; the others are a link away, and where it leads is kept."""
        browser.language = language
        first = page(browser.get(f"{ADDRESS}?next=/account/tokens"))
        link = f"{ADDRESS}?next=/account/tokens&with=totp"
        assert link in [each.get("href") for each in first.all("a")]
        second = page(browser.get(link))
        (field,) = [each for each in second.all("input") if each["name"] == "code"]
        assert ("one-time-code", "numeric") == (field["autocomplete"], field["inputmode"])
        assert texts.OURS.text(language, "confirm.lead_factor", name=NAME) in second.text

    @pytest.mark.asvs("7.5.3")
    def test_the_right_code_lets_the_session_go_on_as_of_now(self, world: World, secret: str, browser: Browser) -> None:
        """Under a new id, with the factor last; the trail names it."""
        before = signed_in(world, browser)
        response = sends(browser, f"{ADDRESS}?next=/account/tokens&with=totp", code=code(world, secret))
        after = signed_in(world, browser)

        assert (303, "/account/tokens") == (response.status, response.get("location"))
        assert before is not None
        assert after is not None
        assert (before.lineage, int(world.clock.now)) == (after.lineage, after.authenticated_at)
        assert before.session_id != after.session_id
        assert (audit.CONFIRMED, "", ("totp",)) == events(world)[-1]

    def test_a_wrong_one_is_401_with_the_page(self, world: World, secret: str, browser: Browser) -> None:
        """And is counted as at the sign-in."""
        response = sends(browser, f"{ADDRESS}?next=/account/tokens&with=totp", code=wrong(world, secret))
        assert (401, "totp", "/account/tokens") == (
            response.status,
            asked(response)["factor"],
            asked(response)["next"],
        )
        for _ in range(4):
            assert 401 == browser.json("POST", ADDRESS, {"factor": "totp", "code": wrong(world, secret)}).status
        assert 429 == browser.json("POST", ADDRESS, {"factor": "totp", "code": code(world, secret)}).status
        assert asked_again(world, browser, None)

    def test_a_code_of_another_account_is_no_proof(self, world: World, browser: Browser) -> None:
        """Attack 24."""
        world.member("eve")
        eves = with_app(world, "eve")
        assert 401 == browser.json("POST", ADDRESS, {"factor": "totp", "code": code(world, eves)}).status

    def test_what_the_account_does_not_have_is_no_way(self, world: World, browser: Browser) -> None:
        """422, and the password stays one."""
        for factor in ("passkey", "recovery-code", "trusted-device", "x"):
            assert 422 == browser.json("POST", ADDRESS, {"factor": factor, "code": "123456"}).status
        assert 200 == browser.json("POST", ADDRESS, {"password": PASSWORD}).status

    def test_an_old_cookie_proves_nothing(self, world: World, secret: str, browser: Browser) -> None:
        """A superseded session cannot step up by a code either; the code is not used up."""
        old = dict(browser.cookies)
        assert 200 == browser.json("POST", ADDRESS, {"password": PASSWORD}).status
        world.clock.now += GRACE - 1
        late = world.browser(cookies=old)
        answer = {"factor": "totp", "code": code(world, secret)}
        assert 401 == late.json("POST", ADDRESS, answer).status
        assert 200 == browser.json("POST", ADDRESS, answer).status

    def test_attack_5_a_session_that_ends_meanwhile_is_not_brought_back(
        self, world: World, secret: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Looked at in the transaction of the proof."""
        confirm = world.accounts.second_step.confirm

        def ended(who: object, *given: object, **named: object) -> object:
            world.accounts.sign_out(who, int(world.clock.now))  # type: ignore[arg-type] # an identity
            return confirm(who, *given, **named)  # type: ignore[arg-type] # as they came

        monkeypatch.setattr(world.accounts.second_step, "confirm", ended)
        response = browser.json("POST", ADDRESS, {"factor": "totp", "code": code(world, secret)})
        assert (401, SessionOver().detail_in("en")) == (response.status, said(response)["detail"])
        assert 401 == browser.json("GET", "/account").status


class TestByPasskey:
    """The same with a passkey."""

    @pytest.mark.asvs("7.5.3")
    def test_attack_26_it_must_be_a_passkey_of_who_is_signed_in(self, world: World, browser: Browser) -> None:
        """FastAPI-users GHSA-f66q: somebody else's, valid in itself, is no proof of this person."""
        mine = with_passkey(world)
        world.member("eve")
        eves = with_passkey(world, "eve")
        got = said(browser.json("GET", ADDRESS))
        answer = {"factor": "passkey", "passkey_token": got["passkey_token"]}
        foreign = {**answer, "passkey_answer": eves.show(got["options"])}
        assert 401 == browser.json("POST", ADDRESS, foreign).status
        assert asked_again(world, browser, None)
        assert 200 == browser.json("POST", ADDRESS, {**answer, "passkey_answer": mine.show(got["options"])}).status
        assert "" == asked_again(world, browser, "passkey")

    @pytest.mark.asvs("9.2.2")
    def test_what_was_begun_for_a_sign_in_is_none_here(self, world: World, browser: Browser) -> None:
        """A ceremony belongs to one session."""
        mine = with_passkey(world)
        half_way = at_step(world)
        got = said(half_way.json("GET", "/sign-in/second-factor"))
        answer = {"passkey_token": got["passkey_token"], "passkey_answer": mine.show(got["options"])}
        assert 403 == browser.json("POST", ADDRESS, {"factor": "passkey", **answer}).status

    def test_the_form_carries_what_its_script_needs(self, world: World, browser: Browser) -> None:
        """And where it leads."""
        with_passkey(world)
        shown = browser.get(f"{ADDRESS}?next=/account/tokens&strength=passkey")
        (form,) = [each for each in page(shown).all("form") if "data-passkey" in each]
        assert "show" == form["data-passkey"]
        fields = asked(shown)
        assert ("/account/tokens", "passkey") == (fields["next"], fields["strength"])


class TestStrength:
    """What was proved last is what counts, because nobody knows when the rest was."""

    @pytest.mark.asvs("7.5.3")
    def test_a_second_factor_must_have_been_shown_a_moment_ago(
        self, world: World, secret: str, browser: Browser
    ) -> None:
        """At the sign-in it was; the password again makes the session fresh and the second factor no fresher."""
        assert asked_again(world, browser, "second")
        assert 200 == browser.json("POST", ADDRESS, {"password": PASSWORD}).status
        assert "" == asked_again(world, browser, None)
        assert f"{ADDRESS}?next=/account&strength=second" == asked_again(world, browser, "second")
        response = sends(browser, f"{ADDRESS}?next=/account&strength=second", code=code(world, secret))
        assert (303, "/account") == (response.status, response.get("location"))
        assert "" == asked_again(world, browser, "second")
        assert f"{ADDRESS}?next=/account&strength=passkey" == asked_again(world, browser, "passkey")
        world.clock.now += world.settings.recent_sign_in + 1
        assert asked_again(world, browser, "second")

    def test_a_sign_in_with_both_is_one(self, world: World, secret: str) -> None:
        """A moment ago."""
        browser = at_step(world)
        proves(world, browser, secret)
        assert ["", ""] == [asked_again(world, browser, strength) for strength in (None, "second")]
        assert asked_again(world, browser, "passkey")

    def test_the_page_offers_only_what_is_strong_enough(self, world: World, browser: Browser) -> None:
        """The password is not, for a second factor; sent all the same it is 422."""
        assert ["totp"] == said(browser.json("GET", f"{ADDRESS}?strength=second"))["ways"]
        assert "fields" not in said(browser.json("GET", f"{ADDRESS}?strength=second"))
        answer = {"password": PASSWORD, "strength": "second"}
        assert 422 == browser.json("POST", ADDRESS, answer).status
        assert ["password", "totp"] == said(browser.json("GET", f"{ADDRESS}?strength=nonsense"))["ways"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize(("strength", "way"), [("second", "/account/two-factor"), ("passkey", "/account/passkeys")])
    def test_who_has_nothing_of_that_strength_is_led_to_set_it_up(
        self, world: World, language: str, strength: str, way: str
    ) -> None:
        """The page says so."""
        world.member("eve")
        browser = world.browser(language=language)
        browser.sign_in("eve")
        response = browser.get(f"{ADDRESS}?strength={strength}")
        assert texts.OURS.text(language, f"confirm.none_{strength}", name="eve") in response.body.decode()
        assert way in [each.get("href") for each in page(response).all("a")]
        assert 422 == browser.json("POST", ADDRESS, {"password": PASSWORD, "strength": strength}).status

    def test_a_script_is_told_which_strength_is_asked_for(self, world: World, browser: Browser) -> None:
        """In the challenge."""
        services = services_of(world, browser)
        assert services.request is not None
        script = replace(services.request, headers=Headers([("accept", "application/json")]))
        with pytest.raises(Unauthorized) as refused:
            demands.recent(script, services, factor="second", max_age=60)
        (value,) = [value for name, value in refused.value.headers if name.lower() == "www-authenticate"]
        assert value.endswith('error="insufficient_user_authentication", max_age=60, acr_values="second"')

    @pytest.mark.parametrize("factor", ["totp", "password", "", "2"])
    def test_a_strength_that_is_none_is_the_programmers_mistake(
        self, world: World, browser: Browser, factor: str
    ) -> None:
        """Said before anybody is looked at."""
        with pytest.raises(MisuseError, match="no strength"):
            asked_again(world, browser, factor)
