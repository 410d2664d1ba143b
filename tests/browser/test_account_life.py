"""An account's life as people live it: in Chromium without JavaScript, with mail out of a folder, on a real service."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from hardtack.errors import Refused
from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.site import texts
from tests.browser.test_joining import mailed, person, send
from tests.conftest import Service, Start

NAME = "wang.xiaoming"
ADDRESS = "wang@example.org"
PASSWORD = "correct horse battery 订书机"
NEXT = "seven boats on a green river"
LAST = "a lighthouse made of porridge"


def administrator(page: Page, service: Service) -> None:
    """Make the first administrator."""
    page.goto(service.welcome_link)
    send(page, "/welcome", username="chief", password=PASSWORD)
    page.wait_for_url(f"{service.url}/account")


def sign_up(page: Page, service: Service, *, email: str = "") -> None:
    """Make an account, and show that the address is one's own if there is one."""
    page.goto(f"{service.url}/sign-up")
    send(page, "/sign-up", username=NAME, password=PASSWORD, **({"email": email} if email else {}))
    page.wait_for_url(f"{service.url}/account")
    if email:
        page.goto(mailed(service, email))
        send(page, "/verify")
        expect(page.get_by_role("status")).to_be_visible()


def sign_in(page: Page, service: Service, password: str, *, name: str = NAME) -> None:
    """Fill in the sign-in form."""
    page.goto(f"{service.url}/sign-in")
    send(page, "/sign-in", username=name, password=password)


def is_signed_in(page: Page, service: Service) -> bool:
    """Ask for the account page and see whether it is given."""
    page.goto(f"{service.url}/account")
    return page.url == f"{service.url}/account"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_new_password_a_forgotten_one_and_the_end(start: Start, browser: Browser, language: str) -> None:
    """The other device is out at once each time; the mailed link is good once; the name is never given out again."""
    service = start()
    page, elsewhere = person(browser, language), person(browser, language)
    sign_up(page, service, email=ADDRESS)
    sign_in(elsewhere, service, PASSWORD)
    assert is_signed_in(elsewhere, service)

    page.goto(f"{service.url}/account/password")
    send(page, "/account/password", password=PASSWORD, new_password=NEXT)
    expect(page.get_by_role("heading", name=texts.OURS.text(language, "password.done_title"))).to_be_visible()
    assert is_signed_in(page, service)
    assert not is_signed_in(elsewhere, service)

    elsewhere.goto(f"{service.url}/sign-in")
    elsewhere.locator("main a[href^='/forgot']").click()
    send(elsewhere, "/forgot", email=ADDRESS.upper())
    link = _reset_link(service)
    elsewhere.goto(link)
    elsewhere.reload()
    send(elsewhere, "/reset", password=LAST)
    assert not is_signed_in(elsewhere, service), "a reset signs nobody in"
    assert not is_signed_in(page, service)
    elsewhere.goto(link)
    expect(elsewhere.locator("main form[action='/reset']")).to_have_count(0)
    sign_in(elsewhere, service, LAST)
    elsewhere.wait_for_url(f"{service.url}/account")

    elsewhere.goto(f"{service.url}/account/export")
    with elsewhere.expect_download() as download:
        elsewhere.locator("main form[action='/account/export'] button").click()
    told = json.loads(download.value.path().read_text("utf-8"))
    assert NAME == told["account"]["name"]
    assert LAST not in json.dumps(told)

    elsewhere.goto(f"{service.url}/account/close")
    send(elsewhere, "/account/close", username=NAME, password=LAST)
    expect(elsewhere.locator("main h1")).to_be_visible()
    assert not is_signed_in(elsewhere, service)
    sign_in(elsewhere, service, LAST)
    expect(elsewhere.get_by_role("alert")).to_be_visible()
    elsewhere.goto(f"{service.url}/sign-up")
    send(elsewhere, "/sign-up", username=NAME.upper(), password=LAST)
    expect(elsewhere.get_by_role("alert")).to_contain_text(texts.OURS.text(language, "form.problem"))


def _reset_link(service: Service) -> str:
    """Return the link that resets, out of all the mail that has come."""
    while "/reset?code=" not in (link := mailed(service, ADDRESS)):
        pass
    return link


