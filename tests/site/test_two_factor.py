"""``/account/two-factor``: an app set up, used and removed, recovery codes made and kept, by page and by script."""

from __future__ import annotations

import json
import re
from typing import Any

import pyotp
import pytest

from hardtack.login.factors import TOTP
from hardtack.login.totp import STEP
from hardtack.message import Response
from hardtack.site import texts
from tests.site.conftest import NAME, PASSWORD, Browser, Page, World, set_cookies

PATH = "/account/two-factor"
LATER = 901
"""Seconds after which a sign-in is not recent any more."""


@pytest.fixture
def browser(world: World) -> Browser:
    """Somebody who has just signed in."""
    world.member()
    browser = world.browser()
    browser.sign_in()
    return browser


def send(browser: Browser, action: str, **fields: str) -> Response:
    """Send the form of *action* as the page has it."""
    page = Page(browser.get(PATH).body.decode())
    (form,) = [each for each in page.forms if each.get("action") == action]
    return browser.post(PATH, {**form, **fields})


def secret_of(text: str) -> str:
    """Return the secret that a page shows."""
    return "".join(re.findall(r"[A-Z2-7]{4}", Page(text).words["code"]))


def code_of(world: World, secret: str, steps: int = 0) -> str:
    """Return the code that an app shows."""
    return pyotp.TOTP(secret).at(int(world.clock.now) + steps * STEP)


def set_up(browser: Browser, world: World) -> tuple[str, Response]:
    """Set an app up by the pages; return its secret and the answer to its first code."""
    text = send(browser, "set-up").body.decode()
    secret = secret_of(text)
    form = Page(text).form(PATH)
    return secret, browser.post(PATH, {**form, "code": code_of(world, secret)})


def confirm(browser: Browser, world: World, secret: str) -> None:
    """Prove the app once more, with its next code."""
    world.clock.now += STEP
    said = browser.json("POST", "/account/confirm", {"factor": "totp", "code": code_of(world, secret)})
    assert 200 == said.status, said.body


def codes_of(text: str) -> list[str]:
    """Return the recovery codes that a page shows."""
    return re.findall(r"<li><code>([0-9A-Z-]{27})</code></li>", text)


def script(browser: Browser, action: str, **fields: str) -> Any:
    """Ask as a script does; return what it is told."""
    response = browser.json("POST", PATH, {"action": action, **fields})
    return response.status, json.loads(response.body)


def words(language: str, identifier: str, **values: object) -> str:
    """Return a text of the pages, as HTML has it."""
    return texts.OURS.text(language, f"two_factor.{identifier}", **values)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_an_app_is_set_up_by_its_first_code_and_recovery_codes_come_with_it(
    browser: Browser, world: World, language: str
) -> None:
    """In two pages, without a script; then the overview says so."""
    browser.language = language
    assert words(language, "app_set_up") in browser.get(PATH).body.decode()
    _, answer = set_up(browser, world)
    text = answer.body.decode()
    assert 200 == answer.status, text
    assert 10 == len(set(codes_of(text)))
    assert words(language, "done_added") in text
    # On paper they say whose they are, and where.
    assert f"{words(language, 'file', name=NAME, brand='Hardtack')} · http://localhost:8000" in text
    overview = browser.get(PATH).body.decode()
    assert words(language, "app_replace") in overview
    assert texts.OURS.moment(language, int(world.clock.now)) in overview
    assert all(code not in overview for code in codes_of(text))


@pytest.mark.asvs("14.2.1", "14.3.2")
def test_the_secret_is_in_no_address_no_cookie_and_no_cache(browser: Browser, world: World) -> None:
    """Only in the page that shows it."""
    begun = send(browser, "set-up")
    secret = secret_of(begun.body.decode())
    _, made = set_up(browser, world)
    for answer in (begun, made):
        assert "no-store" == answer.get("cache-control")
        assert answer.get("location") is None
        assert all(secret not in cookie for cookie in set_cookies(answer))
    assert secret not in browser.get(PATH).body.decode()


def test_the_qr_code_needs_nothing_that_our_policy_forbids(browser: Browser) -> None:
    """No style, no script, no other host; dark on light, with a quiet zone, and not the secret as text."""
    text = send(browser, "set-up").body.decode()
    svg = re.search(r'<svg[^>]*class="qr-code".*?</svg>', text, re.DOTALL)
    assert svg is not None
    assert secret_of(text) not in svg[0]
    assert not re.search(r"style|script|href|url\(|on\w+=", svg[0])
    assert {"#fff", "#000"} == set(re.findall(r"(?:fill|stroke)=\"([^\"]+)\"", svg[0]))
    assert 'class="qr" role="img"' in text
    size = re.search(r'viewBox="0 0 (\d+) \1"', svg[0])
    assert size is not None
    assert 1 == (int(size[1]) - 8) % 4


