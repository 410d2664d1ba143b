"""The page that asks for the password again: who is let on, who is not, and what it changes."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from hardtack.message import Response
from hardtack.session import Identity
from hardtack.session.revocation import GRACE
from hardtack.site import texts
from tests.site.conftest import HOST, NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

WRONG = "another quite long password"
ADDRESS = "/account/confirm"
LATER = 3600
"""Seconds after the sign-in at which the page is used here."""


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


def identity(world: World, browser: Browser) -> Identity:
    """Return who the browser's cookies name; somebody is signed in."""
    header = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    found, why = world.sessions.identify(header, int(world.clock.now), HOST)
    assert found is not None, why
    return found


@pytest.fixture
def browser(world: World) -> Browser:
    """Return the browser of somebody who signed in an hour ago."""
    world.member()
    signed_in = world.browser()
    assert 303 == signed_in.sign_in().status
    world.clock.now += LATER
    return signed_in


class TestPage:
    """The form before anything is sent."""

    @pytest.mark.asvs("6.2.6", "6.2.7")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_asks_for_the_password_alone_and_says_whose(self, world: World, language: str) -> None:
        """With a name for password managers that nobody else sees (ASVS 6.2.6, 6.2.7)."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        response = browser.get(ADDRESS)
        page = Page(words(response))
        inputs = {field["name"]: field for field in page.all("input")}

        assert 200 == response.status
        assert texts.OURS.text(language, "confirm.title") == page.words["h1"]
        assert texts.OURS.text(language, "confirm.lead", name=NAME) in words(response)
        assert ("password", "current-password") == (inputs["password"]["type"], inputs["password"]["autocomplete"])
        assert ("username", NAME) == (inputs["username"]["autocomplete"], inputs["username"]["value"])
        assert "hidden" in inputs["username"]
        assert ["password"] == [label["for"] for label in page.all("label")]
        assert {"csrf_token", "username", "password"} == set(page.form(ADDRESS))

    def test_next_is_carried_along_if_it_is_ours(self, browser: Browser) -> None:
        """In a hidden field."""
        assert "/account?a=b" == Page(words(browser.get(f"{ADDRESS}?next=/account%3Fa=b"))).form(ADDRESS)["next"]

    @pytest.mark.asvs("3.7.2")
    @pytest.mark.parametrize("asked", ["https://evil.example/", "//evil.example", "/%5Cevil.example", "%00", "%ff"])
    def test_attack_1_a_foreign_next_is_neither_carried_along_nor_followed(self, browser: Browser, asked: str) -> None:
        """Not from the address, not from the form, not on the way through the sign-in page."""
        address = f"{ADDRESS}?next={asked}"
        assert "next" not in Page(words(browser.get(address))).form(ADDRESS)
        response = browser.submit(ADDRESS, password=PASSWORD, next=asked)
        assert (303, "/account") == (response.status, response.get("location"))
        assert "/sign-in?next=/account" == Browser(browser.site).get(address).get("location")

    def test_a_script_gets_the_fields_and_a_token(self, browser: Browser) -> None:
        """As the other forms say it."""
        said = json.loads(browser.json("GET", ADDRESS).body)

        assert ["password", "next"] == said["fields"]
        assert ["password"] == said["ways"]
        assert {"fields", "ways", "csrf_token"} == set(said)

    def test_it_is_not_stored(self, browser: Browser) -> None:
        """Attack 34: the back button after a sign-out shows no name."""
        assert "no-store" == browser.get(ADDRESS).get("cache-control")


class TestSignedOut:
    """Nobody is signed in: a sign-in is a proof as well, so nothing is asked twice."""

    def test_a_person_is_led_to_the_sign_in_and_from_there_on(self, world: World) -> None:
        """Past this page, to where they wanted to go."""
        world.member()
        browser = world.browser()
        led = browser.get(f"{ADDRESS}?next=/language%3Fto=zh")
        assert (303, "/sign-in?next=/language%3Fto%3Dzh") == (led.status, led.get("location"))
        response = browser.submit(led.get("location") or "", username=NAME, password=PASSWORD)
        assert "/language?to=zh" == response.get("location")

    def test_a_form_that_was_open_while_the_sign_in_ended_leads_there_too(self, world: World, browser: Browser) -> None:
        """Nothing of it counts but where it was to lead."""
        form = Page(words(browser.get(f"{ADDRESS}?next=/account%3Fx"))).form(ADDRESS)
        world.clock.now += 86400 * 2
        response = browser.post(ADDRESS, {**form, "password": PASSWORD})

        assert (303, "/sign-in?next=/account%3Fx") == (response.status, response.get("location"))

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_script_is_told_where_to_sign_in(self, world: World, method: str) -> None:
        """401, never a redirect."""
        response = world.browser().json(method, ADDRESS, None if method == "GET" else {"password": PASSWORD})

        assert (401, 'Session realm="hardtack", sign-in="/sign-in"') == (
            response.status,
            response.get("www-authenticate"),
        )


class TestConfirming:
    """The right password."""

    @pytest.mark.asvs("7.2.4")
    def test_the_session_goes_on_as_of_now_under_a_new_id(self, world: World, browser: Browser) -> None:
        """Attack 4: the id changes; lineage, birth and factors stay (ASVS 7.2.4)."""
        before = identity(world, browser)
        response = browser.submit(f"{ADDRESS}?next=/account%3Fx", password=PASSWORD)
        after = identity(world, browser)

        assert (303, "/account?x") == (response.status, response.get("location"))
        assert before.authenticated_at + LATER == after.authenticated_at == int(world.clock.now)
        assert before.session_id != after.session_id
        assert (before.lineage, before.born, before.factors) == (after.lineage, after.born, after.factors)
        assert 1 == len(set_cookies(response))

    def test_a_script_gets_the_account_and_the_time(self, world: World, browser: Browser) -> None:
        """JSON for JSON."""
        response = browser.json("POST", ADDRESS, {"password": PASSWORD})

        assert 200 == response.status
        assert (NAME, texts.machine_time(int(world.clock.now))) == (
            json.loads(response.body)["account"]["name"],
            json.loads(response.body)["session"]["authenticated_at"],
        )

    def test_without_a_way_on_it_leads_to_the_account(self, browser: Browser) -> None:
        """As the sign-in does."""
        assert "/account" == browser.submit(ADDRESS, password=PASSWORD).get("location")

    def test_a_form_that_is_open_in_another_tab_stays_good(self, browser: Browser) -> None:
        """Its token is bound to the lineage, which stays."""
        form = Page(words(browser.get("/account"))).form("/sign-out")
        browser.submit(ADDRESS, password=PASSWORD)
        browser.fetch_metadata = False

        assert 303 == browser.post("/sign-out", form).status

    def test_other_sign_ins_of_the_account_stay_as_they_are(self, world: World, browser: Browser) -> None:
        """Neither ended nor made recent."""
        other = world.browser()
        other.sign_in()
        there = identity(world, other)
        world.clock.now += LATER
        browser.submit(ADDRESS, password=PASSWORD)
        world.clock.now += GRACE

        assert there == identity(world, other)

    def test_whoever_is_kept_signed_in_stays_so(self, world: World) -> None:
        """The new cookie outlives the browser as the old one did."""
        world.member()
        browser = world.browser()
        browser.submit("/sign-in", username=NAME, password=PASSWORD, keep="yes")
        (cookie,) = set_cookies(browser.submit(ADDRESS, password=PASSWORD))

        assert "; Max-Age=1209600;" in cookie

    def test_attack_7_a_renewed_cookie_is_no_new_proof(self, world: World) -> None:
        """Being kept signed in renews the cookie, not the time of the sign-in."""
        world.member()
        browser = world.browser()
        browser.submit("/sign-in", username=NAME, password=PASSWORD, keep="yes")
        before = identity(world, browser)
        world.clock.now += 600000
        browser.get("/account")
        after = identity(world, browser)

        assert before.issued < after.issued
        assert before.authenticated_at == after.authenticated_at

    @pytest.mark.asvs("7.2.4")
    def test_attack_4_a_copy_from_before_gains_nothing_and_dies(self, world: World, browser: Browser) -> None:
        """A thief's cookie is not raised with the owner's: old rights for half a minute, then none."""
        thief = world.browser(cookies=dict(browser.cookies))
        browser.submit(ADDRESS, password=PASSWORD)
        assert int(world.clock.now) - LATER == identity(world, thief).authenticated_at
        world.clock.now += GRACE

        assert 401 == thief.json("GET", "/account").status
        assert 200 == browser.json("GET", "/account").status

    def test_attack_28_whatever_else_is_sent_means_nothing(self, world: World, browser: Browser) -> None:
        """Neither a name nor a number makes it another's confirmation."""
        world.member("eve")
        before = identity(world, browser)
        fields = {"username": "eve", "account": "2", "session_id": "x", "factors": "totp"}
        response = browser.submit(ADDRESS, password=PASSWORD, **fields)
        after = identity(world, browser)

        assert 303 == response.status
        assert (before.account, ("password",)) == (after.account, after.factors)


