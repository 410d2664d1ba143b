"""A sign-in inside an application: accounts, pages and who it is, without a framework."""

from __future__ import annotations

import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardtack.adapters.sign_in import SignedVisit, SignIn
from hardtack.adapters.visits import Elsewhere
from hardtack.errors import MisuseError, Refused
from hardtack.login import Account, Whence
from hardtack.login.outbox import Notice, Order
from hardtack.message import Headers, Request
from hardtack.seal import Keyring, keyfile
from hardtack.status import Unauthorized
from hardtack.store import Database, StoreUnavailable
from tests.login.test_addressee import member
from tests.login.test_postman import wait_for

HTML = (("accept", "text/html"), ("sec-fetch-mode", "navigate"))
JSON = (("accept", "application/json"),)
PASSWORD = "a long walk 到海边"
WRONG = "a long walk to nowhere"
Make = Callable[..., SignIn]


class Clock:
    """A clock that is moved by hand."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        """Return Unix seconds."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return one for each test."""
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Iterator[Make]:
    """Make sign-ins that share keys and a database, and close them all."""
    ring = Keyring.generate()
    made: list[SignIn] = []

    def build(application: str = "shop", **options: Any) -> SignIn:
        made.append(
            SignIn(application=application, **{"keyring": ring, "data": str(tmp_path), "clock": clock, **options})
        )
        return made[-1]

    yield build
    for sign_in in made:
        sign_in.close()


class Browser:
    """Somebody's cookies, presented to any application of the host."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def ask(self, sign_in: SignIn, path: str = "/", *fields: tuple[str, str], method: str = "GET") -> SignedVisit:
        """Open a visit."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        way, _, query = path.partition("?")
        headers = Headers([("host", "localhost:8000"), ("cookie", cookie), *fields])
        return sign_in.open(
            Request(method=method, path=way, query=query, headers=headers, host="localhost:8000", client="192.0.2.1")
        )

    def take(self, visit: SignedVisit) -> None:
        """Keep the cookies of the answer to a visit."""
        for name, value in visit.finish([]):
            if name == "Set-Cookie":
                cookie, _, token = value.partition(";")[0].partition("=")
                self.cookies[cookie] = token


def signed_in(sign_in: SignIn, clock: Clock, name: str = "anna.li") -> tuple[Browser, Account]:
    """Return the browser of somebody who has just signed in, and the account."""
    account = sign_in.accounts.find(name) or sign_in.accounts.add(name, PASSWORD, now=int(clock.now))
    browser = Browser()
    visit = browser.ask(sign_in)
    visit.sign_in(account)
    browser.take(visit)
    return browser, account


