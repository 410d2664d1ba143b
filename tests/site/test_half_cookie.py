"""The cookie of a half-done sign-in, carried to every page there is; and every sealed value in the place of another."""

from __future__ import annotations

import os
import re

import msgspec
import pytest

from hardtack.login import devices, half, trusted
from hardtack.login.ceremonies import Claims
from hardtack.login.devices import Known, made
from hardtack.login.half import Shown
from hardtack.login.trusted import Trust
from hardtack.message import Response
from hardtack.seal import Purpose
from hardtack.session import Identity, csrf, identity
from hardtack.site.routes import ROUTES
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies
from tests.site.half_done import (
    ENROL,
    STEP,
    asked,
    at_step,
    code,
    half_name,
    said,
    sends,
    signed_in,
    trusted_name,
    with_app,
    with_codes,
)

OWN = {STEP, ENROL}
"""The pages that read it."""

CHANGES = ("set-cookie", "date")


def likeness(response: Response) -> tuple[int, list[tuple[str, str]], str]:
    """Return what an answer says, but for what is drawn anew each time."""
    kept = [(name.lower(), value) for name, value in response.headers if name.lower() not in CHANGES]
    text = response.body.decode("utf-8", "replace")
    for token in drawn(text):
        text = text.replace(token, "")
    lengthless = sorted(pair for pair in kept if pair[0] != "content-length")
    return response.status, lengthless, text


def drawn(text: str) -> list[str]:
    """Return the sealed values in a page or in JSON, and the challenges."""
    return re.findall(r"[A-Za-z0-9_-]{40,}", text)


