"""``/auth``, as proxies ask it: who is let through, what the application is told, how all others are answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.cookies import SimpleCookie
from itertools import product
from typing import Any

import pytest

from hardtack.login import Accounts, HashingPool
from hardtack.session import Sessions
from hardtack.site import Site, headers
from hardtack.store import StoreUnavailable
from tests.site.conftest import NAME, PASSWORD, Browser, World, set_cookies
from tests.site.forward_auth.asking import HOST, ORIGIN, forwarding, nginx
from tests.site.forward_auth.conftest import MakePortal, Portal, identity

STAFF: dict[str, Any] = {"path": "/staff/*", "roles": ("staff",)}
OPEN: dict[str, Any] = {"path": "/open/*", "allow": "everybody"}
SIGNED_OUT = ("-", "-", "-", "-")


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal with a rule of each kind."""
    portal = make_portal(STAFF, OPEN, {})
    portal.member(NAME, "staff")
    return portal


class TestWhoGetsThrough:
    """204, or not."""

    def test_whoever_is_signed_in_and_may(self, portal: Portal) -> None:
        """Without content, with the whole identity, and not to be stored."""
        answer = portal.ask(portal.browser(NAME), "/staff/x?y")
        assert (204, b"", (NAME, "-", NAME, "staff")) == (answer.status, answer.body, identity(answer))
        assert ("no-store", None) == (answer.get("Cache-Control"), answer.get("Content-Length"))
        assert [] == set_cookies(answer)

    def test_head_is_answered_as_get(self, portal: Portal) -> None:
        """As everywhere."""
        assert 204 == portal.ask(portal.browser(NAME), method="HEAD").status
        assert 302 == portal.ask(None, method="HEAD").status

    @pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "CONNECT", "TRACE"])
    def test_attack_30_another_method_of_the_proxy_is_never_success(self, portal: Portal, method: str) -> None:
        """OPTIONS least of all, which the pages answer with 204."""
        for uri in ("/staff/x", "/open/x"):
            assert portal.ask(portal.browser(NAME), uri, method=method).status in (405, 501)

    def test_everybody_where_a_rule_says_so(self, portal: Portal) -> None:
        """As nobody, in four fields that say so, or as who they are."""
        assert (204, SIGNED_OUT) == ((answer := portal.ask(None, "/open/x")).status, identity(answer))
        assert NAME == identity(portal.ask(portal.browser(NAME), "/open/x"))[0]

    def test_whoever_lacks_the_role_gets_403(self, portal: Portal) -> None:
        """On a page that stands by itself, since it is shown on the application's host."""
        portal.member("bob")
        bob = portal.browser("bob")
        answer = portal.ask(bob, "/staff/x")
        assert 403 == answer.status
        assert b"may not open this page" in answer.body
        assert b"<link" not in answer.body
        assert "style-src 'sha256-" in (answer.get("Content-Security-Policy") or "")
        assert [] == [name for name, value in headers.ALWAYS[1:] if answer.get(name) != value]
        assert answer.get("Strict-Transport-Security") is None
        assert (None,) * 4 == identity(answer)
        assert [] == set_cookies(answer)
        assert "application/problem+json" == portal.ask(
            bob, "/staff/x", ("Accept", "application/json"), navigates=False
        ).get("Content-Type")

    def test_a_role_taken_away_is_missing_at_the_next_request(self, portal: Portal) -> None:
        """With the old cookie in hand, and the row in memory; and so are name, address and rights."""
        browser = portal.browser(NAME)
        account = portal.world.accounts.find(NAME)
        assert account is not None
        assert 204 == portal.ask(browser, "/staff/x").status
        portal.give(account)
        assert 403 == portal.ask(browser, "/staff/x").status
        portal.give(account, "staff", "editor", administrator=True)
        assert "editor,staff,administrator" == identity(portal.ask(browser, "/staff/x"))[3]

    def test_a_disabled_account_gets_nowhere(self, portal: Portal) -> None:
        """Nor once it is enabled again, with the old cookie; with a new sign-in it does."""
        browser = portal.browser(NAME)
        assert 204 == portal.ask(browser).status
        portal.world.accounts.disable(NAME, int(portal.world.clock.now))
        assert 302 == portal.ask(browser).status
        portal.world.accounts.enable(NAME, int(portal.world.clock.now))
        assert 302 == portal.ask(browser).status
        assert 204 == portal.ask(portal.browser(NAME)).status

    def test_a_sign_in_that_ended_gets_nowhere(self, portal: Portal) -> None:
        """The cookie that was copied before, too."""
        browser = portal.browser(NAME)
        copy = Browser(portal.world.site, cookies=dict(browser.cookies))
        page = browser.get("/account").body.decode()
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        assert 303 == browser.post("/sign-out", {"csrf_token": token}).status
        assert 302 == portal.ask(copy).status

    def test_a_host_that_no_rule_names_is_refused(self, portal: Portal) -> None:
        """To everybody, without a way to sign in: nobody has said that it is ours."""
        other = forwarding("/open/x", host="evil.example")
        assert 403 == portal.ask(portal.browser(NAME), fields=other).status
        assert 403 == portal.ask(None, fields=other).status