class TestWho:
    """Who it is."""

    def test_nobody_has_no_account(self, make: Make) -> None:
        """And nothing is asked of the store."""
        assert Browser().ask(make()).account is None

    def test_whoever_signed_in_is_known_at_the_next_visit(self, make: Make, clock: Clock) -> None:
        """Read once in a request."""
        shop = make()
        browser, account = signed_in(shop, clock)
        visit = browser.ask(shop)
        assert visit.account == account
        assert visit.account is visit.account

    def test_after_a_change_of_person_the_account_is_the_new_one(self, make: Make, clock: Clock) -> None:
        """And the one before is signed out everywhere (ASVS 7.2.4)."""
        shop = make()
        browser, _ = signed_in(shop, clock)
        before = dict(browser.cookies)
        other = shop.accounts.add("bo.chen", PASSWORD, now=int(clock.now))
        visit = browser.ask(shop)
        assert visit.account is not None
        visit.sign_in(other)
        assert visit.account == other
        old = Browser()
        old.cookies = before
        assert old.ask(shop).account is None

    def test_what_tied_forms_to_the_visitor_ends_with_the_sign_in(self, make: Make, clock: Clock) -> None:
        """A form from before it is worth nothing after it, nor after the next sign-out."""
        shop = make()
        browser = Browser()
        visit = browser.ask(shop)
        token = visit.csrf_token()
        browser.take(visit)
        assert browser.ask(shop).visitor.valid(token)
        visit = browser.ask(shop)
        visit.sign_in(shop.accounts.add("anna.li", PASSWORD, now=int(clock.now)))
        browser.take(visit)
        assert browser.cookies["hardtack-visitor-8000"] == ""
        visit = browser.ask(shop)
        visit.sign_out()
        browser.take(visit)
        assert not browser.ask(shop).visitor.valid(token)

    def test_signing_out_ends_it_in_every_copy(self, make: Make, clock: Clock) -> None:
        """At once."""
        shop = make()
        browser, _ = signed_in(shop, clock)
        copy = Browser()
        copy.cookies = dict(browser.cookies)
        visit = browser.ask(shop)
        visit.sign_out()
        assert visit.account is None
        assert copy.ask(shop).account is None

    def test_signing_out_as_nobody_changes_nothing(self, make: Make) -> None:
        """It is answered the same."""
        visit = Browser().ask(make())
        visit.sign_out()
        assert visit.account is None

    def test_a_disabled_account_is_nobody_at_the_next_visit(self, make: Make, clock: Clock) -> None:
        """Its epoch was raised."""
        shop = make()
        browser, _ = signed_in(shop, clock)
        shop.accounts.disable("anna.li", int(clock.now))
        assert browser.ask(shop).account is None


class TestRequiring:
    """Pages that need somebody."""

    def test_a_person_is_led_to_the_sign_in_and_back(self, make: Make) -> None:
        """With the whole address."""
        visit = Browser().ask(make(), "/orders?page=2", *HTML)
        with pytest.raises(Elsewhere) as led:
            visit.require()
        assert (led.value.response.status, led.value.response.get("Location")) == (
            303,
            "/auth/sign-in?next=/orders%3Fpage%3D2",
        )
        assert visit.decided is led.value

    @pytest.mark.parametrize("fields", [JSON, (("accept", "text/html"), ("sec-fetch-mode", "cors")), ()])
    def test_a_script_is_told_where_to_sign_in(self, make: Make, fields: tuple[tuple[str, str], ...]) -> None:
        """401, never a page in its place."""
        with pytest.raises(Unauthorized) as refusal:
            Browser().ask(make(), "/orders", *fields).require()
        assert dict(refusal.value.headers) == {"WWW-Authenticate": 'Session realm="hardtack", sign-in="/auth/sign-in"'}

    @pytest.mark.parametrize(
        ("referer", "back"),
        [
            ("http://localhost:8000/orders?page=2", "/orders%3Fpage%3D2"),
            ("https://evil.example/", "/start"),
            ("", "/start"),
        ],
    )
    def test_after_a_form_one_comes_back_to_the_page_that_had_it(self, make: Make, referer: str, back: str) -> None:
        """The address of the form may take nothing but POST."""
        shop = make(home="/start")
        visit = Browser().ask(shop, "/order", *HTML, ("referer", referer), method="POST")
        with pytest.raises(Elsewhere) as led:
            visit.require()
        assert led.value.response.get("Location") == f"/auth/sign-in?next={back}"

    def test_whoever_is_signed_in_passes(self, make: Make, clock: Clock) -> None:
        """With the account."""
        shop = make()
        browser, account = signed_in(shop, clock)
        assert browser.ask(shop).require() == account
        assert browser.ask(shop).require_recent() == account


