"""Changing, recovering and closing an account as a person does it: a real browser without a script, real mail files."""

from __future__ import annotations

import email
import email.policy
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_sign_in import NAME, PASSWORD, first_administrator, is_signed_in, sign_in, sign_out
from tests.conftest import Service, Start

NEW = "four unrelated words 橙子"
ADDRESS = "Wang@example.org"


def link(service: Service, path: str) -> str:
    """Return the newest link to *path* in the mail that has come; what is under way is waited for."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for file in sorted((service.data / "mail").glob("*.eml"), reverse=True):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = mail.get_body(("plain",))
            found = re.search(rf"http://\S+{path}\?code=[\w-]+", body.get_content() if body else "")
            if found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail with a link to {path} has come")


def subjects(service: Service, count: int) -> list[str]:
    """Return the subjects of all mail once there are so many, in order."""
    deadline = time.monotonic() + 30
    files: list[Path] = []
    while len(files) < count and time.monotonic() < deadline:
        files = sorted((service.data / "mail").glob("*.eml"))
        time.sleep(0.1)
    return [str(email.message_from_bytes(file.read_bytes(), policy=email.policy.default)["Subject"]) for file in files]


def send(page: Page, **fields: str) -> None:
    """Fill in the form of the page and press its button."""
    for name, value in fields.items():
        page.locator(f"main input[name={name}]").fill(value)
    page.locator(f"main form:has(input[name={next(iter(fields))}]) button[type=submit]").click()


@pytest.fixture
def plain(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser profile in which no script runs."""
    context = browser.new_context(locale="en-GB", java_script_enabled=False, viewport={"width": 360, "height": 640})
    context.set_default_timeout(15000)
    yield context
    context.close()


@pytest.fixture
def other(browser: Browser) -> Iterator[BrowserContext]:
    """Return another person's, or the same person's other device."""
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    context.set_default_timeout(15000)
    yield context
    context.close()


def test_a_new_password_ends_the_other_devices_in_every_worker_and_a_link_sets_another(
    start: Start, plain: BrowserContext, other: BrowserContext
) -> None:
    """Change, then forget: the whole way with two workers, by the menu, the sign-in page and the mailbox."""
    service = start("--workers", "2")
    page, elsewhere = plain.new_page(), other.new_page()
    first_administrator(page, service)
    page.goto(f"{service.url}/account/email")
    send(page, email=ADDRESS)
    page.goto(link(service, "/verify"))
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{service.url}/account")
    assert ADDRESS in page.locator("main").inner_text()

    sign_in(elsewhere, service)
    assert is_signed_in(elsewhere, service)
    page.get_by_role("link", name="Password", exact=True).click()
    send(page, password=PASSWORD, new_password=NEW)
    page.get_by_role("heading", name="Your password is changed").wait_for()
    assert [False] * 4 == [is_signed_in(elsewhere, service) for _ in range(4)]
    assert [True] * 4 == [is_signed_in(page, service) for _ in range(4)]

    sign_out(page, service)
    page.goto(f"{service.url}/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    send(page, email=ADDRESS.lower())
    page.get_by_role("heading", name="Look into your mailbox").wait_for()
    reset = link(service, "/reset")
    for method in ("HEAD", "GET"):
        assert 200 == service.ask(method, reset.removeprefix(service.url))[0]
    page.goto(reset)
    assert NAME in page.locator("main").inner_text()
    send(page, password=PASSWORD)
    page.get_by_role("heading", name="Now sign in").wait_for()
    assert not is_signed_in(page, service)
    page.goto(reset)
    page.get_by_role("link", name="Ask for a new link").wait_for()
    sign_in(page, service, NEW)
    page.get_by_role("alert").wait_for()
    sign_in(page, service)
    assert is_signed_in(page, service)
    assert 2 == len(
        [subject for subject in subjects(service, 5) if "password" in subject.lower() and "changed" in subject]
    )
    assert reset.partition("code=")[2] not in service.said


def test_one_takes_everything_along_and_closes(start: Start, plain: BrowserContext) -> None:
    """The document is a file; afterwards nobody is signed in, and nobody else gets the name."""
    service = start()
    page = plain.new_page()
    page.goto(f"{service.url}/sign-up")
    send(page, username="Berta.Li", password=PASSWORD)
    page.goto(f"{service.url}/account")
    page.get_by_role("link", name="Close account").click()
    page.get_by_role("link", name="Your data").last.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    document = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert ("berta.li", "hardtack-account.json") == (document["account"]["name"], download.value.suggested_filename)

    page.goto(f"{service.url}/account/close")
    send(page, username="berta", password=PASSWORD)
    page.get_by_role("alert").wait_for()
    assert "berta" == page.locator("main input[name=username]").input_value()
    send(page, username="berta.li", password=PASSWORD)
    page.get_by_role("heading", name="Good-bye").wait_for()
    assert not is_signed_in(page, service)
    page.goto(f"{service.url}/sign-up")
    send(page, username="BERTA.LI", password=PASSWORD)
    page.get_by_role("alert").wait_for()


def test_the_only_administrator_is_told_that_they_cannot(start: Start, other: BrowserContext) -> None:
    """In their language, and without a form."""
    service = start()
    page = other.new_page()
    page.goto(service.welcome_link)
    send(page, username=NAME, password=PASSWORD)
    page.goto(f"{service.url}/account/close")
    assert "请先指定另一位管理员" in page.locator("main").inner_text()
    assert 0 == page.locator("main input[name=password]").count()