def test_a_wrong_code_shows_the_same_secret_again(browser: Browser, world: World) -> None:
    """Nobody has to scan it twice; what is no code at all is said so."""
    text = send(browser, "set-up").body.decode()
    secret = secret_of(text)
    near = {code_of(world, secret, steps) for steps in (-1, 0, 1)}
    wrong = next(f"{number:06}" for number in range(9) if f"{number:06}" not in near)
    for typed, status, slug in ((wrong, 401, "right"), ("12345", 422, "six digits"), ("", 422, "needed")):
        answer = browser.post(PATH, {**Page(text).form(PATH), "code": typed})
        text = answer.body.decode()
        assert (status, secret) == (answer.status, secret_of(text)), typed
        assert slug in text
    assert 200 == browser.post(PATH, {**Page(text).form(PATH), "code": code_of(world, secret)}).status


def test_what_was_begun_elsewhere_or_too_long_ago_sets_nothing_up(browser: Browser, world: World) -> None:
    """403 for people and scripts alike; the overview says it."""
    status, begun = script(browser, "set-up")
    assert (200, {"ceremony", "secret", "uri"}) == (status, set(begun))
    other = world.browser()
    other.sign_in()
    code = code_of(world, begun["secret"].replace(" ", ""))
    for answer in (
        other.json("POST", PATH, {"action": "confirm", "ceremony": begun["ceremony"], "code": code}),
        other.post(PATH, {"action": "confirm", "ceremony": begun["ceremony"], "code": code}),
    ):
        assert 403 == answer.status
    assert "begin anew" in answer.body.decode()
    world.clock.now += 601
    code = code_of(world, begun["secret"].replace(" ", ""))
    assert 403 == script(browser, "confirm", ceremony=begun["ceremony"], code=code)[0]
    assert not world.accounts.second_factors.held(1).second


def test_the_page_sent_again_after_it_is_done_leads_back_to_the_overview(browser: Browser, world: World) -> None:
    """As by a reload of the recovery codes; the code of a secret that is used up would never be right."""
    text = send(browser, "set-up").body.decode()
    form = {**Page(text).form(PATH), "code": code_of(world, secret_of(text))}
    assert 200 == browser.post(PATH, form).status
    again = browser.post(PATH, form)
    said = again.body.decode()
    assert (403, False, True) == (again.status, 'class="qr"' in said, words("en", "app_replace") in said)
    assert codes_of(said) == []


def test_a_script_does_all_of_it(browser: Browser, world: World) -> None:
    """In JSON; what is shown once is in the answers that make it."""
    status, begun = script(browser, "set-up")
    secret = begun["secret"].replace(" ", "")
    near = {code_of(world, secret, steps) for steps in (-1, 0, 1)}
    wrong = next(f"{number:06}" for number in range(9) if f"{number:06}" not in near)
    status, said = script(browser, "confirm", ceremony=begun["ceremony"], code=wrong)
    assert (401, "code") == (status, *said["fields"])
    status, said = script(browser, "confirm", ceremony=begun["ceremony"], code=code_of(world, secret))
    assert (201, 10, False) == (status, len(said["codes"]), said["needed"])
    status, said = script(browser, "make-codes")
    assert (201, 10) == (status, len(said["codes"]))
    state = json.loads(browser.json("GET", PATH).body)
    assert {"totp", "passkeys", "recovery_codes", "needed", "csrf_token"} == set(state)
    assert (0, 10) == (state["passkeys"], state["recovery_codes"]["left"])
    assert texts.machine_time(int(world.clock.now)) == state["totp"]["created"] == state["recovery_codes"]["created"]
    status, said = script(browser, "remove")
    assert (422, "password") == (status, *said["fields"])
    status, said = script(browser, "remove", password=PASSWORD)
    assert (200, None, {"left": 0, "created": None}) == (status, said["totp"], said["recovery_codes"])
    assert 200 == browser.json("GET", PATH).status
    assert 409 == script(browser, "make-codes")[0]
    assert 422 == script(browser, "nothing")[0]


def test_a_second_app_takes_the_firsts_place_and_the_codes_stay(browser: Browser, world: World) -> None:
    """The page says so, and offers to end other sign-ins."""
    _, first = set_up(browser, world)
    world.clock.now += STEP
    _, second = set_up(browser, world)
    assert (303, f"{PATH}?done=added") == (second.status, second.get("location"))
    text = browser.get(f"{PATH}?done=added").body.decode()
    assert words("en", "done_added") in text
    assert {"end-others"} == {form["action"] for form in Page(text).forms if form.get("action", "").startswith("end")}
    assert 200 == browser.post(PATH, {"action": "save", "codes": " ".join(codes_of(first.body.decode()))}).status


