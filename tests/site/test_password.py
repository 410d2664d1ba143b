"""The page for a new password: what it asks, whom it believes, and which sessions are left."""

from __future__ import annotations

import json
import logging

import pytest

from hardtack.login import Accounts
from hardtack.message import Response
from hardtack.session.revocation import GRACE
from hardtack.site import texts
from hardtack.store import schema
from tests.login.orders import orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World

ADDRESS = "/account/password"
NEW = "four unrelated words 橙子"
WRONG = "a long walk 到山边"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


@pytest.fixture
def browser(world: World) -> Browser:
    """Return the browser of somebody who signed in a good while ago."""
    world.member()
    signed_in = world.browser()
    assert 303 == signed_in.sign_in().status
    world.clock.now += 7200
    return signed_in


class TestPage:
    """The form before anything is sent."""

    @pytest.mark.asvs("6.2.3", "6.2.6", "6.2.7")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_asks_for_both_passwords(self, world: World, language: str) -> None:
        """Each as what it is, for password managers (ASVS 6.2.3, 6.2.6, 6.2.7)."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        page = Page(words(browser.get(ADDRESS)))
        inputs = {field["name"]: field for field in page.all("input")}

        assert texts.OURS.text(language, "password.title") == page.words["h1"]
        assert ("password", "current-password") == (inputs["password"]["type"], inputs["password"]["autocomplete"])
        assert ("password", "new-password") == (inputs["new_password"]["type"], inputs["new_password"]["autocomplete"])
        assert ("username", NAME) == (inputs["username"]["autocomplete"], inputs["username"]["value"])
        assert {"csrf_token", "username", "password", "new_password"} == set(page.form(ADDRESS))
        assert [ADDRESS] == [link["href"] for link in page.all("a") if link.get("aria-current")]

    def test_a_script_gets_the_fields_and_a_token(self, browser: Browser) -> None:
        """As the other forms say it."""
        said = json.loads(browser.json("GET", ADDRESS).body)

        assert ["password", "new_password"] == said["fields"]
        assert {"fields", "csrf_token"} == set(said)

    def test_who_is_signed_out_is_led_to_the_sign_in_and_back(self, world: World) -> None:
        """A person; a script gets the challenge, for both methods."""
        browser = world.browser()

        assert "/sign-in?next=/account/password" == browser.get(ADDRESS).get("location")
        assert "/sign-in?next=/account/password" == browser.post(ADDRESS, {}).get("location")
        assert [401, 401] == [browser.json("GET", ADDRESS).status, browser.json("POST", ADDRESS, {}).status]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_without_a_password_it_says_what_to_do(self, world: World, language: str) -> None:
        """There is no form then, but the way to a link."""
        member = world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        with world.accounts._database.write() as connection:
            connection.exec_driver_sql("UPDATE account SET password_hash = NULL")
        response = browser.get(ADDRESS)
        page = Page(words(response))

        assert member.id == 1
        assert (409, []) == (response.status, [field for field in page.all("input") if field["type"] == "password"])
        assert "/forgot" in [link["href"] for link in page.all("a")]
        assert 409 == browser.post(ADDRESS, {"password": PASSWORD, "new_password": NEW}).status


class TestChanging:
    """The way that ends well."""

    @pytest.mark.asvs("6.2.2", "7.4.3")
    def test_this_session_goes_on_and_every_other_one_is_over(self, world: World, browser: Browser) -> None:
        """Under a new cookie; the old cookie is dead at once, without the grace of a step-up (attack 5)."""
        other = world.browser()
        other.sign_in()
        old = dict(browser.cookies)
        response = browser.submit(ADDRESS, password=PASSWORD, new_password=NEW)

        assert 200 == response.status
        assert texts.OURS.text("en", "password.done_title") == Page(words(response)).words["h1"]
        assert old[browser.identity] != browser.cookies[browser.identity]
        assert 200 == browser.json("GET", "/account").status
        assert [401, 401] == [one.json("GET", "/account").status for one in (other, world.browser(cookies=old))]
        assert 401 == world.browser(cookies=old).json("GET", "/account").status
        assert 303 == world.browser().sign_in(password=NEW).status
        assert 401 == world.browser().sign_in().status

    def test_a_second_worker_knows_it_at_once(self, world: World, browser: Browser) -> None:
        """Another store on the same database asks for itself."""
        who, _ = world.sessions.identify(
            f"{browser.identity}={browser.cookies[browser.identity]}", int(world.clock.now), browser.host
        )
        assert who is not None
        with Accounts.connect(f"sqlite:///{world.settings.data}/0.db", keyring=world.keyring) as second:
            held = (who.lineage, who.session_id, who.account, who.epoch, int(world.clock.now))
            assert not second.revocations.verdict(*held)
            browser.submit(ADDRESS, password=PASSWORD, new_password=NEW)
            assert "revoked" == second.revocations.verdict(*held)

    def test_the_form_of_another_tab_stays_good(self, browser: Browser) -> None:
        """Its token is bound to the lineage, which stays."""
        form = Page(words(browser.get(ADDRESS))).form(ADDRESS)
        browser.submit(ADDRESS, password=PASSWORD, new_password=NEW)

        assert 200 == browser.post(ADDRESS, {**form, "password": NEW, "new_password": PASSWORD}).status

    def test_it_counts_as_a_recent_sign_in(self, browser: Browser) -> None:
        """The password was given a moment ago."""
        assert 303 == browser.get("/account/export").status
        browser.submit(ADDRESS, password=PASSWORD, new_password=NEW)

        assert 200 == browser.get("/account/export").status

    @pytest.mark.asvs("6.2.2")
    def test_a_script_does_the_same(self, world: World, browser: Browser) -> None:
        """And keeps its session."""
        response = browser.json("POST", ADDRESS, {"password": PASSWORD, "new_password": NEW})
        said = json.loads(response.body)

        assert (200, NAME) == (response.status, said["account"]["name"])
        assert texts.machine_time(int(world.clock.now)) == said["session"]["authenticated_at"]
        assert 200 == browser.json("GET", "/account").status

    def test_mail_says_from_which_device(self, world: World, browser: Browser) -> None:
        """In our words, never in those of the header."""
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(connection, 1, email="a@example.org", canonical="a@example.org")
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 <evil>"
        browser.json("POST", ADDRESS, {"password": PASSWORD, "new_password": NEW}, user_agent=agent)
        (order,) = orders(world.accounts, int(world.clock.now))

        assert ("firefox/linux", "en", "203.0.113.7") == (order.device, order.language, order.client)


class TestRefusing:
    """What changes nothing."""

    @pytest.mark.asvs("6.2.3", "7.5.1")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize(
        ("password", "new", "status", "named"),
        [
            (WRONG, NEW, 401, {"password"}),
            (PASSWORD, PASSWORD, 422, {"new_password"}),
            (PASSWORD, "short", 422, {"new_password"}),
            (PASSWORD, f"{NAME} {NAME}", 422, {"new_password"}),
            (PASSWORD, "x" * 1025, 422, {"new_password"}),
            ("x" * 1025, NEW, 422, {"password"}),
            ("", "", 422, {"password", "new_password"}),
            (PASSWORD, "", 422, {"new_password"}),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, world: World, language: str, password: str, new: str, status: int, named: set[str]
    ) -> None:
        """And no password comes back."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        response = browser.submit(ADDRESS, password=password, new_password=new)
        page = Page(words(response))
        wrong = {field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"}
        form = page.form(ADDRESS)

        assert (status, named) == (response.status, wrong)
        assert ("", "") == (form["password"], form["new_password"])
        assert 200 == browser.json("GET", "/account").status
        assert 303 == world.browser().sign_in().status

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"password": "a", "new_password": "\\ud800aaaaaaaaaaaaaaaa"}', 422),
            (b'{"password": "\\ud800", "new_password": "aaaaaaaaaaaaaaaa"}', 422),
            (b'{"password": 1, "new_password": "aaaaaaaaaaaaaaaa"}', 422),
            (b'{"password": "a", "password": "b", "new_password": "aaaaaaaaaaaaaaaa"}', 422),
            (b'{"password": "a"}', 422),
            (b"[]", 400),
            (b"\xff", 400),
        ],
    )
    def test_bad_input_is_refused_and_harms_nothing(
        self, world: World, browser: Browser, body: bytes, status: int
    ) -> None:
        """Lone surrogates, numbers, doubles, what is missing, what is no JSON."""
        response = browser.ask(
            "POST", ADDRESS, body=body, headers={"content-type": "application/json", "accept": "application/json"}
        )

        assert (status, "application/problem+json") == (response.status, response.get("content-type"))
        assert 303 == world.browser().sign_in().status

    def test_a_nul_is_a_character_like_any_other(self, world: World, browser: Browser) -> None:
        """A password is its bytes (attack 16)."""
        assert 200 == browser.submit(ADDRESS, password=PASSWORD, new_password=NEW + "\0end").status
        assert 401 == world.browser().sign_in(password=NEW).status
        assert 303 == world.browser().sign_in(password=NEW + "\0end").status

    def test_a_superseded_cookie_changes_nothing(self, world: World, browser: Browser) -> None:
        """It names the person for a moment, with no right to a change; nobody's password is looked at."""
        old = dict(browser.cookies)
        form = Page(words(browser.get(ADDRESS))).form(ADDRESS)
        browser.submit("/account/confirm", password=PASSWORD)
        late = world.browser(cookies=old)
        sent = {**form, "password": PASSWORD, "new_password": NEW}
        led = late.post(ADDRESS, sent)

        assert (303, "/account/confirm?next=/account/password") == (led.status, led.get("location"))
        assert 401 == late.json("POST", ADDRESS, {"password": PASSWORD, "new_password": NEW}).status
        world.clock.now += GRACE
        assert 401 == late.json("POST", ADDRESS, {"password": PASSWORD, "new_password": NEW}).status
        assert 303 == world.browser().sign_in().status

    def test_attack_13_failures_of_others_do_not_keep_the_owner_from_it(self, world: World, browser: Browser) -> None:
        """The browser is a known one since its sign-in; another one is told that it is not looked at."""
        for number in range(100):
            world.clock.now += 60
            world.browser(client=f"198.51.100.{number % 50}").sign_in(password="guess")
        strange = world.browser(cookies={browser.identity: browser.cookies[browser.identity]})
        sent = {"password": PASSWORD, "new_password": NEW}

        response = strange.submit(ADDRESS, **sent)

        assert 429 == response.status
        assert "/release" in [link["href"] for link in Page(words(response)).all("a")]
        assert 200 == browser.json("POST", ADDRESS, sent).status

    def test_of_two_tabs_the_second_is_told_that_its_password_is_not_right(
        self, world: World, browser: Browser
    ) -> None:
        """The first one's holds."""
        form = Page(words(browser.get(ADDRESS))).form(ADDRESS)
        browser.submit(ADDRESS, password=PASSWORD, new_password=NEW)
        response = browser.post(ADDRESS, {**form, "password": PASSWORD, "new_password": NEW + "!"})

        assert 401 == response.status
        assert 303 == world.browser().sign_in(password=NEW).status

    @pytest.mark.asvs("3.5.1")
    def test_attack_21_another_site_cannot_send_it(self, browser: Browser) -> None:
        """Nor a sibling host."""
        for site in ("cross-site", "same-site"):
            sent = {"password": PASSWORD, "new_password": NEW}
            assert 403 == browser.post(ADDRESS, sent, sec_fetch_site=site).status

    def test_nobody_can_name_another_account(self, world: World, browser: Browser) -> None:
        """Attack 28: whatever else is sent means nothing."""
        other = world.member("berta")
        browser.submit(
            ADDRESS, password=PASSWORD, new_password=NEW, username="berta", account=str(other.id), id=str(other.id)
        )

        assert 303 == world.browser().sign_in("berta").status
        assert 303 == world.browser().sign_in(password=NEW).status

    @pytest.mark.asvs("16.2.5")
    def test_no_password_is_in_the_log(self, world: World, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
        """Neither of both, whatever comes of it."""
        with caplog.at_level(logging.DEBUG):
            for current in (WRONG, PASSWORD):
                browser.submit(ADDRESS, password=current, new_password=NEW)
        said = " ".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)

        assert "password-changed" in said
        assert [] == [secret for secret in (WRONG, PASSWORD, NEW) if secret in said]


