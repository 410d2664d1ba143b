"""An administrator at work in a real browser without a script: inviting, roles, disabling, and what the others see."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import Service, Start

PASSWORD = "correct horse battery 订书机"


@pytest.fixture
def service(start: Start) -> Service:
    """A service with nothing configured."""
    return start()


@pytest.fixture
def boss(browser: Browser, service: Service) -> Iterator[Page]:
    """The page of the first administrator, whose browser runs no scripts."""
    context = without_scripts(browser)
    page = context.new_page()
    page.goto(service.welcome_link)
    enter(page, "boss")
    page.wait_for_url(re.compile("/account"))
    yield page
    context.close()


def without_scripts(browser: Browser) -> BrowserContext:
    """Return somebody's browser that runs no scripts."""
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(15000)
    return context


def enter(page: Page, name: str) -> None:
    """Fill in the form that asks for name and password."""
    page.locator("main input[name=username]").fill(name)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()


def test_somebody_is_invited_given_a_role_disabled_and_let_in_again(
    browser: Browser, service: Service, boss: Page
) -> None:
    """By the menu and the buttons alone; each change counts for the other person's next click."""
    boss.get_by_role("link", name="Administration").first.click()
    boss.get_by_role("link", name="Invitations").first.click()
    boss.locator("#roles").fill("editor")
    boss.get_by_role("button", name="Invite").click()
    link = boss.locator("main .notice code").inner_text()
    context = without_scripts(browser)
    newcomer = context.new_page()
    newcomer.goto(link)
    enter(newcomer, "newcomer")
    newcomer.wait_for_url(re.compile("/account|/$"))

    boss.get_by_role("link", name="Accounts").first.click()
    boss.locator("#q").fill("NEW")
    boss.get_by_role("button", name="Search").click()
    boss.get_by_role("link", name="newcomer").click()
    assert "editor" == boss.locator("#roles").input_value()
    boss.locator("#roles").fill("editor captain")
    boss.get_by_role("button", name="Save rights").click()
    assert "captain editor" == boss.locator("#roles").input_value()
    newcomer.goto(f"{service.url}/account/activity")
    said = newcomer.locator("main").inner_text()
    assert "Roles changed" in said
    assert "By the administrator boss" in said

    boss.get_by_role("button", name="Disable").click()
    assert "it cannot sign in" in boss.locator("main").inner_text()
    newcomer.goto(f"{service.url}/account/activity")
    assert "/sign-in" in newcomer.url
    enter(newcomer, "newcomer")
    assert "The name or the password is not right" in newcomer.locator("main").inner_text()
    boss.get_by_role("button", name="Enable").click()
    enter(newcomer, "newcomer")
    newcomer.wait_for_url(re.compile("/account/activity"))

    boss.get_by_role("link", name="Audit trail").first.click()
    boss.locator("#event").select_option("account-disabled")
    boss.get_by_role("button", name="Search").click()
    (entry,) = boss.locator(".entries li").all_inner_texts()
    assert "newcomer" in entry
    assert "By the administrator boss" in entry
    newcomer.goto(f"{service.url}/admin")
    assert "This page is for administrators" in newcomer.locator("main").inner_text()
    context.close()


def test_the_last_administrator_is_told_why_they_must_stay(boss: Page, service: Service) -> None:
    """With the page as it was."""
    boss.goto(f"{service.url}/admin/account?id=1")
    boss.locator("#administrator").uncheck()
    boss.get_by_role("button", name="Save rights").click()
    assert "Nobody else can administer this site" in boss.locator("main .notice").inner_text()
    boss.goto(f"{service.url}/admin")
    assert "Administration" == boss.locator("h1").inner_text()
