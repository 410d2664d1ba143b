"""Whoever has proved less than the configured assurance is nobody, at once and everywhere."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from hardtack.errors import MisuseError
from hardtack.login import Accounts
from hardtack.login.factors import FACTORS, Held, Need, is_last, level, needed, proved_last, required
from hardtack.session import Sessions
from hardtack.site import Site, texts
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, World
from tests.site.half_done import ENROL, at_step, proves, signed_in, with_app, with_passkey


def raised(world: World, make_world: MakeWorld, assurance: int) -> tuple[Sessions, Site]:
    """Return sessions and a site of the same keys and accounts after the operator has raised the assurance."""
    accounts = Accounts(world.accounts._database, world.keyring, world.accounts._services.hashing, assurance=assurance)
    accounts.revocations = world.accounts.revocations
    sessions = Sessions(
        world.keyring,
        application="site",
        revocations=accounts.revocations,
        accepts=accounts.second_factors.accepts,
    )
    return sessions, Site(accounts, sessions, world.settings, world.keyring, clock=world.clock)


class TestRaised:
    """The operator asks for more from now on."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_session_of_less_is_nobodys(
        self, world: World, make_world: MakeWorld, caplog: pytest.LogCaptureFixture, language: str
    ) -> None:
        """The log says why, the person is led to sign in anew and told why, and a script gets 401."""
        caplog.set_level(logging.WARNING)
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        sessions, site = raised(world, make_world, 2)
        after = Browser(site, cookies=dict(browser.cookies), language=language)

        assert 401 == after.json("GET", "/account").status
        response = after.get("/account")
        assert (303, "/sign-in?next=/account") == (response.status, response.get("location"))
        assert texts.OURS.text(language, "cookie.below") in after.get("/sign-in?next=/account").body.decode()
        assert after.identity not in after.cookies
        assert "below-assurance" in {getattr(record, "reason", "") for record in caplog.records}
        header = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        assert (None, "below-assurance") == sessions.identify(header, int(world.clock.now), browser.host)

    def test_no_request_of_theirs_changes_anything(self, world: World, make_world: MakeWorld) -> None:
        """Nor renews the cookie."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        _, site = raised(world, make_world, 2)
        after = Browser(site, cookies=dict(browser.cookies))
        fields = {"password": PASSWORD, "new_password": "another walk to the 海边", "action": "end-others", "id": "1"}
        for address in ("/account/password", "/account/sessions", "/account/confirm", "/account/trusted"):
            assert 401 == after.json("POST", address, fields).status
        assert browser.cookies[browser.identity] == after.cookies[browser.identity]

    @pytest.mark.parametrize(("assurance", "stays"), [(1, True), (2, True), (3, False)])
    def test_two_factors_are_enough_for_two(
        self, world: World, make_world: MakeWorld, assurance: int, stays: bool
    ) -> None:
        """And a passkey is asked for at three."""
        world.member()
        secret = with_app(world)
        browser = at_step(world)
        proves(world, browser, secret)
        _, site = raised(world, make_world, assurance)
        assert stays == (200 == Browser(site, cookies=dict(browser.cookies)).json("GET", "/account").status)

    def test_they_sign_in_anew_by_enrolling(self, world: World, make_world: MakeWorld) -> None:
        """Nobody is locked out."""
        world.member()
        _, site = raised(world, make_world, 2)
        response = Browser(site).submit("/sign-in", username=NAME, password=PASSWORD)
        assert ENROL == response.get("location")

    def test_at_assurance_1_nothing_is_asked(self, world: World) -> None:
        """Not even whether it is enough."""
        assert world.accounts.second_factors.accepts is None
        assert world.sessions.accepts is None

    def test_a_site_whose_sessions_know_nothing_of_it_does_not_start(self, make_world: MakeWorld) -> None:
        """It would let in whoever has proved too little."""
        world = make_world(assurance=2)
        careless = Sessions(world.keyring, application="site", revocations=world.accounts.revocations)
        with pytest.raises(MisuseError, match="proved less"):
            Site(world.accounts, careless, world.settings, world.keyring)


class TestWorth:
    """What factors are worth, and what is missing."""

    @pytest.mark.parametrize(
        ("factors", "worth"),
        [
            ((), 0),
            (("totp",), 0),
            (("recovery-code", "trusted-device"), 0),
            (("password",), 1),
            (("password", "link"), 1),
            (("password", "totp"), 2),
            (("password", "recovery-code"), 2),
            (("password", "trusted-device"), 2),
            (("passkey",), 3),
            (("password", "passkey"), 3),
        ],
    )
    def test_the_levels(self, factors: tuple[str, ...], worth: int) -> None:
        """ASVS speaks of three."""
        assert worth == level(factors)

    @pytest.mark.parametrize(
        ("held", "proved", "assurance", "missing"),
        [
            (Held(), ("password",), 1, Need.NOTHING),
            (Held(), ("password",), 2, Need.ENROL),
            (Held(demanded=True), ("password",), 1, Need.ENROL),
            (Held(totp=True), ("password",), 1, Need.PROVE),
            (Held(totp=True), ("password", "totp"), 1, Need.NOTHING),
            (Held(totp=True), ("password", "trusted-device"), 2, Need.NOTHING),
            (Held(totp=True), ("password", "trusted-device"), 3, Need.PROVE),
            (Held(totp=True), ("password",), 3, Need.PROVE),
            (Held(totp=True), ("password", "totp"), 3, Need.ENROL),
            (Held(totp=True, passkeys=1), ("password", "totp"), 3, Need.PROVE),
            (Held(passkeys=1), ("password",), 3, Need.PROVE),
            (Held(passkeys=1, recovery_codes=1), ("password", "recovery-code"), 3, Need.ENROL),
            (Held(passkeys=1), ("passkey",), 3, Need.NOTHING),
            (Held(recovery_codes=5), ("password",), 2, Need.ENROL),
        ],
    )
    def test_what_is_missing(self, held: Held, proved: tuple[str, ...], assurance: int, missing: Need) -> None:
        """Whoever has something shows it before anything is made."""
        assert missing is needed(held, proved, assurance)

    def test_the_store_is_asked_for_what_an_account_has(self, world: World) -> None:
        """The same by its number."""
        account = world.member()
        asks = world.accounts.second_factors
        assert (1, Need.NOTHING) == (asks.required(account.id), asks.needed(account.id, ("password",)))
        with_app(world)
        assert (2, Need.PROVE) == (asks.required(account.id), asks.needed(account.id, ("password",)))

    def test_an_account_may_ask_for_more_than_the_assurance(self) -> None:
        """Never for less."""
        assert [1, 2, 2, 3] == [
            required(Held(), 1),
            required(Held(totp=True), 1),
            required(Held(demanded=True), 1),
            required(Held(totp=True), 3),
        ]

    @pytest.mark.parametrize(
        ("factors", "last", "second", "passkey"),
        [
            ((), "", False, False),
            (("password",), "password", False, False),
            (("password", "totp"), "totp", True, False),
            (("totp", "password"), "password", False, False),
            (("password", "trusted-device"), "password", False, False),
            (("passkey",), "passkey", True, True),
            (("passkey", "password"), "password", False, False),
            (("password", "recovery-code"), "recovery-code", True, False),
            (("trusted-device",), "", False, False),
        ],
    )
    def test_what_was_proved_last(self, factors: tuple[str, ...], last: str, second: bool, passkey: bool) -> None:
        """A trusted browser is nothing that anybody has proved."""
        assert last == proved_last(factors)
        assert (True, second, passkey) == (
            is_last(factors, None),
            is_last(factors, "second"),
            is_last(factors, "passkey"),
        )

    def test_each_factor_has_a_word(self) -> None:
        """In both languages, as the pages show it."""
        table: Any
        for language in texts.LANGUAGES:
            table = texts.OURS.table(language)
            assert [] == [each for each in FACTORS if f"factor.{each.replace('-', '_')}" not in table]


def test_a_passkey_alone_is_enough_at_any_assurance(make_world: MakeWorld) -> None:
    """Nothing half-done comes of it."""
    world = make_world(assurance=3)
    world.member()
    shows = with_passkey(world)
    browser = world.browser()
    got = json.loads(browser.json("GET", "/sign-in/passkey").body)
    answer = {"passkey_token": got["passkey_token"], "passkey_answer": shows.show(got["options"])}
    assert 200 == browser.json("POST", "/sign-in/passkey", {**answer, "csrf_token": got["csrf_token"]}).status
    identity = signed_in(world, browser)
    assert identity is not None
    assert ("passkey",) == identity.factors
