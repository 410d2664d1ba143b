"""What a browser sends: cookies that cannot be believed, and forms that nobody meant to send."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardtack.message import Headers, Request
from hardtack.seal import Keyring
from hardtack.session import Sessions, csrf
from hardtack.site import texts
from hardtack.site.services import COOKIE_PROBLEMS
from hardtack.status import ServiceUnavailable
from tests.site.conftest import HOST, NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

IDENTITY = "hardtack-8000"
VISITOR = "hardtack-visitor-8000"


def flipped(value: str) -> str:
    """Change one character in the middle."""
    middle = len(value) // 2
    return value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]


def foreign(_value: str) -> str:
    """Return an identity of another ring."""
    sessions = Sessions(Keyring.generate())
    session = sessions.open("", 1_800_000_000, HOST)
    session.sign_in(account=1, epoch=0, now=1_800_000_000)
    return sessions.save(session, 1_800_000_000)[0].partition(";")[0].partition("=")[2]


def duplicate(value: str) -> str:
    """Return two cookies of one name, both good."""
    return f"{value}; {IDENTITY}={value}"


BAD: dict[str, tuple[Callable[[str], str], str]] = {
    "junk": (lambda _: "junk", "malformed"),
    "empty": (lambda _: "", "malformed"),
    "truncated": (lambda value: value[: len(value) // 4 * 4 - 4], "forged"),
    "flipped": (flipped, "forged"),
    "foreign": (foreign, "unknown-key"),
    "oversized": (lambda _: "A" * 8000, "oversized"),
    "duplicate": (duplicate, "duplicate"),
}


class TestBadCookies:
    """Nobody is signed in, one log line says why, and the visitor is told kindly."""

    @pytest.mark.parametrize("kind", BAD)
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_nobody_is_signed_in_and_the_page_says_so_and_takes_the_cookie_away(
        self, world: World, caplog: pytest.LogCaptureFixture, kind: str, language: str
    ) -> None:
        """Led to the sign-in page, told there, and rid of the cookie by the same answer."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        good = browser.cookies[IDENTITY]
        change, reason = BAD[kind]
        browser.cookies[IDENTITY] = change(good)
        caplog.clear()
        led = browser.get("/account")
        lines = [record for record in caplog.records if getattr(record, "event", "") == "cookie-refused"]
        told = browser.get(led.get("location") or "")
        page = Page(told.body.decode())

        assert (303, 200) == (led.status, told.status)
        assert 1 == len(lines)
        assert reason in repr(vars(lines[0]))
        assert good not in caplog.text
        assert texts.OURS.text(language, COOKIE_PROBLEMS.get(reason, "cookie.unclear")) in told.body.decode()
        assert ["status"] == [part["role"] for part in page.all("section")]
        assert IDENTITY not in browser.cookies
        assert [] == Page(browser.get("/sign-in").body.decode()).all("section")

    @pytest.mark.parametrize("kind", BAD)
    def test_a_script_gets_401_and_the_cookie_is_left_alone(self, world: World, kind: str) -> None:
        """An answer to an old cookie must not undo a sign-in that has happened meanwhile."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        browser.cookies[IDENTITY] = BAD[kind][0](browser.cookies[IDENTITY])
        response = browser.json("GET", "/account")

        assert (401, []) == (response.status, set_cookies(response))

    @pytest.mark.asvs("7.4.1")
    @pytest.mark.parametrize("passed", [86400 + 61, 2592000 + 61])
    def test_an_expired_sign_in_is_told_as_such(self, world: World, passed: int) -> None:
        """Without use, or at the latest."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        world.clock.now += passed
        page = browser.get("/").body.decode()

        assert texts.OURS.text("en", "cookie.expired") in page
        assert texts.OURS.text("en", "home.heading_out") in page

    @pytest.mark.asvs("7.4.1")
    def test_an_ended_sign_in_is_told_as_such(self, world: World) -> None:
        """Signed out elsewhere, or by an administrator."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        world.accounts.disable(NAME, int(world.clock.now))

        assert texts.OURS.text("en", "cookie.revoked") in browser.get("/sign-in").body.decode()

    def test_every_page_that_takes_the_cookie_away_tells_it_error_pages_too(self, world: World) -> None:
        """Wherever the visitor happens to be."""
        browser = world.browser(cookies={IDENTITY: "junk"})
        response = browser.get("/no-such-page")

        assert 404 == response.status
        assert texts.OURS.text("en", "cookie.damaged") in response.body.decode()
        assert {} == browser.cookies

    def test_signing_in_with_a_bad_cookie_works(self, world: World) -> None:
        """The new cookie takes its place."""
        world.member()
        browser = world.browser()
        form = Page(browser.get("/sign-in").body.decode()).form("/sign-in")
        browser.cookies[IDENTITY] = "junk"
        response = browser.post("/sign-in", {**form, "username": NAME, "password": PASSWORD})

        assert 303 == response.status
        assert 200 == browser.json("GET", "/account").status

    @pytest.mark.asvs("7.3.1", "7.3.2")
    def test_a_sign_in_in_use_is_renewed_now_and_then(self, world: World) -> None:
        """So that only idle ones end; most answers set nothing."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        early = set_cookies(browser.json("GET", "/account"))
        world.clock.now += 30000
        late = set_cookies(browser.json("GET", "/account"))
        world.clock.now += 80000

        assert ([], 1) == (early, len(late))
        assert 200 == browser.json("GET", "/account").status

    @pytest.mark.asvs("7.2.1", "16.5.3")
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(header=st.one_of(st.text(max_size=300), st.from_regex(r"hardtack-8000=[ -~]{0,80}", fullmatch=True)))
    def test_whatever_stands_in_the_field_the_answer_is_a_page(self, world: World, header: str) -> None:
        """Never a 500, never somebody; what could split a field is refused with all that it came with."""
        response = world.browser().ask("GET", "/account", headers={"cookie": header})

        assert (400 if set(header) & set("\r\n\0") else 303) == response.status


