"""The list of sign-ins as a person uses it: two real browsers, the real service, no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_sign_in import NAME, PASSWORD, first_administrator, is_signed_in, sign_in
from tests.conftest import Start

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Mobile/15E148 Safari/604.1"
)
WORDS = {
    "en-GB": ("Safari on iOS", "End", "That sign-in has ended", "All other sign-ins have ended"),
    "zh-CN": ("iOS 上的 Safari", "结束登录", "该登录已结束", "其他登录均已结束"),
}


def overflows(page: Page) -> bool:
    """Return whether the page has to be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.asvs("7.5.2")
@pytest.mark.parametrize("language", list(WORDS))
def test_a_person_sees_the_other_browser_and_throws_it_out(start: Start, browser: Browser, language: str) -> None:
    """On a narrow screen: first the one beside which the button stands, then all others, then nothing is left."""
    device, end, ended, all_ended = WORDS[language]
    service = start()
    mine = browser.new_context(locale=language, java_script_enabled=False, viewport={"width": 360, "height": 640})
    other = browser.new_context(locale=language, user_agent=IPHONE)
    try:
        page, there = mine.new_page(), other.new_page()
        page.goto(service.welcome_link)
        page.locator("main input[name=username]").fill(NAME)
        page.locator("main input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(re.compile("/account"))
        sign_in(there, service)
        there.wait_for_url(re.compile("/account"))
        page.goto(f"{service.url}/account")
        page.locator(".sections a[href$='/account/sessions']").click()
        rows = page.locator("main .sign-ins li")
        assert 2 == rows.count()
        assert [True, False] == [row.locator(".mark").count() == 1 for row in rows.all()]
        button = rows.nth(1).get_by_role("button", name=end, exact=True)
        assert device in rows.nth(1).locator("h2").inner_text()
        assert rows.nth(1).locator("h2").get_attribute("id") == button.get_attribute("aria-describedby")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        assert ended in page.get_by_role("status").inner_text()
        assert 1 == rows.count()
        assert not is_signed_in(there, service)

        sign_in(there, service)
        there.wait_for_url(re.compile("/account"))
        page.reload()
        assert 2 == rows.count()
        page.locator("main form:has(input[value=end-others]) button").click()
        page.get_by_role("status").wait_for()
        assert all_ended in page.get_by_role("status").inner_text()
        assert 1 == rows.count()
        assert not is_signed_in(there, service)
        assert is_signed_in(page, service)
    finally:
        mine.close()
        other.close()


def test_nothing_has_to_be_moved_sideways_on_a_narrow_screen(start: Start, browser: Browser) -> None:
    """With the longest address and place that there are."""
    service = start()
    context = browser.new_context(locale="en-GB", viewport={"width": 320, "height": 640})
    try:
        page = context.new_page()
        first_administrator(page, service)
        page.goto(f"{service.url}/account/sessions")
        assert not overflows(page)
        page.evaluate(
            """document.querySelector('.where').innerHTML =
               '<span>' + 'W'.repeat(60) + '</span><span>2001:db8:85a3:1234:5678:8a2e:1370:7334</span>'"""
        )
        assert not overflows(page)
    finally:
        context.close()