class TestWithoutRules:
    """Nothing is configured but the proxy."""

    def test_only_whom_an_administrator_let_in(self, make_portal: MakePortal) -> None:
        """Who signed up by themselves is signed in, and stays out, until somebody approves them."""
        portal = make_portal(sign_up="open")
        portal.member("root", administrator=True)
        portal.member("made")
        stranger = portal.stranger()
        _, code = portal.world.accounts.invitations.make(now=int(portal.world.clock.now))
        invited = portal.browser().submit(f"/sign-up?code={code}", username="invited", password=PASSWORD)
        assert 303 == invited.status
        answers = {name: portal.ask(portal.browser(name)) for name in ("root", "made", "invited", "stranger")}
        assert {"root": 204, "made": 204, "invited": 204, "stranger": 403} == {
            name: answer.status for name, answer in answers.items()
        }
        portal.give(stranger, "reader")
        assert 204 == portal.ask(portal.browser("stranger")).status

    def test_other_hosts_are_none_of_ours(self, make_portal: MakePortal) -> None:
        """Not even to an administrator."""
        portal = make_portal()
        portal.member(administrator=True)
        assert 403 == portal.ask(portal.browser(NAME), fields=forwarding(host="app.example.org")).status


class TestSignedOut:
    """What each proxy needs for people, scripts and parts of pages."""

    def test_nginx_needs_401_with_a_location(self, portal: Portal) -> None:
        """It makes a redirect of it."""
        answer = portal.ask(None, fields=nginx("/a b?c=d&e".replace(" ", "%20")))
        assert (401, f"{ORIGIN}/sign-in?next=/a%2520b%3Fc%3Dd%26e") == (answer.status, answer.get("Location"))
        assert 'sign-in="https://id.example.org/sign-in"' in (answer.get("WWW-Authenticate") or "")

    @pytest.mark.parametrize(("uri", "back"), [("/a?b=" + "%7C" * 600, "/a"), ("/" + "a" * 3000, "/")])
    def test_an_address_that_is_too_long_for_a_head_is_not_carried_along(
        self, portal: Portal, uri: str, back: str
    ) -> None:
        """The query goes, or the whole of it: nginx has 4 KB for the head of our answer, and an error past that."""
        answer = portal.ask(None, fields=nginx(uri))
        assert (401, f"{ORIGIN}/sign-in?next={back}") == (answer.status, answer.get("Location"))

    @pytest.mark.parametrize(("method", "status"), [("GET", 302), ("HEAD", 302), ("OPTIONS", 302), ("POST", 303)])
    def test_the_others_copy_a_redirect(self, portal: Portal, method: str, status: int) -> None:
        """303 where the method must become GET; what was posted is not posted again, so there is no way back to it."""
        answer = portal.ask(None, fields=forwarding("/x", method=method))
        assert status == answer.status
        back = "/x" if method in ("GET", "HEAD") else "/"
        assert f"{ORIGIN}/sign-in?next={back}" == answer.get("Location")
        assert ("0", b"") == (answer.get("Content-Length"), answer.body)

    @pytest.mark.parametrize("family", [nginx, forwarding])
    def test_scripts_and_parts_of_pages_get_401_and_no_way(self, portal: Portal, family: Any) -> None:
        """A redirect would have a script read a page, and could write a cookie for every picture."""
        for fields in (
            [("Sec-Fetch-Mode", "cors"), ("Accept", "*/*")],
            [("Sec-Fetch-Mode", "no-cors"), ("Accept", "image/avif")],
            [("Sec-Fetch-Mode", "websocket")],
            [("Accept", "application/json")],
            [],
        ):
            answer = portal.ask(None, "", *fields, fields=family("/x"), navigates=False)
            assert (401, None) == (answer.status, answer.get("Location"))
            assert answer.get("WWW-Authenticate")

    def test_status_mode_is_a_status_and_nothing_else(self, portal: Portal) -> None:
        """For a proxy that knows itself what to do."""
        answer = portal.ask(None, query="mode=status")
        assert (401, None) == (answer.status, answer.get("Location"))

    def test_no_refusal_sets_a_cookie(self, portal: Portal) -> None:
        """Nor does a cookie of ours that is broken get anything but a refusal."""
        broken = portal.browser(NAME)
        broken.cookies[broken.identity] += "x"
        for browser, navigates, family in product((None, broken), (True, False), (nginx, forwarding)):
            answer = portal.ask(browser, fields=family("/x"), navigates=navigates)
            assert answer.status in (302, 401)
            assert [] == set_cookies(answer)

    def test_a_person_who_needs_another_factor_is_led_to_where_it_is_proved(self, make_portal: MakePortal) -> None:
        """A script is told 403, and so is a person where nothing of ours would help."""
        portal = make_portal({"factor": "second"})
        portal.member()
        browser = portal.browser(NAME)
        answer = portal.ask(browser, "/x")
        assert (302, f"{ORIGIN}/account/confirm?next=/x&strength=second") == (answer.status, answer.get("Location"))
        assert 401 == portal.ask(browser, fields=nginx("/x")).status
        script = portal.ask(browser, "/x", ("Accept", "text/plain"), navigates=False)
        assert 403 == script.status
        assert b"second factor" in script.body

    def test_a_prefix_is_part_of_every_address(self, make_world: Any) -> None:
        """Where the pages are mounted in an application."""
        world = make_world(origin=ORIGIN, prefix="/id")
        answer = world.browser(scheme="https", host=HOST, client="127.0.0.1").ask(
            "GET", "/id/auth", headers={**dict(forwarding("/x")), "sec-fetch-mode": "navigate"}
        )
        assert f"{ORIGIN}/id/sign-in?next=/x" == answer.get("Location")