class TestBesideThePages:
    """Who is signed in, asked by what stands beside the pages."""

    def test_it_is_told_who_is_signed_in(self, world: World) -> None:
        """By the same cookies as on the pages, until the sign-out."""
        member, browser = world.member(), world.browser()
        asked = Request(method="GET", path="/beside", host=HOST)
        assert world.site.signed_in(asked) is None
        browser.sign_in()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        asked = replace(asked, headers=Headers([("cookie", cookies)]))
        assert member == world.site.signed_in(asked)
        browser.submit("/account", action="/sign-out")
        assert world.site.signed_in(asked) is None

    def test_where_nobody_can_tell_it_is_told_so(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """503: to be tried again, and nobody is let in meanwhile."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        monkeypatch.setattr(type(world.accounts.revocations), "verdict", lambda *_: "unknown")
        headers = Headers([("cookie", f"{IDENTITY}={browser.cookies[IDENTITY]}")])
        with pytest.raises(ServiceUnavailable) as refused:
            world.site.signed_in(Request(method="GET", path="/beside", host=HOST, headers=headers))
        assert "revocations-unavailable" == refused.value.reason


class TestUnknownRevocations:
    """When nobody can tell who is still signed in."""

    @pytest.mark.asvs("16.5.3")
    def test_an_identity_gets_503_and_is_kept(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither trusted nor taken away; everybody else goes on."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        monkeypatch.setattr(type(world.accounts.revocations), "verdict", lambda *_: "unknown")
        page, script = browser.get("/"), browser.json("GET", "/account")

        assert (503, 503) == (page.status, script.status)
        assert "5" == page.get("retry-after")
        assert texts.OURS.text("en", "error.revocations") in page.body.decode()
        assert IDENTITY in browser.cookies
        assert 200 == world.browser().get("/").status

    @pytest.mark.asvs("7.2.1")
    def test_two_good_cookies_of_one_name_are_not_an_identity(self, world: World) -> None:
        """HTTP/2 may send the field in pieces, too."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        value = browser.cookies[IDENTITY]
        pieces = [("cookie", f"{IDENTITY}={value}"), ("cookie", f"{IDENTITY}={value}")]
        whole = [("cookie", f"{IDENTITY}={value}"), ("cookie", "other=1")]
        statuses = [
            world.site.answer(
                Request(
                    method="GET",
                    path="/account",
                    headers=Headers([("host", HOST), ("accept", "application/json"), *fields]),
                    host=HOST,
                )
            ).status
            for fields in (pieces, whole)
        ]

        assert [401, 200] == statuses


class TestFixationAndTossing:
    """Cookies that somebody else has put there."""

    @pytest.mark.asvs("7.2.4")
    def test_attack_4_what_was_there_before_the_sign_in_is_worth_nothing_after_it(self, world: World) -> None:
        """Neither the visitor cookie nor its tokens nor an identity that was planted."""
        world.member()
        world.member("mallory")
        mallory = world.browser()
        planted = Page(mallory.get("/sign-in").body.decode()).form("/sign-in")["csrf_token"]
        victim = world.browser(cookies=dict(mallory.cookies))
        victim.sign_in()
        victim.fetch_metadata = False

        assert 403 == victim.post("/sign-out", {"csrf_token": planted}).status
        assert 200 == victim.get("/account").status
        assert 303 == mallory.get("/account").status

    @pytest.mark.asvs("7.2.4")
    def test_attack_4_the_cookie_is_another_one_after_each_sign_in(self, world: World) -> None:
        """And the one before is over (ASVS 7.2.4)."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        before = dict(browser.cookies)
        browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD})

        assert before[IDENTITY] != browser.cookies[IDENTITY]
        assert 401 == world.browser(cookies=before).json("GET", "/account").status

    @pytest.mark.asvs("7.2.2", "7.2.4")
    def test_attack_4_a_planted_identity_is_not_the_one_that_is_signed_in(self, world: World) -> None:
        """Mallory's own cookie in the victim's browser: after signing in, the two share nothing."""
        world.member()
        world.member("mallory")
        mallory = world.browser()
        mallory.sign_in("mallory")
        victim = world.browser(cookies=dict(mallory.cookies))
        victim.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD})

        assert NAME in victim.get("/account").body.decode()
        assert NAME not in mallory.get("/account").body.decode()

    @pytest.mark.asvs("3.3.3")
    def test_attack_23_an_unprefixed_twin_is_ignored_over_https(self, make_world: MakeWorld) -> None:
        """A sibling host can set it, so it means nothing."""
        world = make_world(origin="https://id.example.org")
        world.member()
        browser = world.browser(host="id.example.org", scheme="https")
        browser.sign_in()
        value = browser.cookies["__Host-hardtack"]
        twins = {"hardtack": value, "hardtack-443": value, "__Secure-hardtack": value, "__host-hardtack": value}

        assert 401 == world.browser(host="id.example.org", scheme="https", cookies=twins).json("GET", "/account").status

    @pytest.mark.asvs("3.3.3")
    def test_attack_23_of_several_visitor_cookies_none_is_taken(self, world: World) -> None:
        """Whoever tossed one in knows a token for it."""
        mallory = world.browser(fetch_metadata=False)
        token = Page(mallory.get("/sign-in").body.decode()).form("/sign-in")["csrf_token"]
        victim = world.browser(fetch_metadata=False)
        victim.get("/sign-in")
        both = f"{VISITOR}={mallory.cookies[VISITOR]}; {VISITOR}={victim.cookies[VISITOR]}"
        response = victim.post("/sign-in", {"csrf_token": token, "username": NAME, "password": PASSWORD}, cookie=both)

        assert 403 == response.status


class TestForms:
    """Only our own pages' forms are taken (DESIGN §4, CSRF)."""

    @staticmethod
    def sent(browser: Browser, *, own: bool = True, token: str | None = None, **headers: str | None) -> int:
        """Send a correct sign-in with the headers of a test's choice; return the status."""
        form = Page(browser.get("/sign-in").body.decode()).form("/sign-in")
        fields = {**form, "username": NAME, "password": PASSWORD}
        if not own:
            del fields["csrf_token"]
        if token is not None:
            fields["csrf_token"] = token
        return browser.post("/sign-in", fields, **headers).status

    @pytest.mark.asvs("3.5.1", "7.6.2")
    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "SAME-ORIGIN", ""])
    def test_attack_21_a_form_of_another_site_signs_nobody_in(self, world: World, site: str) -> None:
        """Login CSRF: the victim would work in the attacker's account. A sibling host is another site, too."""
        world.member()
        browser = world.browser()

        assert 403 == self.sent(browser, sec_fetch_site=site)
        assert IDENTITY not in browser.cookies

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_refusal_is_a_page_that_says_what_to_do(self, world: World, language: str) -> None:
        """An old form in a tab is the usual cause."""
        response = world.browser(language=language).post("/sign-in", b"username=a", sec_fetch_site="cross-site")

        assert 403 == response.status
        assert (csrf.CrossSiteRequest("x").detail_in(language) or "?") in response.body.decode()

    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            ("http://localhost:8000", 303),
            ("null", 421),
            ("http://evil.example", 421),
            ("http://localhost:8001", 421),
            ("https://localhost:8000", 421),
        ],
    )
    def test_without_fetch_metadata_the_origin_decides_in_development(
        self, world: World, origin: str, status: int
    ) -> None:
        """Another origin is not answered at all there (DESIGN §4)."""
        world.member()

        assert status == self.sent(world.browser(fetch_metadata=False), origin=origin)

    @pytest.mark.asvs("3.5.1", "3.7.5")
    @pytest.mark.parametrize(
        ("origin", "status"),
        [
            ("https://id.example.org", 303),
            ("null", 403),
            ("https://evil.example", 403),
            ("http://id.example.org", 403),
            ("https://id.example.org.evil.example", 403),
        ],
    )
    def test_without_fetch_metadata_the_origin_decides(self, make_world: MakeWorld, origin: str, status: int) -> None:
        """Null is refused: it is what a sandboxed frame sends."""
        world = make_world(origin="https://id.example.org")
        world.member()
        browser = world.browser(host="id.example.org", scheme="https", fetch_metadata=False)

        assert status == self.sent(browser, origin=origin)

    @pytest.mark.asvs("3.5.1", "3.7.5")
    @pytest.mark.parametrize("token", [None, "", "junk"])
    def test_without_either_the_token_decides(self, world: World, token: str | None) -> None:
        """The last resort, for browsers that say nothing."""
        world.member()

        assert 403 == self.sent(world.browser(fetch_metadata=False), own=False, token=token)
        assert 303 == self.sent(world.browser(fetch_metadata=False))

    @pytest.mark.asvs("3.5.1")
    def test_a_token_never_overrules_what_the_browser_says(self, world: World) -> None:
        """A stolen token is worth nothing across sites."""
        world.member()

        assert 403 == self.sent(world.browser(), sec_fetch_site="cross-site")

    @pytest.mark.asvs("3.5.1")
    def test_a_token_of_somebody_elses_form_is_refused(self, world: World) -> None:
        """It is bound to the visitor cookie."""
        world.member()
        other = Page(world.browser().get("/sign-in").body.decode()).form("/sign-in")["csrf_token"]

        assert 403 == self.sent(world.browser(fetch_metadata=False), token=other)

    def test_a_token_of_another_session_is_refused(self, world: World) -> None:
        """Of another person, of the same person elsewhere, from before a new sign-in, and from before the sign-in."""
        world.member()
        world.member("other")
        browser = world.browser()
        tokens = [Page(browser.get("/sign-in").body.decode()).form("/sign-in")["csrf_token"]]
        browser.sign_in()

        def token_of(somebody: Browser) -> str:
            token: str = json.loads(somebody.json("GET", "/account").body)["csrf_token"]
            return token

        tokens.append(token_of(browser))
        assert 200 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status
        for name in (NAME, "other"):
            elsewhere = world.browser()
            elsewhere.sign_in(name)
            tokens.append(token_of(elsewhere))
        own = token_of(browser)
        browser.fetch_metadata = False
        assert [403] * 4 == [browser.json("POST", "/sign-out", x_csrf_token=token).status for token in tokens]
        assert 200 == browser.json("POST", "/sign-out", x_csrf_token=own).status

    def test_a_token_is_too_old_after_a_day(self, world: World) -> None:
        """And the form is shown anew."""
        world.member()
        browser = world.browser(fetch_metadata=False)
        form = Page(browser.get("/sign-in").body.decode()).form("/sign-in")
        world.clock.now += 86401

        assert 403 == browser.post("/sign-in", {**form, "username": NAME, "password": PASSWORD}).status

    def test_the_visitor_cookie_is_set_with_a_form_only_and_once(self, world: World) -> None:
        """Pages without a form leave no trace."""
        browser = world.browser()
        for address in ("/", "/no-such-page", "/welcome", "/healthz"):
            assert [] == set_cookies(browser.get(address))
        first = set_cookies(browser.get("/sign-in"))
        again = set_cookies(browser.get("/sign-up"))

        assert ([VISITOR], []) == ([value.partition("=")[0] for value in first], again)

    def test_a_script_without_any_cookie_needs_no_token(self, world: World) -> None:
        """It carries no right that could be abused."""
        world.member()
        browser = world.browser(fetch_metadata=False)

        assert 200 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status
        assert 403 == browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}).status

    def test_a_token_may_stand_in_the_json_itself(self, world: World) -> None:
        """As in a form."""
        world.member()
        browser = world.browser(fetch_metadata=False)
        token = browser.json("GET", "/sign-in").body.decode().partition('"csrf_token":"')[2].partition('"')[0]
        fields = {"username": NAME, "password": PASSWORD}

        assert 403 == browser.json("POST", "/sign-in", {**fields, "csrf_token": 5}).status
        assert 200 == browser.json("POST", "/sign-in", {**fields, "csrf_token": token}).status

    @pytest.mark.asvs("16.3.3")
    def test_a_refused_form_leaves_one_log_line_with_its_reason(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        """ASVS 16.3.3: attempts to get around a control are logged."""
        caplog.set_level(logging.INFO)
        world.browser().post("/sign-in", b"username=a&password=topsecret", sec_fetch_site="cross-site")
        (line,) = [record for record in caplog.records if getattr(record, "event", "") == "request-refused"]

        assert {"status": 403, "reason": "sec-fetch-site", "client": "203.0.113.7"} == vars(line)["fields"]
        assert "topsecret" not in caplog.text