class TestEveryPage:
    """It opens the pages of the other factor and no other one."""

    @pytest.mark.asvs("6.3.4")
    @pytest.mark.parametrize("path", sorted(set(ROUTES) - OWN))
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("speaks", ["html", "json"])
    def test_attack_25_a_half_signed_in_cookie_opens_no_other_page(
        self, make_world: MakeWorld, path: str, method: str, speaks: str
    ) -> None:
        """Every address, looked at and sent to, answers as it answers somebody who is signed out."""
        if method not in ROUTES[path].pages:
            return
        world = make_world(assurance=2)
        world.member()
        with_app(world)
        carrier, nobody = at_step(world), world.browser()
        nobody.get("/sign-in")
        # The same browser but for the one cookie, so that nothing else can differ.
        nobody.cookies |= {name: value for name, value in carrier.cookies.items() if name != half_name(carrier)}
        fields = {"username": "eve", "password": "x" * 20, "action": "end", "id": "1", "current": PASSWORD}

        def asks(browser: Browser) -> Response:
            if method == "GET":
                return browser.get(path) if speaks == "html" else browser.json("GET", path)
            return browser.post(path, fields) if speaks == "html" else browser.json("POST", path, fields)

        with_it, without = asks(carrier), asks(nobody)
        assert likeness(without) == likeness(with_it)
        assert signed_in(world, carrier) is None
        assert carrier.identity not in carrier.cookies

    def test_attack_25_it_cannot_be_turned_to_another_user(self, world: World) -> None:
        """No field names whose factor it must be; a code of another account, or its cookie, is no way in."""
        world.member()
        world.member("eve")
        mine, eves = with_app(world), with_app(world, "eve")
        browser = at_step(world, name="eve")
        for more in ({"username": NAME}, {"account": "1"}, {"name": NAME}, {"account_id": "1"}, {"id": "1"}):
            response = sends(browser, code=code(world, mine), **more)
            assert 401 == response.status
            browser = at_step(world, name="eve")
            world.clock.now += 60
        assert 303 == sends(at_step(world, browser, name="eve"), code=code(world, eves), username=NAME).status
        assert "eve" in browser.get("/account").body.decode()

    def test_attack_25_a_copy_is_worth_nothing_after_any_end(self, world: World) -> None:
        """Success ends it for every copy."""
        world.member()
        secret = with_app(world)
        browser = at_step(world)
        copy = world.browser()
        copy.cookies = dict(browser.cookies)
        assert 303 == sends(browser, code=code(world, secret)).status
        assert 401 == copy.get(STEP).status
        assert signed_in(world, copy) is None

    @pytest.mark.parametrize("how", ["disable", "epoch", "password"])
    def test_attack_25_what_happens_meanwhile_ends_it(self, world: World, how: str) -> None:
        """Disabled, signed out everywhere, or with a new password."""
        account = world.member()
        secret = with_app(world)
        owner = at_step(world)
        assert 303 == sends(owner, code=code(world, secret)).status
        world.clock.now += 30
        browser = at_step(world)
        shown = asked(browser.get(STEP))
        if how == "disable":
            world.accounts.disable(NAME, int(world.clock.now))
        elif how == "epoch":
            world.accounts.sign_ins.end_all(account.id, int(world.clock.now))
        else:
            changed = owner.submit("/account/password", password=PASSWORD, new_password="another walk to the 海边")
            assert 200 == changed.status
        response = browser.post(STEP, {**shown, "code": code(world, secret)})
        assert 401 == response.status
        assert signed_in(world, browser) is None

    def test_one_of_another_realm_is_none(self, make_world: MakeWorld) -> None:
        """Sealed by the same key for another site."""
        world, other = make_world(), make_world(realm="elsewhere")
        other.keyring = world.keyring
        world.member()
        with_app(world)
        browser = at_step(world)
        for realm, expected in (("hardtack", 200), ("elsewhere", 401)):
            opened = world.keyring.open(
                browser.cookies[half_name(browser)],
                purpose=Purpose.HALF_SIGNED_IN,
                context=(half_name(browser), "hardtack"),
                now=int(world.clock.now),
            )
            copy = world.browser()
            copy.cookies[half_name(browser)] = world.keyring.seal(
                opened,
                purpose=Purpose.HALF_SIGNED_IN,
                context=(half_name(browser), realm),
                expires_at=int(world.clock.now) + 60,
            )
            assert expected == copy.get(STEP).status

    def test_attack_23_of_two_none_is_taken(self, world: World) -> None:
        """Somebody else may have put one there."""
        world.member()
        with_app(world)
        browser = at_step(world)
        name = half_name(browser)
        doubled = f"{name}={browser.cookies[name]}; {name}={browser.cookies[name]}"
        assert 401 == world.browser().get(STEP, cookie=doubled).status

    def test_a_damaged_or_oversized_one_is_none(self, world: World) -> None:
        """Never a 500."""
        world.member()
        with_app(world)
        browser = at_step(world)
        name, good = half_name(browser), browser.cookies[half_name(browser)]
        for value in ("", "x", good[:-1], good[:-1] + ("A" if good[-1] != "A" else "B"), "A" * 5000):
            assert 401 == world.browser().get(STEP, cookie=f"{name}={value}").status


NOW = 1_800_000_000

VALUES: dict[Purpose, bytes] = {
    Purpose.HALF_SIGNED_IN: half.encode(Shown(os.urandom(16), "/account")),
    Purpose.TRUSTED_DEVICE: trusted.encode(trusted.Shown((Trust(1, os.urandom(16), os.urandom(16), NOW + 9_000),))),
    Purpose.KNOWN_DEVICE: devices.encode(Known((made(1, NOW),))),
    Purpose.CEREMONY: msgspec.msgpack.encode(Claims(os.urandom(16), 1, os.urandom(32), NOW + 600)),
    Purpose.IDENTITY: identity.encode(
        Identity(os.urandom(16), os.urandom(16), 1, 0, 0, ("passkey",), NOW, NOW, NOW, NOW + 9_000)
    ),
    Purpose.CSRF: csrf.TOKEN_FIELD.encode(),
    Purpose.SESSION: b"\x80",
}


