"""The weaker way: hosts below one domain share a gate, and what that costs."""

from __future__ import annotations

import pytest

from hardtack.errors import MisuseError
from hardtack.login import audit
from hardtack.session import Lifetimes, Sessions
from hardtack.site import Settings, Site
from hardtack.site.forward_auth import parent_domain
from hardtack.site.forward_auth.rules import Access
from tests.site.conftest import NAME, PASSWORD, MakeWorld, World
from tests.site.forward_auth.doors import (
    APP,
    ENTER,
    GATE,
    KEPT,
    OFFER,
    ORIGIN,
    OTHER,
    PORTAL,
    START,
    Person,
    asks,
    let_in,
    location,
    named,
    portal,
)

SHARED = "__Secure-hardtack-gate"
WIKI = "wiki.example.org"
ACCESS = (Access(host=APP), Access(host=WIKI), Access(host=OTHER), Access(host="example.org"))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal whose applications below its own domain share a gate."""
    return portal(make_world, access=ACCESS, parent_domain="example.org")


@pytest.fixture
def anna(world: World) -> Person:
    """The member's browser, signed in on the portal."""
    return Person(world.site).sign_in()


def everywhere(person: Person) -> None:
    """Let every host below the domain have the cookie, as browsers do."""
    for host in (APP, WIKI, "example.org", "evil.example.org"):
        person.on(host).cookies[SHARED] = person.on(PORTAL).cookies[SHARED]


class TestTheWay:
    """One redirect to the portal and one back; then every host below is open."""

    def test_the_portal_sets_one_gate_for_all_and_there_is_no_code(self, world: World, anna: Person) -> None:
        """``/auth`` leads to the portal at once."""
        sent = asks(anna, path="/notes?a=b")
        response = anna.go(sent.get("location") or "")
        everywhere(anna)

        assert (302, f"{ORIGIN}{OFFER}?host={APP}&to=/notes%3Fa%3Db") == (sent.status, sent.get("location"))
        assert (303, f"https://{APP}/notes?a=b") == (response.status, response.get("location"))
        assert named(response, SHARED).endswith("; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=Lax")
        assert [True] * 3 == [let_in(anna, host) for host in (APP, WIKI, "example.org")]
        event = world.accounts.activity.all(limit=1).entries[0].event
        assert (audit.HANDED_OFF, APP) == (event.event, event.reason)

    def test_whoever_is_signed_out_signs_in_first(self, world: World) -> None:
        """And a page of ours ends the form."""
        person = Person(world.site)
        led = location(person.go(asks(person).get("location") or ""))
        done = person.on(PORTAL).submit(led, action="/sign-in", username=NAME, password=PASSWORD)
        leaves = person.on(PORTAL).get(location(done))
        assert f"0; url=https://{APP}/" == leaves.get("refresh")
        assert SHARED in person.on(PORTAL).cookies

    def test_a_start_at_the_application_leads_to_the_portal_as_well(self, anna: Person) -> None:
        """No value is kept, since nobody would ask for it."""
        response = anna.on(APP).get(f"{START}?to=/a")
        assert f"{ORIGIN}{OFFER}?host={APP}&to=/a" == location(response)
        assert {} == anna.on(APP).cookies
        assert 403 == anna.on(APP).get(f"{ENTER}?code=x&to=/a").status

    def test_a_host_of_another_domain_has_a_gate_of_its_own(self, anna: Person) -> None:
        """As without the setting."""
        anna.enters(OTHER)
        assert {GATE, KEPT} == set(anna.on(OTHER).cookies)
        assert let_in(anna, OTHER)
        anna.on(APP).cookies[SHARED] = anna.on(OTHER).cookies[GATE]
        assert not let_in(anna)

    def test_the_rules_are_asked_for_each_host_all_the_same(self, make_world: MakeWorld) -> None:
        """Whoever has the cookie is known everywhere, and let in where a rule says so."""
        access = (Access(host=APP), Access(host=WIKI, roles=("staff",)))
        world = portal(make_world, access=access, parent_domain="example.org")
        person = Person(world.site).sign_in()
        person.go(asks(person).get("location") or "")
        everywhere(person)
        assert let_in(person)
        assert [403, 403] == [asks(person, WIKI).status, asks(person, "evil.example.org").status]

    def test_idle_time_slides_for_all_of_them(self, world: World) -> None:
        """With the attributes that it was set with."""
        lifetimes = Lifetimes(idle=20, absolute=3600, leeway=0)
        sessions = Sessions(
            world.keyring,
            origin=ORIGIN,
            application="site",
            lifetimes=lifetimes,
            kept_lifetimes=lifetimes,
            revocations=world.accounts.revocations,
        )
        person = Person(Site(world.accounts, sessions, world.settings, world.keyring, clock=world.clock)).sign_in()
        person.go(asks(person).get("location") or "")
        everywhere(person)
        world.clock.now += 5
        assert "; Domain=example.org; Path=/" in named(asks(person), SHARED)

    def test_a_sign_out_ends_it_on_every_host(self, anna: Person) -> None:
        """By the lineage, as every gate."""
        anna.go(asks(anna).get("location") or "")
        everywhere(anna)
        anna.on(PORTAL).submit("/account", action="/sign-out")
        assert [False, False] == [let_in(anna, host) for host in (APP, WIKI)]


