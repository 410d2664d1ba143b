"""The gate cookie: for how long it lets a browser through, and how it ends, in every process."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator

import msgspec
import pytest

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.seal.key import Key
from hardtack.session import Lifetimes, Sessions
from hardtack.session.sealed import log as session_log
from hardtack.site import Site
from hardtack.site.forward_auth import gate as gates
from hardtack.site.forward_auth.gate import Gate
from hardtack.site.forward_auth.rules import Access
from tests.site.conftest import NAME, PASSWORD, MakeWorld, World, set_cookies
from tests.site.forward_auth.doors import (
    APP,
    GATE,
    ORIGIN,
    OTHER,
    PORTAL,
    Person,
    asks,
    copied,
    let_in,
    named,
    portal,
)


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal before two applications, with one member."""
    return portal(make_world)


@pytest.fixture
def anna(world: World) -> Person:
    """The member's browser, let through to one application."""
    person = Person(world.site).sign_in()
    person.enters()
    return person


@pytest.fixture
def second(world: World) -> Iterator[Site]:
    """The same site in another process: it shares nothing but the database and the keys."""
    with Accounts.connect(f"sqlite:///{world.accounts._database.path}", keyring=world.keyring) as accounts:
        sessions = sessions_of(world.keyring, accounts, Lifetimes(idle=86400, absolute=604800))
        yield Site(accounts, sessions, world.settings, world.keyring, clock=world.clock)


def sessions_of(keyring: Keyring, accounts: Accounts, lifetimes: Lifetimes) -> Sessions:
    """Return the portal's sessions."""
    return Sessions(
        keyring,
        origin=ORIGIN,
        application="site",
        lifetimes=lifetimes,
        kept_lifetimes=lifetimes,
        revocations=accounts.revocations,
        accepts=accounts.second_factors.accepts,
    )


def hasty(world: World, lifetimes: Lifetimes, keyring: Keyring | None = None) -> Site:
    """Return the same site with shorter lives than a setting may say."""
    keyring = keyring or world.keyring
    sessions = sessions_of(keyring, world.accounts, lifetimes)
    return Site(world.accounts, sessions, world.settings, keyring, clock=world.clock)


def gate_of(world: World) -> Gate:
    """Return what reads gates."""
    return world.site._parts.gate


def cookies_of(person: Person, host: str = APP) -> str:
    """Return the Cookie field of a browser."""
    return "; ".join(f"{name}={value}" for name, value in person.on(host).cookies.items())


