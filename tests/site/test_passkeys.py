"""``/account/passkeys`` and ``/sign-in/passkey``: by page and by script, with an authenticator that really signs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from hardtack.login.passkey_errors import MOST, MOST_LABEL
from hardtack.message import Response
from hardtack.site.assets import OURS
from tests.login.authenticator import HOST, ORIGIN, UV, Authenticator
from tests.site.conftest import NAME, PASSWORD, Browser, MakeWorld, Page, World, set_cookies

SCRIPTS = [OURS.js.path, OURS.passkey_js.path, OURS.conditional_js.path]

PATH = "/account/passkeys"
ALONE = "/sign-in/passkey"
LATER = 901
"""Seconds after which a sign-in is not recent any more."""


def local(**more: Any) -> Authenticator:
    """Return an authenticator in front of the site in development mode."""
    return Authenticator(**{"origin": "http://localhost:8000", "host": "localhost", **more})


@pytest.fixture
def browser(world: World) -> Browser:
    """Somebody who has just signed in."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    return browser


def page_of(response: Response) -> Page:
    """Return the page that was answered."""
    return Page(response.body.decode())


def options_in(page: Page) -> dict[str, Any]:
    """Return what the page asks the browser with."""
    (form,) = [each for each in page.all("form") if "data-passkey" in each]
    options: dict[str, Any] = json.loads(form["data-options"] or "")
    return options


def add(browser: Browser, authenticator: Authenticator, label: str = "Laptop", **fields: str) -> Response:
    """Add a passkey by the form of the page."""
    page = page_of(browser.get(PATH))
    answer = authenticator.make(options_in(page))
    (form,) = [each for each in page.forms if each.get("action") == "add"]
    return browser.post(PATH, {**form, "passkey_answer": answer, "label": label, **fields})


def show(browser: Browser, authenticator: Authenticator, address: str = "/sign-in", **fields: str) -> Response:
    """Sign in by the button of the sign-in page."""
    page = page_of(browser.get(address))
    answer = authenticator.show(options_in(page))
    form = page.form(ALONE)
    # The box of the other form goes along only where it is ticked.
    form.pop("keep")
    return browser.post(ALONE, {**form, "passkey_answer": answer, **fields})


def entry(browser: Browser, action: str, number: int = 0) -> dict[str, str]:
    """Return a form of the list."""
    return [each for each in page_of(browser.get(PATH)).forms if each.get("action") == action][number]


def test_the_first_passkey_brings_recovery_codes_and_the_next_ones_none(browser: Browser) -> None:
    """Codes are in that one answer; the list says what each passkey is."""
    first = add(browser, local(flags=UV | 8 | 16))
    assert 200 == first.status
    assert 10 == len(page_of(first).all("code"))
    assert "no-store" == first.get("cache-control")
    second = add(browser, local(flags=0), "Key on the ring")
    assert (303, f"{PATH}?done=added") == (second.status, second.get("location"))
    text = browser.get(f"{PATH}?done=added").body.decode()
    for said in (
        "The passkey was added.",
        "Key on the ring",
        "Signs you in alone",
        "beside your password only",
        "Copied to your other devices",
        "On one device only",
        "Not used yet",
        "end-others",
    ):
        assert said in text, said


def test_what_may_be_copied_and_is_not_is_said(browser: Browser) -> None:
    """A third way to be kept."""
    add(browser, local(flags=UV | 8))
    assert "May be copied" in browser.get(PATH).body.decode()