class TestIdleTime:
    """A click in the application is a click."""

    def test_idle_time_slides_and_ends(self, portal: Portal) -> None:
        """A cookie that is a quarter of the idle time old is written anew in the answer, and ends unused."""
        browser, idle = portal.browser(NAME), portal.world.settings.idle_timeout
        for _ in range(8):
            portal.world.clock.now += idle // 4
            answer = portal.ask(browser)
            assert 204 == answer.status
            (written,) = SimpleCookie("; ".join(set_cookies(answer))).values()
            assert (browser.identity, "/", True) == (written.key, written["path"], written["httponly"])
            browser.keep(answer)
        assert [] == set_cookies(portal.ask(browser))
        portal.world.clock.now += idle + 61
        assert 302 == portal.ask(browser).status

    def test_a_changed_profile_is_written_into_the_cookie(self, portal: Portal) -> None:
        """Once: it grants nothing, and only says what was read last."""
        browser, account = portal.browser(NAME), portal.world.accounts.find(NAME)
        assert account is not None
        portal.give(account, "staff", "editor")
        answer = portal.ask(browser)
        assert 1 == len(set_cookies(answer))
        browser.keep(answer)
        assert [] == set_cookies(portal.ask(browser))

    def test_no_cookie_comes_back_to_life(self, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the sign-in ended while the answer was made."""
        browser = portal.browser(NAME)
        portal.world.clock.now += portal.world.settings.idle_timeout // 2
        accounts, people = portal.world.accounts, portal.world.site.auth.judge.people
        read = people.read

        def ends(account_id: int) -> Any:
            found = read(account_id)
            accounts.sign_ins.end_all(account_id, int(portal.world.clock.now))
            return found

        monkeypatch.setattr(type(people), "read", lambda _, account_id: ends(account_id))
        assert [] == set_cookies(portal.ask(browser))

    def test_the_list_of_sign_ins_says_when_it_was_used(self, portal: Portal) -> None:
        """Behind the proxy, too."""
        browser, account = portal.browser(NAME), portal.world.accounts.find(NAME)
        assert account is not None
        portal.world.clock.now += 500
        portal.ask(browser)
        (sign_in,) = portal.world.accounts.sign_ins.list(account.id, int(portal.world.clock.now))
        assert int(portal.world.clock.now) == sign_in.last_seen


class TestBadInput:
    """Nothing that is uncertain lets anybody in."""

    @pytest.mark.parametrize("peer", ["203.0.113.7", "10.0.0.1"])
    def test_a_peer_that_is_not_trusted_is_refused(self, portal: Portal, peer: str) -> None:
        """Whatever it says, and whoever is signed in."""
        for fields in (nginx("/open/x"), forwarding("/open/x"), [("X-Forwarded-For", "127.0.0.1"), *nginx("/open/x")]):
            assert 403 == portal.ask(portal.browser(NAME), fields=fields, peer=peer).status

    def test_a_trusted_peer_is_believed(self, make_portal: MakePortal) -> None:
        """As the settings list it."""
        portal = make_portal({}, trusted_proxies=("10.0.0.0/8",))
        portal.member()
        browser = portal.browser(NAME)
        assert 204 == portal.ask(browser, peer="10.1.2.3").status
        assert 400 == portal.ask(browser, "/", ("X-Forwarded-Host", HOST), peer="10.1.2.3").status
        assert 403 == portal.ask(browser, peer="203.0.113.9").status

    def test_attack_29_the_identity_is_never_taken_from_the_request(self, portal: Portal) -> None:
        """Not from a field of ours that the client sent, however it is spelled; and the answer has each once."""
        forged = [
            (name, "root")
            for name in ("Remote-User", "remote_user", "REMOTE-USER", "X-Forwarded-User", "X_Forwarded_User")
        ]
        forged += [("Remote-Groups", "administrator"), ("Remote-Email", "root@example.org"), ("X-Remote-User", "root")]
        answer = portal.ask(portal.browser(NAME), "/staff/x", *forged)
        assert (NAME, "-", NAME, "staff") == identity(answer)
        assert 4 == len([name for name, _ in answer.headers if name.lower().startswith("remote-")])
        assert SIGNED_OUT == identity(portal.ask(None, "/open/x", *forged))
        assert 302 == portal.ask(None, "/staff/x", *forged).status

    @pytest.mark.parametrize(
        "spoofed",
        [
            [*forwarding("/staff/x"), ("X-Original-URL", f"{ORIGIN}/open/x"), ("X-Original-Method", "GET")],
            [*forwarding("/staff/x"), ("X-Forwarded-Uri", "/open/x")],
            [*forwarding("/staff/x"), ("X_Forwarded_Uri", "/open/x")],
            [*nginx("/staff/x"), ("X-Forwarded-Uri", "/open/x")],
            [*nginx("/staff/x"), *forwarding("/open/x")],
            [*nginx("/staff/x"), ("X-Original-URL", f"{ORIGIN}/open/x")],
            [*forwarding("/staff/x"), ("Connection", "X-Forwarded-Uri")],
        ],
    )
    def test_attack_29_a_spoofed_address_picks_no_public_rule(self, portal: Portal, spoofed: Any) -> None:
        """What contradicts itself is 400, to whoever."""
        for browser in (None, portal.browser(NAME)):
            assert 400 == portal.ask(browser, fields=spoofed).status

    @pytest.mark.parametrize(
        "uri",
        [
            *("//staff/x", "/open/../staff/x", "/open/%2e%2e/staff/x", "/open/..%2fstaff/x", "/open/..;/staff/x"),
            *(
                "/open%2fx",
                "/open\\..\\staff",
                "/open/%252e%252e/staff",
                "/staff;x",
                "/open/x%00",
                "/STAFF/x",
                "/staff",
            ),
        ],
    )
    def test_attack_29_no_spelling_of_a_path_gets_past_its_rule(self, portal: Portal, uri: str) -> None:
        """Whatever the application would make of it."""
        portal.member("bob")
        for browser in (None, portal.browser("bob")):
            assert portal.ask(browser, uri).status in (302, 400, 403)
        assert 204 != portal.ask(portal.browser("bob"), fields=nginx(uri)).status

    @pytest.mark.parametrize("query", ["mode=", "mode=ngnix", "nginx", "mode=nginx&mode=status", "x", "mode=nginx#"])
    def test_another_query_is_refused(self, portal: Portal, query: str) -> None:
        """A slip in the proxy's configuration is seen at once."""
        assert 400 == portal.ask(portal.browser(NAME), "/open/x", query=query).status

    def test_attack_30_nothing_at_all_is_refused(self, portal: Portal) -> None:
        """As when somebody asks /auth without a proxy."""
        for fields in ([], [("X-Original-URL", f"{ORIGIN}/open/x")], forwarding("/open/x")[:-1]):
            for browser in (None, portal.browser(NAME)):
                assert 400 == portal.ask(browser, fields=fields).status

    def test_in_development_mode_no_proxy_is_answered(self, make_portal: MakePortal) -> None:
        """There is no public origin yet, so nobody could say whose host is asked for."""
        portal = make_portal({}, OPEN, origin=None)
        assert 421 == portal.ask(None, "/open/x").status
        assert portal.ask(None, fields=nginx("/open/x")).status != 204

    def test_why_it_was_refused_is_in_the_log_and_where_to_is_not(
        self, portal: Portal, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An address may hold what is secret."""
        with caplog.at_level(logging.INFO, "hardtack.site"):
            portal.ask(None, "/x//y?token=secret")
            portal.ask(None, "/x?token=secret")
        (record,) = [record for record in caplog.records if record.name == "hardtack.site"]
        assert {"status": 400, "reason": "original-path-ambiguous", "client": "127.0.0.1"} == record.__dict__["fields"]
        assert "secret" not in caplog.text


class TestNobodyCanTell:
    """503, never trust."""

    def test_who_is_signed_in(self, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where everybody would be let in: perhaps somebody was let in as who they are not any more."""
        browser = portal.browser(NAME)
        revocations = portal.world.accounts.revocations
        monkeypatch.setattr(type(revocations), "is_current", lambda _: False)
        monkeypatch.setattr(type(revocations), "refresh", lambda _: None)
        monkeypatch.setattr(type(revocations), "verdict", lambda *_: "unknown")
        for uri in ("/x", "/open/x"):
            answer = portal.ask(browser, uri)
            assert (503, "5") == (answer.status, answer.get("Retry-After"))
        assert 204 == portal.ask(None, "/open/x").status

    def test_who_they_are(self, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
        """A row that cannot be read is nobody's."""
        browser = portal.browser(NAME)

        def fail(_: int) -> None:
            raise StoreUnavailable("gone")

        monkeypatch.setattr(portal.world.accounts, "profile", fail)
        assert 503 == portal.ask(browser).status
        monkeypatch.setattr(portal.world.accounts, "profile", lambda _: None)
        assert 302 == portal.ask(browser).status


@pytest.fixture
def second(portal: Portal, hashing: HashingPool, tmp_path: Any) -> Iterator[Portal]:
    """Another process's view of the same portal: its own table of accounts, of revocations and of people."""
    world = portal.world
    accounts = Accounts.connect(f"sqlite:///{tmp_path}/0.db", keyring=world.keyring, hashing=hashing)
    sessions = Sessions(
        world.keyring,
        origin=ORIGIN,
        application="site",
        realm=world.settings.realm,
        revocations=accounts.revocations,
        accepts=accounts.second_factors.accepts,
    )
    site = Site(accounts, sessions, world.settings, world.keyring, clock=world.clock)
    yield Portal(World(site, accounts, sessions, world.keyring, world.settings, world.clock))
    accounts.close()


def test_a_role_taken_away_in_one_process_is_missing_in_the_other_at_once(portal: Portal, second: Portal) -> None:
    """At the very next request, with no poll in between; and what another account does reads nothing again."""
    browser = portal.browser(NAME)
    account = portal.world.accounts.find(NAME)
    assert account is not None
    assert 204 == second.ask(browser, "/staff/x").status
    portal.give(account, "other")
    assert 403 == second.ask(browser, "/staff/x").status
    portal.give(account, "staff")
    assert 204 == second.ask(browser, "/staff/x").status

    portal.member("bob", "staff")
    people = second.world.site.auth.judge.people
    second.world.accounts.revocations.refresh()
    assert people.known(account.id) is not None
