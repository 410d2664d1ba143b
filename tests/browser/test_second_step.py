"""The second step as a person takes it: a real service and browser, real codes; wrong, cancelled, trusted, enrolled."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_accessible import problems
from tests.browser.test_sessions import overflows
from tests.browser.test_two_factor import NAME, PASSWORD, answer, oathtool, press
from tests.conftest import Service, Start

LANGUAGES = ("en-GB", "zh-CN")
WORDS = {"en-GB": ("Cancel", "begin anew"), "zh-CN": ("取消", "重新开始")}
PICTURES = os.environ.get("HARDTACK_TEST_PICTURES")
"""A folder for what the pages look like, for whoever wants to look."""


def shoot(page: Page, name: str, language: str) -> None:
    """Take the page in both schemes, wide and narrow, if somebody wants to look."""
    if PICTURES is None:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (360, 1000):
            page.set_viewport_size({"width": width, "height": 640})
            page.screenshot(path=Path(PICTURES) / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 740})


def good(page: Page, name: str, language: str) -> None:
    """Look at the page: nobody is kept out, nothing has to be moved sideways."""
    shoot(page, name, language)
    assert [] == problems(page)
    assert not overflows(page)


def enrolled(page: Page, service: Service, language: str) -> str:
    """Become the first administrator where a second factor is asked of everybody; return the app's secret."""
    page.goto(service.welcome_link)
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in/enrol"))
    good(page, "enrol", language)
    # There is no way past it.
    page.goto(f"{service.url}/account")
    assert "/sign-in" in page.url
    page.goto(f"{service.url}/sign-in/enrol?with=passkey")
    good(page, "enrol-passkey", language)
    page.goto(f"{service.url}/sign-in/enrol")
    secret = page.locator(".secret code").inner_text()
    answer(page, "12345")
    page.wait_for_selector("#code-error")
    good(page, "enrol-wrong", language)
    assert secret == page.locator(".secret code").inner_text()
    answer(page, oathtool(secret))
    page.wait_for_selector(".recovery-codes")
    good(page, "enrolled", language)
    assert 10 == page.locator(".recovery-codes code").count()
    page.locator(".buttons a.button").click()
    page.wait_for_url(re.compile("/account"))
    return secret


def first(page: Page, service: Service) -> None:
    """Prove the password."""
    page.goto(f"{service.url}/sign-in")
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def leave(page: Page, service: Service) -> None:
    """Sign out by the button that every page has."""
    page.goto(f"{service.url}/account")
    page.locator("header form button").click()
    page.wait_for_url(lambda url: "/account" not in url)


@pytest.mark.asvs("6.3.3")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_asked_for_a_second_factor_on_a_narrow_screen(
    start: Start, browser: Browser, language: str
) -> None:
    """Enrolled on the way in; then a wrong code, a cancelling, a trusted browser, and a proof once more."""
    cancel, anew = WORDS[language]
    service = start(environ={"HARDTACK_ASSURANCE": "2"})
    context = browser.new_context(locale=language, viewport={"width": 360, "height": 740})
    context.set_default_timeout(15000)
    try:
        page = context.new_page()
        secret = enrolled(page, service, language)
        leave(page, service)

        first(page, service)
        page.wait_for_url(re.compile("/sign-in/second-factor"))
        assert "code" == page.evaluate("document.activeElement.name")
        good(page, "second-factor", language)
        answer(page, "000000" if oathtool(secret) != "000000" else "111111")
        page.wait_for_selector("#code-error")
        good(page, "second-factor-wrong", language)
        page.goto(f"{service.url}/sign-in/second-factor?with=recovery-code")
        good(page, "second-factor-recovery", language)
        press(page, cancel)
        page.wait_for_url(re.compile("/sign-in$"))
        page.goto(f"{service.url}/sign-in/second-factor")
        assert anew in page.inner_text("main")
        good(page, "half-over", language)

        first(page, service)
        page.wait_for_url(re.compile("/sign-in/second-factor"))
        page.locator("#trust").check()
        answer(page, oathtool(secret, 1))
        page.wait_for_url(re.compile("/account"))
        page.goto(f"{service.url}/account/two-factor")
        good(page, "trusted", language)
        page.goto(f"{service.url}/account/confirm?with=totp")
        good(page, "confirm-code", language)
        page.goto(f"{service.url}/account/confirm?strength=passkey")
        good(page, "confirm-none", language)
        leave(page, service)

        first(page, service)
        page.wait_for_url(re.compile("/account"))
        page.goto(f"{service.url}/account/two-factor")
        page.locator("form:has(input[value=end]) button").click()
        page.wait_for_url(re.compile("#trusted"))
        leave(page, service)
        first(page, service)
        page.wait_for_url(re.compile("/sign-in/second-factor"))
    finally:
        context.close()