def test_the_name_that_is_offered_is_that_of_the_browser(world: World) -> None:
    """Or a plain word, where nobody knows which it is."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    page = page_of(browser.get(PATH, user_agent=agent))
    assert "Firefox on Linux" in [each.get("value") for each in page.all("input") if each.get("id") == "label"]
    page = page_of(browser.get(PATH))
    assert "Passkey" in [each.get("value") for each in page.all("input") if each.get("id") == "label"]


def test_a_passkey_signs_in_alone(browser: Browser, world: World) -> None:
    """To where the person was going; with new ids, and what it was begun with."""
    authenticator = local()
    add(browser, authenticator)
    other = world.browser()
    response = show(other, authenticator, f"/sign-in?next={PATH}")
    assert (303, PATH) == (response.status, response.get("location"))
    session = json.loads(other.json("GET", "/account").body)["session"]
    assert ["passkey"] == session["factors"]
    assert "Used last" in other.get(PATH).body.decode()
    assert other.known in other.cookies


@pytest.mark.parametrize("ticked", [False, True])
def test_whoever_asks_to_be_kept_is(browser: Browser, world: World, ticked: bool) -> None:
    """As with the password."""
    authenticator = local()
    add(browser, authenticator)
    other = world.browser()
    response = show(other, authenticator, **({"keep": "yes"} if ticked else {}))
    (cookie,) = [each for each in set_cookies(response) if each.startswith(f"{other.identity}=")]
    assert ticked == ("Max-Age" in cookie)


def test_a_script_signs_in(browser: Browser, world: World) -> None:
    """It gets what it asks the browser with, and sends the answer as a text; a person is led to the page."""
    authenticator = local()
    add(browser, authenticator)
    script = world.browser()
    offer = json.loads(script.json("GET", ALONE).body)
    sent = {"passkey_token": offer["passkey_token"], "passkey_answer": authenticator.show(offer["options"])}
    response = script.json("POST", ALONE, sent, x_csrf_token=offer["csrf_token"])
    assert (200, NAME) == (response.status, json.loads(response.body)["account"]["name"])
    again = script.json("POST", ALONE, sent)
    assert 403 == again.status
    person = world.browser().get(ALONE)
    assert (303, "/sign-in") == (person.status, person.get("location"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_attack_26_what_is_wrong_is_told_in_one_way_on_the_sign_in_page(world: World, language: str) -> None:
    """Whether there is such a passkey or not; nothing of the answer comes back."""
    world.member()
    owner = world.browser()
    owner.sign_in()
    authenticator = local()
    add(owner, authenticator)
    said = []
    authenticator.origin = "https://evil.example.org"
    for each in (authenticator, local(user=bytes(32))):
        browser = world.browser(language=language)
        response = show(browser, each, "/sign-in?next=/account/sessions", keep="yes")
        text = response.body.decode()
        page = page_of(response)
        assert 401 == response.status
        assert browser.identity not in browser.cookies
        assert "/account/sessions" == page.form(ALONE)["next"]
        assert "" == page.form(ALONE)["passkey_answer"]
        said.append(re.findall(r'role="alert" id="problem".*?</div>', text, re.DOTALL))
    assert said[0] == said[1] != []


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "passkey_token"),
        ({"passkey_token": "x"}, "passkey_answer"),
        ({"passkey_token": "x", "passkey_answer": 7}, "passkey_answer"),
        ({"passkey_token": "x", "passkey_answer": {"id": "x"}}, "passkey_answer"),
        ({"passkey_token": "x", "passkey_answer": "{}", "keep": "yes"}, "keep"),
        ({"passkey_token": "x", "passkey_answer": "{}", "next": 7}, "next"),
    ],
)
def test_what_is_missing_is_named(world: World, sent: dict[str, Any], field: str) -> None:
    """422, as in every form."""
    script = world.browser()
    token = json.loads(script.json("GET", ALONE).body)["csrf_token"]
    response = script.json("POST", ALONE, sent, x_csrf_token=token)
    assert 422 == response.status
    assert field in json.loads(response.body)["fields"]


def test_attack_26_a_challenge_of_another_browser_is_none(browser: Browser, world: World) -> None:
    """Whose page it stands in is part of it."""
    authenticator = local()
    add(browser, authenticator)
    first, second = world.browser(), world.browser()
    page = page_of(first.get("/sign-in"))
    answer = authenticator.show(options_in(page))
    form = {**page_of(second.get("/sign-in")).form(ALONE), "passkey_answer": answer}
    form.pop("keep")
    response = second.post(ALONE, {**form, "passkey_token": page.form(ALONE)["passkey_token"]})
    assert 403 == response.status
    assert second.identity not in second.cookies


def test_attack_21_nobody_is_signed_in_from_another_site(browser: Browser, world: World) -> None:
    """By a passkey neither."""
    authenticator = local()
    add(browser, authenticator)
    other = world.browser()
    page = page_of(other.get("/sign-in"))
    form = {**page.form(ALONE), "passkey_answer": authenticator.show(options_in(page))}
    response = other.post(ALONE, form, sec_fetch_site="cross-site")
    assert 403 == response.status
    assert other.identity not in other.cookies


def test_attack_26_who_asks_is_configured_and_no_header_changes_it(make_world: MakeWorld) -> None:
    """Behind a public origin."""
    world = make_world(origin=ORIGIN, trusted_proxies=("192.0.2.1",))
    world.member()
    browser = world.browser(host=HOST, scheme="https")
    browser.sign_in()
    page = page_of(browser.get(PATH, x_forwarded_host="evil.example.org"))
    assert HOST == options_in(page)["rp"]["id"]
    assert 200 == add(browser, Authenticator()).status
    for wrong in (Authenticator(origin=f"{ORIGIN}:8443"), Authenticator(origin="http://id.example.org"), local()):
        assert 422 == add(browser, wrong).status
    assert 1 == len(world.accounts.passkeys.list(1))


def test_adding_asks_for_a_recent_sign_in_before_the_browser_is_asked(browser: Browser, world: World) -> None:
    """So that nothing is lost on the way; whoever sends it late is led to the proof and back."""
    page = page_of(browser.get(PATH))
    world.clock.now += LATER
    stale = browser.get(PATH)
    assert [] == [each for each in page_of(stale).all("form") if "data-passkey" in each]
    assert f"/account/confirm?next={PATH}" in [link.get("href") for link in page_of(stale).all("a")]
    (form,) = [each for each in page.forms if each.get("action") == "add"]
    response = browser.post(PATH, {**form, "passkey_answer": local().make(options_in(page)), "label": "x"})
    assert (303, f"/account/confirm?next={PATH}") == (response.status, response.get("location"))
    script = browser.json("GET", PATH)
    assert json.loads(script.body)["make"] is None
    response = browser.json("POST", PATH, {"action": "rename", "id": "x", "label": "y"})
    assert 401 == response.status
    assert () == world.accounts.passkeys.list(1)


def test_a_passkey_is_renamed(browser: Browser) -> None:
    """By the form beside it; one that is called nothing is shown again, with the field named."""
    add(browser, local())
    response = browser.post(PATH, {**entry(browser, "rename"), "label": "王小明的手机"})
    assert (303, f"{PATH}?done=renamed") == (response.status, response.get("location"))
    assert "王小明的手机" in browser.get(f"{PATH}?done=renamed").body.decode()
    wrong = browser.post(PATH, {**entry(browser, "rename"), "label": "x" * (MOST_LABEL + 1)})
    assert 422 == wrong.status
    page = page_of(wrong)
    assert "#label-1" in [link.get("href") for link in page.all("a")]
    (field,) = [each for each in page.all("input") if each.get("id") == "label-1"]
    assert "true" == field["aria-invalid"]
    assert 1 == len([each for each in page.all("details") if "open" in each])


def test_the_last_one_is_removed_with_the_password(browser: Browser, world: World) -> None:
    """And every other session ends; this one goes on under a new id."""
    add(browser, local())
    other = world.browser()
    other.cookies = dict(browser.cookies)
    form = entry(browser, "remove")
    assert "password" in form
    without = browser.post(PATH, {**form, "password": ""})
    assert 422 == without.status
    assert "#password-1" in [link.get("href") for link in page_of(without).all("a")]
    wrong = browser.post(PATH, {**form, "password": PASSWORD + "x"})
    assert 401 == wrong.status
    before = browser.cookies[browser.identity]
    response = browser.post(PATH, {**form, "password": PASSWORD})
    assert (303, f"{PATH}?done=removed") == (response.status, response.get("location"))
    assert () == world.accounts.passkeys.list(1)
    assert before != browser.cookies[browser.identity]
    assert 200 == browser.get("/account").status
    assert 303 == other.get("/account").status


def test_one_of_two_is_removed_without_it(browser: Browser, world: World) -> None:
    """There is another."""
    add(browser, local())
    add(browser, local())
    form = entry(browser, "remove", 1)
    assert "password" not in form
    assert 303 == browser.post(PATH, form).status
    assert 1 == len(world.accounts.passkeys.list(1))


def test_one_that_must_stay_has_no_button(browser: Browser, world: World) -> None:
    """Where the assurance demands a passkey, or a second factor."""
    add(browser, local())
    form = entry(browser, "remove")
    world.accounts.second_factors.assurance = 3
    text = browser.get(PATH).body.decode()
    assert "last passkey that your account must have" in text
    assert [] == [each for each in Page(text).forms if each.get("action") == "remove"]
    response = browser.post(PATH, {**form, "password": PASSWORD})
    assert 409 == response.status
    assert 1 == len(world.accounts.passkeys.list(1))


def test_attack_28_somebody_elses_passkey_is_as_none(browser: Browser, world: World) -> None:
    """Whatever else is sent."""
    add(browser, local())
    form = entry(browser, "remove")
    world.member("mallory")
    other = world.browser()
    other.sign_in("mallory")
    for action in ("remove", "rename"):
        sent = {
            "action": action,
            "id": form["id"],
            "label": "mine",
            "password": PASSWORD,
            "account": 1,
            "username": NAME,
        }
        assert 404 == other.json("POST", PATH, sent).status
    assert ["Laptop"] == [each.label for each in world.accounts.passkeys.list(1)]


def test_twenty_are_enough(browser: Browser) -> None:
    """Then there is a sentence in the place of the form."""
    for number in range(MOST):
        add(browser, local(), f"key {number}")
    text = browser.get(PATH).body.decode()
    assert f"You have {MOST} passkeys" in text
    assert [] == [each for each in Page(text).all("form") if "data-passkey" in each]
    assert json.loads(browser.json("GET", PATH).body)["make"] is None


def test_a_script_adds_renames_lists_and_removes(browser: Browser) -> None:
    """The same address in JSON."""
    authenticator = local()
    there = json.loads(browser.json("GET", PATH).body)
    assert [] == there["passkeys"]
    sent = {
        "action": "add",
        "label": "ci",
        "passkey_token": there["make"]["passkey_token"],
        "passkey_answer": authenticator.make(there["make"]["options"]),
    }
    response = browser.json("POST", PATH, sent)
    made = json.loads(response.body)
    assert (201, "ci", True, None) == (response.status, made["label"], made["alone"], made["last_used"])
    assert 10 == len(made["recovery_codes"])
    renamed = json.loads(browser.json("POST", PATH, {"action": "rename", "id": made["id"], "label": "hsm"}).body)
    assert ("hsm", made["id"]) == (renamed["label"], renamed["id"])
    listed = json.loads(browser.json("GET", PATH).body)["passkeys"]
    assert ["hsm"] == [each["label"] for each in listed]
    assert 422 == browser.json("POST", PATH, {"action": "remove", "id": made["id"]}).status
    gone = browser.json("POST", PATH, {"action": "remove", "id": made["id"], "password": PASSWORD})
    assert {"removed": made["id"]} == json.loads(gone.body)
    assert 404 == browser.json("POST", PATH, {"action": "rename", "id": made["id"], "label": "x"}).status
    for action in ("", "steal"):
        assert 422 == browser.json("POST", PATH, {"action": action}).status


def test_a_session_that_has_ended_meanwhile_changes_nothing(browser: Browser, world: World) -> None:
    """The answer to the change says so, and no page is shown as if somebody were signed in."""
    page = page_of(browser.get(PATH))
    (form,) = [each for each in page.forms if each.get("action") == "add"]
    answer = local().make(options_in(page))
    services = world.accounts._services
    make = world.accounts.passkeys.make

    def ended_first(*given: Any, **more: Any) -> Any:
        with services.database.write() as connection:
            services.rows.disable(connection, 1, int(world.clock.now))
        return make(*given, **more)

    world.accounts.passkeys.make = ended_first  # type: ignore[method-assign] # the moment between look and write
    response = browser.post(PATH, {**form, "passkey_answer": answer, "label": "x"})
    assert 401 == response.status
    assert () == world.accounts.passkeys.list(1)


def test_the_trail_and_the_sessions_say_with_what(browser: Browser, world: World) -> None:
    """In words."""
    authenticator = local()
    add(browser, authenticator)
    other = world.browser()
    show(other, authenticator)
    assert "Passkey" in other.get("/account/sessions").body.decode()
    assert "Passkey" in other.get("/account/activity").body.decode()
    authenticator.count = -1
    authenticator.counts = False
    authenticator.count = 0
    show(world.browser(), authenticator)
    assert "A passkey may have been copied" in other.get("/account/activity").body.decode()


@pytest.mark.parametrize("path", SCRIPTS)
def test_every_script_is_less_than_two_kilobytes_and_loads_nothing(world: World, path: str) -> None:
    """No build, no library, no other address."""
    response = world.browser().get(path)
    assert "text/javascript; charset=utf-8" == response.get("content-type")
    assert len(response.body) < 2000
    assert not re.search(rb"fetch|XMLHttp|import|https?:|eval|innerHTML|localStorage", response.body)


def test_the_pages_ask_nobody_else_for_scripts(browser: Browser, world: World) -> None:
    """The policy stays as it was: scripts of our own, none in the page."""
    for address in (PATH, "/account"):
        assert "script-src 'self';" in (browser.get(address).get("content-security-policy") or "")
    page = page_of(world.browser().get("/sign-in"))
    assert SCRIPTS == [each["src"] for each in page.all("script")]
