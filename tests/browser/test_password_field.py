"""The password field as a person meets it: shown and hidden, counted, refused with what would be better."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import Service

GOOD = "correct horse battery 订书机"


def sign_up(page: Page, service: Service, password: str) -> None:
    """Fill in the sign-up form and send it."""
    page.goto(f"{service.url}/sign-up")
    page.locator("main input[name=username]").fill(f"ada-{secrets.token_hex(4)}")
    page.locator("main input[name=password]").fill(password)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()


@pytest.mark.asvs("6.2.6")
def test_what_was_typed_can_be_shown_and_is_sent_hidden(standing: Service, person: BrowserContext) -> None:
    """With the mouse and by keyboard alone; the field stays a password for the browser that keeps it (ASVS 6.2.6)."""
    page = person.new_page()
    page.goto(f"{standing.url}/sign-up")
    field = page.locator("main input[name=password]")
    field.fill(GOOD)
    assert "password" == field.get_attribute("type")
    page.get_by_role("button", name="Show: Password").click()
    assert "text" == field.get_attribute("type")
    assert GOOD == field.input_value()
    hide = page.get_by_role("button", name="Hide: Password")
    hide.focus()
    page.keyboard.press("Enter")
    assert "password" == field.get_attribute("type")
    page.get_by_role("button", name="Show: Password").click()
    page.locator("main input[name=username]").fill("ada")
    page.locator("main form:has(input[name=password])").evaluate(
        "form => form.addEventListener('submit', (event) => {"
        " event.preventDefault(); document.title = form.querySelector('[name=password]').type; })"
    )
    page.locator("main form:has(input[name=password]) button[type=submit]").click()
    assert "password" == page.title()


def test_the_length_is_told_in_characters_as_the_server_counts_them(standing: Service, person: BrowserContext) -> None:
    """Beside the field, politely; nothing of it is decided in the browser."""
    page = person.new_page()
    page.goto(f"{standing.url}/sign-up")
    field = page.locator("main input[name=password]")
    told = page.locator("main .typed + .hint")
    assert "polite" == told.get_attribute("aria-live")
    for typed, said in (("🙂" * 14, "14 of at least 15 characters"), ("🙂" * 15, "Long enough"), ("", "")):
        field.fill(typed)
        expect(told).to_have_text(said)


def test_a_field_for_the_present_password_counts_nothing(standing: Service, person: BrowserContext) -> None:
    """How long it should be would tell somebody else something, and its owner nothing."""
    page = person.new_page()
    page.goto(f"{standing.url}/sign-in")
    assert 1 == page.get_by_role("button", name="Show: Password").count()
    assert 0 == page.locator("main .typed + .hint").count()


@pytest.mark.parametrize(
    ("language", "said"), [("en-GB", ("easy to guess", "within a second")), ("zh-CN", ("容易被猜到", "不到一秒"))]
)
def test_a_weak_password_is_refused_with_what_would_be_better_without_javascript(
    standing: Service, browser: Browser, language: str, said: tuple[str, str]
) -> None:
    """At the field, in the visitor's language; what was typed is not sent back."""
    context = browser.new_context(java_script_enabled=False, locale=language)
    try:
        page = context.new_page()
        sign_up(page, standing, "PasswordPassword")
        error = page.locator("#password-error").inner_text()
        assert all(part in error for part in said)
        assert "" == page.locator("main input[name=password]").input_value()
        assert "PasswordPassword" not in page.content()
        assert 0 == page.locator("main .typed button").count()
        sign_up(page, standing, GOOD)
        page.wait_for_url(re.compile("/account"))
    finally:
        context.close()


@pytest.mark.asvs("6.2.7")
def test_a_password_can_be_pasted(standing: Service, person: BrowserContext) -> None:
    """Password managers and people do (ASVS 6.2.7)."""
    page = person.new_page()
    page.goto(f"{standing.url}/sign-up")
    username = page.locator("main input[name=username]")
    username.fill(GOOD)
    username.focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+X")
    field = page.locator("main input[name=password]")
    field.focus()
    page.keyboard.press("Control+V")
    assert GOOD == field.input_value()
