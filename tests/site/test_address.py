"""The address of the account: its page, the link that leads to another one, and what is offered afterwards."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest

from hardtack.login.outbox import Notice
from hardtack.site import texts
from tests.outgoing import code_of, orders
from tests.site.conftest import PASSWORD, Browser, MakeWorld, Page, World
from tests.site.test_sign_up_by_email import have_address, in_language, without_chance

PAGE = "/account/email"
OLD = "Anna@old.example"
NEW = "Anna@new.example"


@pytest.fixture
def anna(world: World) -> Browser:
    """The browser of somebody who is signed in and has an address."""
    have_address(world, "anna", OLD)
    return signed_in(world)


def signed_in(world: World, name: str = "anna", language: str = "en") -> Browser:
    """Return a browser in which somebody is signed in."""
    browser = world.browser(language=language)
    assert 303 == browser.sign_in(name).status
    return browser


def email(world: World, name: str = "anna") -> str | None:
    """Return the address that an account has."""
    account = world.accounts.find(name)
    assert account is not None
    return account.email


def ask(browser: Browser, email: str = NEW) -> None:
    """Ask for a link by the form."""
    page = Page(browser.get(PAGE).body.decode())
    form = next(form for form in page.forms if form.get("action") == "change")
    assert 202 == browser.post(PAGE, {**form, "email": email}).status


def link(world: World, browser: Browser, email: str = NEW) -> str:
    """Ask for a link and return the address that it leads to."""
    ask(browser, email)
    order = orders(world.accounts, int(world.clock.now))[-1]
    return f"/verify?code={code_of(world.accounts, order, int(world.clock.now))}"


@pytest.mark.asvs("7.4.3")
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_person_changes_their_address(world: World, language: str) -> None:
    """They ask, open the link in another browser, confirm, and are offered to end the other sign-ins."""
    have_address(world, "anna", OLD)
    browser = signed_in(world, language=language)
    assert OLD in browser.get(PAGE).body.decode()
    page = Page(browser.get(PAGE).body.decode())
    form = next(form for form in page.forms if form.get("action") == "change")
    asked = browser.post(PAGE, {**form, "email": f" {NEW} "})
    assert (202, True) == (
        asked.status,
        texts.OURS.text(language, "address.asked_lead", email=NEW) in asked.body.decode(),
    )
    assert OLD == email(world)
    (order,) = orders(world.accounts, int(world.clock.now))
    assert (Notice.VERIFY_ADDRESS, NEW, language) == (order.notice, order.address, order.language)

    there = f"/verify?code={code_of(world.accounts, order, int(world.clock.now))}"
    elsewhere = signed_in(world, language=language)
    shown = elsewhere.get(there).body.decode()
    assert (True, True) == (OLD in shown, NEW in shown)
    done = elsewhere.submit(there)
    assert (303, f"{PAGE}?done=changed") == (done.status, done.get("location"))
    after = elsewhere.get(done.get("location") or "").body.decode()
    assert texts.OURS.text(language, "address.changed") in after
    assert "/account/sessions" in [address["href"] for address in Page(after).all("a")]
    assert NEW == email(world)
    told = [order.notice for order in orders(world.accounts, int(world.clock.now))]
    assert 2 == told.count(Notice.ADDRESS_CHANGED)
    assert [200, 200] == [one.json("GET", "/account").status for one in (browser, elsewhere)]


def test_a_script_does_the_same(world: World, anna: Browser) -> None:
    """202, then 200."""
    form = json.loads(anna.json("GET", PAGE).body)
    assert (OLD, ["action", "email"], ["change", "remove"]) == (form["email"], form["fields"], form["actions"])
    asked = anna.json("POST", PAGE, {"action": "change", "email": NEW})
    assert (202, {"mail": "ordered", "email": NEW}) == (asked.status, json.loads(asked.body))
    (order,) = orders(world.accounts, int(world.clock.now))
    code = code_of(world.accounts, order, int(world.clock.now))
    assert (NEW, ["code"]) == tuple(
        json.loads(anna.json("GET", f"/verify?code={code}").body)[n] for n in ("email", "fields")
    )
    done = anna.json("POST", "/verify", {"code": code})
    assert (200, NEW) == (done.status, json.loads(done.body)["account"]["email"])
    gone = anna.json("POST", PAGE, {"action": "remove"})
    assert (200, None) == (gone.status, json.loads(gone.body)["account"]["email"])


@pytest.mark.parametrize("address", [PAGE, "/verify?code=x"])
def test_who_is_not_signed_in_is_led_there_and_back(world: World, address: str) -> None:
    """A person; a script is told (401)."""
    browser = world.browser()
    led = browser.get(address)
    assert (303, "/sign-in?" + urlencode({"next": address}, safe="/")) == (led.status, led.get("location"))
    assert 401 == browser.json("GET", address).status
    path = address.partition("?")[0]
    assert [303, 401] == [browser.post(path, {"code": "x"}).status, browser.json("POST", path, {"code": "x"}).status]


@pytest.mark.asvs("7.5.1")
def test_who_signed_in_long_ago_proves_it_first_and_comes_back_to_the_link(world: World, anna: Browser) -> None:
    """ASVS 7.5.1: before the form is shown, and when it is sent."""
    there = link(world, anna)
    code = there.partition("=")[2]
    world.clock.now += world.settings.recent_sign_in + 1
    for led in (anna.get(there), anna.post("/verify", {"code": code})):
        assert (303, f"/account/confirm?next=/verify%3Fcode%3D{code}") == (led.status, led.get("location"))
    for led in (anna.get(PAGE), anna.post(PAGE, {"action": "remove"})):
        assert (303, f"/account/confirm?next={PAGE}") == (led.status, led.get("location"))
    assert OLD == email(world)
    back = anna.submit(f"/account/confirm?next=/verify%3Fcode%3D{code}", password=PASSWORD)
    assert (303, there) == (back.status, back.get("location"))
    assert 303 == anna.submit(there).status
    assert NEW == email(world)


def test_looking_at_the_link_changes_nothing(world: World, anna: Browser) -> None:
    """Attack 18: neither HEAD nor a prefetch."""
    there = link(world, anna)
    for _ in range(3):
        assert [200, 200] == [anna.ask("HEAD", there).status, anna.get(there, sec_purpose="prefetch").status]
    assert OLD == email(world)
    assert "/verify" == Page(anna.get(there).body.decode()).actions[-1]
    assert [303, 403] == [anna.submit(there).status, anna.get(there).status]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_link_of_another_account_says_so(world: World, anna: Browser, language: str) -> None:
    """Who opens it with another sign-in can put that right; nobody's address is changed."""
    there = link(world, anna)
    world.member("berta")
    berta = signed_in(world, "berta", language)
    page = berta.get(there)
    assert 403 == page.status
    shown = Page(page.body.decode())
    assert texts.OURS.text(language, "stale.elsewhere_title") == shown.words["h1"]
    assert texts.OURS.text(language, "stale.elsewhere") in page.body.decode()
    assert "/account/email" not in [link["href"] for link in shown.all("a")]
    code = there.partition("=")[2]
    assert 403 == berta.post("/verify", {"code": code}).status
    assert (OLD, None) == (email(world), email(world, "berta"))
    seen = berta.get("/account/activity").body.decode()
    assert texts.OURS.text(language, "reason.link_of_another_account") in seen


