"""The page of an invitation: for whom it is, what it asks for, and what it takes from nobody's word."""

from __future__ import annotations

import json

import pytest

from hardtack.login.links import LinkWrong
from hardtack.site import texts
from tests.outgoing import code_of, orders
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World

ADDRESS = "anna@example.org"
ORIGIN = "https://id.example.org"


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A public site, where accounts are by invitation unless its settings say otherwise."""
    return make_world(origin=ORIGIN)


def browser(world: World, language: str = "en") -> Browser:
    """Return somebody's browser."""
    return world.browser(scheme="https", host="id.example.org", language=language)


def invite(world: World, *, email: str | None = None, roles: tuple[str, ...] = ()) -> str:
    """Invite somebody; return the address of the page."""
    _, code = world.accounts.invitations.make(email=email, roles=roles, now=int(world.clock.now))
    return f"/sign-up?code={code}"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_whoever_was_invited_chooses_a_name_and_a_password(world: World, language: str) -> None:
    """And is signed in, with the roles of the invitation."""
    somebody = browser(world, language)
    made = somebody.submit(invite(world, roles=("editor",)), username="Anna.Li", password=PASSWORD)
    assert (303, "/account") == (made.status, made.get("location"))
    account = world.accounts.find(NAME)
    assert account is not None
    assert ("Anna.Li", None, ("editor",), language) == (
        account.display_name,
        account.email,
        account.roles,
        account.language,
    )
    assert 200 == somebody.json("GET", "/account").status


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_page_says_for_which_address_it_is(world: World, language: str) -> None:
    """The account has it from the start; without mail people choose a name."""
    page = browser(world, language).get(invite(world, email=ADDRESS)).body.decode()
    assert ADDRESS in page
    assert texts.OURS.text(language, "joining.either") in page
    assert texts.OURS.text(language, "joining.lead_invited") in page
    browser(world).submit(invite(world, email=ADDRESS), username=NAME, password=PASSWORD)
    assert 303 == browser(world).sign_in(ADDRESS).status


def test_where_people_are_known_by_an_address_no_name_is_asked_for(make_world: MakeWorld) -> None:
    """The link that was mailed is the one."""
    world = make_world(origin=ORIGIN, mail="smtps://mail.example.org")
    somebody = browser(world)
    world.accounts.invitations.make(email=ADDRESS, by_mail=True, now=int(world.clock.now))
    (order,) = orders(world.accounts, int(world.clock.now))
    link = f"/sign-up?code={code_of(world.accounts, order, int(world.clock.now))}"
    assert ["code", "display_name", "password"] == json.loads(somebody.json("GET", link).body)["fields"]
    assert 303 == somebody.submit(link, password=PASSWORD).status
    (account,) = world.accounts.list()
    assert (ADDRESS, True) == (account.email, account.name.startswith("anna-"))
    assert ["code", "username", "password"] == json.loads(somebody.json("GET", invite(world)).body)["fields"]


def test_a_taken_name_leaves_the_invitation_good(world: World) -> None:
    """What was typed comes back, the password does not."""
    world.member()
    somebody = browser(world)
    link = invite(world)
    refused = somebody.submit(link, username="ANNA.LI", password=PASSWORD)
    form = Page(refused.body.decode()).form("/sign-up")
    assert (409, "ANNA.LI", "") == (refused.status, form["username"], form["password"])
    assert f"/language?to=zh&amp;next=/sign-up%3Fcode%3D{form['code']}" in refused.body.decode()
    assert 303 == somebody.submit(link, username="berta", password=PASSWORD).status


def test_a_script_is_answered_in_its_own_words(world: World) -> None:
    """201, or a problem."""
    code = invite(world).partition("=")[2]
    refused = browser(world).json("POST", "/sign-up", {"code": code, "username": "a b", "password": "short"})
    assert (422, "application/problem+json") == (refused.status, refused.get("content-type"))
    assert ["password", "username"] == sorted(
        name for name in ("username", "password") if f'"{name}"' in refused.body.decode()
    )
    made = browser(world).json("POST", "/sign-up", {"code": code, "username": NAME, "password": PASSWORD})
    assert (201, "/account") == (made.status, made.get("location"))
    wrong = browser(world).json("POST", "/sign-up", {"code": code, "username": "berta", "password": PASSWORD})
    assert (403, LinkWrong("").detail_in("en")) == (wrong.status, json.loads(wrong.body)["detail"])


@pytest.mark.parametrize("speaks", ["html", "json"])
def test_attack_28_nothing_else_in_the_body_is_assigned(world: World, speaks: str) -> None:
    """Roles, address and rights are those of the invitation."""
    more = {"roles": "owner", "email": "boss@example.org", "administrator": "true", "display_name": "Boss", "id": "9"}
    link = invite(world, roles=("editor",))
    fields = {"username": NAME, "password": PASSWORD, **more}
    if speaks == "html":
        browser(world).submit(link, **fields)
    else:
        browser(world).json("POST", "/sign-up", {"code": link.partition("=")[2], **fields})
    (account,) = world.accounts.list()
    assert (NAME, NAME, None, ("editor",), False, 1) == (
        account.name,
        account.display_name,
        account.email,
        account.roles,
        account.administrator,
        account.id,
    )


@pytest.mark.parametrize("code", ["", "x", "a" * 3000, "%ff", "%00", "a&code=b"])
def test_what_is_no_link_is_403(world: World, code: str) -> None:
    """And says no more; a query that came twice is none at all."""
    assert 403 == browser(world).get(f"/sign-up?code={code}").status


@pytest.mark.parametrize(
    ("body", "status"), [(b"code=", 422), (b"code=%ff", 422), (b"code=a&code=b", 422), (b"code=x", 403)]
)
def test_a_form_without_a_good_code_makes_nothing(world: World, body: bytes, status: int) -> None:
    """Empty, no UTF-8, doubled, or wrong."""
    assert status == browser(world).post("/sign-up", body + b"&username=anna&password=a+long+walk+home").status
    assert () == world.accounts.list()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_off_closes_invitations_too(make_world: MakeWorld, language: str) -> None:
    """Those that are out there as well."""
    world = make_world(origin=ORIGIN, sign_up="off")
    link = invite(world)
    page = browser(world, language).get(link)
    assert (403, True) == (page.status, texts.OURS.text(language, "sign_up.closed") in page.body.decode())
    sent = browser(world).post("/sign-up", {"code": link.partition("=")[2], "username": NAME, "password": PASSWORD})
    assert (403, ()) == (sent.status, world.accounts.list())


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_without_a_link_the_page_says_that_one_is_needed(world: World, language: str) -> None:
    """To whoever comes by."""
    page = browser(world, language).get("/sign-up")
    assert (403, True) == (page.status, texts.OURS.text(language, "sign_up.invited") in page.body.decode())


def test_making_an_account_ends_the_sign_in_that_was_there(world: World) -> None:
    """One browser, one person."""
    world.member()
    somebody = browser(world)
    somebody.sign_in()
    old = dict(somebody.cookies)
    somebody.submit(invite(world), username="berta", password=PASSWORD)
    assert "berta" in somebody.get("/account").body.decode()
    assert 401 == world.browser(scheme="https", host="id.example.org", cookies=old).json("GET", "/account").status
