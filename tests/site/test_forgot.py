"""The page for a forgotten password: the same for everybody, and nothing on the request's way tells more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event

from hardtack.login.outbox import Notice
from hardtack.message import Response
from hardtack.site import texts
from tests.login.orders import orders
from tests.site.conftest import PASSWORD, MakeWorld, Page, World, set_cookies

ADDRESS = "/forgot"
MINE = "Anna@example.org"


def words(response: Response) -> str:
    """Return the page as text."""
    return response.body.decode()


def give_address(world: World, account_id: int, typed: str = MINE) -> None:
    """Let an account have an address."""
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(connection, account_id, email=typed, canonical=typed.lower())


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_sign_in_page_leads_there_and_on(world: World, language: str) -> None:
    """With where the visitor wanted to go."""
    browser = world.browser(language=language)
    links = [str(link["href"]) for link in Page(words(browser.get("/sign-in?next=/account/export"))).all("a")]
    (link,) = [each for each in links if each.startswith(ADDRESS)]
    page = Page(words(browser.get(link)))

    assert texts.OURS.text(language, "forgot.title") == page.words["h1"]
    assert {"csrf_token", "next", "email"} == set(page.form(ADDRESS))
    assert ("/account/export", "email") == (
        page.form(ADDRESS)["next"],
        next(field for field in page.all("input") if field["name"] == "email")["autocomplete"],
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_link_is_ordered_and_the_page_says_so(world: World, language: str) -> None:
    """In the visitor's language, for the address as typed, with the way on."""
    browser = world.browser(language=language)
    response = browser.submit(f"{ADDRESS}?next=/account/export", email=f" {MINE} ")
    (order,) = orders(world.accounts, int(world.clock.now))

    assert 200 == response.status
    assert texts.OURS.text(language, "forgot.sent", email=MINE) in words(response)
    assert texts.OURS.text(language, "forgot.no_address") in words(response)
    assert (Notice.FORGOT, MINE, language, "/account/export", "203.0.113.7") == (
        order.notice,
        order.address,
        order.language,
        order.onward,
        order.client,
    )


def test_attack_1_a_foreign_next_goes_no_further(world: World) -> None:
    """Neither into the form nor into the order."""
    browser = world.browser()
    assert "next" not in Page(words(browser.get(f"{ADDRESS}?next=//evil.example"))).form(ADDRESS)
    browser.submit(ADDRESS, email=MINE, next="https://evil.example/")
    (order,) = orders(world.accounts, int(world.clock.now))

    assert "" == order.onward


class TestSame:
    """Whoever is asked about."""

    def seen(self, world: World, typed: str, *, json_too: bool) -> dict[str, Any]:
        """Return everything that an answer shows, with what was typed and what is random taken out."""
        browser = world.browser()
        statements: list[str] = []
        engine = world.accounts._database._engine
        form = Page(words(browser.get(ADDRESS))).form(ADDRESS)

        def note(*given: object) -> None:
            statements.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        if json_too:
            response = browser.json("POST", ADDRESS, {"email": typed})
        else:
            response = browser.post(ADDRESS, {**form, "email": typed})
        event.remove(engine, "before_cursor_execute", note)
        page = words(response).replace(typed, "TYPED")
        if not json_too:
            for token in {fields["csrf_token"] for fields in Page(page).forms}:
                page = page.replace(token, "TOKEN")
        return {
            "status": response.status,
            "body": page,
            "headers": sorted(
                (name.lower(), value) for name, value in response.headers if name.lower() != "set-cookie"
            ),
            "cookies": [value.partition("=")[0] for value in set_cookies(response)],
            "statements": statements,
        }

    @pytest.mark.asvs("6.3.8")
    @pytest.mark.parametrize("json_too", [False, True])
    def test_attack_9_nothing_of_the_answer_tells_who_has_an_account(self, world: World, json_too: bool) -> None:
        """Attack 8, too: nor does a statement that was run for it; disabled and closed accounts are no exception."""
        names = {"ada", "disabled", "closed", "keyless"}
        made = {name: world.member(name) for name in names}
        for name, account in made.items():
            give_address(world, account.id, f"{name:_<10}@example.org")
        now = int(world.clock.now)
        world.accounts.disable("disabled", now)
        world.accounts.recovery.start(made["keyless"].id, 0, now, forget_password=True)
        with world.accounts._database.write() as connection:
            world.accounts._services.rows.close(connection, made["closed"].id, now)
        # The first request of all learns what was revoked, whoever sends it.
        self.seen(world, "first@example.org", json_too=json_too)
        seen = {
            name: self.seen(world, f"{name:_<10}@example.org", json_too=json_too) for name in sorted(names | {"nobody"})
        }

        expected = seen["nobody"]
        assert (202 if json_too else 200) == expected["status"]
        assert len(expected["statements"]) > 5
        assert dict.fromkeys(seen, expected) == seen

    def test_no_link_and_no_account_is_in_the_answer(self, world: World) -> None:
        """Attack 18: what is sent to the mailbox goes there alone."""
        give_address(world, world.member("anna.li").id)
        response = world.browser().submit(ADDRESS, email=MINE)

        assert [] == [word for word in ("code=", "anna.li") if word in words(response)]