@pytest.mark.asvs("6.3.8")
def test_attack_9_an_address_of_somebody_else_is_answered_like_any_other(world: World, anna: Browser) -> None:
    """The page, and in the end the link."""
    have_address(world, "berta", "berta@taken.example")
    answers = []
    for typed in ("berta@taken.example", "nobody@none.example"):
        response = anna.post(PAGE, {"action": "change", "email": typed})
        answers.append(without_chance(response, typed))
    assert answers[0] == answers[1]
    taken, free = (
        f"/verify?code={code_of(world.accounts, order, int(world.clock.now))}"
        for order in orders(world.accounts, int(world.clock.now))
    )
    assert [200, 200] == [anna.get(one).status for one in (taken, free)]
    refused = anna.submit(taken)
    anna.submit(free)
    used = anna.post("/verify", {"code": free.partition("=")[2]})
    said = [re.sub(r'value="[^"]*"', "", response.body.decode()) for response in (refused, used)]
    assert (403, 403, said[0]) == (refused.status, used.status, said[1])
    assert ("nobody@none.example", "berta@taken.example") == (email(world), email(world, "berta"))


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
        b"email=%ED%A0%80",
        b"email=" + b"x" * 5000,
    ],
)
def test_bad_input_is_422_at_its_field(world: World, typed: bytes, language: str) -> None:
    """Missing, empty, no address, NUL, no UTF-8, doubled, a lone surrogate, too long: in the visitor's language."""
    have_address(world, "anna", OLD)
    browser = signed_in(world, language=language)
    response = browser.post(PAGE, b"&".join(filter(None, [b"action=change", typed])))
    (field,) = [field for field in Page(response.body.decode()).all("input") if field["name"] == "email"]
    assert (422, "true", True) == (response.status, field["aria-invalid"], in_language(response, language))
    assert ({b"email=anna": "anna"}.get(typed, field.get("value"))) == field.get("value")
    assert ([], OLD) == (orders(world.accounts, int(world.clock.now)), email(world))


