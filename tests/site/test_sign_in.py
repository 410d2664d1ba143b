"""The sign-in page: in, wrongly in, already in, and what each is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hardtack.login import Accounts
from hardtack.message import Response
from hardtack.session import Sessions
from hardtack.site import texts
from hardtack.status import ServiceUnavailable
from tests.site.conftest import HOST, NAME, PASSWORD, MakeWorld, Page, World, set_cookies

WRONG = "another quite long password"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


class TestPage:
    """The form before anything is sent."""

    @pytest.mark.asvs("6.2.6", "6.2.7")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_is_a_form_with_labels_that_password_managers_understand(self, world: World, language: str) -> None:
        """ASVS 6.2.6 and 6.2.7: masked, pasted, filled in."""
        response = world.browser(language=language).get("/sign-in")
        page = Page(words(response))
        inputs = {field["name"]: field for field in page.all("input")}

        assert 200 == response.status
        assert texts.OURS.text(language, "sign_in.title") in page.words["h1"]
        assert ("text", "username webauthn") == (inputs["username"]["type"], inputs["username"]["autocomplete"])
        assert ("password", "current-password") == (inputs["password"]["type"], inputs["password"]["autocomplete"])
        assert {"username", "password", "keep"} == {label["for"] for label in page.all("label")}
        assert {"csrf_token", "username", "password"} == set(page.form("/sign-in"))

    def test_next_is_carried_along_in_a_hidden_field_if_it_is_ours(self, world: World) -> None:
        """And into the link to the sign-up page."""
        page = Page(words(world.browser().get("/sign-in?next=/account%3Fa=b")))

        assert "/account?a=b" == page.form("/sign-in")["next"]
        assert "/sign-up?next=/account%3Fa%3Db" in [link.get("href") for link in page.all("a")]

    @pytest.mark.asvs("3.7.2")
    @pytest.mark.parametrize("asked", ["https://evil.example/", "//evil.example", "/%5Cevil.example", "%00", "%ff"])
    def test_attack_1_a_foreign_next_is_not_even_carried_along(self, world: World, asked: str) -> None:
        """The whole corpus is in the tests of ``next_url``; this is the way there."""
        browser = world.browser()
        world.member()

        assert "next" not in Page(words(browser.get(f"/sign-in?next={asked}"))).form("/sign-in")
        response = browser.submit("/sign-in", username=NAME, password=PASSWORD, next=asked)
        assert (303, "/account") == (response.status, response.get("location"))

    def test_a_closed_sign_up_is_not_offered(self, make_world: MakeWorld) -> None:
        """A link that leads to a refusal helps nobody."""
        page = Page(words(make_world(sign_up="off").browser().get("/sign-in")))

        assert [] == [link for link in page.all("a") if "/sign-up" in (link.get("href") or "")]

    @pytest.mark.asvs("3.7.2")
    def test_attack_2_the_referer_is_never_followed(self, world: World) -> None:
        """Not as a target after signing in, not as a field."""
        world.member()
        browser = world.browser()
        elsewhere = "http://localhost:8000/elsewhere"

        assert "elsewhere" not in words(browser.get("/sign-in", referer=elsewhere))
        form = Page(words(browser.get("/sign-in"))).form("/sign-in")
        response = browser.post("/sign-in", {**form, "username": NAME, "password": PASSWORD}, referer=elsewhere)
        assert "/account" == response.get("location")


class TestKeepMeSignedIn:
    """A box to tick: longer lifetimes, and a cookie that outlives the browser, for whoever asks and nobody else."""

    @pytest.mark.asvs("7.3.1")
    def test_without_it_the_cookie_ends_with_the_browser_and_on_the_server_all_the_same(self, world: World) -> None:
        """No Max-Age and no Expires; after a day without use it is worth nothing."""
        world.member()
        browser = world.browser()
        (cookie,) = [value for value in set_cookies(browser.sign_in()) if value.startswith(f"{browser.identity}=")]
        world.clock.now += 86400 + 61

        assert [] == [word for word in ("Max-Age", "Expires") if word in cookie]
        assert 401 == browser.json("GET", "/account").status

    @pytest.mark.asvs("7.3.1", "7.3.2")
    def test_with_it_the_cookie_stays_and_so_does_the_sign_in(self, world: World) -> None:
        """Two weeks without use, and thirty days in all."""
        world.member()
        browser = world.browser()
        answer = browser.submit("/sign-in", username=NAME, password=PASSWORD, keep="yes")
        (cookie,) = [value for value in set_cookies(answer) if value.startswith(f"{browser.identity}=")]
        assert "; Max-Age=1209600;" in cookie
        for _ in range(2):
            world.clock.now += 1209000
            assert 200 == browser.json("GET", "/account").status
        world.clock.now += 2592000 - 2 * 1209000 + 61
        assert 401 == browser.json("GET", "/account").status

    def test_a_script_says_true_or_false(self, world: World) -> None:
        """Anything else is 422 with the field named, and nothing was looked at."""
        world.member()
        browser = world.browser()
        wrong = browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD, "keep": "yes"})
        right = browser.json("POST", "/sign-in", {"username": NAME, "password": PASSWORD, "keep": True})

        assert (422, ["keep"]) == (wrong.status, list(json.loads(wrong.body)["fields"]))
        assert 200 == right.status
        assert "; Max-Age=1209600;" in set_cookies(right)[-1]

    def test_the_box_stays_ticked_when_the_password_was_wrong(self, world: World) -> None:
        """What was chosen comes back, like the name."""
        world.member()
        ticked = world.browser().submit("/sign-in", username=NAME, password="x" * 20, keep="yes")
        not_ticked = world.browser().submit("/sign-in", username=NAME, password="x" * 20)

        assert {"keep": "yes"}.items() <= Page(words(ticked)).form("/sign-in").items()
        assert "keep" not in Page(words(not_ticked)).form("/sign-in")

    @pytest.mark.asvs("7.4.1")
    def test_attack_5_a_copy_renewed_since_is_ended_by_the_sign_out_of_an_older_one(
        self, world: World, tmp_path: Path
    ) -> None:
        """What was signed out is remembered for as long as any cookie of it could live, not just the one shown."""
        world.member()
        browser = world.browser()
        browser.submit("/sign-in", username=NAME, password=PASSWORD, keep="yes")
        older = dict(browser.cookies)
        world.clock.now += 1200000
        browser.json("GET", "/account")
        newer = dict(browser.cookies)
        assert older != newer
        browser.cookies = older
        assert 200 == browser.json("POST", "/sign-out").status
        world.clock.now += 9600 + 2 * 86400
        world.site.prune()
        # A process that starts now knows only what the database still remembers.
        with Accounts.connect(f"sqlite:///{tmp_path}/0.db", keyring=world.keyring) as accounts:
            sessions = Sessions(
                world.keyring,
                realm=world.settings.realm,
                revocations=accounts.revocations,
                kept_lifetimes=world.sessions.kept_lifetimes,
            )
            header = "; ".join(f"{name}={value}" for name, value in newer.items())
            assert (None, "revoked") == sessions.identify(header, int(world.clock.now), HOST)


class TestSigningIn:
    """The right name and password."""

    def test_a_person_goes_on_to_the_account_and_is_recognised(self, world: World) -> None:
        """303, so that going back sends nothing twice."""
        world.member()
        browser = world.browser()
        response = browser.sign_in()

        assert (303, "/account", b"") == (response.status, response.get("location"), response.body)
        assert 200 == browser.get("/account").status
        assert NAME in words(browser.get("/account"))

    def test_the_way_back_is_kept_through_a_wrong_password(self, world: World) -> None:
        """Whoever was sent here goes back where they came from."""
        world.member()
        browser = world.browser()
        wrong = browser.submit("/sign-in?next=/account%3Fx=1", username=NAME, password=WRONG)
        form = Page(words(wrong)).form("/sign-in")
        response = browser.post("/sign-in", {**form, "password": PASSWORD})

        assert (303, "/account?x=1") == (response.status, response.get("location"))

    @pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
    def test_the_cookie_is_host_bound_over_https(self, make_world: MakeWorld) -> None:
        """ASVS 3.3.1 to 3.3.4."""
        world = make_world(origin="https://id.example.org")
        world.member()
        browser = world.browser(host="id.example.org", scheme="https")
        response = browser.sign_in()
        (cookie,) = [value for value in set_cookies(response) if value.startswith("__Host-hardtack=")]

        assert 303 == response.status
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
        assert 200 == browser.get("/account").status

    def test_a_script_gets_the_account_as_json(self, world: World) -> None:
        """The same address, another language."""
        world.member()
        browser = world.browser()
        response = browser.json("POST", "/sign-in", {"username": NAME.upper(), "password": PASSWORD})

        assert (200, "application/json") == (response.status, response.get("content-type"))
        assert {
            "account": {
                "name": NAME,
                "display_name": NAME,
                "administrator": False,
                "roles": [],
                "email": None,
                "created": "2027-01-15T08:00:00Z",
            }
        } == json.loads(response.body)
        assert browser.identity in browser.cookies

    def test_a_form_may_be_answered_in_json_and_json_without_a_wish_for_it(self, world: World) -> None:
        """Either what is sent or what is accepted decides."""
        world.member()
        browser = world.browser()
        form = Page(words(browser.get("/sign-in"))).form("/sign-in")
        accepted = browser.post("/sign-in", {**form, "username": NAME, "password": PASSWORD}, accept="application/json")
        sent = world.browser().json("POST", "/sign-in", {"username": NAME, "password": PASSWORD}, accept="*/*")

        assert ("application/json", "application/json") == (accepted.get("content-type"), sent.get("content-type"))

    def test_who_is_signed_in_already_is_told_so(self, world: World) -> None:
        """With the ways on: go on, or sign out first."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        page = Page(words(browser.get("/sign-in?next=/account%3Fx")))

        assert texts.OURS.text("en", "sign_in.already_heading") == page.words["h1"]
        assert "/account?x" in [link.get("href") for link in page.all("a")]
        assert {"/sign-out"} == set(page.actions)

    @pytest.mark.asvs("7.2.4")
    def test_signing_in_anew_ends_the_old_sign_in(self, world: World) -> None:
        """ASVS 7.2.4: the old identity is not left behind, working."""
        world.member()
        world.member("berta")
        browser = world.browser()
        browser.sign_in()
        old = dict(browser.cookies)
        browser.json("POST", "/sign-in", {"username": "berta", "password": PASSWORD})

        assert "berta" in words(browser.get("/account"))
        assert 401 == world.browser(cookies=old).json("GET", "/account").status

    def test_the_visitor_cookie_goes_when_somebody_is_signed_in(self, world: World) -> None:
        """It has done its work; tokens are bound to the lineage from now on."""
        world.member()
        browser = world.browser()
        browser.get("/sign-in")
        assert {"hardtack-visitor-8000"} == set(browser.cookies)
        browser.sign_in()

        assert {browser.identity, browser.known} == set(browser.cookies)