@pytest.mark.asvs("7.4.3")
def test_after_adding_a_factor_all_other_sign_ins_can_be_ended(browser: Browser, world: World) -> None:
    """From the page that shows the codes."""
    other = world.browser()
    other.sign_in()
    _, answer = set_up(browser, world)
    page = Page(answer.body.decode())
    (form,) = [each for each in page.forms if each.get("action") == "end-others"]
    assert 303 == browser.post("/account/sessions", form).status
    assert 303 == other.get("/account").status
    assert 200 == browser.get("/account").status


@pytest.mark.asvs("6.5.6", "7.4.3")
def test_removing_the_app_ends_every_other_sign_in_and_renews_this_one(browser: Browser, world: World) -> None:
    """With the password, since nothing else is left."""
    other = world.browser()
    set_up(browser, world)
    other.cookies = dict(browser.cookies)
    answer = send(browser, "remove", password="a wrong one of some length")
    assert 401 == answer.status
    assert "The password is not right" in answer.body.decode()
    answer = send(browser, "remove", password=PASSWORD)
    assert (303, f"{PATH}?done=removed") == (answer.status, answer.get("location"))
    assert words("en", "done_removed") in browser.get(f"{PATH}?done=removed").body.decode()
    assert 303 == other.get("/account").status
    assert [] == [form for form in Page(browser.get(PATH).body.decode()).forms if form.get("action") == "remove"]


def test_what_cannot_go_is_not_offered(browser: Browser, world: World) -> None:
    """Where a second factor is demanded; and with a passkey beside it no password is asked for."""
    set_up(browser, world)
    with world.accounts._database.write() as connection:
        connection.exec_driver_sql("UPDATE account SET second_factor = 1")
    text = browser.get(PATH).body.decode()
    assert words("en", "app_stays") in text
    assert "remove" not in {form.get("action") for form in Page(text).forms}
    assert 409 == script(browser, "remove", password=PASSWORD)[0]
    with world.accounts._database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO passkey VALUES (x'01', 1, x'00', 0, 1, 0, 0, '', zeroblob(16), 'key', 1, NULL)"
        )
    text = browser.get(PATH).body.decode()
    assert words("en", "app_goes") in text
    assert [] == [each for each in Page(text).all("input") if each["type"] == "password"]
    assert 303 == send(browser, "remove").status


def test_recovery_codes_are_saved_as_a_file_of_text(browser: Browser, world: World) -> None:
    """Without a script: the form sends back what the page shows; nothing else comes back as a file of ours."""
    _, answer = set_up(browser, world)
    page = Page(answer.body.decode())
    (form,) = [each for each in page.forms if each.get("action") == "save"]
    world.clock.now += LATER
    saved = browser.post(PATH, form)
    text = saved.body.decode()
    assert (200, "text/plain; charset=utf-8") == (saved.status, saved.get("content-type"))
    assert 'attachment; filename="recovery-codes.txt"' == saved.get("content-disposition")
    assert "no-store" == saved.get("cache-control")
    assert codes_of(answer.body.decode()) == text.splitlines()[3:]
    assert [words("en", "file", brand="Hardtack", name=NAME), "http://localhost:8000", ""] == text.splitlines()[:3]
    bad = browser.post(PATH, {**form, "codes": "@echo off"})
    assert 403 == bad.status
    assert "echo" not in bad.body.decode()


def test_new_recovery_codes_end_the_old_ones(browser: Browser, world: World) -> None:
    """Shown once, in an answer that nobody keeps."""
    _, first = set_up(browser, world)
    answer = send(browser, "make-codes")
    new = codes_of(answer.body.decode())
    assert (200, "no-store", 10) == (answer.status, answer.get("cache-control"), len(new))
    assert words("en", "done_added") not in answer.body.decode()
    assert not set(new) & set(codes_of(first.body.decode()))
    assert 403 == script(browser, "save", codes=codes_of(first.body.decode())[0])[0]


def test_few_codes_are_said_on_both_pages(browser: Browser, world: World) -> None:
    """Before there are none."""
    _, answer = set_up(browser, world)
    codes = codes_of(answer.body.decode())
    assert all("two-factor" in browser.get(path).body.decode() for path in ("/account", PATH))
    for turn, code in enumerate(codes[:7]):
        said = words("en", "few_title")
        assert [said in browser.get(path).body.decode() for path in ("/account", PATH)] == [False, False], turn
        with world.accounts._database.write() as connection:
            assert world.accounts.recovery_codes.use(connection, 1, code, int(world.clock.now))
    assert all(words("en", "few", count=3) in browser.get(path).body.decode() for path in ("/account", PATH))


