"""An owner whom strangers keep out comes back in, as a person does it, without JavaScript."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import Service, Start
from tests.service.test_throttling import mails

NAME = "ada"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def service(start: Start) -> Service:
    """A service with one account, whose name strangers have locked."""
    service = start()
    accounts(service, "add", NAME, "--password-stdin", sent=PASSWORD)
    body = b'{"username": "ada", "password": "no"}'
    service.ask("POST", "/sign-in", body=body, headers={"Content-Type": "application/json", "Origin": service.url})
    connection = sqlite3.connect(service.data / "hardtack.db")
    with connection:
        connection.execute("UPDATE streak SET failures = 100")
        connection.execute("UPDATE account SET email = 'ada@example.org', email_canonical = 'ada@example.org'")
    connection.close()
    return service


@pytest.fixture(params=["en-GB", "zh-CN"])
def person(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A person without JavaScript, in either language."""
    context = browser.new_context(locale=request.param, java_script_enabled=False)
    context.set_default_timeout(15000)
    yield context
    context.close()


def accounts(service: Service, *words: str, sent: str = "") -> str:
    """Run ``hardtack accounts`` beside the service; return what it prints."""
    command = [sys.executable, "-m", "hardtack", "accounts", *words, "--data", str(service.data)]
    return subprocess.run(command, input=sent, capture_output=True, text=True, timeout=60, check=True).stdout


def sign_in(page: Page, service: Service) -> None:
    """Fill in the form with the right password."""
    page.goto(f"{service.url}/sign-in?next=/account")
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form:has(input[name=password]) button[type=submit]").click()


def link_in_mail(service: Service) -> str:
    """Return the link in the mail that was written to the folder."""
    text = mails(service)[0].get_body(("plain",))
    found = text and re.search(re.escape(service.url) + r"/release\?code=[\w-]+", text.get_content())
    assert found
    return found[0]


def use(page: Page, link: str) -> None:
    """Follow a link and use it; the page leads to the sign-in."""
    page.goto(link)
    assert page.locator("main form").get_attribute("action") == "/release"
    page.locator("main button[type=submit]").click()
    page.locator("main a.button").click()
    page.wait_for_url(re.compile("/sign-in$"))


def test_attack_13_by_the_mailbox(service: Service, person: BrowserContext) -> None:
    """The page that refuses leads to the one that sends the link."""
    page = person.new_page()
    sign_in(page, service)
    assert 1 == page.locator("#problem").count()
    page.locator("main a[href='/release']").click()
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main button[type=submit]").click()
    use(page, link_in_mail(service))
    sign_in(page, service)
    page.wait_for_url(f"{service.url}/account")


def test_attack_13_by_the_operator(service: Service, person: BrowserContext) -> None:
    """Who reads the link out of the terminal, or sends it."""
    page = person.new_page()
    link = accounts(service, "release", NAME, "--origin", service.url).strip()
    use(page, link)
    sign_in(page, service)
    page.wait_for_url(f"{service.url}/account")
    # It cannot be used again, here or elsewhere.
    assert 403 == (page.goto(link) or pytest.fail("no answer")).status