class TestRefusing:
    """What orders nothing."""

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    @pytest.mark.parametrize("typed", ["", "anna", "anna@", "a b@example.org", "x" * 300 + "@example.org", "a\0@b.org"])
    def test_what_is_no_address_is_said_at_its_field_and_kept(self, world: World, language: str, typed: str) -> None:
        """422."""
        response = world.browser(language=language).submit(ADDRESS, email=typed)
        page = Page(words(response))
        wrong = [field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"]

        assert (422, ["email"], typed) == (response.status, wrong, page.form(ADDRESS)["email"])
        assert [] == orders(world.accounts, int(world.clock.now))

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b'{"email": "\\ud800@example.org"}', 422),
            (b'{"email": ["a@example.org"]}', 422),
            (b'{"email": "a@example.org", "email": "b@example.org"}', 422),
            (b"{}", 422),
        ],
    )
    def test_bad_input_from_a_script_is_refused(self, world: World, body: bytes, status: int) -> None:
        """In the same terms as everywhere."""
        headers = {"content-type": "application/json", "accept": "application/json"}
        response = world.browser().ask("POST", ADDRESS, body=body, headers=headers)

        assert (status, "application/problem+json") == (response.status, response.get("content-type"))
        assert [] == orders(world.accounts, int(world.clock.now))

    def test_who_asks_too_often_is_told_when_to_come_back(self, world: World) -> None:
        """By client, whatever is asked for."""
        browser = world.browser()
        statuses = [browser.submit(ADDRESS, email=f"a{number}@example.org").status for number in range(20)]
        response = browser.submit(ADDRESS, email="z@example.org")

        assert ([200] * 20, 429, "180") == (statuses, response.status, response.get("retry-after"))
        assert "z@example.org" == Page(words(response)).form(ADDRESS)["email"]

    def test_attack_21_another_site_cannot_send_it(self, world: World) -> None:
        """Nor a form without a token."""
        browser = world.browser(fetch_metadata=False)
        browser.get(ADDRESS)

        assert 403 == browser.post(ADDRESS, {"email": MINE}).status
        assert 403 == world.browser().post(ADDRESS, {"email": MINE}, sec_fetch_site="cross-site").status
        assert [] == orders(world.accounts, int(world.clock.now))


class TestWithoutMail:
    """Where the operator has set none up."""

    @pytest.fixture
    def world(self, make_world: MakeWorld) -> World:
        """Return a public site without mail."""
        return make_world(origin="https://id.example.org")

    @pytest.mark.parametrize("language", texts.LANGUAGES)
    def test_the_page_says_who_can_help(self, world: World, language: str) -> None:
        """There is no form then."""
        response = world.browser(language=language, host="id.example.org", scheme="https").get(ADDRESS)
        page = Page(words(response))

        assert (200, []) == (response.status, page.forms)
        assert texts.OURS.text(language, "forgot.no_mail") in words(response)
        assert texts.OURS.text(language, "forgot.no_address") not in words(response)

    def test_a_form_that_is_sent_all_the_same_is_refused(self, world: World) -> None:
        """A script is told in the same way, and whatever comes is not read."""
        browser = world.browser(host="id.example.org", scheme="https")

        assert 403 == browser.post(ADDRESS, {"email": "no address"}).status
        assert "/problem+json" in (browser.json("GET", ADDRESS).get("content-type") or "")
        assert 403 == browser.json("POST", ADDRESS, {"email": MINE}).status
        assert [] == orders(world.accounts, int(world.clock.now))


def test_a_script_gets_the_fields_and_a_token(world: World) -> None:
    """As the other forms say it; then 202, since nothing has been sent yet."""
    browser = world.browser()
    said = json.loads(browser.json("GET", ADDRESS).body)
    response = browser.json("POST", ADDRESS, {"email": MINE})

    assert ["email", "next"] == said["fields"]
    assert (202, {"detail": texts.OURS.text("en", "forgot.sent", email=MINE)}) == (
        response.status,
        json.loads(response.body),
    )


def test_it_may_be_asked_for_by_somebody_who_is_signed_in(world: World) -> None:
    """Whoever has forgotten the present password cannot change it otherwise; the session stays as it is."""
    world.member()
    browser = world.browser()
    browser.sign_in(password=PASSWORD)

    assert 200 == browser.submit(ADDRESS, email=MINE).status
    assert 200 == browser.json("GET", "/account").status