class TestRecent:
    """Pages that need somebody who was here a moment ago."""

    def test_after_a_while_a_person_is_asked_for_the_password_again(self, make: Make, clock: Clock) -> None:
        """And led back."""
        shop = make(recent_sign_in=300)
        browser, account = signed_in(shop, clock)
        clock.now += 300
        assert browser.ask(shop, "/keys", *HTML).require_recent() == account
        clock.now += 1
        with pytest.raises(Elsewhere) as led:
            browser.ask(shop, "/keys", *HTML).require_recent()
        assert led.value.response.get("Location") == "/auth/account/confirm?next=/keys"
        assert browser.ask(shop, "/keys", *HTML).require_recent(600) == account

    def test_a_script_is_told_how_recent_it_must_be(self, make: Make, clock: Clock) -> None:
        """As RFC 9470 says it."""
        shop = make()
        browser, _ = signed_in(shop, clock)
        clock.now += 1000
        with pytest.raises(Unauthorized) as refusal:
            browser.ask(shop, "/keys", *JSON).require_recent()
        assert (refusal.value.reason, dict(refusal.value.headers)) == (
            "sign-in-not-recent",
            {
                "WWW-Authenticate": 'Session realm="hardtack", sign-in="/auth/account/confirm", '
                'error="insufficient_user_authentication", max_age=900'
            },
        )

    @pytest.mark.parametrize("max_age", [0, -1, True, "60"])
    def test_a_time_within_which_nobody_comes_back_is_a_misuse(self, make: Make, clock: Clock, max_age: Any) -> None:
        """A person would be asked for the password again and again."""
        browser, _ = signed_in(shop := make(), clock)
        with pytest.raises(MisuseError, match="is no time"):
            browser.ask(shop).require_recent(max_age)

    def test_who_is_not_signed_in_is_led_to_the_sign_in(self, make: Make) -> None:
        """Which is recent then."""
        with pytest.raises(Elsewhere) as led:
            Browser().ask(make(), "/keys", *HTML).require_recent()
        assert led.value.response.get("Location") == "/auth/sign-in?next=/keys"

    def test_the_cookie_from_before_a_step_up_is_never_recent(self, make: Make, clock: Clock) -> None:
        """It has the old, lower rights for a moment and no more."""
        shop = make()
        browser, account = signed_in(shop, clock)
        old = Browser()
        old.cookies = dict(browser.cookies)
        visit = browser.ask(shop)
        now = int(clock.now)
        visit.session.step_up(
            factors=("password",),
            now=now,
            supersede=lambda identity: shop.accounts.supersede(identity, now, until=now + 1000),
        )
        browser.take(visit)
        assert browser.ask(shop, "/keys", *HTML).require_recent() == account
        with pytest.raises(Elsewhere):
            old.ask(shop, "/keys", *HTML).require_recent()


class TestSharing:
    """Several applications, one sign-in."""

    def test_who_it_is_is_shared_and_the_data_is_not(self, make: Make, clock: Clock) -> None:
        """Each has its own data cookie."""
        shop, blog = make("shop"), make("blog")
        browser, account = signed_in(shop, clock)
        visit = browser.ask(shop)
        visit.session["cart"] = ["biscuit"]
        browser.take(visit)
        seen = browser.ask(blog)
        assert (seen.account, dict(seen.session)) == (account, {})

    def test_signing_out_in_one_signs_out_in_all(self, make: Make, clock: Clock) -> None:
        """At the very next request."""
        shop, blog = make("shop"), make("blog")
        browser, _ = signed_in(shop, clock)
        copy = Browser()
        copy.cookies = dict(browser.cookies)
        browser.ask(blog).sign_out()
        assert copy.ask(shop).account is None

    def test_data_carried_over_under_the_others_name_is_refused(self, make: Make, clock: Clock) -> None:
        """The application is part of the seal."""
        shop, blog = make("shop"), make("blog")
        browser, _ = signed_in(shop, clock)
        visit = browser.ask(shop)
        visit.session["role"] = "owner"
        browser.take(visit)
        browser.cookies["hardtack-session-blog-8000"] = browser.cookies["hardtack-session-shop-8000"]
        seen = browser.ask(blog)
        assert (dict(seen.session), seen.session.why) == ({}, "forged")