class TestRefused:
    """Everything that is not the right password of whoever is signed in."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_wrong_password_is_401_with_the_page(self, world: World, language: str) -> None:
        """The way on stays, the password does not come back, the sign-in is as it was."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        before = identity(world, browser)
        world.clock.now += LATER
        response = browser.submit(f"{ADDRESS}?next=/account%3Fx", password=WRONG)
        page = Page(words(response))
        problem = {"en": "The password is not right. Please try again.", "zh": "密码不正确，请重试。"}[language]

        assert 401 == response.status
        assert 'Session realm="hardtack", sign-in="/sign-in"' == response.get("www-authenticate")
        assert problem in words(response)
        assert ("/account?x", "") == (page.form(ADDRESS)["next"], page.form(ADDRESS)["password"])
        assert WRONG not in words(response)
        assert [] == set_cookies(response)
        assert before == identity(world, browser)

    def test_a_script_gets_a_problem(self, browser: Browser) -> None:
        """RFC 9457."""
        response = browser.json("POST", ADDRESS, {"password": WRONG}, accept="*/*")

        assert (401, "application/problem+json") == (response.status, response.get("content-type"))
        assert "The password is not right. Please try again." == json.loads(response.body)["detail"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_missing_password_is_422_and_named(self, world: World, language: str) -> None:
        """At the field and in the summary; a script's number is no text."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        response = browser.submit(ADDRESS, password="")
        script = browser.json("POST", ADDRESS, {"password": 5})

        assert (422, 422) == (response.status, script.status)
        assert 2 == words(response).count(texts.OURS.text(language, "form.password_missing"))
        assert ["password"] == list(json.loads(script.body)["fields"])

    @pytest.mark.asvs("6.3.1", "6.3.4")
    def test_attack_11_the_budget_is_that_of_the_sign_in(self, world: World, browser: Browser) -> None:
        """Five guesses here and five there, and neither door looks at another; by whoever stole the sign-in alone."""
        del browser.cookies[browser.known]
        elsewhere = world.browser(client="198.51.100.9")
        for _ in range(5):
            assert 401 == browser.submit(ADDRESS, password=WRONG).status
            assert 401 == elsewhere.sign_in(password=WRONG).status
        response = browser.submit(ADDRESS, password=PASSWORD)
        assert (429, "6") == (response.status, response.get("retry-after"))
        assert "6" in words(response)
        assert 429 == elsewhere.sign_in().status

    @pytest.mark.asvs("7.5.3")
    def test_attack_26_somebody_elses_password_does_not_do(self, world: World, browser: Browser) -> None:
        """A proof must belong to whoever is signed in."""
        world.accounts.add("eve", WRONG, now=int(world.clock.now))

        assert 401 == browser.submit(ADDRESS, password=WRONG).status

    @pytest.mark.asvs("3.5.1")
    @pytest.mark.parametrize("headers", [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}])
    def test_attack_22_another_site_cannot_send_it(
        self, world: World, browser: Browser, headers: dict[str, str]
    ) -> None:
        """Not even with the right password, and not with a token of its own making."""
        before = identity(world, browser)
        assert 403 == browser.post(ADDRESS, {"password": PASSWORD}, **headers).status
        browser.fetch_metadata = False
        # A foreign origin is refused even earlier in development mode.
        for origin, status in (("https://evil.example", 421), ("null", 421), (None, 403)):
            fields = {"password": PASSWORD, "csrf_token": "x"}
            assert status == browser.post(ADDRESS, fields, origin=origin).status
        assert before == identity(world, browser)

    @pytest.mark.asvs("3.5.3")
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
    def test_attack_22_no_other_method_confirms(self, world: World, browser: Browser, method: str) -> None:
        """Nor does a password in the address."""
        before = identity(world, browser)
        browser.ask(method, f"{ADDRESS}?password={PASSWORD.encode().hex()}")

        assert before == identity(world, browser)

    @pytest.mark.asvs("16.2.5")
    def test_attack_31_no_password_reaches_the_log(
        self, world: World, browser: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Right or wrong (ASVS 16.2.5)."""
        with caplog.at_level(logging.DEBUG):
            browser.submit(ADDRESS, password=WRONG)
            browser.submit(ADDRESS, password=PASSWORD)
        written = caplog.text + "".join(str(vars(record)) for record in caplog.records)

        assert ["confirm-refused", "confirm"] == [
            record.getMessage() for record in caplog.records if record.name == "hardtack.audit"
        ]
        assert not [word for word in (WRONG, PASSWORD) if word in written]


class TestSuperseded:
    """The cookie from before a step-up, or two confirmations at once."""

    @pytest.fixture
    def late(self, world: World, browser: Browser) -> Browser:
        """Return a browser with the cookie from before."""
        before = world.browser(cookies=dict(browser.cookies))
        browser.submit(ADDRESS, password=PASSWORD)
        return before

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_person_is_told_to_try_again(self, late: Browser, language: str) -> None:
        """The page is there with its reason; what the faster answer has set is left alone."""
        late.language = language
        response = late.submit(ADDRESS, password=PASSWORD)
        reason = {"en": "Your sign-in was renewed while this request was under way", "zh": "您的登录状态已更新"}

        assert (401, []) == (response.status, set_cookies(response))
        assert reason[language] in words(response)
        assert "password" in Page(words(response)).form(ADDRESS)

    def test_a_script_is_refused_and_its_password_not_looked_at(self, world: World, late: Browser) -> None:
        """Wrong ones cost the owner no place in the budget."""
        for _ in range(20):
            response = late.json("POST", ADDRESS, {"password": WRONG})
            assert (401, []) == (response.status, set_cookies(response))
        assert 303 == world.browser().sign_in().status

    @pytest.mark.asvs("15.4.2")
    def test_of_two_at_once_one_does(self, world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both passwords are right; the one that is recorded second changes nothing."""
        twin = world.browser(cookies=dict(browser.cookies))
        verify = world.accounts.confirm
        answers: list[Response] = []

        def overtaken(*given: object, **named: object) -> object:
            monkeypatch.setattr(world.accounts, "confirm", verify)
            answers.append(twin.json("POST", ADDRESS, {"password": PASSWORD}))
            return verify(*given, **named)  # type: ignore[arg-type] # as they came

        monkeypatch.setattr(world.accounts, "confirm", overtaken)
        response = browser.json("POST", ADDRESS, {"password": PASSWORD})

        assert [200, 401] == [answers[0].status, response.status]
        assert (1, 0) == (len(set_cookies(answers[0])), len(set_cookies(response)))

    @pytest.mark.asvs("7.4.1", "15.4.2")
    @pytest.mark.parametrize(
        "end",
        [
            lambda world, who: world.accounts.sign_out(who, int(world.clock.now)),
            lambda world, who: world.accounts.disable(NAME, int(world.clock.now)),
        ],
        ids=["signed out", "disabled"],
    )
    def test_attack_5_what_was_ended_meanwhile_is_not_brought_back(
        self,
        world: World,
        browser: Browser,
        monkeypatch: pytest.MonkeyPatch,
        end: Callable[[World, Identity], object],
    ) -> None:
        """The sign-in ends while the hash runs: no cookie comes of it."""
        verify = world.accounts.confirm

        def ended(who: Identity, password: str, **given: Any) -> object:
            end(world, who)
            return verify(who, password, **given)

        monkeypatch.setattr(world.accounts, "confirm", ended)
        response = browser.submit(ADDRESS, password=PASSWORD)

        assert [] == set_cookies(response)
        assert 401 == browser.json("GET", "/account").status


def test_it_works_below_a_prefix(make_world: MakeWorld) -> None:
    """Form, way on, and the way to the sign-in."""
    world = make_world(prefix="/auth")
    world.member()
    browser = world.browser()
    assert "/auth/sign-in?next=/shop" == browser.get("/auth/account/confirm?next=/shop").get("location")
    browser.sign_in(address="/auth/sign-in")
    assert "/auth/account" == browser.submit("/auth/account/confirm", password=PASSWORD).get("location")
    assert "/shop" == browser.submit("/auth/account/confirm?next=/shop", password=PASSWORD).get("location")
