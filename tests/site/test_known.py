"""The cookie of known devices: written at a sign-in, kept when it ends, and believed only where it belongs."""

from __future__ import annotations

import json
import logging
import re

import pytest

from hardtack.login import devices
from hardtack.login.devices import LIFETIME, RENEWED_AFTER, Known, made
from hardtack.seal import Purpose
from hardtack.session.visitor import Visitor
from hardtack.site.known import KnownCookie
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, World, set_cookies

WRONG = "a long walk to nowhere"


@pytest.fixture
def browser(world: World) -> Browser:
    """The browser of a member who has signed in, and out."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    browser.submit("/account", action="/sign-out")
    assert {browser.known} == set(browser.cookies)
    return browser


def shown(world: World, browser: Browser, realm: str = "hardtack") -> Known:
    """Return what a browser's cookie says."""
    opened = world.keyring.open(
        browser.cookies[browser.known],
        purpose=Purpose.KNOWN_DEVICE,
        context=(browser.known, realm),
        now=int(world.clock.now),
    )
    return devices.decode(opened)


def used_up(world: World) -> None:
    """Let a stranger use up the budget of the member's name."""
    stranger = world.browser(client="198.51.100.1")
    while stranger.sign_in(password=WRONG).status != 429:
        pass


class TestWriting:
    """Who is known, and for how long."""

    def test_a_sign_in_makes_the_browser_known_for_half_a_year(self, world: World) -> None:
        """By the form and by JSON; a refused one does not."""
        account = world.member()
        for script in (False, True):
            browser = world.browser()
            wrong = browser.json("POST", "/sign-in", {"username": NAME, "password": WRONG})
            assert [] == set_cookies(wrong)
            if script:
                response = browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD})
            else:
                response = browser.sign_in()
            (written,) = [value for value in set_cookies(response) if value.startswith(browser.known)]
            assert written.endswith(f"; Path=/; Max-Age={LIFETIME}; HttpOnly; SameSite=Lax")
            assert [account.id] == [device.account for device in shown(world, browser).devices]

    def test_signing_up_and_the_first_administrators_link_do_too(self, world: World) -> None:
        """Whoever has made the account is its owner."""
        browser = world.browser()
        browser.submit("/sign-up", username="eve", password=PASSWORD)
        assert browser.known in browser.cookies
        first = world.browser()
        code = world.accounts.make_welcome_code(int(world.clock.now))
        first.submit(f"/welcome?code={code}", username="boss", password=PASSWORD)
        assert first.known in first.cookies

    @pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3")
    def test_over_https_no_other_host_can_set_it(self, make_world: MakeWorld) -> None:
        """The prefix says so, and the flags that it demands."""
        world = make_world(origin="https://id.example.org")
        world.member()
        browser = world.browser(host="id.example.org", scheme="https")
        response = browser.sign_in()
        (written,) = [value for value in set_cookies(response) if value.startswith("__Host-hardtack-known=")]
        assert written.endswith(f"; Path=/; Max-Age={LIFETIME}; Secure; HttpOnly; SameSite=Lax")

    def test_it_survives_the_sign_out_and_gives_no_right(self, world: World, browser: Browser) -> None:
        """The account page asks for a sign-in."""
        assert 303 == browser.get("/account").status
        assert 401 == browser.json("GET", "/account").status

    def test_a_sign_in_keeps_it_for_a_month_and_then_makes_it_anew(self, world: World, browser: Browser) -> None:
        """Each record is its own; the browser of two people shows both."""
        before = shown(world, browser)
        world.member("eve")
        browser.sign_in("eve")
        assert before.devices == shown(world, browser).devices[1:]
        browser.submit("/account", action="/sign-out")
        browser.sign_in()
        assert before.devices == shown(world, browser).devices[:1]
        browser.submit("/account", action="/sign-out")
        world.clock.now += RENEWED_AFTER + 1
        browser.sign_in()
        assert before.devices[0].id != shown(world, browser).devices[0].id
        assert 2 == len(shown(world, browser).devices)

    def test_of_several_sign_ins_in_one_answer_the_last_is_written(self, world: World) -> None:
        """One Set-Cookie per name."""
        visitor = _visitor(world, world.browser())
        values: list[str] = ["other=1"]
        for account in (1, 2):
            world.site.known.put(Known((made(account, int(world.clock.now)),)), visitor, values)
        assert ["other", "hardtack-known-8000"] == [value.partition("=")[0] for value in values]


