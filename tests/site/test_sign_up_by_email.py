"""Signing up with an address: the form, the one answer, and the page that the mailed link leads to."""

from __future__ import annotations

import json
import re

import pytest

from hardtack.login.links import Kind
from hardtack.login.outbox import Notice
from hardtack.message import Response
from hardtack.site import texts
from tests.outgoing import code_of, orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

ADDRESS = "Anna.Li@example.org"


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A site where people sign up with an address."""
    return make_world(sign_up_by="email")


def code(world: World, email: str = ADDRESS, address: str = "/sign-up") -> str:
    """Ask for a link and return its code."""
    assert 202 == world.browser().submit(address, email=email).status
    (order,) = orders(world.accounts, int(world.clock.now))
    return code_of(world.accounts, order, int(world.clock.now))


def have_address(world: World, name: str = "owner", email: str = ADDRESS) -> int:
    """Make an account that has an address."""
    made = world.member(name)
    with world.accounts._database.write() as connection:
        world.accounts._services.rows.set_address(connection, made.id, email=email, canonical=email.casefold())
    return made.id


def in_language(response: Response, language: str) -> bool:
    """Return whether what is said at the fields of a form is in *language*, and something is."""
    said = re.findall(r'class="field-error"[^>]*>([^<]+)', response.body.decode())
    return bool(said) and all(bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh") for text in said)


def without_chance(response: Response, email: str) -> tuple[int, list[tuple[str, str]], str]:
    """Return an answer without what is random in every one, and without the address that was typed."""
    body = re.sub(r'name="csrf_token" value="[^"]*"', "", response.body.decode()).replace(email, "…")
    headers = [(name, re.sub(r"=[^;]*", "=…", value, count=1)) for name, value in response.headers]
    return response.status, [(name, value) for name, value in headers if name != "Content-Length"], body


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_person_signs_up_by_the_link_in_the_mail(world: World, language: str) -> None:
    """The address is typed once; the link leads to a password and, if they like, a name; then they are signed in."""
    browser = world.browser(language=language)
    asked = browser.submit("/sign-up?next=/account%3Fnew", email=f" {ADDRESS} ")
    said = asked.body.decode()
    assert (202, True) == (asked.status, texts.OURS.text(language, "sign_up.asked_lead", email=ADDRESS) in said)
    (order,) = orders(world.accounts, int(world.clock.now))
    assert (Notice.SIGN_UP, ADDRESS, language, "/account?new", browser.client) == (
        order.notice,
        order.address,
        order.language,
        order.onward,
        order.client,
    )

    link = f"/sign-up?code={code_of(world.accounts, order, int(world.clock.now))}"
    elsewhere = world.browser(language=language)
    assert ADDRESS in elsewhere.get(link).body.decode()
    made = elsewhere.submit(link, password=PASSWORD, display_name="Anna Li")
    assert (303, "/account?new") == (made.status, made.get("location"))
    assert "Anna Li" in elsewhere.get("/account").body.decode()
    (account,) = world.accounts.list()
    assert (ADDRESS, language) == (account.email, account.language)
    assert 303 == world.browser().sign_in(ADDRESS.upper()).status


def test_a_script_does_the_same(world: World) -> None:
    """202, then 201."""
    browser = world.browser()
    form = json.loads(browser.json("GET", "/sign-up").body)
    assert ["email", "next"] == form["fields"]
    asked = browser.json("POST", "/sign-up", {"email": ADDRESS})
    assert (202, {"mail": "ordered", "email": ADDRESS}) == (asked.status, json.loads(asked.body))
    (order,) = orders(world.accounts, int(world.clock.now))
    code = code_of(world.accounts, order, int(world.clock.now))
    form = json.loads(browser.json("GET", f"/sign-up?code={code}").body)
    assert (ADDRESS, ["code", "display_name", "password"]) == (form["email"], form["fields"])
    made = browser.json("POST", "/sign-up", {"code": code, "password": PASSWORD})
    assert (201, ADDRESS) == (made.status, json.loads(made.body)["account"]["email"])
    assert 200 == browser.json("GET", "/account").status


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("speaks", ["html", "json"])
@pytest.mark.parametrize("typed", [ADDRESS, "berta@example.org", "ANNA.LI@EXAMPLE.ORG"])
def test_attack_9_an_address_of_an_account_is_answered_like_any_other(world: World, typed: str, speaks: str) -> None:
    """Status, headers, cookies and body, whether somebody has it, may not sign in, or nobody has."""
    have_address(world)
    have_address(world, "berta", "berta@example.org")
    world.accounts.disable("berta", int(world.clock.now))

    def ask(email: str) -> Response:
        browser = world.browser()
        if speaks == "json":
            return browser.json("POST", "/sign-up", {"email": email})
        return browser.submit("/sign-up", email=email)

    nobody = "x" * (len(typed) - len("@example.org")) + "@example.org"
    known, unknown = ask(typed), ask(nobody)
    assert without_chance(unknown, nobody) == without_chance(known, typed)
    assert (202, len(unknown.body)) == (known.status, len(known.body))
    assert [cookie.partition("=")[0] for cookie in set_cookies(known)] == [
        cookie.partition("=")[0] for cookie in set_cookies(unknown)
    ]
    assert 2 == len(orders(world.accounts, int(world.clock.now)))


def test_looking_at_a_link_consumes_nothing(world: World) -> None:
    """Attack 18: previews and prefetches do no harm, and no page of ours has the code in an address."""
    link = f"/sign-up?code={code(world)}"
    for _ in range(3):
        assert 200 == world.browser().ask("HEAD", link).status
        assert 200 == world.browser().get(link, purpose="prefetch", sec_purpose="prefetch").status
    browser = world.browser()
    page = browser.get(link)
    assert "strict-origin" == page.get("referrer-policy")
    assert "/sign-up" == Page(page.body.decode()).actions[-1]
    assert 303 == browser.submit(link, password=PASSWORD).status
    assert [403, 403] == [browser.get(link).status, browser.post("/sign-up", {"code": link}).status]


@pytest.mark.asvs("6.3.8")
@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_attack_9_a_taken_address_and_a_used_link_are_answered_alike(world: World, method: str, language: str) -> None:
    """Whoever has an old link of somebody learns nothing about them from it."""
    used, taken = code(world, "used@example.org"), code(world)
    world.browser().submit(f"/sign-up?code={used}", password=PASSWORD)
    have_address(world)

    def use(code: str) -> Response:
        browser = world.browser(language=language)
        if method == "GET":
            return browser.get(f"/sign-up?code={code}")
        return browser.post("/sign-up", {"code": code, "password": PASSWORD})

    answers = [
        (response.status, re.sub(r"(value|href)=\"[^\"]*\"", "", response.body.decode()))
        for response in (use(used), use(taken))
    ]
    assert answers[0] == answers[1]
    assert 403 == answers[0][0]
    assert 2 == len(world.accounts.list())


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    "typed",
    [
        b"",
        b"email=",
        b"email=anna",
        b"email=%00",
        b"email=%ff",
        b"email=a&email=b",
        b"email=a%ED%A0%80",
        b"email=" + b"x" * 5000,
    ],
)
def test_bad_input_is_422_at_its_field_and_comes_back(world: World, typed: bytes, language: str) -> None:
    """Missing, empty, no address, NUL, no UTF-8, doubled, a lone surrogate, too long; nothing is ordered."""
    response = world.browser(language=language).post("/sign-up", typed)
    page = Page(response.body.decode())
    (field,) = [field for field in page.all("input") if field["name"] == "email"]

    assert (422, "true", "email-error") == (response.status, field["aria-invalid"], field["aria-describedby"])
    assert {b"email=anna": "anna"}.get(typed) in (None, page.form("/sign-up")["email"])
    assert in_language(response, language)
    assert [] == orders(world.accounts, int(world.clock.now))


@pytest.mark.parametrize("value", [None, 5, ["a@example.org"], "\ud800@example.org", "a\0@example.org", ""])
def test_a_script_is_told_which_field_is_wrong(world: World, value: object) -> None:
    """As a problem."""
    response = world.browser().json("POST", "/sign-up", {"email": value})
    assert (422, "application/problem+json") == (response.status, response.get("content-type"))
    assert '"email"' in response.body.decode()


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (b"", {"password"}),
        (b"password=", {"password"}),
        (b"password=short", {"password"}),
        (b"password=" + b"x" * 2000, {"password"}),
        (b"password=%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff", {"password"}),
        (b"password=a+long+walk+home&password=a+long+walk+home", {"password"}),
        (b"password=a+long+walk+home&display_name=" + b"x" * 65, {"display_name"}),
        (b"password=a+long+walk+home&display_name=a%00b", {"display_name"}),
        (b"password=a+long+walk+home&display_name=%ed%a0%80", {"display_name"}),
        (b"password=a+long+walk+home&display_name=a&display_name=b", {"display_name"}),
        (b"password=short&display_name=a%0ab", {"display_name", "password"}),
    ],
)
def test_bad_input_at_the_link_is_422_and_the_link_stays_good(
    world: World, typed: bytes, named: set[str], language: str
) -> None:
    """Told at the field in the visitor's language; a password never comes back, and the code stays in the form."""
    made = code(world)
    browser = world.browser(language=language)
    response = browser.post("/sign-up", b"&".join(filter(None, [f"code={made}".encode(), typed])))
    page = Page(response.body.decode())
    form = page.form("/sign-up")

    assert (422, named) == (
        response.status,
        {field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"},
    )
    assert (made, "") == (form["code"], form["password"])
    assert "a long walk home" not in response.body.decode()
    assert in_language(response, language)
    assert 303 == browser.post("/sign-up", {**form, "display_name": "", "password": PASSWORD}).status


def test_what_they_are_called_comes_back(world: World) -> None:
    """Nobody types twice but passwords."""
    response = world.browser().submit(f"/sign-up?code={code(world)}", display_name="安娜 <b>", password="x")
    assert "安娜 <b>" == Page(response.body.decode()).form("/sign-up")["display_name"]


@pytest.mark.parametrize("speaks", ["html", "json"])
def test_attack_28_nothing_else_in_the_body_is_assigned(world: World, speaks: str) -> None:
    """Neither another address nor a name nor rights."""
    more = {"email": "boss@example.org", "username": "boss", "administrator": "true", "roles": "editor", "id": "7"}
    made = code(world)
    if speaks == "html":
        response = world.browser().submit(f"/sign-up?code={made}", password=PASSWORD, **more)
    else:
        response = world.browser().json("POST", "/sign-up", {"code": made, "password": PASSWORD, **more})
    (account,) = world.accounts.list()
    assert response.status in (201, 303)
    assert (ADDRESS, False, (), 1) == (account.email, account.administrator, account.roles, account.id)
    assert account.name.startswith("anna.li-")


def test_password_managers_are_told_the_address(world: World) -> None:
    """It is what this person signs in with."""
    form = Page(world.browser().get(f"/sign-up?code={code(world)}").body.decode())
    told = {field["autocomplete"]: field.get("value") for field in form.all("input") if "autocomplete" in field}
    assert (ADDRESS, None) == (told["username"], told["new-password"])


def test_asking_too_often_is_429_with_when_to_come_back(world: World) -> None:
    """On the same page, with what was typed."""
    browser = world.browser()
    statuses = [browser.submit("/sign-up", email=f"a{number}@example.org").status for number in range(21)]
    assert [202] * 20 + [429] == statuses
    last = browser.submit("/sign-up", email=ADDRESS)
    assert ("180", ADDRESS) == (last.get("retry-after"), Page(last.body.decode()).form("/sign-up")["email"])
    assert 20 == len(orders(world.accounts, int(world.clock.now)))


def test_a_next_elsewhere_is_not_carried_along(world: World) -> None:
    """Attack 1: neither into the mail nor out of it."""
    browser = world.browser()
    browser.submit("/sign-up", email=ADDRESS, next="https://evil.example/")
    (order,) = orders(world.accounts, int(world.clock.now))
    assert "" == order.onward
    forged = world.accounts._services.links.make(
        Kind.SIGN_UP, now=int(world.clock.now), email=ADDRESS, onward="//evil.example/"
    )
    assert "/account" == browser.submit(f"/sign-up?code={forged}", password=PASSWORD).get("location")


@pytest.mark.parametrize("settings", [{"sign_up": "off"}, {"sign_up": "invitation"}])
def test_links_from_before_end_when_sign_up_is_closed(make_world: MakeWorld, settings: dict[str, str]) -> None:
    """Whatever is closed today is closed."""
    world = make_world(sign_up_by="email", **settings)
    links = world.accounts._services.links
    made = links.make(Kind.SIGN_UP, now=int(world.clock.now), email=ADDRESS)
    browser: Browser = world.browser()
    assert [403, 403] == [
        browser.get(f"/sign-up?code={made}").status,
        browser.post("/sign-up", {"code": made, "password": PASSWORD}).status,
    ]
    assert [403, 403] == [browser.get("/sign-up").status, browser.post("/sign-up", {"email": ADDRESS}).status]
    assert ((), []) == (world.accounts.list(), orders(world.accounts, int(world.clock.now)))


def test_signing_in_asks_for_the_address(world: World) -> None:
    """By which people are known here; the name that we gave opens the account all the same."""
    assert texts.OURS.text("en", "form.name_or_email") in world.browser().get("/sign-in").body.decode()
    world.browser().submit(f"/sign-up?code={code(world)}", password=PASSWORD)
    (account,) = world.accounts.list()
    assert 303 == world.browser().sign_in(account.name).status
    assert NAME != account.name