class TestEnds:
    """What ends the sign-in ends the gate at the very next request, in every process."""

    @pytest.mark.asvs("7.4.1")
    @pytest.mark.parametrize(
        "end",
        [
            lambda world, anna: anna.on(PORTAL).submit("/account", action="/sign-out"),
            lambda world, anna: world.accounts.sign_ins.end(
                account(world), world.accounts.sign_ins.list(account(world), 0)[0].id, int(world.clock.now)
            ),
            lambda world, anna: world.accounts.sign_ins.end_all(account(world), int(world.clock.now)),
            lambda world, anna: anna.on(PORTAL).submit(
                "/account/password", password=PASSWORD, new_password="another long walk 船"
            ),
            lambda world, anna: world.accounts.disable(NAME, int(world.clock.now)),
            lambda world, anna: world.accounts.sign_ins.end_everybody(int(world.clock.now), actor_id=0),
        ],
        ids=["sign-out", "one of the list", "all of the list", "new password", "disabled", "everybody's"],
    )
    def test_attack_05_a_gate_of_an_ended_sign_in_is_refused_in_every_process(
        self, world: World, anna: Person, second: Site, end: Callable[[World, Person], object]
    ) -> None:
        """Both have let it through a moment before."""
        there = copied(anna, second)
        assert (True, True) == (let_in(anna), let_in(there))
        end(world, anna)
        assert (False, False) == (let_in(there), let_in(anna))

    def test_the_account_that_is_enabled_again_signs_in_anew(self, world: World, anna: Person) -> None:
        """What has ended stays ended."""
        world.accounts.disable(NAME, int(world.clock.now))
        world.accounts.enable(NAME, int(world.clock.now))
        assert not let_in(anna)

    def test_a_step_up_on_the_portal_ends_no_gate(self, anna: Person) -> None:
        """It renews the portal's cookie; the sign-in is the same."""
        anna.on(PORTAL).submit("/account/confirm", password=PASSWORD)
        assert let_in(anna)

    def test_whoever_stays_signed_in_after_a_new_password_gets_a_new_gate_by_itself(self, anna: Person) -> None:
        """The old one has the old epoch."""
        anna.on(PORTAL).submit("/account/password", password=PASSWORD, new_password="another long walk 船")
        assert not let_in(anna)
        anna.enters()
        assert let_in(anna)

    def test_where_nobody_can_tell_nobody_is_let_in(
        self, world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503, and neither the gate nor the code is lost."""
        address = anna.code()
        with monkeypatch.context() as broken:
            broken.setattr(world.accounts.revocations, "verdict", lambda *_: "unknown")
            assert (503, "5") == ((response := asks(anna)).status, response.get("retry-after"))
            assert 503 == anna.go(address).status
        with monkeypatch.context() as broken:
            broken.setattr(world.accounts.revocations, "is_current", lambda: False)
            broken.setattr(world.accounts.revocations, "refresh", lambda: 1 / 0)
            assert 503 == asks(anna).status
            assert gate_of(world).may_wait()
        assert not gate_of(world).may_wait()
        assert let_in(anna)
        assert 303 == anna.go(address).status

    def test_a_raised_assurance_holds_for_gates_that_are_out(self, world: World, anna: Person) -> None:
        """A password alone is nobody's any more."""
        with Accounts.connect(
            f"sqlite:///{world.accounts._database.path}", keyring=world.keyring, assurance=2
        ) as accounts:
            sessions = sessions_of(world.keyring, accounts, Lifetimes())
            stricter = Site(accounts, sessions, world.settings, world.keyring, clock=world.clock)
            address = anna.code()
            there = copied(anna, stricter)
            assert not let_in(there)
            assert 403 == there.go(address).status

    def test_the_list_of_sign_ins_shows_the_use_of_an_application(self, world: World, anna: Person) -> None:
        """So that a sign-in that is in use is never missing there, and can be ended."""
        world.clock.now += 3600
        assert let_in(anna)
        (shown,) = world.accounts.sign_ins.list(account(world), int(world.clock.now))
        assert int(world.clock.now) == shown.last_seen


class TestPlace:
    """It is for one host, one purpose and one realm."""

    def test_attack_21_a_gate_of_another_applications_host_is_refused(self, anna: Person) -> None:
        """An application that has got hold of one goes nowhere with it."""
        anna.on(OTHER).cookies[GATE] = anna.on(APP).cookies[GATE]
        assert not let_in(anna, OTHER)
        assert let_in(anna)

    def test_attack_23_of_two_gates_none_is_taken(self, anna: Person) -> None:
        """Somebody else may have put one there."""
        value = anna.on(APP).cookies[GATE]
        assert 302 == asks(anna, cookie=f"{GATE}={value}; {GATE}={value}").status

    def test_a_port_is_part_of_the_host(self, make_world: MakeWorld) -> None:
        """Two ports are two applications."""
        world = portal(make_world, access=(Access(host=APP), Access(host=f"{APP}:8443")))
        person = Person(world.site).sign_in()
        person.enters()
        person.on(f"{APP}:8443").cookies[GATE] = person.on(APP).cookies[GATE]
        assert not let_in(person, f"{APP}:8443")
        person.enters(f"{APP}:8443")
        assert let_in(person, f"{APP}:8443")

    def test_a_gate_of_another_realm_or_key_is_refused(self, world: World, anna: Person) -> None:
        """As every seal."""
        foreign = Gate(
            world.keyring,
            world.sessions,
            msgspec.structs.replace(world.settings, realm="other"),
            world.accounts.revocations,
        )
        cookies, now = cookies_of(anna), int(world.clock.now)
        assert foreign.read(cookies, APP, now) is None
        assert gate_of(world).read(cookies, APP, now) is not None

    def test_what_it_says_is_what_the_portal_knew(self, world: World, anna: Person) -> None:
        """Account, lineage, epoch, factors and times; the session id, which a step-up replaces, is none."""
        now = int(world.clock.now)
        through = gate_of(world).read(cookies_of(anna), APP, now)
        identity = world.sessions.open(cookies_of(anna, PORTAL), now, PORTAL).identity

        assert through is not None
        assert identity is not None
        for name in ("account", "lineage", "epoch", "factors", "authenticated_at", "born", "kept"):
            assert getattr(identity, name) == getattr(through, name)
        assert bytes(16) == through.session_id

    def test_however_many_hosts_visitors_name_little_is_remembered(
        self, world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A rule may name every host below another."""
        monkeypatch.setattr(gates, "_MAX_HOSTS", 3)
        gate, now = gate_of(world), int(world.clock.now)
        for number in range(10):
            assert gate.read(cookies_of(anna), f"h{number}.example.org", now) is None
            assert len(gate._by_host) <= 3
        assert gate.read(cookies_of(anna), APP, now) is not None

    def test_a_glance_is_the_same_without_a_word(
        self, world: World, anna: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        """For who asks again before anybody is refused."""
        gate, now = gate_of(world), int(world.clock.now)
        with caplog.at_level(logging.DEBUG, session_log.name):
            assert gate.read(cookies_of(anna), APP, now) == gate.glance(cookies_of(anna), APP, now) is not None
            for cookies, host in (("", APP), (f"{GATE}=x", APP), (cookies_of(anna), OTHER)):
                assert gate.glance(cookies, host, now) is None
            assert [] == caplog.records
            world.accounts.disable(NAME, now)
            caplog.clear()  # of what the audit says of it, where an earlier test has set its level
            assert gate.glance(cookies_of(anna), APP, now) is None
            world.accounts.revocations.refresh()
            assert gate.glance(cookies_of(anna), APP, now) is None
        assert [] == caplog.records

    def test_the_log_says_why_a_gate_was_refused_and_never_the_gate(
        self, world: World, anna: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One line each."""
        value = anna.on(APP).cookies[GATE]
        with caplog.at_level(logging.DEBUG):
            anna.on(PORTAL).submit("/account", action="/sign-out")
            asks(anna)
            anna.on(OTHER).cookies[GATE] = value
            asks(anna, OTHER)
        refused = [vars(record) for record in caplog.records if vars(record).get("event") == "cookie-refused"]
        assert [(GATE, "revoked"), (GATE, "forged")] == [(one["cookie"], one["reason"]) for one in refused]
        assert not any(value in str(vars(record)) for record in caplog.records)


class TestIdle:
    """The idle time slides through the proxy alone."""

    @pytest.mark.asvs("7.3.1")
    @pytest.mark.parametrize(
        ("idle", "pause", "good"), [(20, 24, True), (20, 25, False), (10, 11, True), (10, 12, False)]
    )
    def test_the_leeway_for_clocks_is_a_quarter_of_a_short_idle_time(
        self, make_world: MakeWorld, idle: int, pause: int, good: bool
    ) -> None:
        """The setting is the operator's; nobody is signed out sooner than it says, and nobody much later."""
        world = portal(make_world, idle_timeout=idle, kept_idle_timeout=idle)
        person = Person(world.site).sign_in()
        person.enters()
        world.clock.now += 5
        assert let_in(person)
        world.clock.now += pause
        assert good is let_in(person)

    @pytest.mark.parametrize(("pause", "good"), [(19, True), (20, False)])
    def test_the_idle_time_is_exact(self, world: World, pause: int, good: bool) -> None:
        """To the second, where no leeway is given to clocks."""
        person = Person(hasty(world, Lifetimes(idle=20, absolute=3600, leeway=0))).sign_in()
        person.enters()
        world.clock.now += pause
        assert good is let_in(person)

    def test_most_answers_carry_no_cookie(self, world: World) -> None:
        """It is written anew after a quarter of the idle time, and not before."""
        person = Person(hasty(world, Lifetimes(idle=20, absolute=3600, leeway=0))).sign_in()
        person.enters()
        written = []
        for _ in range(12):
            world.clock.now += 1
            written.append(bool(named(asks(person), GATE)))
        assert ([False] * 4 + [True] + [False] * 4 + [True] + [False] * 2) == written

    @pytest.mark.asvs("7.3.2")
    def test_no_click_goes_past_the_last_end_of_the_sign_in(self, world: World) -> None:
        """A gate lives as long as the sign-in that it was made from, however often it is renewed."""
        person = Person(hasty(world, Lifetimes(idle=20, absolute=60, leeway=0))).sign_in()
        world.clock.now += 10
        person.enters()
        through = []
        for _ in range(12):
            world.clock.now += 5
            through.append(let_in(person))
        assert [True] * 9 + [False] * 3 == through

    def test_no_refusal_carries_a_cookie(self, anna: Person) -> None:
        """Neither of a gate that is over nor of one that is none."""
        anna.on(PORTAL).submit("/account", action="/sign-out")
        refused = asks(anna)
        assert (302, []) == (refused.status, set_cookies(refused))

    def test_without_a_key_that_seals_the_gate_goes_on_as_it_is(self, world: World) -> None:
        """Nobody is shut out for that; but nobody is handed off either, and the code is good afterwards."""
        lifetimes, secret, stolen = Lifetimes(idle=20, absolute=3600), os.urandom(32), Key(os.urandom(32))
        sealing, opening = Keyring([Key(secret)], None), Keyring([Key(secret, "opening"), stolen], None)
        opening.revoke([stolen.id])
        person = Person(hasty(world, lifetimes, sealing)).sign_in()
        person.enters()
        address = person.code()
        world.clock.now += 10
        keyless = copied(person, hasty(world, lifetimes, opening))
        response = asks(keyless)

        assert (204, "") == (response.status, named(response, GATE))
        assert (503, []) == ((refused := keyless.go(address)).status, set_cookies(refused))
        assert named(asks(person), GATE)
        assert 303 == person.go(address).status


def account(world: World) -> int:
    """Return the member's number."""
    return world.accounts.named(NAME).id