def test_the_present_address_and_asking_too_often_are_said(world: World, anna: Browser) -> None:
    """422 at the field; 429 with when to come back."""
    assert 422 == anna.post(PAGE, {"action": "change", "email": OLD}).status
    for number in range(5):
        ask(anna, f"a{number}@example.org")
    late = anna.post(PAGE, {"action": "change", "email": "late@example.org"})
    assert (429, "720") == (late.status, late.get("retry-after"))
    assert 422 == anna.json("POST", PAGE, {"email": 5}).status


@pytest.mark.parametrize("body", [b"", b"code=", b"code=%ff", b"code=a&code=b"])
def test_a_link_without_a_code_is_told(anna: Browser, body: bytes) -> None:
    """By the page (403) and by the form (422)."""
    assert [403, 422] == [anna.get("/verify").status, anna.post("/verify", body).status]


def test_a_person_does_without_an_address(world: World, anna: Browser) -> None:
    """It is told there; then there is nothing more to remove."""
    page = Page(anna.get(PAGE).body.decode())
    form = next(form for form in page.forms if form.get("action") == "remove")
    done = anna.post(PAGE, form)
    assert (303, f"{PAGE}?done=removed") == (done.status, done.get("location"))
    after = anna.get(f"{PAGE}?done=removed").body.decode()
    assert texts.OURS.text("en", "address.removed") in after
    assert (None, [OLD]) == (email(world), [order.address for order in orders(world.accounts, int(world.clock.now))])
    assert 403 == anna.post(PAGE, {"action": "remove"}).status
    assert ["change"] == json.loads(anna.json("GET", PAGE).body)["actions"]


def test_what_was_done_is_not_taken_from_the_address_bar(anna: Browser) -> None:
    """Only our own two words mean anything."""
    assert 'id="done"' not in anna.get(f"{PAGE}?done=hacked").body.decode()


def test_where_people_are_known_by_their_address_it_cannot_be_removed(make_world: MakeWorld) -> None:
    """They would have nothing to sign in with."""
    world = make_world(sign_up_by="email")
    have_address(world, "anna", OLD)
    browser = signed_in(world)
    assert ["change"] == json.loads(browser.json("GET", PAGE).body)["actions"]
    assert (403, OLD) == (browser.post(PAGE, {"action": "remove"}).status, email(world))


def test_where_no_mail_is_set_up_it_cannot_be_changed(make_world: MakeWorld) -> None:
    """The page says so instead of taking what would come to nothing."""
    world = make_world(origin="https://id.example.org")
    world.member("anna")
    browser = world.browser(scheme="https", host="id.example.org")
    browser.sign_in("anna")
    page = browser.get(PAGE).body.decode()
    assert (texts.OURS.text("en", "address.no_mail") in page, "/account/email" in Page(page).actions) == (True, False)
    assert 403 == browser.post(PAGE, {"action": "change", "email": NEW}).status
    assert ([], []) == (
        json.loads(browser.json("GET", PAGE).body)["actions"],
        orders(world.accounts, int(world.clock.now)),
    )


def test_attack_28_nobody_else_is_meant_by_the_body(world: World, anna: Browser) -> None:
    """Whose address it is, the sign-in says."""
    berta = have_address(world, "berta", "berta@example.org")
    anna.post(PAGE, {"action": "change", "email": NEW, "account": str(berta), "id": str(berta), "username": "berta"})
    (order,) = orders(world.accounts, int(world.clock.now))
    code = code_of(world.accounts, order, int(world.clock.now))
    anna.post("/verify", {"code": code, "account": str(berta), "email": "evil@example.org"})
    assert (NEW, "berta@example.org") == (email(world), email(world, "berta"))
