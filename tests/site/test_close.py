"""The page that closes an account: what it asks, what it says, and what is left."""

from __future__ import annotations

import json

import pytest

from hardtack.message import Response
from hardtack.site import texts
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World

ADDRESS = "/account/close"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


@pytest.fixture
def browser(world: World) -> Browser:
    """Return the browser of somebody who has just signed in."""
    world.member()
    signed_in = world.browser()
    assert 303 == signed_in.sign_in().status
    return signed_in


class TestPage:
    """The form before anything is sent."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_says_what_it_means_and_asks_for_name_and_password(self, world: World, language: str) -> None:
        """Neither is filled in; the way to take something along is beside it."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        text = words(browser.get(ADDRESS))
        page = Page(text)
        form = page.form(ADDRESS)

        assert texts.OURS.text(language, "close.title") == page.words["h1"]
        assert texts.OURS.text(language, "close.name", name=NAME) in text
        assert ({"csrf_token", "username", "password"}, "", "") == (set(form), form["username"], form["password"])
        assert "/account/export" in [link["href"] for link in page.all("a")]

    def test_where_people_are_known_by_their_address_it_is_the_address_that_is_typed(
        self, make_world: MakeWorld
    ) -> None:
        """Nobody has to know a name that was made up for them."""
        world = make_world(mail="console:", sign_up_by="email")
        member = world.member()
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.set_address(
                connection, member.id, email="Anna@example.org", canonical="anna@example.org"
            )
        browser = world.browser()
        browser.sign_in()

        assert texts.OURS.text("en", "close.name", name="Anna@example.org") in words(browser.get(ADDRESS))
        assert 200 == browser.submit(ADDRESS, username="anna@example.org", password=PASSWORD).status

    @pytest.mark.asvs("7.5.3")
    def test_it_takes_a_recent_sign_in(self, world: World, browser: Browser) -> None:
        """For looking and for sending: nothing that was typed is lost (ASVS 7.5.3)."""
        form = Page(words(browser.get(ADDRESS))).form(ADDRESS)
        world.clock.now += 3600
        sent = {**form, "username": NAME, "password": PASSWORD}
        led = [browser.get(ADDRESS), browser.post(ADDRESS, sent)]

        assert ["/account/confirm?next=/account/close"] * 2 == [response.get("location") for response in led]
        assert [401, 401] == [browser.json("GET", ADDRESS).status, browser.json("POST", ADDRESS, sent).status]
        assert 200 == browser.json("GET", "/account").status

    def test_who_is_signed_out_is_led_to_the_sign_in_and_back(self, world: World) -> None:
        """A person; a script gets the challenge."""
        browser = world.browser()

        assert "/sign-in?next=/account/close" == browser.get(ADDRESS).get("location")
        assert [401, 401] == [browser.json("GET", ADDRESS).status, browser.json("POST", ADDRESS, {}).status]

    def test_a_script_gets_the_fields_and_a_token(self, browser: Browser) -> None:
        """As the other forms say it."""
        assert ["username", "password"] == json.loads(browser.json("GET", ADDRESS).body)["fields"]

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_last_administrator_reads_why_it_cannot_be(self, world: World, language: str) -> None:
        """409 and no form; sent all the same, the same."""
        world.member(administrator=True)
        browser = world.browser(language=language)
        browser.sign_in()
        response = browser.get(ADDRESS)

        assert (409, False) == (response.status, ADDRESS in Page(words(response)).actions)
        assert "/admin/accounts" in [link["href"] for link in Page(words(response)).all("a")]
        assert 409 == browser.post(ADDRESS, {"username": NAME, "password": PASSWORD}).status
        assert [409, 409] == [
            browser.json(method, ADDRESS, body).status
            for method, body in (("GET", None), ("POST", {"username": NAME, "password": PASSWORD}))
        ]
        assert 200 == browser.json("GET", "/account").status


class TestClosing:
    """The way that ends it."""

    @pytest.mark.asvs("7.4.2", "14.3.1")
    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_it_says_good_bye_and_nobody_is_signed_in(self, world: World, language: str) -> None:
        """Here or elsewhere, at once; the browser forgets what it kept (ASVS 7.4.2, 14.3.1)."""
        world.member()
        here, there = world.browser(language=language), world.browser()
        for browser in (here, there):
            browser.sign_in()
        old = dict(here.cookies)
        response = here.submit(ADDRESS, username=NAME, password=PASSWORD)

        assert (200, '"cache", "storage"') == (response.status, response.get("clear-site-data"))
        assert texts.OURS.text(language, "close.done", name=NAME) in words(response)
        assert "/sign-out" not in Page(words(response)).actions
        assert here.identity not in here.cookies
        assert [401, 401, 401] == [
            one.json("GET", "/account").status for one in (here, there, world.browser(cookies=old))
        ]
        assert 401 == world.browser().sign_in().status

    def test_attack_10_the_name_is_taken_for_ever(self, browser: Browser, world: World) -> None:
        """In any form; the last begins with a Cyrillic letter."""
        browser.submit(ADDRESS, username=NAME, password=PASSWORD)
        for name in (NAME, NAME.upper(), "ａnna.li", "аnna.li"):
            response = world.browser().submit("/sign-up", username=name, password=PASSWORD)
            assert response.status in (409, 422), name

        assert 303 == world.browser().submit("/sign-up", username="berta", password=PASSWORD).status

    def test_a_script_does_the_same(self, browser: Browser) -> None:
        """And is nobody afterwards."""
        response = browser.json("POST", ADDRESS, {"username": NAME, "password": PASSWORD})

        assert (200, {"account": None}) == (response.status, json.loads(response.body))
        assert '"cache", "storage"' == response.get("clear-site-data")
        assert 401 == browser.json("GET", "/account").status


class TestRefusing:
    """What closes nothing."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize(
        ("username", "password", "status", "named"),
        [
            ("berta", PASSWORD, 422, {"username"}),
            (NAME, PASSWORD + "!", 401, {"password"}),
            (NAME, "x" * 1025, 422, {"password"}),
            ("", "", 422, {"username", "password"}),
            ("x" * 5000, PASSWORD, 422, {"username"}),
            (NAME + "\0", PASSWORD, 422, {"username"}),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, world: World, language: str, username: str, password: str, status: int, named: set[str]
    ) -> None:
        """The name comes back, the password does not, and the account is there still."""
        world.member()
        browser = world.browser(language=language)
        browser.sign_in()
        response = browser.submit(ADDRESS, username=username, password=password)
        page = Page(words(response))
        wrong = {field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"}
        form = page.form(ADDRESS)

        assert (status, named) == (response.status, wrong)
        assert (username, "") == (form["username"], form["password"])
        assert 200 == browser.json("GET", "/account").status

    def test_attack_21_another_site_cannot_send_it(self, browser: Browser) -> None:
        """Nor a link or picture (attack 22)."""
        sent = {"username": NAME, "password": PASSWORD}
        assert 403 == browser.post(ADDRESS, sent, sec_fetch_site="cross-site").status
        assert 200 == browser.get(f"{ADDRESS}?username={NAME}").status
        assert 200 == browser.json("GET", "/account").status