def test_it_works_below_a_prefix(make_world: MakeWorld) -> None:
    """Every address in it is."""
    world = make_world(prefix="/auth", home="/")
    world.member()
    browser = world.browser()
    browser.sign_in(address="/auth/sign-in")
    response = browser.submit("/auth/account/password", password=PASSWORD, new_password=NEW)

    assert 200 == response.status
    links = [str(link["href"]) for link in Page(words(response)).all("a")]
    assert [] == [link for link in links if not link.startswith(("/auth/", "#")) and link != "/"]


class TestManagers:
    """Programs that keep passwords find the page, and keep the right name beside the new one."""

    @pytest.mark.parametrize("prefix", ["", "/house"])
    def test_they_are_led_to_the_page(self, make_world: MakeWorld, prefix: str) -> None:
        """By the address that they look for on every host; what nobody has, which they try as well, is not there."""
        browser = make_world(prefix=prefix).browser()
        led = browser.get(f"{prefix}/.well-known/change-password")
        assert (303, f"{prefix}/account/password") == (led.status, led.get("location"))
        unlikely = "resource-that-should-not-exist-whose-status-code-should-not-be-200"
        assert 404 == browser.get(f"{prefix}/.well-known/{unlikely}").status

    def test_inside_an_application_the_address_is_that_applications(self, make_world: MakeWorld) -> None:
        """It is one of a whole host."""
        inside = make_world(prefix="/auth", home="/")
        assert not inside.site.has("/auth/.well-known/change-password")

    @staticmethod
    def kept(browser: Browser) -> str | None:
        """Return what a manager finds as the name beside the passwords."""
        page = Page(browser.get("/account/password").body.decode())
        (name,) = [each for each in page.all("input") if each.get("autocomplete") == "username"]
        return name["value"]

    def test_the_name_is_that_by_which_somebody_signs_in_as_they_typed_it(self, make_world: MakeWorld) -> None:
        """Else it would keep a second entry, or one with which nobody gets in."""
        world = make_world()
        world.member("Anna.Li")
        browser = world.browser()
        browser.sign_in("anna.li")
        assert "Anna.Li" == self.kept(browser)

        world = make_world(sign_up_by="email")
        made = world.member("anna-7x2kq")
        browser = world.browser()
        browser.sign_in("anna-7x2kq")
        with world.accounts._database.write() as connection:
            connection.execute(schema.account.update().values(display_name="Anna Li"))
        assert "anna-7x2kq" == self.kept(browser)
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(
                connection, made.id, email="Anna@example.org", canonical="anna@example.org"
            )
        assert "Anna@example.org" == self.kept(browser)
