"""The password again, as a person meets it: in a real browser, against the real service."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_sign_in import (
    NAME,
    PASSWORD,
    first_administrator,
    identity_cookie,
    is_signed_in,
    sign_in,
    sign_out,
)
from tests.conftest import Service, Start


def confirm(page: Page, service: Service, password: str = PASSWORD) -> None:
    """Go to the page as a link of an application leads there, and send its form."""
    page.goto(f"{service.url}/account/confirm?next=/account%3Fdone")
    page.locator("main input[name=password]").fill(password)
    page.locator("main button[type=submit]").click()


def test_the_right_password_leads_on_under_a_new_cookie(start: Start, person: BrowserContext) -> None:
    """And a form that was open in another tab before still works after it."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    other_tab = person.new_page()
    other_tab.goto(f"{service.url}/account")
    before = identity_cookie(person, service)["value"]
    confirm(page, service)
    page.wait_for_url(f"{service.url}/account?done")
    assert before != identity_cookie(person, service)["value"]
    sign_out(other_tab, service)
    assert not is_signed_in(page, service)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_a_wrong_one_is_told_and_tried_again_by_keyboard_alone(start: Start, browser: Browser, language: str) -> None:
    """The field has the focus, the name is for password managers only, and nothing is lost on the way."""
    service = start()
    context = browser.new_context(locale=language)
    try:
        page = context.new_page()
        page.goto(service.welcome_link)
        page.locator("main input[name=username]").fill(NAME)
        page.locator("main input[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(re.compile("/account"))
        before = identity_cookie(context, service)["value"]
        page.goto(f"{service.url}/account/confirm?next=/account%3Fdone")
        name = page.locator("main input[name=username]")
        assert (NAME, False) == (name.input_value(), name.is_visible())
        assert NAME in page.locator("main").inner_text()
        page.keyboard.type("this is not the password")
        page.keyboard.press("Enter")
        page.locator("[role=alert]").wait_for()
        assert before == identity_cookie(context, service)["value"]
        assert "" == page.locator("main input[name=password]").input_value()
        if language == "zh-CN":
            assert "密码不正确" in page.locator("[role=alert]").inner_text()
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{service.url}/account?done")
    finally:
        context.close()


def test_whoever_is_signed_out_signs_in_and_is_asked_nothing_more(start: Start, person: BrowserContext) -> None:
    """A sign-in is a proof as well."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    sign_out(page, service)
    page.goto(f"{service.url}/account/confirm?next=/account%3Fdone")
    assert page.url.startswith(f"{service.url}/sign-in?next=")
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_url(f"{service.url}/account?done")


def test_another_browser_of_the_same_person_stays_signed_in(
    start: Start, person: BrowserContext, browser: Browser
) -> None:
    """Only the session that gave the password goes on under a new id."""
    service = start()
    page = person.new_page()
    first_administrator(page, service)
    other = browser.new_context()
    try:
        there = other.new_page()
        sign_in(there, service)
        there.wait_for_url(re.compile("/account"))
        kept = identity_cookie(other, service)["value"]
        confirm(page, service)
        page.wait_for_url(f"{service.url}/account?done")
        assert is_signed_in(there, service)
        assert kept == identity_cookie(other, service)["value"]
    finally:
        other.close()