class TestConfusion:
    """Attack 27: what is sealed for one thing is nothing in the place of another."""

    @pytest.mark.asvs("9.2.2")
    @pytest.mark.parametrize("purpose", list(VALUES))
    @pytest.mark.parametrize("place", ["identity", "half", "trusted", "known"])
    def test_attack_27_no_sealed_value_is_taken_in_the_place_of_another(
        self, world: World, purpose: Purpose, place: str
    ) -> None:
        """Each is sealed by our own key, with the name and the realm of the place that it is carried to."""
        account = world.member()
        assert 1 == account.id
        secret = with_app(world)
        browser = world.browser()
        names = {
            "identity": browser.identity,
            "half": half_name(browser),
            "trusted": trusted_name(browser),
            "known": browser.known,
        }
        meant = {
            "identity": Purpose.IDENTITY,
            "half": Purpose.HALF_SIGNED_IN,
            "trusted": Purpose.TRUSTED_DEVICE,
            "known": Purpose.KNOWN_DEVICE,
        }
        if meant[place] is purpose:
            return
        now = int(world.clock.now)
        name = names[place]
        browser.cookies[name] = world.keyring.seal(
            VALUES[purpose], purpose=purpose, context=(name, "hardtack"), expires_at=now + 600
        )
        assert signed_in(world, browser) is None
        assert 401 == browser.json("GET", "/account").status
        assert 401 == browser.json("GET", STEP).status
        assert 401 == browser.json("GET", ENROL).status
        # The password alone is as little as ever.
        response = browser.submit("/sign-in", username=NAME, password=PASSWORD)
        assert (303, STEP) == (response.status, response.get("location"))
        assert 303 == sends(browser, code=code(world, secret)).status

    @pytest.mark.parametrize("carried", ["half", "trusted", "known", "identity", "ceremony"])
    def test_attack_27_none_of_them_is_the_token_of_a_form_or_of_a_ceremony(self, world: World, carried: str) -> None:
        """In the fields where such tokens are."""
        world.member()
        secret = with_app(world)
        trusted_browser = at_step(world)
        assert 303 == sends(trusted_browser, code=code(world, secret), trust="yes").status
        world.clock.now += 30
        browser = at_step(world)
        values = {
            "half": browser.cookies[half_name(browser)],
            "trusted": trusted_browser.cookies[trusted_name(browser)],
            "known": trusted_browser.cookies[browser.known],
            "identity": trusted_browser.cookies[browser.identity],
            "ceremony": Page(browser.get("/sign-in").body.decode()).form("/sign-in/passkey")["passkey_token"],
        }
        plain = {"sec_fetch_site": None, "sec_fetch_mode": None}
        fields = {"factor": "totp", "code": code(world, secret), "csrf_token": values[carried]}
        assert 403 == browser.post(STEP, fields, **plain).status
        made_up = {"factor": "totp", "ceremony": values[carried], "code": "123456"}
        assert 303 == browser.post(ENROL, made_up).status
        response = browser.json("POST", "/sign-in/passkey", {"passkey_token": values[carried], "passkey_answer": "{}"})
        assert response.status in (401, 403)
        assert signed_in(world, browser) is None

    def test_attack_27_a_token_of_the_page_is_no_cookie(self, world: World) -> None:
        """The other way round."""
        world.member()
        with_app(world)
        with_codes(world)
        browser = at_step(world)
        shown = asked(browser.get(STEP))
        for name in (browser.identity, trusted_name(browser), half_name(browser)):
            copy = world.browser()
            copy.cookies[name] = shown["csrf_token"]
            assert 401 == copy.json("GET", "/account").status
            assert 401 == copy.json("GET", STEP).status


def test_the_cookie_has_every_flag_over_https(make_world: MakeWorld) -> None:
    """As the identity's has, and it ends with the browser."""
    world = make_world(origin="https://id.example.org")
    world.member()
    with_app(world)
    browser = world.browser(host="id.example.org", scheme="https")
    response = browser.submit("/sign-in", username=NAME, password=PASSWORD)
    (written,) = [value for value in set_cookies(response) if value.startswith("__Host-hardtack-half=")]
    assert written.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert ["totp"] == said(browser.json("GET", STEP))["ways"]