def test_a_name_that_was_guessed_at_is_released_by_an_administrator(start: Start, browser: Browser) -> None:
    """The owner, whose browser is a new one, is locked out by a stranger's guesses, and gets in by the link."""
    service = start()
    chief, owner = person(browser, "en"), person(browser, "en")
    administrator(chief, service)
    sign_up(owner, service)
    keyring = Keyring.load(service.data / "hardtack.key")
    with Accounts.connect(f"sqlite:///{service.data}/hardtack.db", keyring=keyring) as accounts:
        fail(accounts, 100)

    stranger = person(browser, "en")
    sign_in(stranger, service, PASSWORD)
    expect(stranger.get_by_role("alert")).to_be_visible()
    assert not is_signed_in(stranger, service)
    owner.locator("header form[action='/sign-out'] button").click()
    sign_in(owner, service, PASSWORD)
    owner.wait_for_url(f"{service.url}/account")

    with Accounts.connect(f"sqlite:///{service.data}/hardtack.db", keyring=keyring) as accounts:
        fail(accounts, 100)
    found = chief.goto(f"{service.url}/admin/throttles")
    assert found is not None
    assert 200 == found.status
    expect(chief.locator("main")).to_contain_text(NAME)
    chief.locator("main form:has-text('unlock') button").first.click()
    link = re.search(r"http://\S+/release\?code=[\w-]+", chief.locator("main").inner_text())
    assert link
    stranger.goto(link[0])
    send(stranger, "/release")
    sign_in(stranger, service, PASSWORD)
    stranger.wait_for_url(f"{service.url}/account")


def fail(accounts: Accounts, times: int) -> None:
    """Let as many guesses at the name have failed, over a day and a half, each from an address of its own."""
    now = int(time.time()) - 20 * times
    for number in range(times):
        with pytest.raises(Refused):
            accounts.sign_in(NAME, "not the password", client=f"198.51.100.{number}", now=now + 10 * number)


def test_an_administrator_sees_to_an_account_and_never_to_its_password(start: Start, browser: Browser) -> None:
    """Disabled: out at once; enabled; a reset started, by a link that is shown once; roles; everything in the trail."""
    service = start()
    chief, owner = person(browser, "en"), person(browser, "en")
    administrator(chief, service)
    sign_up(owner, service)

    chief.goto(f"{service.url}/admin/accounts")
    chief.get_by_role("link", name=NAME).first.click()
    account = chief.url
    assert 0 == chief.locator("main input[type=password]").count()
    _press(chief, "Disable")
    assert not is_signed_in(owner, service)
    sign_in(owner, service, PASSWORD)
    expect(owner.get_by_role("alert")).to_be_visible()
    chief.goto(account)
    _press(chief, "Enable")
    sign_in(owner, service, PASSWORD)
    owner.wait_for_url(f"{service.url}/account")

    chief.goto(account)
    _press(chief, "Link for a new password")
    link = re.search(r"http://\S+/reset\?code=[\w-]+", chief.locator("main").inner_text())
    assert link
    owner.goto(link[0])
    send(owner, "/reset", password=NEXT)
    sign_in(owner, service, NEXT)
    owner.wait_for_url(f"{service.url}/account")
    owner.goto(f"{service.url}/account/activity")
    expect(owner.locator("main")).to_contain_text("chief")
    for path in ("/admin", "/admin/accounts", "/admin/audit"):
        answer = owner.goto(service.url + path)
        assert answer is not None
        assert 403 == answer.status


def _press(page: Page, words: str) -> None:
    """Press the first button of the page's content with *words* on it."""
    page.locator("main").get_by_role("button", name=re.compile(words, re.IGNORECASE)).first.click()


def test_attack_34_the_way_back_shows_nothing_after_signing_out(start: Start, browser: Browser) -> None:
    """Neither the list of sign-ins nor anything else is kept by the browser."""
    service = start()
    page = person(browser, "en")
    sign_up(page, service)
    page.goto(f"{service.url}/account/sessions")
    page.locator("header form[action='/sign-out'] button").click()
    page.wait_for_url(f"{service.url}/")
    page.go_back()
    page.wait_for_load_state()
    assert page.url.startswith(f"{service.url}/sign-in")
    assert NAME not in page.content()