class TestWeaker:
    """What the setting gives away; the documents say it in the same words."""

    def test_any_host_below_gets_the_cookie_and_can_use_it_elsewhere(self, anna: Person) -> None:
        """Without the setting a gate that an application has got hold of is good for that application alone."""
        anna.go(asks(anna).get("location") or "")
        everywhere(anna)
        thief = Person(anna.site)
        thief.on(WIKI).cookies[SHARED] = anna.on("evil.example.org").cookies[SHARED]
        assert let_in(thief, WIKI)

    def test_any_host_below_can_sign_somebody_in_as_somebody_else(self, world: World, anna: Person) -> None:
        """Browsers take such a cookie from every host below; and of two none is taken, so it can shut somebody out."""
        world.member("mallory")
        mallory = Person(world.site).sign_in("mallory")
        mallory.go(asks(mallory).get("location") or "")
        anna.on(APP).cookies[SHARED] = mallory.on(PORTAL).cookies[SHARED]
        assert "mallory" == asks(anna).get("remote-user")
        value = anna.on(APP).cookies[SHARED]
        assert 302 == asks(anna, cookie=f"{SHARED}={value}; {SHARED}={value}").status

    def test_it_opens_nothing_on_the_portal(self, anna: Person) -> None:
        """That much is kept: the identity stays a cookie of the portal's own host."""
        anna.go(asks(anna).get("location") or "")
        value = anna.on(PORTAL).cookies[SHARED]
        stranger = Person(anna.site)
        stranger.on(PORTAL).cookies = {SHARED: value, "__Host-hardtack": value}
        assert location(stranger.on(PORTAL).get("/account")).startswith("/sign-in")


class TestSetting:
    """What ``parent_domain`` can be."""

    @pytest.mark.parametrize("written", ["example.org", "Example.ORG", ".example.org"])
    def test_it_has_one_spelling(self, written: str) -> None:
        """However it is written."""
        assert "example.org" == Settings(origin=ORIGIN, parent_domain=written).parent_domain

    @pytest.mark.parametrize("host", [APP, "example.org", f"{APP}:8443"])
    def test_hosts_below_it_and_itself_share(self, world: World, host: str) -> None:
        """Whatever the port: cookies know none."""
        assert world.site._parts.gate.shares(host)

    @pytest.mark.parametrize("host", [OTHER, "notexample.org", "example.org.evil.example", "[::1]:80", "org"])
    def test_no_other_host_does(self, world: World, host: str) -> None:
        """Compared by labels."""
        assert not world.site._parts.gate.shares(host)

    @pytest.mark.parametrize(
        ("domain", "origin", "said"),
        [
            ("org", ORIGIN, "no domain"),
            ("", ORIGIN, "no domain"),
            ("localhost", ORIGIN, "no domain"),
            ("a b.org", ORIGIN, "no domain"),
            ("example.org/", ORIGIN, "no domain"),
            ("example.org:443", ORIGIN, "no domain"),
            ("192.0.2.1", "https://192.0.2.1", "no domain"),
            ("-a.org", ORIGIN, "no domain"),
            (f"{'a' * 63}.{'a' * 63}.{'a' * 63}.{'a' * 63}.org", ORIGIN, "no domain"),
            ("example.org", None, "over https alone"),
            ("example.org", "http://localhost:8000", "over https alone"),
            ("example.net", ORIGIN, "id.example.org is not below example.net"),
            ("d.example.org", ORIGIN, "id.example.org is not below d.example.org"),
        ],
    )
    def test_what_no_cookie_can_be_shared_at_is_a_mistake(self, domain: str, origin: str | None, said: str) -> None:
        """It is refused at the start, with a hint what to write."""
        with pytest.raises(MisuseError, match="parent_domain: ") as caught:
            parent_domain.checked(domain, origin)
        assert said in caught.value.problem
        assert caught.value.hint
        with pytest.raises(MisuseError):
            Settings(origin=origin, parent_domain=domain)
