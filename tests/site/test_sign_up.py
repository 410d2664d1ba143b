"""The sign-up page: who may, what is told, and what a body cannot smuggle in."""

from __future__ import annotations

import json

import pytest

from hardtack.login.outbox import Notice
from hardtack.site import texts
from tests.outgoing import code_of, orders
from tests.site.conftest import NAME, PASSWORD, MakeWorld, Page, World
from tests.site.test_sign_up_by_email import in_language


def test_a_person_signs_up_and_is_signed_in(world: World) -> None:
    """On to the account, or to where they came from."""
    browser = world.browser()
    response = browser.submit("/sign-up?next=/account%3Fnew", username="Anna.Li", password=PASSWORD)

    assert (303, "/account?new") == (response.status, response.get("location"))
    assert "Anna.Li" in browser.get("/account").body.decode()


def test_a_script_gets_201_and_where_the_account_is(world: World) -> None:
    """And the identity cookie."""
    browser = world.browser()
    response = browser.json("POST", "/sign-up", {"username": "Anna.Li", "password": PASSWORD})

    assert (201, "/account") == (response.status, response.get("location"))
    account = json.loads(response.body)["account"]
    assert (NAME, "Anna.Li", False) == (account["name"], account["display_name"], account["administrator"])
    assert 200 == browser.json("GET", "/account").status


def test_signing_up_while_signed_in_ends_the_old_sign_in(world: World) -> None:
    """One browser, one person."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    old = dict(browser.cookies)
    browser.submit("/sign-up", username="berta", password=PASSWORD)

    assert "berta" in browser.get("/account").body.decode()
    assert 401 == world.browser(cookies=old).json("GET", "/account").status


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("username", "password", "status", "named"),
    [
        (NAME, PASSWORD, 409, {"username"}),
        ("a b", PASSWORD, 422, {"username"}),
        ("berta", "too short", 422, {"password"}),
        ("a b", "too short", 422, {"username", "password"}),
        ("berta", "x" * 1025, 422, {"password"}),
        ("", "", 422, {"username", "password"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    world: World, language: str, username: str, password: str, status: int, named: set[str]
) -> None:
    """The name comes back, the password does not, and hint and error both describe the field."""
    world.member()
    response = world.browser(language=language).submit("/sign-up", username=username, password=password)
    page = Page(response.body.decode())
    wrong = {field["name"]: field for field in page.all("input") if field.get("aria-invalid") == "true"}

    assert (status, named) == (response.status, set(wrong))
    assert all(f"{name}-hint {name}-error" == field["aria-describedby"] for name, field in wrong.items())
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {f"{name}-{part}" for name in named for part in ("hint", "error")} <= ids
    assert (username, "") == (page.form("/sign-up")["username"], page.form("/sign-up")["password"])


def test_a_script_is_told_which_field_is_wrong(world: World) -> None:
    """In the problem's members."""
    response = world.browser().json("POST", "/sign-up", {"username": "berta", "password": "too short"})

    assert (422, "application/problem+json") == (response.status, response.get("content-type"))
    assert "password" in response.body.decode()


def test_password_managers_are_told_to_make_a_new_one(world: World) -> None:
    """A new password, not the current one."""
    page = Page(world.browser().get("/sign-up").body.decode())

    assert ["username", "email", "new-password"] == [
        field["autocomplete"] for field in page.all("input") if "autocomplete" in field
    ]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_closed_sign_up_is_403_and_says_so(make_world: MakeWorld, language: str, method: str) -> None:
    """To a person on a page, to a script in a problem; and nothing is made."""
    world = make_world(sign_up="off")
    browser = world.browser(language=language)
    page = (
        browser.get("/sign-up")
        if method == "GET"
        else browser.post("/sign-up", {"username": NAME, "password": PASSWORD})
    )
    script = browser.json(method, "/sign-up", {"username": NAME, "password": PASSWORD} if method == "POST" else None)

    assert (403, 403) == (page.status, script.status)
    assert texts.OURS.text(language, "sign_up.closed") in page.body.decode()
    assert texts.OURS.text(language, "sign_up.closed") == json.loads(script.body)["detail"]
    assert () == world.accounts.list()