def test_codes_that_are_not_looked_at_any_more_are_said_to_be(browser: Browser, world: World) -> None:
    """With what helps: another password."""
    set_up(browser, world)
    assert words("en", "locked_title") not in browser.get(PATH).body.decode()
    for turn in range(20):
        now = int(world.clock.now) + turn * 60
        world.accounts.guesses.admit(1, f"192.0.2.{turn}", now)
    text = browser.get(PATH).body.decode()
    assert words("en", "locked_title") in text
    assert "/account/password" in text


@pytest.mark.asvs("7.5.1")
@pytest.mark.parametrize("action", ["set-up", "confirm", "remove", "make-codes"])
def test_changes_need_a_sign_in_of_a_moment_ago(browser: Browser, world: World, action: str) -> None:
    """A person is led to prove it, a script is told so; looking needs none."""
    world.clock.now += LATER
    assert 200 == browser.get(PATH).status
    answer = browser.post(PATH, {"action": action})
    assert (303, True) == (answer.status, (answer.get("location") or "").startswith("/account/confirm?next="))
    assert 401 == script(browser, action)[0]


@pytest.mark.asvs("7.5.1")
def test_attack_24_a_password_and_a_session_from_before_change_no_factor(browser: Browser, world: World) -> None:
    """Somebody who had the password first, and is signed in still: whatever they confirm by it, the factor stays."""
    thief = world.browser()
    thief.sign_in()
    secret, _ = set_up(browser, world)
    assert 200 == thief.json("POST", "/account/confirm", {"password": PASSWORD}).status
    for path, fields in (
        (PATH, {"action": "set-up"}),
        (PATH, {"action": "make-codes"}),
        (PATH, {"action": "remove", "password": PASSWORD}),
        ("/account/passkeys", {"action": "add"}),
    ):
        answer = thief.post(path, fields)
        assert (303, True) == (answer.status, "strength=second" in (answer.get("location") or "")), fields
        assert 401 == thief.json("POST", path, fields).status
    assert world.accounts.second_factors.held(1).totp
    confirm(browser, world, secret)
    assert 200 == send(browser, "make-codes").status


def test_setting_an_app_up_is_a_proof_of_it(browser: Browser, world: World) -> None:
    """The session goes on under a new id, with the app among what was proved; the old cookie steps up no more."""
    before = dict(browser.cookies)
    set_up(browser, world)
    said = json.loads(browser.json("GET", "/account").body)
    assert ["password", "totp"] == said["session"]["factors"]
    assert before[browser.identity] != browser.cookies[browser.identity]
    old = world.browser()
    old.cookies = before
    assert 303 == old.post(PATH, {"action": "make-codes"}).status


def test_nobody_sees_it_signed_out(world: World) -> None:
    """A person is led to sign in, a script told."""
    browser = world.browser()
    assert (303, f"/sign-in?next={PATH}") == ((answer := browser.get(PATH)).status, answer.get("location"))
    assert 401 == browser.json("GET", PATH).status
    assert 303 == browser.post(PATH, {"action": "set-up"}).status


def test_a_session_that_ends_meanwhile_changes_nothing(
    browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request has ended it between the look and the change: 401, in both steps."""
    text = send(browser, "set-up").body.decode()
    form = Page(text).form(PATH)
    code = code_of(world, secret_of(text))
    seen = world.accounts.totp.enrol

    def late(*given: Any, **named: Any) -> Any:
        world.accounts.sign_ins.end_all(1, int(world.clock.now))
        return seen(*given, **named)

    monkeypatch.setattr(world.accounts.totp, "enrol", late)
    assert 401 == browser.post(PATH, {**form, "code": code}).status
    assert not world.accounts.second_factors.held(1).second


def test_the_pages_of_a_new_password_say_how_long_it_must_be(browser: Browser, world: World) -> None:
    """Eight characters beside a second factor, by the form and by a link."""
    least = 'data-least="{}"'.format
    assert least(15) in browser.get("/account/password").body.decode()
    secret, _ = set_up(browser, world)
    code = world.accounts.recovery.start(1, 0, int(world.clock.now), by_mail=False)
    hint = texts.OURS.text("en", "password.hint_beside", least=8)
    for page in ("/account/password", f"/reset?code={code}"):
        text = browser.get(page).body.decode()
        assert least(8) in text
        assert hint in text
    answer = browser.submit("/account/password", password=PASSWORD, new_password="kfwqzmxb")
    assert 200 == answer.status
    confirm(browser, world, secret)
    assert 409 == send(browser, "remove", password="kfwqzmxb").status
    assert world.accounts.second_factors.held(1).totp
    assert "password" == world.accounts.factor_changes.removal(1, TOTP).value