class TestReading:
    """What counts as a known device."""

    @pytest.mark.asvs("6.3.1")
    def test_attack_13_it_lets_the_owner_in_where_the_name_is_used_up(self, world: World, browser: Browser) -> None:
        """And where the client is: the owner may sit in the same café."""
        used_up(world)
        assert 429 == world.browser().sign_in().status
        assert 303 == browser.sign_in().status

    @pytest.mark.asvs("6.3.4")
    def test_attack_11_form_script_and_confirmation_share_its_budget(self, world: World, browser: Browser) -> None:
        """One budget across every way."""
        assert 303 == browser.sign_in().status
        for _ in range(3):
            assert 401 == browser.json("POST", "/sign-in", {"username": NAME, "password": WRONG}).status
            assert 401 == browser.json("POST", "/sign-in", {"username": NAME.upper(), "password": WRONG}).status
            assert 401 == browser.submit("/account/confirm", password=WRONG).status
        assert 401 == browser.json("POST", "/account/confirm", {"password": WRONG}).status
        for path, fields in (("/sign-in", {"username": NAME, "password": PASSWORD}), ("/account/confirm", {})):
            response = browser.json("POST", path, {"password": PASSWORD, **fields})
            assert (429, "6") == (response.status, response.get("retry-after"))
        assert 303 == world.browser().sign_in().status

    @pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "long", "twice", "other-purpose", "other-form"])
    def test_attack_23_what_is_wrong_with_it_makes_an_unknown_device(
        self, world: World, browser: Browser, damage: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Never an error, never in the log; the reason is."""
        used_up(world)
        value = browser.cookies[browser.known]
        now = int(world.clock.now)
        context = (browser.known, "hardtack")
        other = Known((made(1, now),))
        browser.cookies[browser.known] = {
            "flipped": value[:40] + ("A" if value[40] != "A" else "B") + value[41:],
            # To a length that no base64 has: any other may happen to be the text of other octets.
            "cut": value[: len(value) // 4 * 4 - 3],
            "empty": "",
            "long": "A" * 5000,
            "twice": f"{value}; {browser.known}={value}",
            "other-purpose": world.keyring.seal(devices.encode(other), purpose=Purpose.IDENTITY, context=context),
            "other-form": world.keyring.seal(b"\x93\x01", purpose=Purpose.KNOWN_DEVICE, context=context),
        }[damage]
        with caplog.at_level(logging.WARNING, "hardtack.session"):
            assert 429 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status
        reason = {"long": "oversized", "twice": "duplicate", "flipped": "forged", "other-purpose": "forged"}
        assert [(browser.known, reason.get(damage, "malformed"))] == [
            (record.cookie, record.reason)  # type: ignore[attr-defined] # our extras
            for record in caplog.records
        ]
        assert value not in caplog.text

    def test_attack_23_another_realms_is_none(self, world: World, browser: Browser) -> None:
        """Same keys, another sign-in."""
        used_up(world)
        elsewhere = KnownCookie(world.keyring, "elsewhere")
        values: list[str] = []
        elsewhere.put(shown(world, browser), _visitor(world, browser), values)
        browser.cookies[browser.known] = values[0].partition(";")[0].partition("=")[2]
        assert 429 == browser.sign_in().status

    @pytest.mark.asvs("3.3.3")
    def test_attack_23_an_unprefixed_twin_is_ignored_over_https(self, make_world: MakeWorld) -> None:
        """A sibling host can set it."""
        world = make_world(origin="https://id.example.org")
        world.member()
        browser = world.browser(host="id.example.org", scheme="https")
        browser.sign_in()
        value = browser.cookies["__Host-hardtack-known"]
        stranger = world.browser(host="id.example.org", scheme="https", client="198.51.100.1")
        while stranger.sign_in(password=WRONG).status != 429:
            pass
        twins = dict.fromkeys(("hardtack-known", "hardtack-known-443", "__host-hardtack-known"), value)
        assert 429 == world.browser(host="id.example.org", scheme="https", cookies=twins).sign_in().status
        assert (
            303 == world.browser(host="id.example.org", scheme="https", cookies={browser.known: value}).sign_in().status
        )

    def test_it_ends_after_half_a_year(self, world: World, browser: Browser) -> None:
        """Whatever a browser keeps."""
        world.clock.now += LIFETIME
        used_up(world)
        assert 429 == browser.sign_in().status


class TestLocked:
    """What a visitor sees whose name is locked."""

    @staticmethod
    def locked(world: World, name: str = NAME) -> Browser:
        """Return a browser that is unknown to a name that is locked."""
        for number in range(100):
            world.clock.now += 6
            world.browser(client=f"198.51.100.{number}").json("POST", "/sign-in", {"username": name, "password": WRONG})
        return world.browser()

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_the_page_says_what_is_open_and_leads_to_the_mailbox(self, world: World, language: str) -> None:
        """The same for a name that nobody has, and without a word of when to come back."""
        world.member()
        pages = []
        for name in (NAME, "nobody"):
            self.locked(world, name)
            response = world.browser(language=language).submit("/sign-in", username=name, password=PASSWORD)
            assert (429, None) == (response.status, response.get("retry-after"))
            assert '<a href="/release">' in response.body.decode()
            pages.append(response.body.decode().replace(f'value="{name}"', ""))
        # What is new on every page: the form's token and what a passkey would sign.
        fresh = re.compile(r'(name="\w+" value|data-options)="[^"]{60,}"')
        assert fresh.sub(r"\1", pages[0]) == fresh.sub(r"\1", pages[1])

    def test_a_script_gets_a_problem(self, world: World) -> None:
        """With the slug in its type."""
        browser = self.locked(world)
        response = browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD})
        told = json.loads(response.body)
        assert (429, "application/problem+json") == (
            response.status,
            (response.get("content-type") or "").split(";")[0],
        )
        assert "too-many-failures" in json.dumps(told)
        assert response.get("retry-after") is None

    def test_without_mail_there_is_no_link_to_it(self, make_world: MakeWorld) -> None:
        """It would lead nowhere."""
        world = make_world(origin="http://localhost:8000")
        world.member()
        response = self.locked(world).sign_in()
        assert 429 == response.status
        assert '<a href="/release">' not in response.body.decode()
        assert "administrator" in response.body.decode()

    def test_the_page_that_asks_again_says_it_too(self, world: World) -> None:
        """Where somebody has the sign-in and not the browser."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        del browser.cookies[browser.known]
        self.locked(world)
        response = browser.submit("/account/confirm", password=PASSWORD)
        assert 429 == response.status
        assert '<a href="/release">' in response.body.decode()


def _visitor(world: World, browser: Browser) -> Visitor:
    now = int(world.clock.now)
    sent = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    session = world.sessions.open(sent, now, browser.host)
    return Visitor(session, world.site._parts.tokens, world.sessions.policy.for_host(browser.host), sent, now)
