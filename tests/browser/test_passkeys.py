"""Passkeys as people use them: a real Chromium with its virtual authenticators, the real service."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.authenticators import Authenticator
from tests.browser.test_accessible import problems
from tests.browser.test_sessions import overflows
from tests.browser.test_sign_in import PASSWORD, is_signed_in, newcomer, sign_in, sign_out
from tests.conftest import Service

WORDS = {
    "en-GB": ("Add passkey", "Sign in with a passkey", "No passkey was chosen", "Passkeys need JavaScript"),
    "zh-CN": ("添加通行密钥", "用通行密钥登录", "没有选择通行密钥", "使用通行密钥需要 JavaScript"),
}

OLD_KEY: dict[str, Any] = {"protocol": "u2f", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
"""A security key that keeps nothing and recognises nobody."""

codes = re.compile(r"^[0-9A-Z]{6}(-[0-9A-Z]{6}){3}$")


def add(page: Page, service: Service, label: str) -> None:
    """Add a passkey on the page for it."""
    page.goto(f"{service.url}/account/passkeys")
    page.locator("form[data-passkey] input[name=label]").fill(label)
    page.locator("form[data-passkey] .button").click()


def enrolled(page: Page, service: Service, label: str = "Laptop") -> tuple[Authenticator, str]:
    """Make an account with a first passkey, and return where it is kept and whose it is."""
    name = newcomer(page, service)
    authenticator = Authenticator(page)
    add(page, service, label)
    page.locator(".recovery-codes").wait_for()
    return authenticator, name


def by_button(page: Page, authenticator: Authenticator, address: str, *, keep: bool = False) -> None:
    """Sign in by the button, which takes over from the list of names; the first time nobody is recognised."""
    authenticator.verifies(False)
    page.goto(address)
    if keep:
        page.locator("#keep").check()
    button = page.get_by_role("button", name=WORDS["en-GB"][1])
    button.click()
    expect(page.locator("form[data-passkey] [role=alert]")).to_contain_text(WORDS["en-GB"][2])
    authenticator.verifies(True)
    button.click()


def row(page: Page, label: str) -> Locator:
    """Return the entry of a passkey."""
    return page.locator("main .passkeys li").filter(has=page.get_by_role("heading", name=label, exact=True))


def signed_in_with(page: Page, service: Service) -> list[str]:
    """Return what this session was begun with."""
    said = page.request.get(f"{service.url}/account", headers={"accept": "application/json"})
    factors: list[str] = said.json()["session"]["factors"]
    return factors


def test_a_person_adds_a_passkey_and_signs_in_with_it_alone(standing: Service, person: BrowserContext) -> None:
    """With the first one come the recovery codes; at the next sign-in no name and no password are typed."""
    service = standing
    page = person.new_page()
    authenticator, name = enrolled(page, service)
    assert all(codes.match(each) for each in page.locator(".recovery-codes code").all_inner_texts())
    (kept,) = authenticator.credentials
    assert ("localhost", True, name) == (kept["rpId"], kept["isResidentCredential"], kept["userName"])
    page.goto(f"{service.url}/account/passkeys")
    assert "Signs you in alone" in row(page, "Laptop").inner_text()
    assert "On one device only" in row(page, "Laptop").inner_text()
    sign_out(page, service)

    by_button(page, authenticator, f"{service.url}/sign-in?next=/account/passkeys")
    page.wait_for_url(f"{service.url}/account/passkeys")
    assert ["passkey"] == signed_in_with(page, service)
    page.reload()
    assert "Used last" in row(page, "Laptop").inner_text()


def test_the_browser_offers_it_among_the_names(standing: Service, person: BrowserContext) -> None:
    """Conditional mediation: the page asks without a dialog, and whoever chooses is signed in."""
    service = standing
    page = person.new_page()
    enrolled(page, service)
    sign_out(page, service)
    page.goto(f"{service.url}/sign-in?next=/account/sessions")
    page.wait_for_url(f"{service.url}/account/sessions")
    assert ["passkey"] == signed_in_with(page, service)


def test_keep_me_signed_in_is_taken_from_the_box_of_the_other_form(standing: Service, person: BrowserContext) -> None:
    """A cookie that outlives the browser, for whoever ticked it and nobody else."""
    service = standing
    page = person.new_page()
    authenticator, _ = enrolled(page, service)
    for ticked in (False, True):
        sign_out(page, service)
        by_button(page, authenticator, f"{service.url}/sign-in", keep=ticked)
        page.wait_for_url(re.compile("/account"))
        (cookie,) = [each for each in person.cookies() if each["name"] == f"hardtack-{service.port}"]
        assert ticked == (cookie["expires"] > 0)


@pytest.mark.parametrize("language", list(WORDS))
def test_by_keyboard_alone_and_axe_finds_nothing(standing: Service, browser: Browser, language: str) -> None:
    """Add, rename and remove on a narrow screen, in either language."""
    add_it, show_it, _, _ = WORDS[language]
    service = standing
    person = browser.new_context(locale=language, viewport={"width": 360, "height": 640}, color_scheme="dark")
    person.set_default_timeout(15000)
    try:
        page = person.new_page()
        newcomer(page, service)
        Authenticator(page)
        page.goto(f"{service.url}/account/passkeys")
        assert [] == problems(page)
        page.locator("form[data-passkey] input[name=label]").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type("Tablet")
        page.keyboard.press("Tab")
        assert add_it == page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.locator(".recovery-codes").wait_for()

        page.goto(f"{service.url}/account/passkeys")
        assert [] == problems(page)
        assert not overflows(page)
        page.locator("main .passkeys summary").focus()
        page.keyboard.press("Enter")
        assert [] == problems(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.type("钥匙 2")
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert 1 == row(page, "钥匙 2").count()

        page.locator("main .passkeys summary").focus()
        page.keyboard.press("Enter")
        for _ in range(3):
            page.keyboard.press("Tab")
        assert "password" == page.evaluate("document.activeElement.name")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert 0 == page.locator("main .passkeys li").count()

        sign_out(page, service)
        # As in a browser without that list: here, whoever is asked answers at once, and so again on every page.
        page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
        page.goto(f"{service.url}/sign-in")
        assert [] == problems(page)
        page.get_by_role("button", name=show_it).focus()
        page.keyboard.press("Enter")
        # The authenticator has it still, and it opens nothing.
        page.locator("#problem").wait_for()
        assert [] == problems(page)
        assert not is_signed_in(page, service)
    finally:
        person.close()


@pytest.mark.parametrize("language", list(WORDS))
def test_who_chooses_none_is_told_so_and_can_try_again(standing: Service, browser: Browser, language: str) -> None:
    """In the language of the page; nothing is sent."""
    add_it, _, cancelled, _ = WORDS[language]
    service = standing
    person = browser.new_context(locale=language)
    person.set_default_timeout(15000)
    try:
        page = person.new_page()
        newcomer(page, service)
        # A device that does not recognise its person gives nothing.
        authenticator = Authenticator(page, isUserVerified=False)
        page.goto(f"{service.url}/account/passkeys")
        button = page.get_by_role("button", name=add_it)
        button.click()
        alert = page.locator("form[data-passkey] [role=alert]")
        expect(alert).to_contain_text(cancelled)
        assert button.evaluate("button => button === document.activeElement")
        assert [] == problems(page)
        authenticator.verifies(True)
        button.click()
        page.locator(".recovery-codes").wait_for()
        assert 1 == len(authenticator.credentials)
    finally:
        person.close()


def test_a_device_has_one_and_another_device_has_another(standing: Service, person: BrowserContext) -> None:
    """The same device is not asked twice; with two passkeys one goes without the password, and its sessions with it."""
    service = standing
    page = person.new_page()
    first, _ = enrolled(page, service, "Laptop")
    page.goto(f"{service.url}/account/passkeys")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.locator("form[data-passkey] [role=alert]")).to_contain_text("has a passkey for your account already")
    first.remove()
    second = Authenticator(page, **OLD_KEY)
    add(page, service, "Key on the ring")
    page.get_by_role("status").wait_for()
    assert 1 == len(second.credentials)
    assert "beside your password only" in row(page, "Key on the ring").inner_text()
    other = row(page, "Laptop")
    other.locator("summary").click()
    assert 0 == other.locator("input[type=password]").count()
    other.locator("form:has(input[value=remove]) button").click()
    expect(page.get_by_role("status")).to_contain_text("removed")
    assert 1 == page.locator("main .passkeys li").count()
    assert is_signed_in(page, service)


@pytest.mark.asvs("6.3.3")
def test_a_key_that_recognises_nobody_signs_nobody_in_alone(standing: Service, person: BrowserContext) -> None:
    """The browser is asked for one that does, and finds none."""
    service = standing
    page = person.new_page()
    newcomer(page, service)
    Authenticator(page, **OLD_KEY)
    add(page, service, "Key on the ring")
    page.locator(".recovery-codes").wait_for()
    sign_out(page, service)
    page.goto(f"{service.url}/sign-in")
    page.get_by_role("button", name=WORDS["en-GB"][1]).click()
    page.locator("form[data-passkey] [role=alert]").filter(has_text=re.compile(".")).wait_for(timeout=30000)
    assert not is_signed_in(page, service)


@pytest.mark.asvs("6.3.3")
def test_a_password_alone_is_not_enough_once_there_is_a_passkey(standing: Service, person: BrowserContext) -> None:
    """The sign-in is half done, and opens nothing."""
    service = standing
    page = person.new_page()
    authenticator, name = enrolled(page, service)
    sign_out(page, service)
    authenticator.remove()
    sign_in(page, service, name=name)
    page.wait_for_url(re.compile("/sign-in/second-factor"))
    assert not is_signed_in(page, service)


@pytest.mark.parametrize("key", [{}, OLD_KEY], ids=["a device that recognises its person", "an old security key"])
def test_a_passkey_is_the_second_factor_and_the_proof_of_a_moment_ago(
    standing: Service, person: BrowserContext, key: dict[str, Any]
) -> None:
    """Beside the password, whatever it says of its person; and once more before something that cannot be undone."""
    service = standing
    page = person.new_page()
    # As in a browser without the list of names, where nobody is signed in before they have typed anything.
    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    name = newcomer(page, service)
    Authenticator(page, **key)
    add(page, service, "Laptop")
    page.locator(".recovery-codes").wait_for()
    sign_out(page, service)
    sign_in(page, service, name=name)
    page.wait_for_url(re.compile("/sign-in/second-factor"))
    assert [] == problems(page)
    page.locator("form[data-passkey] .button").click()
    page.wait_for_url(f"{service.url}/account")
    assert ["password", "passkey"] == signed_in_with(page, service)
    page.goto(f"{service.url}/account/confirm?next=/account/sessions")
    page.locator(".ways a[href*='passkey']").click()
    assert [] == problems(page)
    page.locator("form[data-passkey] .button").click()
    page.wait_for_url(f"{service.url}/account/sessions")


@pytest.mark.asvs("3.7.5")
@pytest.mark.parametrize("language", list(WORDS))
def test_without_scripts_there_is_no_button_and_a_sentence_says_why(
    standing: Service, browser: Browser, language: str
) -> None:
    """Everything else on the page works."""
    service = standing
    person = browser.new_context(locale=language, java_script_enabled=False)
    try:
        page = person.new_page()
        page.goto(f"{service.url}/sign-in")
        assert 0 == page.get_by_role("button", name=WORDS[language][1]).count()
        assert WORDS[language][3] in page.locator("main").inner_text()
    finally:
        person.close()


@pytest.mark.asvs("3.7.5")
def test_where_a_browser_knows_no_passkeys_the_button_stays_away(standing: Service, person: BrowserContext) -> None:
    """As on a page that is not secure; nothing fails."""
    service = standing
    page = person.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{service.url}/sign-in")
    assert 0 == page.get_by_role("button", name=WORDS["en-GB"][1]).count()
    expect(page.locator("form[data-passkey] .needs")).to_be_visible()
    assert [] == failed


def test_a_page_at_an_address_of_numbers_is_told_where_passkeys_work(standing: Service, person: BrowserContext) -> None:
    """A passkey is bound to a name."""
    service = standing
    page = person.new_page()
    Authenticator(page)
    page.goto(f"http://127.0.0.1:{service.port}/sign-in")
    page.get_by_role("button", name=WORDS["en-GB"][1]).click()
    expect(page.locator("form[data-passkey] [role=alert]")).to_contain_text("do not work at this address")
