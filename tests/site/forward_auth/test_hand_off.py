"""The hand-off to applications of other hosts: the whole way, and every way that must lead nowhere."""

from __future__ import annotations

import logging

import pytest

from hardtack.login import Accounts, audit
from hardtack.message import Response
from hardtack.seal import Purpose
from hardtack.site import Site
from hardtack.site.forward_auth import hand_off
from hardtack.site.forward_auth.rules import Access
from tests.site import half_done
from tests.site.conftest import NAME, PASSWORD, MakeWorld, World, set_cookies
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
    copied,
    let_in,
    location,
    named,
    page,
    portal,
    query,
)

AGAIN = "Please begin again"


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A portal before two applications, with one member."""
    return portal(make_world)


@pytest.fixture
def anna(world: World) -> Person:
    """The member's browser, signed in on the portal."""
    return Person(world.site).sign_in()


def is_nowhere(response: Response) -> None:
    """Check that an answer is the page that says to begin again, and sets nothing."""
    assert 403 == response.status
    assert AGAIN in response.body.decode()
    assert [] == set_cookies(response)


class TestTheWay:
    """From an application to the sign-in and back."""

    def test_whoever_is_signed_out_is_led_to_the_sign_in_and_back_to_where_they_wanted(self, world: World) -> None:
        """The whole way, address by address."""
        person = Person(world.site)
        sent = asks(person, path="/notes?page=2&of=%E6%B5%B7")
        start = sent.get("location") or ""
        offer = location(person.go(start))
        signs_in = location(person.go(offer))
        done = person.on(PORTAL).submit(signs_in, action="/sign-in", username=NAME, password=PASSWORD)
        leaves = person.on(PORTAL).get(location(done))
        enters = person.go((leaves.get("refresh") or "").removeprefix("0; url="))

        assert (302, f"https://{APP}{START}?to=/notes%3Fpage%3D2%26of%3D%25E6%25B5%25B7") == (sent.status, start)
        assert offer.startswith(f"{ORIGIN}{OFFER}?host={APP}&to=/notes%3Fpage%3D2")
        assert signs_in.startswith("/sign-in?next=/hand-off")
        assert 200 == leaves.status
        assert (303, "/notes?page=2&of=%E6%B5%B7") == (enters.status, enters.get("location"))
        assert 204 == asks(person, path="/notes").status
        assert NAME == asks(person).get("remote-user")

    def test_whoever_is_signed_in_is_sent_there_and_back_without_a_page(self, anna: Person) -> None:
        """Three redirects."""
        assert let_in(anna) is False
        anna.enters(to="/notes")
        assert let_in(anna)

    def test_a_page_of_ours_ends_a_form_since_no_form_may_end_on_another_host(self, anna: Person) -> None:
        """Chromium holds redirects after a form to ``form-action``; the page goes on by itself, or by its link."""
        offer = anna.start(to="/notes")
        response = anna.go(f"{offer}&after=form")
        (link,) = [a["href"] for a in page(response).all("a") if "/.hardtack/" in (a["href"] or "")]

        assert f"0; url={link}" == response.get("refresh")
        assert (link or "").startswith(f"https://{APP}{ENTER}?code=")
        assert (link or "").endswith("&to=/notes")
        assert "form-action 'self'" in (response.get("content-security-policy") or "")

    def test_the_value_of_a_browser_is_its_own_for_five_minutes_and_goes_nowhere(self, world: World) -> None:
        """A ``__Host-`` cookie; the portal gets its hash alone."""
        person = Person(world.site)
        response = person.on(APP).get(f"{START}?to=/")
        value = person.on(APP).cookies[KEPT]

        assert f"{KEPT}={value}; Path=/; Max-Age=300; Secure; HttpOnly; SameSite=Lax" == named(response, KEPT)
        assert 43 == len(value)
        assert value not in (response.get("location") or "")
        assert hand_off.hashed(value) == query(response.get("location") or "")["start"]

    def test_a_value_that_is_there_is_kept_so_that_two_tabs_may_begin(self, anna: Person) -> None:
        """Both codes are good, in either order."""
        first, second = anna.start(to="/a"), anna.start(to="/b")
        codes = [location(anna.go(second)), location(anna.go(first))]

        assert query(first)["start"] == query(second)["start"]
        assert ["/b", "/a"] == [location(anna.go(code)) for code in codes]

    @pytest.mark.parametrize("cookies", ["short", "a" * 44, "a" * 42 + "!", ""])
    def test_a_value_that_is_none_of_ours_is_replaced(self, anna: Person, cookies: str) -> None:
        """Whatever somebody has put there."""
        anna.on(APP).cookies[KEPT] = cookies
        anna.start()
        assert cookies != anna.on(APP).cookies[KEPT]
        assert 43 == len(anna.on(APP).cookies[KEPT])

    def test_attack_23_of_two_values_none_is_taken(self, anna: Person) -> None:
        """Somebody else may have put one of them there."""
        address = anna.code()
        value = anna.on(APP).cookies[KEPT]
        is_nowhere(anna.go(address, cookie=f"{KEPT}={value}; {KEPT}={value}"))

    def test_the_gate_is_a_cookie_of_that_host_alone(self, anna: Person) -> None:
        """Named, flagged and lasting as the identity, and an answer that nobody stores."""
        anna.on(PORTAL).cookies.clear()
        assert 303 == anna.on(PORTAL).submit("/sign-in", username=NAME, password=PASSWORD, keep="yes").status
        response = anna.enters()
        written = named(response, GATE)

        assert written.endswith("; Max-Age=1209600; Path=/; Secure; HttpOnly; SameSite=Lax")
        assert "no-store" == response.get("cache-control")
        assert [GATE] == [value.partition("=")[0] for value in set_cookies(response)]

    def test_who_did_not_ask_to_be_kept_signed_in_has_a_gate_that_ends_with_the_browser(self, anna: Person) -> None:
        """As their identity does."""
        assert "Max-Age" not in named(anna.enters(), GATE)

    def test_a_step_up_in_between_leads_back_to_the_hand_off(self, make_world: MakeWorld) -> None:
        """Where a rule asks for a second factor, it is proved on the portal, and the new gate says so."""
        world = portal(make_world, access=(Access(host=APP, path="/safe/*", factor="second"), Access(host=APP)))
        person = Person(world.site).sign_in()
        person.enters()
        secret = half_done.with_app(world)
        sent = asks(person, path="/safe/")
        step_up = location(person.go(location(person.go(sent.get("location") or ""))))
        done = half_done.sends(
            person.on(PORTAL), f"{step_up}&with=totp", code=half_done.code(world, secret), next=query(step_up)["next"]
        )
        leaves = person.on(PORTAL).get(location(done))
        person.go((leaves.get("refresh") or "").removeprefix("0; url="))

        assert (302, f"https://{APP}{START}?to=/safe/") == (sent.status, sent.get("location"))
        assert step_up.startswith("/account/confirm?next=/hand-off")
        assert "second" == query(step_up)["strength"]
        assert 204 == asks(person, path="/safe/").status

    def test_the_trail_says_to_which_host_and_with_what(
        self, world: World, anna: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In the database, on the owner's page, and in the log, where no code ever is."""
        with caplog.at_level(logging.DEBUG):
            address = anna.code()
            anna.go(address)
        code = query(address)["code"]
        event = world.accounts.activity.all(limit=1).entries[0].event

        assert (audit.HANDED_OFF, APP, ("password",)) == (event.event, event.reason, event.factors)
        assert ("192.0.2.9", world.accounts.named(NAME).id) == (event.client, event.account_id)
        assert APP in anna.on(PORTAL).get("/account/activity").body.decode()
        assert not any(code in record.getMessage() or code in str(vars(record)) for record in caplog.records)


class TestAttack21:
    """A code is for the browser that began, and for no other (login CSRF, session fixation)."""

    def test_attack_21_a_hand_off_code_of_another_browser_signs_nobody_in(self, world: World, anna: Person) -> None:
        """Whether that browser has begun itself or not; the code is still good where it belongs."""
        mallory = Person(world.site)
        world.member("mallory")
        mallory.sign_in("mallory")
        address = mallory.code()
        fresh = Person(world.site)
        anna.start()
        for victim in (fresh, anna):
            before = dict(victim.on(APP).cookies)
            is_nowhere(victim.go(address))
            assert before == victim.on(APP).cookies
            assert not let_in(victim)

        assert "/" == location(mallory.go(address))

    def test_attack_21_a_value_of_another_browser_gets_no_code_in(self, world: World, anna: Person) -> None:
        """Who makes somebody go to the portal with a hash of their own has a code that only that browser can take."""
        mallory = Person(world.site)
        theirs = mallory.start()
        address = location(anna.go(theirs))
        is_nowhere(anna.go(address))
        assert not let_in(anna)

    def test_a_code_counts_once(self, anna: Person) -> None:
        """Reloading says to begin again, and changes nothing."""
        address = anna.code()
        assert 303 == anna.go(address).status
        is_nowhere(anna.go(address))
        assert let_in(anna)

    def test_a_code_counts_once_in_all_processes(self, world: World, anna: Person) -> None:
        """The store knows."""
        with Accounts.connect(f"sqlite:///{world.accounts._database.path}", keyring=world.keyring) as accounts:
            second = Site(accounts, world.sessions, world.settings, world.keyring, clock=world.clock)
            address = anna.code()
            there = copied(anna, second)
            assert 303 == anna.go(address).status
            is_nowhere(there.go(address))

    def test_a_code_is_of_one_host(self, anna: Person) -> None:
        """Two applications trust each other in nothing."""
        address = anna.code(APP)
        anna.start(OTHER)
        anna.on(OTHER).cookies[KEPT] = anna.on(APP).cookies[KEPT]
        is_nowhere(anna.go(address.replace(APP, OTHER)))

    @pytest.mark.parametrize(("seconds", "good"), [(29, True), (30, False), (31, False)])
    def test_a_code_is_good_for_half_a_minute(self, world: World, anna: Person, seconds: int, good: bool) -> None:
        """To the second."""
        address = anna.code()
        world.clock.now += seconds
        assert (303 if good else 403) == anna.go(address).status

    @pytest.mark.parametrize("code", ["", "x", "A" * 200, "A" * 2049, "%00", "%EF%BF%BF", "a b"])
    def test_what_is_no_code_is_refused(self, anna: Person, code: str) -> None:
        """Whatever it is."""
        anna.start()
        is_nowhere(anna.on(APP).get(f"{ENTER}?to=/&code={code}"))

    def test_attack_27_a_token_of_another_purpose_is_no_code(self, world: World, anna: Person) -> None:
        """Neither an identity nor a gate nor a code of something else that was sealed for the same place."""
        address = anna.code()
        anna.go(address)
        start = query(anna.start())["start"]
        context = ("hand-off", "hardtack", APP, start)
        until = int(world.clock.now) + 30
        forged = [
            anna.on(APP).cookies[GATE],
            anna.on(PORTAL).cookies["__Host-hardtack"],
            world.keyring.seal(b"\x90", purpose=Purpose.IDENTITY, context=context, expires_at=until),
            world.keyring.seal(b"\x90", purpose=Purpose.HAND_OFF, context=context, expires_at=until),
            world.keyring.seal(b"\xc1", purpose=Purpose.HAND_OFF, context=context, expires_at=until),
        ]
        for code in forged:
            is_nowhere(anna.on(APP).get(f"{ENTER}?to=/&code={code}"))

    def test_a_code_of_a_sign_in_that_was_ended_meanwhile_is_worth_nothing(self, anna: Person) -> None:
        """Between the portal and the application there is time to sign out."""
        address = anna.code()
        anna.on(PORTAL).submit("/account", action="/sign-out")
        is_nowhere(anna.go(address))

    def test_the_page_that_says_to_begin_again_leads_to_where_they_wanted(self, anna: Person) -> None:
        """After a sign-in that took longer than the value is kept, one click is enough."""
        address = anna.code(to="/notes")
        del anna.on(APP).cookies[KEPT]
        response = anna.go(address)
        begin = [a["href"] for a in page(response).all("a") if (a["href"] or "").startswith(START)]

        assert [f"{START}?to=/notes"] == begin
        assert "/notes" == location(anna.go(location(anna.go(location(anna.on(APP).get(begin[0] or ""))))))

    def test_the_log_says_why_a_code_was_refused(self, anna: Person, caplog: pytest.LogCaptureFixture) -> None:
        """The page says the same for every reason."""
        address = anna.code()
        del anna.on(APP).cookies[KEPT]
        with caplog.at_level(logging.WARNING, "hardtack.site"):
            anna.go(address)
            anna.start()
            anna.go(address)
        assert ["hand-off-of-another-browser", "hand-off-forged"] == [
            vars(record)["fields"]["reason"] for record in caplog.records if vars(record)["event"] == "hand-off-refused"
        ]


class TestWhere:
    """``to`` is a path of the same host, and the pages answer for named hosts alone."""

    @pytest.mark.asvs("3.7.2")
    @pytest.mark.parametrize(
        "to",
        [
            "//evil.example",
            "/%5Cevil.example",
            "https://evil.example/",
            f"https://{APP}.evil.example/",
            f"https://{APP}@evil.example/",
            "/%09/evil.example",
            "%2F%2Fevil.example",
            "javascript:alert(1)",
            "/..//evil.example",
            "/x%0D%0ASet-Cookie:%20a=b",
            "/a;b",
            "/a%252Fb",
            "/.hardtack",
            "/.hardtack/start?to=/",
            "/.hardtack/start?to=/%23",
            "/%252ehardtack/start",
            "/" + "a" * 3000,
            "",
        ],
    )
    def test_attack_1_whatever_is_no_plain_path_of_that_host_leads_to_its_start_page(
        self, anna: Person, to: str
    ) -> None:
        """At every one of the three pages, since each address can be written by anybody."""
        assert "/" == query(anna.start(to=to))["to"]
        start = query(anna.start())["start"]
        enter = location(anna.on(PORTAL).get(f"{OFFER}?host={APP}&start={start}&to={to}"))
        assert "/" == query(enter)["to"]
        assert "/" == location(anna.on(APP).get(f"{ENTER}?code={query(enter)['code']}&to={to}"))

    def test_a_fragment_stays_behind(self, anna: Person) -> None:
        """It never reaches a server, so nobody can have asked for it."""
        assert "/a?b" == query(anna.start(to="/a?b%23c"))["to"]

    def test_an_address_too_long_for_the_way_through_a_sign_in_leads_to_the_start_page(self, anna: Person) -> None:
        """One that is carried along only half-way would lead to a page of the portal."""
        assert "/" == query(anna.start(to="/" + "a" * 1000))["to"]
        assert "/" + "a" * 800 == query(anna.start(to="/" + "a" * 800))["to"]

    @pytest.mark.parametrize("path", [START, ENTER, "/.hardtack/assets/x.css", "/.hardtack/", "/.hardtack/none"])
    def test_no_page_of_the_hand_off_is_on_the_portals_own_host(self, anna: Person, path: str) -> None:
        """Nobody is handed off to where they are."""
        assert 404 == anna.on(PORTAL).get(path).status

    @pytest.mark.parametrize("host", ["evil.example", f"x.{APP}", f"{APP}:8443", "id.example.org.", "", "a b", "[::1]"])
    @pytest.mark.parametrize("path", [START, ENTER])
    def test_no_page_is_on_a_host_that_no_rule_names(self, anna: Person, host: str, path: str) -> None:
        """Whatever it calls itself."""
        assert anna.on(host).get(path).status in (400, 421)
        assert {} == anna.on(host).cookies

    @pytest.mark.parametrize("path", ["/", "/sign-in", "/account", OFFER, "/assets/x.css", "/.hardtack/none"])
    def test_none_of_the_portals_pages_is_on_an_applications_host(self, anna: Person, path: str) -> None:
        """A cookie of the portal's would be the application's to read there."""
        assert 421 == anna.on(APP).get(path).status

    @pytest.mark.asvs("3.7.2")
    @pytest.mark.parametrize(
        "host", ["evil.example", PORTAL, f"{APP}:443", APP.upper(), f"{APP}/x", f"{APP}%00", "", f"x.{APP}"]
    )
    def test_the_portal_hands_nobody_off_to_another_host(self, anna: Person, host: str) -> None:
        """400, before anything else is looked at."""
        response = anna.on(PORTAL).get(f"{OFFER}?host={host}&to=/&start={'a' * 43}")
        assert (400, None) == (response.status, response.get("location"))

    @pytest.mark.parametrize("start", ["", "a" * 42, "a" * 44, "a" * 42 + "%21", f"{'a' * 43}&start={'b' * 43}"])
    def test_without_the_hash_of_a_value_there_is_no_code(self, anna: Person, start: str) -> None:
        """A code that is bound to nothing could be taken by anybody."""
        assert 400 == anna.on(PORTAL).get(f"{OFFER}?host={APP}&to=/&start={start}").status

    def test_a_rule_may_name_every_host_below_another(self, make_world: MakeWorld) -> None:
        """And then each of them has a gate of its own."""
        world = portal(make_world, access=(Access(host="*.example.net"),))
        person = Person(world.site).sign_in()
        person.enters("a.example.net")
        assert let_in(person, "a.example.net")
        assert not let_in(person, "b.example.net")
        assert 421 == person.on("example.net").get(START).status

    def test_without_rules_there_is_no_hand_off_at_all(self, make_world: MakeWorld) -> None:
        """Nobody has said which hosts are ours."""
        world = portal(make_world, access=())
        assert [404, 421, 421] == [
            Person(world.site).on(host).get(path).status for host, path in ((PORTAL, OFFER), (APP, START), (APP, ENTER))
        ]

    def test_development_mode_has_none_either(self, make_world: MakeWorld) -> None:
        """It answers this machine's own browser, behind no proxy; what a trial needs is an origin."""
        world = make_world(access=(Access(host="localhost:9000"),))
        world.member()
        browser = world.browser()
        browser.sign_in()
        assert [404, 404, 400] == [
            browser.get(path).status for path in (START, ENTER, f"{OFFER}?host=localhost:9000&to=/&start={'a' * 43}")
        ]

    def test_a_trial_on_this_machine_works_over_plain_http_with_a_name_for_each_application(
        self, make_world: MakeWorld
    ) -> None:
        """``http://localhost:8000`` and ``http://app.localhost:8080``: a port in the place of the prefix."""
        host = "app.localhost:8080"
        world = portal(make_world, origin="http://localhost:8000", access=(Access(host=host),))
        person = Person(world.site, {"scheme": "http"})
        assert 303 == person.on("localhost:8000").sign_in().status
        offer = location(person.on(host).get(f"{START}?to=/a"))
        enter = location(person.go(offer))
        response = person.go(enter)

        assert offer.startswith(f"http://localhost:8000{OFFER}?host=app.localhost%3A8080&to=/a&start=")
        assert enter.startswith(f"http://{host}{ENTER}?code=")
        assert "/a" == location(response)
        assert {"hardtack-start-8000", "hardtack-gate-8000"} == set(person.on(host).cookies)
        assert named(response, "hardtack-gate-8000").endswith("; Path=/; HttpOnly; SameSite=Lax")


class TestWho:
    """Who gets a code."""

    def test_whoever_may_not_enter_is_told_so_and_gets_no_code(
        self, make_world: MakeWorld, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The portal asks the rules before anybody is handed off."""
        world = portal(make_world, access=(Access(host=APP, roles=("staff",)),))
        person = Person(world.site).sign_in()
        with caplog.at_level(logging.INFO, "hardtack.site"):
            response = person.go(person.start())
        text = response.body.decode()

        assert (403, None) == (response.status, response.get("location"))
        assert "This application is not open to you" in text
        assert f"You are signed in as {NAME}. If you have another account that may use {APP}" in text
        assert "/sign-out" in page(response).actions
        assert ["role-missing"] == [
            vars(record)["fields"]["reason"] for record in caplog.records if vars(record)["event"] == "not-let-in"
        ]

    def test_what_is_asked_is_the_rule_of_the_very_page(self, make_world: MakeWorld) -> None:
        """An application may be open to somebody in part."""
        world = portal(make_world, access=(Access(host=APP, path="/admin/*", roles=("staff",)), Access(host=APP)))
        person = Person(world.site).sign_in()
        assert 403 == person.go(person.start(to="/admin/x")).status
        person.enters(to="/notes")

    def test_an_account_that_was_closed_meanwhile_gets_none(self, world: World, anna: Person) -> None:
        """Its sign-in is over, so it is led to the sign-in page."""
        offer = anna.start()
        world.accounts.disable(NAME, int(world.clock.now))
        assert location(anna.go(offer)).startswith("/sign-in?next=")

    def test_a_cookie_from_before_a_step_up_gets_none(self, anna: Person) -> None:
        """It is over in a moment, and a gate that was made of it would not be."""
        offer = anna.start()
        old = dict(anna.on(PORTAL).cookies)
        anna.on(PORTAL).submit("/account/confirm", password=PASSWORD)
        anna.on(PORTAL).cookies = old
        response = anna.go(offer)
        assert (401, [], None) == (response.status, set_cookies(response), response.get("location"))

    @pytest.mark.parametrize("path", [f"{START}?to=/", f"{ENTER}?code=x&to=/"])
    @pytest.mark.parametrize(
        "headers",
        [
            {"accept": "application/json", "sec_fetch_mode": "cors"},
            {"accept": "image/png", "sec_fetch_mode": "no-cors"},
            {"accept": "*/*", "sec_fetch_mode": None},
        ],
    )
    def test_scripts_and_parts_of_pages_get_401_and_no_cookie(
        self, anna: Person, path: str, headers: dict[str, str | None]
    ) -> None:
        """A redirect would help none of them; the challenge says where a person signs in."""
        response = anna.on(APP).get(path, **headers)
        assert 401 == response.status
        assert f'Session realm="hardtack", sign-in="{ORIGIN}/sign-in"' == response.get("www-authenticate")
        assert [] == set_cookies(response)

    def test_nothing_but_a_navigation_consumes_a_code(self, anna: Person) -> None:
        """Neither HEAD nor a script, on either host."""
        offer = anna.start()
        assert [401, 401] == [
            anna.on(PORTAL).json("GET", offer.removeprefix(ORIGIN)).status,
            anna.on(PORTAL).ask("HEAD", offer.removeprefix(ORIGIN)).status,
        ]
        address = location(anna.go(offer))
        way = address.removeprefix(f"https://{APP}")
        assert [401, 401] == [anna.on(APP).json("GET", way).status, anna.on(APP).ask("HEAD", way).status]
        assert "/" == location(anna.go(address))


class TestPages:
    """What is shown on an application's host."""

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_a_page_there_brings_its_own_files_and_leads_to_the_portal(self, world: World, language: str) -> None:
        """The application's host has none of our addresses, and our policy takes nothing from another host."""
        person = Person(world.site, {"language": language})
        response = person.on(APP).get(f"{ENTER}?code=x&to=/")
        shown = page(response)
        files = [link["href"] or "" for link in shown.all("link")] + [one["src"] or "" for one in shown.all("script")]
        links = [a["href"] or "" for a in shown.all("a")]

        assert 403 == response.status
        assert len(files) == 3
        for address in files:
            assert (200, "max-age=31536000, immutable") == (
                (got := person.on(APP).get(address)).status,
                got.get("cache-control"),
            )
            assert 421 == person.on("evil.example").get(address).status
            assert 404 == person.on(PORTAL).get(address).status
        assert ["#main", f"{ORIGIN}/", f"{START}?to=/", f"{ORIGIN}/status"] == links
        assert [] == shown.forms
        assert ("请重新开始" if language == "zh" else AGAIN) in response.body.decode()

    def test_an_error_there_leads_to_the_portal_as_well(self, anna: Person) -> None:
        """Its sign-in page is not on that host."""
        response = anna.on(APP).get(START, accept="text/html", sec_fetch_mode="cors")
        links = [a["href"] or "" for a in page(response).all("a")]
        assert (401, ["#main", f"{ORIGIN}/", f"{ORIGIN}/sign-in", f"{ORIGIN}/", f"{ORIGIN}/status"]) == (
            response.status,
            links,
        )

    def test_every_answer_there_has_the_headers_of_every_other(self, anna: Person) -> None:
        """One table."""
        for response in (anna.on(APP).get(START), anna.on(APP).get(ENTER), anna.go(anna.code())):
            assert "no-store" == response.get("cache-control")
            assert "strict-origin" == response.get("referrer-policy")
            assert "frame-ancestors 'none'" in (response.get("content-security-policy") or "")
            assert "nosniff" == response.get("x-content-type-options")
            assert (response.get("strict-transport-security") or "").startswith("max-age=")

    def test_neither_reads_the_cookies_of_the_other(self, world: World, anna: Person) -> None:
        """An identity on an application's host means nothing there, and a gate means nothing on the portal."""
        anna.enters()
        gate, identity = anna.on(APP).cookies[GATE], anna.on(PORTAL).cookies["__Host-hardtack"]
        stranger = Person(world.site)
        for value in (gate, identity):
            for name in (GATE, "__Host-hardtack"):
                stranger.on(PORTAL).cookies = {name: value}
                if (name, value) != ("__Host-hardtack", identity):
                    assert location(stranger.on(PORTAL).get("/account")).startswith("/sign-in")
                stranger.on(APP).cookies = {name: value}
                assert ((name, value) == (GATE, gate)) == let_in(stranger)
