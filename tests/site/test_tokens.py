"""``/account/tokens``: tokens made, shown once and ended, by page and by script."""

from __future__ import annotations

import json

import pytest

from hardtack.errors import MisuseError, Refused
from hardtack.site import Settings
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies
from tests.site.half_done import asked, code, with_app

LATER = 901
"""Seconds after which a sign-in is not recent any more."""


@pytest.fixture
def browser(world: World) -> Browser:
    """Somebody who has just signed in."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    return browser


def made(browser: Browser, **fields: str) -> str:
    """Make a token by the form and return its text as the page shows it."""
    response = browser.submit("/account/tokens", **({"label": "laptop", "scope-read": "yes", "days": "30"} | fields))
    assert 200 == response.status, response.body
    page = Page(response.body.decode())
    return page.words["code"]


def test_a_token_is_shown_once_and_then_listed_without_its_text(browser: Browser, world: World) -> None:
    """Nothing that was shown can be shown again."""
    text = made(browser)
    assert text.startswith("ht_")
    again = browser.get("/account/tokens").body.decode()
    assert text not in again
    assert "laptop" in again
    assert world.accounts.tokens.use(text, "read", client="", now=int(world.clock.now)).account.name == NAME


@pytest.mark.asvs("14.2.1")
def test_the_answer_with_the_token_is_kept_by_nobody(browser: Browser) -> None:
    """Not by a cache, not in an address, not in a cookie."""
    response = browser.submit("/account/tokens", **{"label": "laptop", "scope-read": "yes", "days": "30"})
    text = Page(response.body.decode()).words["code"]
    assert "no-store" == response.get("cache-control")
    assert response.get("location") is None
    assert all(text not in cookie for cookie in set_cookies(response))


def test_a_token_is_ended_by_its_owner(browser: Browser, world: World) -> None:
    """By the button beside it."""
    text = made(browser)
    page = Page(browser.get("/account/tokens").body.decode())
    (fields,) = [form for form in page.forms if form.get("action") == "end"]
    response = browser.post("/account/tokens", fields)
    assert (303, "/account/tokens") == (response.status, response.get("location"))
    assert "token-unknown" == _refused(world, text)


def test_the_trail_says_in_which_browser_a_token_was_made_and_ended(browser: Browser, world: World) -> None:
    """So that its owner knows whether it was theirs."""
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    said = browser.json("POST", "/account/tokens", {"label": "ci", "scopes": "read"}, user_agent=agent)
    ended = {"action": "end", "id": json.loads(said.body)["id"]}
    assert 200 == browser.json("POST", "/account/tokens", ended, user_agent=agent).status
    events = json.loads(browser.json("GET", "/account/activity").body)["events"]
    assert [("token-ended", "firefox/linux"), ("token-made", "firefox/linux")] == [
        (one["event"], one["device"]) for one in events[:2]
    ]


def _refused(world: World, text: str) -> str | None:
    """Return why a token is refused; ``None`` if it is not."""
    try:
        world.accounts.tokens.use(text, "read", client="", now=int(world.clock.now))
    except Refused as error:
        return error.reason
    return None


def test_attack_28_somebody_elses_token_is_as_none(browser: Browser, world: World) -> None:
    """By number, by name or by any other field that says whose it is."""
    text = made(browser)
    (token,) = world.accounts.tokens.of(1)
    world.member("mallory")
    other = world.browser()
    other.sign_in("mallory")
    fields = other.json("GET", "/account").body
    sent = {"action": "end", "id": token.id, "account": 1, "account_id": 1, "username": NAME}
    response = other.json("POST", "/account/tokens", sent, x_csrf_token=json.loads(fields)["csrf_token"])
    assert 404 == response.status
    assert _refused(world, text) is None
    response = other.json("POST", "/account/tokens", {"label": "x", "scopes": "read", "account_id": 1, "user_id": 1})
    assert 201 == response.status
    assert [] == [each for each in world.accounts.tokens.of(1) if each.label == "x"]


def test_making_and_ending_want_a_recent_sign_in(browser: Browser, world: World) -> None:
    """A page is led to the password and back; a script is told."""
    made(browser)
    world.clock.now += LATER
    assert 200 == browser.get("/account/tokens").status
    response = browser.submit("/account/tokens", **{"label": "laptop", "scope-read": "yes"})
    assert (303, "/account/confirm?next=/account/tokens") == (response.status, response.get("location"))
    response = browser.json("POST", "/account/tokens", {"label": "x", "scopes": "read"})
    assert 401 == response.status
    assert "insufficient_user_authentication" in (response.get("www-authenticate") or "")
    assert 1 == len(world.accounts.tokens.of(1))


@pytest.mark.asvs("6.3.4", "7.2.2")
@pytest.mark.parametrize("address", ["/account", "/account/tokens", "/account/confirm"])
def test_a_token_opens_no_page_of_ours(browser: Browser, world: World, address: str) -> None:
    """Neither the account, nor the proof of a recent sign-in, nor more tokens."""
    text = made(browser)
    script = world.browser()
    response = script.json("GET", address, authorization=f"Bearer {text}")
    assert 401 == response.status
    assert (response.get("www-authenticate") or "").startswith("Session ")


def test_a_script_makes_lists_and_ends_tokens(browser: Browser, world: World) -> None:
    """The same address in JSON."""
    response = browser.json("POST", "/account/tokens", {"label": "ci", "scopes": "read write", "days": 7})
    value = json.loads(response.body)
    assert 201 == response.status
    assert ("ci", ["read", "write"], "2027-01-22T08:00:00Z") == (value["label"], value["scopes"], value["until"])
    assert (
        world.accounts.tokens.use(value["token"], "write", client="", now=int(world.clock.now)).token.id == value["id"]
    )
    listed = json.loads(browser.json("GET", "/account/tokens").body)
    assert [value["id"]] == [each["id"] for each in listed["tokens"]]
    assert ["read", "write"] == listed["scopes"]
    assert value["token"] not in json.dumps(listed)
    response = browser.json("POST", "/account/tokens", {"action": "end", "id": value["id"]})
    assert {"ended": value["id"]} == json.loads(response.body)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"scopes": "read"}, "label"),
        ({"label": "", "scopes": "read"}, "label"),
        ({"label": "x" * 65, "scopes": "read"}, "label"),
        ({"label": 7, "scopes": "read"}, "label"),
        ({"label": "a\0", "scopes": "read"}, "label"),
        ({"label": "\ud800", "scopes": "read"}, "label"),
        ({"label": "x"}, "scopes"),
        ({"label": "x", "scopes": "root"}, "scopes"),
        ({"label": "x", "scopes": ["read"]}, "scopes"),
        ({"label": "x", "scopes": "read", "days": "never"}, "days"),
        ({"label": "x", "scopes": "read", "days": 400}, "days"),
        ({"label": "x", "scopes": "read", "days": -1}, "days"),
        ({"label": "x", "scopes": "read", "days": True}, "days"),
        ({"label": "x", "scopes": "read", "days": "9" * 30}, "days"),
    ],
)
def test_bad_input_names_its_field(browser: Browser, sent: dict[str, object], field: str) -> None:
    """422 with a problem document."""
    response = browser.json("POST", "/account/tokens", sent)
    assert (422, "application/problem+json") == (response.status, response.get("content-type"))
    assert [field] == list(json.loads(response.body)["fields"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_typed_stays_in_the_form(world: World, language: str) -> None:
    """With the field that is wrong named, in the visitor's language."""
    world.member()
    browser = world.browser(language=language)
    browser.sign_in()
    response = browser.submit("/account/tokens", label="my laptop")
    page = Page(response.body.decode())
    assert 422 == response.status
    assert "my laptop" == page.form("/account/tokens")["label"]
    assert {"#scopes"} <= {each["href"] for each in page.all("a")}
    response = browser.submit("/account/tokens", label="", **{"scope-read": "yes"})
    assert "scope-read" in Page(response.body.decode()).form("/account/tokens")


