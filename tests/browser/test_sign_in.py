"""The main job, as a person does it: in a real browser, against the real service."""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode

import pytest
from playwright.sync_api import Browser, BrowserContext, Cookie, Page

from tests.conftest import Service, Start

NAME = "wang.xiaoming"
PASSWORD = "correct horse battery 订书机"


def first_administrator(page: Page, service: Service) -> None:
    """Follow the link that the service printed and fill in its form."""
    page.goto(service.welcome_link)
    page.get_by_label(re.compile("name", re.IGNORECASE)).first.fill(NAME)
    page.locator("input[type=password]").first.fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(re.compile("/account"))


def newcomer(page: Page, service: Service) -> str:
    """Sign up with a name that nobody else has, and return it."""
    name = f"{NAME}.{secrets.token_hex(4)}"
    page.goto(f"{service.url}/sign-up")
    page.locator("main input[name=username]").fill(name)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(re.compile("/account"))
    return name


def sign_in(page: Page, service: Service, password: str = PASSWORD, *, name: str = NAME) -> None:
    """Fill in the sign-in form."""
    page.goto(f"{service.url}/sign-in")
    page.locator("main input[name=username]").fill(name)
    page.locator("main input[name=password]").fill(password)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()


def sign_out(page: Page, service: Service) -> None:
    """Use the button that every signed-in page has."""
    page.locator("form[action$='/sign-out'] button").first.click()
    page.wait_for_url(re.compile(rf"^{service.url}/(\?.*)?$"))


def identity_cookie(person: BrowserContext, service: Service) -> Cookie:
    """Return the identity cookie as the browser keeps it."""
    return next(cookie for cookie in person.cookies() if cookie["name"] == f"hardtack-{service.port}")


def is_signed_in(page: Page, service: Service) -> bool:
    """Ask for the account page and see whether it is given."""
    page.goto(f"{service.url}/account")
    return page.url == f"{service.url}/account"


def test_first_start_link_administrator_sign_out_sign_in_reload_recognised(
    start: Start, person: BrowserContext
) -> None:
    """The whole main job in one go."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    assert NAME in page.locator("main").inner_text()
    sign_out(page, service)
    assert not is_signed_in(page, service)
    sign_in(page, service)
    page.wait_for_url(re.compile("/account"))
    page.reload()
    assert f"{service.url}/account" == page.url
    assert NAME in page.locator("main").inner_text()


def test_one_changed_character_means_not_recognised_and_told_so(start: Start, person: BrowserContext) -> None:
    """A forged cookie is nobody, and the person is told in plain words."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    cookie = identity_cookie(person, service)
    value = cookie["value"]
    middle = len(value) // 2
    changed = value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
    person.add_cookies([{"name": cookie["name"], "value": changed, "url": service.url, "httpOnly": True}])
    page.goto(f"{service.url}/account")
    assert page.url.startswith(f"{service.url}/sign-in")
    assert 1 <= page.locator("[role=status], [role=alert]").count()
    assert [] == [kept for kept in person.cookies() if kept["name"] == cookie["name"]]
    assert "forged" in service.said
    assert changed not in service.said


def test_a_second_browser_is_not_recognised(start: Start, person: BrowserContext, browser: Browser) -> None:
    """What one browser knows, another does not."""
    service = start()
    first_administrator(person.new_page(), service)
    other = browser.new_context()
    try:
        assert not is_signed_in(other.new_page(), service)
    finally:
        other.close()


@pytest.mark.asvs("7.4.1")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_attack_5_a_copied_cookie_put_back_after_sign_out_is_refused(
    start: Start, person: BrowserContext, workers: str
) -> None:
    """The cookie is self-contained and yet worth nothing from the moment of sign-out, in every worker."""
    service = start("--workers", workers)
    page = person.new_page()
    first_administrator(page, service)
    cookie = identity_cookie(person, service)
    sign_out(page, service)
    for _ in range(8):
        person.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": service.url, "httpOnly": True}])
        assert not is_signed_in(page, service)
    assert "revoked" in service.said


@pytest.mark.asvs("14.3.2")
def test_attack_34_the_back_button_shows_nothing_after_sign_out(start: Start, person: BrowserContext) -> None:
    """Pages of a signed-in person are not stored (ASVS 14.3.2)."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    sign_out(page, service)
    page.go_back()
    assert NAME not in page.locator("body").inner_text()


def test_a_wrong_password_is_told_kindly_and_keeps_the_name(start: Start, person: BrowserContext) -> None:
    """What was typed comes back, except the password."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    sign_out(page, service)
    sign_in(page, service, "this is not the password")
    assert 1 <= page.locator("[role=alert]").count()
    assert NAME == page.locator("main input[name=username]").input_value()
    assert "" == page.locator("main input[name=password]").input_value()
    sign_in(page, service)
    page.wait_for_url(re.compile("/account"))


@pytest.mark.asvs("3.3.2", "3.3.4")
def test_no_cookie_holds_a_readable_byte_of_the_name(start: Start, person: BrowserContext) -> None:
    """Decoded, the cookies are noise; and none of them can be read by a script or sent across sites."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    cookies = person.cookies()
    assert cookies
    for cookie in cookies:
        value = cookie["value"]
        raw = urlsafe_b64decode(value + "=" * (-len(value) % 4))
        assert not [part for part in (NAME, "wang", "xiaoming", "password") if part.encode() in raw]
        assert NAME not in value
        assert cookie["httpOnly"]
        assert "Lax" == cookie["sameSite"]
    assert "" == page.evaluate("document.cookie")


def test_a_person_who_reads_chinese_is_answered_in_chinese(standing: Service, browser: Browser) -> None:
    """By Accept-Language, and switched by the link on the page."""
    service = standing
    context = browser.new_context(locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(f"{service.url}/sign-in")
        assert page.locator("html").get_attribute("lang") in ("zh", "zh-CN", "zh-Hans")
        assert re.search(r"[\u4e00-\u9fff]", page.locator("h1").inner_text())
        page.locator("a[href*='language']").first.click()
        assert "en" == page.locator("html").get_attribute("lang")
        assert page.url.startswith(f"{service.url}/sign-in")
        page.reload()
        assert "en" == page.locator("html").get_attribute("lang")
    finally:
        context.close()


@pytest.mark.asvs("3.7.5")
def test_pages_work_without_javascript_and_load_nothing_from_elsewhere(start: Start, browser: Browser) -> None:
    """The whole way in a browser whose scripting is off; every request goes to the service."""
    service = start()
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        first_administrator(page, service)
        sign_out(page, service)
        sign_in(page, service)
        page.wait_for_url(re.compile("/account"))
        assert [] == [url for url in asked if not url.startswith(service.url)]
    finally:
        context.close()


@pytest.mark.asvs("3.4.3")
def test_the_browser_finds_nothing_to_complain_of(start: Start, person: BrowserContext) -> None:
    """A blocked style or a broken address would be written to the console."""
    service = start()
    page = person.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    first_administrator(page, service)
    for path in ("/", "/account", "/sign-in", "/sign-up"):
        page.goto(f"{service.url}{path}")
    assert [] == complaints