class TestRefused:
    """Everything that is not the right name and password."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_wrong_credentials_are_401_with_the_page_and_the_name_but_no_password(
        self, world: World, language: str
    ) -> None:
        """What was typed comes back, except the password; the challenge names the page."""
        world.member()
        response = world.browser(language=language).sign_in(password=WRONG)
        page = Page(words(response))

        assert 401 == response.status
        assert 'Session realm="hardtack", sign-in="/sign-in"' == response.get("www-authenticate")
        assert NAME == page.form("/sign-in")["username"]
        assert "" == page.form("/sign-in")["password"]
        assert WRONG not in words(response)
        assert ["alert"] == [part["role"] for part in page.all("div") if "role" in part]
        assert [True] == ["autofocus" in part for part in page.all("div") if "role" in part]

    def test_a_script_gets_a_problem(self, world: World) -> None:
        """RFC 9457, with the same challenge."""
        response = world.browser().json("POST", "/sign-in", {"username": NAME, "password": WRONG}, accept="*/*")
        problem = json.loads(response.body)

        assert (401, "application/problem+json") == (response.status, response.get("content-type"))
        assert (401, "The name or the password is not right. Please try again.") == (
            problem["status"],
            problem["detail"],
        )
        assert (response.get("www-authenticate") or "").startswith("Session ")

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({}, {"username", "password"}),
            ({"username": NAME}, {"password"}),
            ({"username": "", "password": PASSWORD}, {"username"}),
        ],
    )
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_a_missing_field_is_422_and_named_at_the_field(
        self, world: World, fields: dict[str, str], named: set[str], language: str
    ) -> None:
        """In the summary, which leads to the field, and at the field, which says so to a screen reader."""
        browser = world.browser(language=language)
        form = Page(words(browser.get("/sign-in"))).form("/sign-in")
        response = browser.post("/sign-in", {"csrf_token": form["csrf_token"], **fields})
        page = Page(words(response))
        wrong = {field["name"]: field for field in page.all("input") if field.get("aria-invalid") == "true"}

        assert 422 == response.status
        assert named == set(wrong)
        assert {f"#{name}" for name in named} <= {link.get("href") for link in page.all("a")}
        for name, field in wrong.items():
            assert f"{name}-error" in (field["aria-describedby"] or "").split()
            assert 2 == words(response).count(texts.OURS.text(language, f"form.{name}_missing"))

    def test_a_missing_field_is_named_to_a_script(self, world: World) -> None:
        """In the problem's own member."""
        response = world.browser().json("POST", "/sign-in", {"username": NAME, "password": 5})

        assert 422 == response.status
        assert "password" in json.dumps(json.loads(response.body))

    @pytest.mark.parametrize("body", [b"username", b"%zz=a", b"\xff\xfe"])
    def test_a_malformed_form_is_400(self, world: World, body: bytes) -> None:
        """Before anything else is looked at."""
        response = world.browser().post("/sign-in", body)

        assert 400 == response.status
        assert texts.OURS.text("en", "form.malformed") in words(response)

    @pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml"])
    def test_another_content_type_is_415_and_says_what_is_taken(self, world: World, content_type: str) -> None:
        """RFC 9110 §15.5.16."""
        response = world.browser().post("/sign-in", b"username=a&password=b", content_type=content_type)

        assert 415 == response.status
        assert "application/json" in (response.get("accept") or "")

    def test_attack_15_a_password_of_a_mebibyte_is_refused_before_any_hashing(
        self, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the limit of content lets it through at all, its length is looked at before anything else."""
        world = make_world(max_body=4 << 20)
        world.member()
        asked: list[str] = []
        monkeypatch.setattr(type(world.accounts._services.hashing), "place", lambda _pool: asked.append("place"))
        response = world.browser().sign_in(password="x" * (1 << 20))

        assert (422, []) == (response.status, asked)
        assert ["password"] == [
            field["name"] for field in Page(words(response)).all("input") if field.get("aria-invalid") == "true"
        ]
        assert "x" * 100 not in words(response)

    def test_content_over_the_limit_is_413(self, world: World) -> None:
        """With the limit that ``serve`` has, it does not come that far."""
        assert 413 == world.browser().sign_in(password="x" * (1 << 20)).status

    @pytest.mark.asvs("6.3.1")
    def test_too_many_attempts_are_429_with_the_page_and_when_to_come_back(self, world: World) -> None:
        """The right password changes nothing about it."""
        world.member()
        browser = world.browser()
        statuses = [browser.sign_in(password=WRONG).status for _ in range(11)]
        response = browser.sign_in()

        assert ([401] * 10, 429) == (statuses[:10], statuses[10])
        assert 429 == response.status
        assert int(response.get("retry-after") or 0) > 0
        assert NAME == Page(words(response)).form("/sign-in")["username"]

    @pytest.mark.asvs("7.4.2")
    def test_a_disabled_account_does_not_come_in_and_its_sessions_end(self, world: World) -> None:
        """At once, with the answer of a wrong password."""
        world.member()
        browser = world.browser()
        browser.sign_in()
        world.accounts.disable(NAME, int(world.clock.now))

        assert 401 == browser.json("GET", "/account").status
        assert 401 == world.browser().sign_in().status

    def test_the_fields_of_a_refusal_go_with_the_page(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Some refusals are worth little without them."""

        def refuse(*_: object, **__: object) -> None:
            raise ServiceUnavailable(headers=[("Connection", "close")], retry_after=7)

        monkeypatch.setattr(world.accounts, "sign_in", refuse)
        response = world.browser().sign_in()

        assert (503, "close", "7") == (response.status, response.get("connection"), response.get("retry-after"))
        assert NAME == Page(words(response)).form("/sign-in")["username"]

    @pytest.mark.asvs("3.2.2")
    def test_what_was_typed_is_escaped(self, world: World) -> None:
        """A name is text, whatever is in it (ASVS 3.2.2)."""
        response = world.browser().sign_in(name='"><script>alert(1)</script>&')

        assert "<script>" not in words(response)
        assert 3 == words(response).count("<script")
        assert '"><script>alert(1)</script>&' == Page(words(response)).form("/sign-in")["username"]


def shown(response: Response, name: str) -> tuple[object, ...]:
    """Return everything of *response* that somebody could compare, without the token's noise and the typed name."""
    drawn = r'name="(csrf_token|passkey_token)" value="[^"]*"|challenge&#34;:&#34;[^&]*&'
    body = re.sub(drawn, "", words(response)).replace(name, "NAME")
    headers = [(field, value) for field, value in response.headers if field != "Content-Length"]
    return response.status, body, [field for field, _ in headers], [pair for pair in headers if pair[0] != "Set-Cookie"]


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("speaks", ["html", "json"])
def test_attack_9_nothing_tells_an_existing_name_from_another(world: World, speaks: str, language: str) -> None:
    """Status, body, fields and number of cookies are the same for a wrong password, no such name and a disabled one."""
    world.member("exists")
    world.member("barred")
    world.accounts.disable("barred", int(world.clock.now))
    answers = []
    for name in ("exists", "missing", "barred"):
        browser = world.browser(language=language, client="203.0.113.9")
        if speaks == "html":
            response = browser.sign_in(name=name, password=WRONG)
        else:
            response = browser.json("POST", "/sign-in", {"username": name, "password": WRONG})
        answers.append((shown(response, name), len(set_cookies(response)), set(browser.cookies)))

    assert 401 == answers[0][0][0]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.asvs("6.3.8")
def test_attack_9_holds_when_the_budget_is_used_up(world: World) -> None:
    """The throttle counts names that do not exist like those that do."""
    world.member("exists")
    answers = []
    for number, name in enumerate(("exists", "missing")):
        browser = world.browser(client=f"203.0.113.{number + 1}")
        answers.append([shown(browser.sign_in(name=name, password=WRONG), name) for _ in range(12)])

    assert 429 == answers[0][-1][0]
    assert answers[0] == answers[1]