def test_a_number_that_is_none_ends_nothing(browser: Browser) -> None:
    """404, whatever it is."""
    for wrong in ("", "x", "0", "-1", "99999999999999999999", "9223372036854775808", "٣"):
        response = browser.json("POST", "/account/tokens", {"action": "end", "id": wrong})
        assert 404 == response.status, wrong


def test_nobody_signed_in_is_led_to_sign_in(world: World) -> None:
    """And back."""
    response = world.browser().get("/account/tokens")
    assert (303, "/sign-in?next=/account/tokens") == (response.status, response.get("location"))


def test_the_operator_says_which_scopes_there_are(make_world: MakeWorld) -> None:
    """And only names that can be any."""
    world = make_world(token_scopes=("deploy",))
    world.member()
    browser = world.browser()
    browser.sign_in()
    assert "scope-deploy" in browser.get("/account/tokens").body.decode()
    with pytest.raises(MisuseError, match="token_scopes"):
        Settings(token_scopes=("Deploy it",))
    assert ("a", "b") == Settings.load(None, {"HARDTACK_TOKEN_SCOPES": "a, b"}).token_scopes


@pytest.mark.asvs("7.5.1")
def test_a_password_alone_makes_no_token_where_it_does_not_sign_in(browser: Browser, world: World) -> None:
    """A session from before the first factor, with the password, would have a way around it for a year."""
    secret = with_app(world)
    browser.submit("/account/confirm", password=PASSWORD)
    response = browser.submit("/account/tokens", **{"label": "laptop", "scope-read": "yes", "days": "30"})
    assert 303 == response.status
    assert "strength=second" in (response.get("location") or "")
    assert () == world.accounts.tokens.of(1)
    told = browser.json("POST", "/account/tokens", {"label": "laptop", "scopes": "read", "days": 30})
    assert 401 == told.status
    proof = {**asked_of(browser, "/account/confirm?strength=second"), "code": code(world, secret)}
    assert 303 == browser.post("/account/confirm", proof).status
    assert made(browser).startswith("ht_")


@pytest.mark.asvs("7.5.1")
def test_a_password_alone_changes_no_address_where_it_does_not_sign_in(browser: Browser, world: World) -> None:
    """Whatever is told of the factors goes there."""
    with_app(world)
    browser.submit("/account/confirm", password=PASSWORD)
    response = browser.get("/account/email")
    assert (303, True) == (response.status, "strength=second" in (response.get("location") or ""))
    token = {"csrf_token": json.loads(browser.json("GET", "/account").body)["csrf_token"]}
    assert 401 == browser.json("POST", "/account/email", {"action": "remove", **token}).status


def asked_of(browser: Browser, address: str) -> dict[str, str]:
    """Return the fields of the form in which a page asks for a factor."""
    return asked(browser.get(address))
