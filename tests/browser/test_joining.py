"""Making an account as a person does it: in Chromium without JavaScript, with the link out of real mail."""

from __future__ import annotations

import email
import re
import time
from email import policy
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.site import texts
from tests.browser.test_accessible import problems
from tests.conftest import Service, Start

ADDRESS = "anna.li@example.org"
NEW = "anna@new.example"
PASSWORD = "correct horse battery 订书机"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}


def mailed(service: Service, to: str) -> str:
    """Wait for mail to *to* and return the link in it."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in sorted((service.data / "mail").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = message.get_body(("plain",))
            if body is not None and to in str(message["To"]):
                found = re.search(r"http://\S+\?code=\S+", body.get_content())
                path.rename(path.with_suffix(".read"))
                if found:
                    return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no mail for {to}")


def person(browser: Browser, language: str) -> Page:
    """Return a page of somebody whose browser runs no scripts."""
    context = browser.new_context(locale=LOCALES[language], java_script_enabled=False)
    context.set_default_timeout(15000)
    return context.new_page()


def send(page: Page, action: str, **fields: str) -> None:
    """Fill in the form that goes to *action* and send it."""
    form = page.locator(f"main form[action='{action}']").first
    for name, value in fields.items():
        form.locator(f"input[name={name}]").fill(value)
    form.locator("button[type=submit]").click()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_by_an_address_and_then_another_one(start: Start, browser: Browser, language: str) -> None:
    """The link out of the mail, a password, the account; then the link to a new address, and signing in with it."""
    service = start(environ={"HARDTACK_SIGN_UP_BY": "email"})

    def say(identifier: str, **values: str) -> str:
        return texts.OURS.text(language, identifier, **values)

    page = person(browser, language)
    page.goto(f"{service.url}/")
    page.locator("main a[href='/sign-up']").click()
    send(page, "/sign-up", email=ADDRESS)
    expect(page.get_by_text(say("sign_up.asked_lead", email=ADDRESS))).to_be_visible()

    link = mailed(service, ADDRESS)
    page.goto(link)
    expect(page.get_by_text(ADDRESS)).to_be_visible()
    send(page, "/sign-up", display_name="安娜", password="short")
    expect(page.locator("input[name=display_name]")).to_have_value("安娜")
    expect(page.locator("input[name=password]")).to_have_value("")
    send(page, "/sign-up", password=PASSWORD)
    page.wait_for_url(f"{service.url}/account")
    expect(page.get_by_role("heading", name="安娜")).to_be_visible()
    page.goto(link)
    expect(page.locator("h1")).to_have_text(say("stale.title"))

    page.goto(f"{service.url}/account/email")
    send(page, "/account/email", email=NEW)
    expect(page.get_by_text(say("address.asked_lead", email=NEW))).to_be_visible()
    page.goto(mailed(service, NEW))
    send(page, "/verify")
    expect(page.get_by_role("status")).to_contain_text(say("address.changed"))
    page.get_by_role("link", name=say("address.to_sessions")).click()
    page.wait_for_url(f"{service.url}/account/sessions")
    page.locator("header form[action='/sign-out'] button").click()
    page.goto(f"{service.url}/sign-in")
    page.get_by_label(say("form.name_or_email")).fill(NEW.upper())
    send(page, "/sign-in", password=PASSWORD)
    page.wait_for_url(f"{service.url}/account")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_by_invitation(start: Start, browser: Browser, language: str, tmp_path: Path) -> None:
    """Nobody makes an account by themselves; whoever was sent a link chooses a name, and it is good once."""
    service = start(environ={"HARDTACK_SIGN_UP": "invitation"})
    keyring = Keyring.load(service.data / "hardtack.key")
    with Accounts.connect(f"sqlite:///{service.data}/hardtack.db", keyring=keyring) as accounts:
        accounts.invitations.make(
            email=ADDRESS, roles=["editor"], by_mail=True, language=language, now=int(time.time())
        )
    page = person(browser, language)
    page.goto(f"{service.url}/sign-up")
    expect(page.locator("main")).to_contain_text(texts.OURS.text(language, "sign_up.invited"))
    link = mailed(service, ADDRESS)
    page.goto(link)
    send(page, "/sign-up", username="Anna.Li", password=PASSWORD)
    page.wait_for_url(f"{service.url}/account")
    expect(page.get_by_role("heading", name="Anna.Li")).to_be_visible()
    second = person(browser, language)
    second.goto(link)
    expect(second.locator("h1")).to_have_text(texts.OURS.text(language, "stale.title"))
    second.goto(f"{service.url}/sign-in")
    send(second, "/sign-in", username=ADDRESS, password=PASSWORD)
    second.wait_for_url(f"{service.url}/account")


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1000), ("zh", "dark", 360)])
def test_what_only_a_link_or_a_form_leads_to_keeps_nobody_out(
    start: Start, browser: Browser, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe-core finds nothing in it, and nothing is wider than the screen."""
    service = start(environ={"HARDTACK_SIGN_UP_BY": "email"})
    context = browser.new_context(
        locale=LOCALES[language], color_scheme=scheme, viewport={"width": width, "height": 640}
    )
    context.set_default_timeout(15000)
    page = context.new_page()
    wrong: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found = problems(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("wider than the screen")
        if found:
            wrong[name] = found

    page.goto(f"{service.url}/sign-up")
    look("by e-mail")
    send(page, "/sign-up", email="a" * 64)
    look("by e-mail, wrong")
    long = f"{'a' * 60}@{'b' * 60}.example.org"
    send(page, "/sign-up", email=long)
    look("asked")
    page.goto(mailed(service, long))
    look("joining")
    send(page, "/sign-up", display_name="x" * 65, password="short")
    look("joining, wrong")
    send(page, "/sign-up", display_name="安娜" * 32, password=PASSWORD)
    page.wait_for_url(f"{service.url}/account")
    page.goto(f"{service.url}/account/email")
    send(page, "/account/email", email="nonsense")
    look("address, wrong")
    send(page, "/account/email", email=NEW)
    look("address, asked")
    page.goto(mailed(service, NEW))
    look("verify")
    send(page, "/verify")
    page.wait_for_url(re.compile("done=changed"))
    look("address, changed")
    page.goto(f"{service.url}/verify?code=x")
    look("no link")
    context.close()
    assert {} == wrong