class TestList:
    """What the list of sign-ins has of an application's own."""

    def test_a_sign_in_by_the_applications_own_form_is_on_it_with_device_and_place(
        self, make: Make, clock: Clock
    ) -> None:
        """As one by our pages is; the place only if a trusted proxy has sent it."""
        shop = make(trusted_proxies=("192.0.2.0/24",), place_header="X-Country")
        account = shop.accounts.add("anna.li", PASSWORD, now=int(clock.now))
        fields = (("user-agent", "curl/8.14.1"), ("x-country", "NZ"))
        browser = Browser()
        visit = browser.ask(shop, "/", *fields)
        visit.sign_in(account)
        browser.take(visit)
        visit = browser.ask(shop, "/", *fields)
        visit.request = replace(visit.request, proxied=True)
        visit.sign_in(account)
        browser.take(visit)
        # The first was ended by the second.
        (found,) = shop.accounts.sign_ins.list(account.id, int(clock.now))
        assert Whence("192.0.2.1", "curl/", "NZ") == found.whence
        assert visit.identity is not None
        assert found.lineage == visit.identity.lineage

    def test_a_use_in_any_application_is_noted_without_a_write_and_without_a_look(
        self, make: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer of a page that never asks who it is stays anybody's."""
        shop, club = make("shop"), make("club")
        browser, account = signed_in(shop, clock)
        clock.now += 600

        def fails(_self: Database) -> None:
            raise StoreUnavailable("nobody writes on the way of a request")

        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", fails)
            assert [] == browser.ask(club).finish([])
        club.accounts.sign_ins.last_use.write()
        assert [int(clock.now)] == [each.last_seen for each in shop.accounts.sign_ins.list(account.id, int(clock.now))]

    def test_a_sign_in_that_cannot_be_written_down_is_none_and_the_basket_stays(
        self, make: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503, and what the visitor had is as it was."""
        shop = make()
        account = shop.accounts.add("anna.li", PASSWORD, now=int(clock.now))
        browser = Browser()
        visit = browser.ask(shop)
        visit.session["basket"] = 3

        def fails(_self: Database) -> None:
            raise StoreUnavailable("the disk is gone")

        with monkeypatch.context() as patch:
            patch.setattr(Database, "write", fails)
            with pytest.raises(StoreUnavailable):
                visit.sign_in(account)
        browser.take(visit)
        again = browser.ask(shop)
        assert (None, 3) == (again.account, again.session["basket"])

    def test_attack_5_what_is_ended_there_is_over_in_every_application(self, make: Make, clock: Clock) -> None:
        """At the next visit, also of a copy."""
        shop, club = make("shop"), make("club")
        browser, account = signed_in(shop, clock)
        assert browser.ask(club).account is not None
        (found,) = shop.accounts.sign_ins.list(account.id, int(clock.now))
        club.accounts.sign_ins.end(account.id, found.id, int(clock.now))
        assert [None, None] == [browser.ask(application).account for application in (shop, club)]


class TestKnownDevices:
    """A form of the application's own is counted as our pages are (attack 11)."""

    @staticmethod
    def guess(browser: Browser, sign_in: SignIn, password: str = WRONG) -> str:
        """Try to sign in by the application's form; return what came of it."""
        try:
            return browser.ask(sign_in).authenticate("Anna.Li", password).name
        except Refused as refused:
            return refused.slug

    def test_attack_13_the_owners_browser_has_a_budget_of_its_own(self, make: Make, clock: Clock) -> None:
        """In every application of the host, and after a sign-out."""
        shop, blog = make("shop"), make("blog")
        browser, _ = signed_in(shop, clock)
        visit = browser.ask(shop)
        visit.sign_out()
        browser.take(visit)
        stranger = Browser()
        assert "too-many-attempts" == [self.guess(stranger, shop) for _ in range(11)][-1]
        assert "too-many-attempts" == self.guess(stranger, blog, PASSWORD)
        assert ["anna.li"] * 2 == [self.guess(browser, sign_in, PASSWORD) for sign_in in (shop, blog)]
        assert ["wrong-credentials"] * 10 + ["too-many-attempts"] == [self.guess(browser, blog) for _ in range(11)]

    def test_attack_23_the_cookie_of_another_realm_is_none(self, make: Make, clock: Clock) -> None:
        """Same keys, same database, another sign-in."""
        shop, other = make("shop"), make("shop", realm="elsewhere")
        browser, _ = signed_in(shop, clock)
        assert "too-many-attempts" == [self.guess(Browser(), shop) for _ in range(11)][-1]
        assert "too-many-attempts" == self.guess(browser, other, PASSWORD)
        assert "anna.li" == self.guess(browser, shop, PASSWORD)

    def test_signing_in_twice_in_one_answer_sets_it_once(self, make: Make, clock: Clock) -> None:
        """One Set-Cookie per name."""
        shop = make()
        _, account = signed_in(shop, clock)
        visit = Browser().ask(shop)
        visit.sign_in(account)
        visit.sign_in(account)
        written = [value for name, value in visit.finish([]) if name == "Set-Cookie" and "known" in value]
        assert 1 == len(written)


class TestStarting:
    """What is loaded before the first visitor is recognised."""

    def test_it_starts_with_the_first_visit_and_once(self, make: Make) -> None:
        """Where the server has no hook for it; an event loop leaves the first one to a thread."""
        shop = make()
        assert shop.may_wait()
        Browser().ask(shop)
        assert not shop.may_wait()
        shop.start()
        assert shop.accounts.is_ready()

    def test_a_child_of_a_fork_starts_by_itself(self, make: Make) -> None:
        """Servers load an application once and fork."""
        shop = make()
        shop.start()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                waits = shop.may_wait()
                Browser().ask(shop)
                os.write(writing, f"{waits} {shop.may_wait()}".encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(writing)
        with os.fdopen(reading) as told:
            assert told.read() == "True False"

    def test_a_fork_waits_for_a_thread_that_is_starting(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """The child does not have that thread, and would wait for it at its first visit, and every other."""
        shop = make()
        start, begun, goes_on = shop.site.start, threading.Event(), threading.Event()

        def slowly() -> None:
            begun.set()
            assert goes_on.wait(60)
            start()

        monkeypatch.setattr(shop.site, "start", slowly)
        thread = threading.Thread(target=shop.start)
        thread.start()
        assert begun.wait(60)
        threading.Timer(0.1, goes_on.set).start()
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            Browser().ask(shop)
            os._exit(0)
        assert (child, 0) == os.waitpid(child, 0)
        thread.join()

    def test_what_has_expired_is_deleted_now_and_then(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without anybody's doing."""
        monkeypatch.setattr("hardtack.adapters.sign_in.PRUNE_INTERVAL", 0.01)
        shop = make()
        with shop.accounts._database.write() as connection:
            shop.accounts.revocations.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=1)
        shop.start()
        for _ in range(1000):
            with shop.accounts._database.read() as connection:
                if not connection.exec_driver_sql("SELECT count(*) FROM revocation").scalar_one():
                    return
            time.sleep(0.01)
        pytest.fail("nothing was deleted")


class TestSettings:
    """What cannot work is said at start."""

    def test_the_data_folder_is_made_and_nobody_else_may_look(self, make: Make, tmp_path: Path) -> None:
        """The database lies there."""
        make(data=str(tmp_path / "a" / "b"))
        assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700

    def test_a_folder_that_cannot_be_made_is_said(self, make: Make, tmp_path: Path) -> None:
        """With what to do."""
        (tmp_path / "file").write_text("")
        with pytest.raises(MisuseError, match="cannot be made"):
            make(data=str(tmp_path / "file" / "b"))

    def test_a_database_of_ones_own_needs_no_folder(self, make: Make, tmp_path: Path) -> None:
        """Nothing else lies in it."""
        make(database=f"sqlite:///{tmp_path}/own.db", data=str(tmp_path / "none"))
        assert not (tmp_path / "none").exists()

    def test_a_missing_keyring_is_said_with_what_to_write(self, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        """There is no default one, that everybody would know."""
        monkeypatch.delenv("HARDTACK_KEYRING", raising=False)
        with pytest.raises(MisuseError, match=r"no keyring\n.*hardtack keys new FILE.*HARDTACK_KEYRING"):
            make(keyring=None)

    def test_a_secret_in_the_place_of_a_path_is_not_repeated(self, make: Make) -> None:
        """Errors end up in logs."""
        with pytest.raises(MisuseError, match="neither a Keyring nor the path") as error:
            make(keyring="0123456789abcdef-a-secret")
        assert "a-secret" not in str(error.value)

    def test_the_keyring_may_be_a_file_or_the_environment(
        self, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both are followed."""
        keyfile.create(tmp_path / "a.key")
        make(keyring=tmp_path / "a.key")
        monkeypatch.setenv("HARDTACK_KEYRING", (tmp_path / "a.key").read_text().replace("\n", ";"))
        make(keyring=None)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"orgin": "https://shop.example"}, "did you mean origin"),
            ({"origin": "http://shop.example"}, "plain http"),
            ({"recent_sign_in": "soon"}, "recent_sign_in"),
            ({"application": "a b"}, "cannot be part of a cookie's name"),
            ({"prefix": "auth"}, "prefix"),
        ],
    )
    def test_a_setting_that_cannot_be_is_said(self, make: Make, options: dict[str, Any], said: str) -> None:
        """And nothing stays open."""
        with pytest.raises(MisuseError, match=said):
            make(**options)

    def test_the_status_layer_is_told_hosts_and_proxies(self, make: Make) -> None:
        """As for our pages."""
        told = make(origin="https://shop.example", trusted_proxies=["127.0.0.1"]).status_settings
        assert (told["policy"].hosts, told["policy"].development, told["trusted_proxies"]) == (
            {"shop.example"},
            False,
            ("127.0.0.1",),
        )
        assert make().status_settings["policy"].development


def test_what_was_closed_may_be_used_again(make: Make) -> None:
    """As an application is, between two of its tests; the next visit begins anew."""
    sign_in = make()
    for _ in range(2):
        assert sign_in.may_wait()
        assert sign_in.accounts.find("nobody") is None
        assert Browser().ask(sign_in).account is None
        sign_in.close()


class TestMail:
    """It is carried inside an application as in the service."""

    def ordered(self, sign_in: SignIn, account: Account) -> None:
        """Order a mail, as a page does."""
        with sign_in.accounts._database.write() as connection:
            order = Order(notice=Notice.NEW_DEVICE, at=int(sign_in.clock()), account=account.id)
            sign_in.accounts.outbox.put(connection, order)

    def test_it_goes_from_the_first_visit_on_and_after_a_close_from_the_next(self, make: Make, tmp_path: Path) -> None:
        """With links below the prefix of the application."""
        sign_in = make(origin="https://shop.example.org", mail=f"folder:{tmp_path}/mail", prefix="/in")
        account = member(sign_in.accounts)
        for number in (1, 2):
            sign_in.open(Request(method="GET", path="/", host="shop.example.org", scheme="https"))
            self.ordered(sign_in, account)
            wait_for(lambda number=number: len(list(tmp_path.glob("mail/*.eml"))) == number)  # type: ignore[misc]
            sign_in.close()

        for path in tmp_path.glob("mail/*.eml"):
            assert b"\r\nhttps://shop.example.org/in/account/activity\r\n" in path.read_bytes()

    def test_settings_of_mail_that_cannot_work_are_the_programmers_mistake(self, make: Make) -> None:
        """At start."""
        with pytest.raises(MisuseError, match="mail_from"):
            make(origin="https://shop.example.org", mail="console:", mail_from="Shop <shop@example.org>")