@pytest.mark.parametrize("speaks", ["html", "json"])
def test_attack_28_nothing_else_in_the_body_is_assigned(world: World, speaks: str) -> None:
    """Neither rights nor numbers nor times come from outside."""
    more = {"administrator": "true", "id": "1", "epoch": "9", "disabled": "false", "created": "0", "account": "7"}
    browser = world.browser()
    if speaks == "html":
        response = browser.submit("/sign-up", username=NAME, password=PASSWORD, **more)
    else:
        odd = {**more, "administrator": True, "id": 1}
        response = browser.json("POST", "/sign-up", {"username": NAME, "password": PASSWORD, **odd})
    account = world.accounts.find(NAME)

    assert response.status in (201, 303)
    assert account is not None
    assert (False, 0, False) == (account.administrator, account.epoch, account.disabled)
    assert int(world.clock.now) == account.created


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_address_may_come_with_the_name(world: World, language: str) -> None:
    """The account works without it; a link goes there, and the address is theirs when it was opened."""
    browser = world.browser(language=language)
    page = Page(browser.get("/sign-up").body.decode())
    (field,) = [field for field in page.all("input") if field["name"] == "email"]
    assert ("email", "required" in field) == (field["inputmode"], False)
    assert 303 == browser.submit("/sign-up", username=NAME, email="anna@example.org", password=PASSWORD).status
    (order,) = orders(world.accounts, int(world.clock.now))
    account = world.accounts.find(NAME)
    assert account is not None
    assert (Notice.VERIFY_ADDRESS, account.id, "anna@example.org", language) == (
        order.notice,
        order.account,
        order.address,
        order.language,
    )
    assert (None, language) == (account.email, account.language)
    link = f"/verify?code={code_of(world.accounts, order, int(world.clock.now))}"
    assert 303 == browser.submit(link).status
    assert 303 == world.browser().sign_in("anna@example.org").status


def test_without_mail_no_address_is_asked_for(make_world: MakeWorld) -> None:
    """And none is read."""
    world = make_world(origin="https://id.example.org", sign_up="open")
    browser = world.browser(scheme="https", host="id.example.org")
    assert ["username", "password", "next"] == json.loads(browser.json("GET", "/sign-up").body)["fields"]
    assert 303 == browser.submit("/sign-up", username=NAME, password=PASSWORD, email="nonsense").status
    assert [] == orders(world.accounts, int(world.clock.now))


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (b"", {"username", "password"}),
        (b"username=anna", {"password"}),
        (b"username=%ff&password=a+long+walk+home", {"username"}),
        (b"username=%ed%a0%80&password=a+long+walk+home", {"username"}),
        (b"username=a%00b&password=a+long+walk+home", {"username"}),
        (b"username=a&username=b&password=a+long+walk+home", {"username"}),
        (b"username=anna&password=a+long+walk+home&password=a+long+walk+home", {"password"}),
        (b"username=anna&password=%ff", {"password"}),
        (b"username=" + b"x" * 300 + b"&password=a+long+walk+home", {"username"}),
        (b"username=anna&password=a+long+walk+home&email=nonsense", {"email"}),
        (b"username=anna&password=a+long+walk+home&email=%ff", {"email"}),
        (b"username=anna&password=a+long+walk+home&email=a@b.org&email=a@b.org", {"email"}),
        (b"username=a+b&password=short&email=nonsense", {"username", "password", "email"}),
    ],
)
def test_bad_input_is_422_at_its_field_in_the_visitors_language(
    world: World, typed: bytes, named: set[str], language: str
) -> None:
    """Missing, no UTF-8, lone surrogates, NUL, doubled, too long; nothing is made, and no password comes back."""
    response = world.browser(language=language).post("/sign-up", typed)
    page = Page(response.body.decode())
    wrong = {field["name"] for field in page.all("input") if field.get("aria-invalid") == "true"}
    assert (422, named, "", True) == (
        response.status,
        wrong,
        page.form("/sign-up")["password"],
        in_language(response, language),
    )
    assert ((), []) == (world.accounts.list(), orders(world.accounts, int(world.clock.now)))
