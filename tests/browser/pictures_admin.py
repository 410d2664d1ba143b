"""Take a picture of every page of administration: English and Chinese, light and dark, wide and narrow.

Run ``python -m tests.browser.pictures_admin FOLDER`` and look at them. Each page is taken from a real service that has
had some life before: accounts, failures, invitations, roles.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.pictures import CHROMIUM, PASSWORD, WIDTHS, fill, service

PAGES = {
    "overview": "/admin",
    "accounts": "/admin/accounts",
    "accounts-none": "/admin/accounts?q=zz&by=address",
    "account": "/admin/account?id=2",
    "account-disabled": "/admin/account?id=3",
    "invitations": "/admin/invitations",
    "throttles": "/admin/throttles",
    "audit": "/admin/audit",
    "audit-none": "/admin/audit?account=nobody&event=locked",
    "activity": "/account/activity",
}


def command(data: Path, *words: str) -> str:
    """Run one command of ours on the data folder."""
    made = subprocess.run(
        [sys.executable, "-m", "hardtack", "accounts", *words, "--data", str(data)],
        input=PASSWORD.encode(),
        capture_output=True,
        check=True,
    )
    return made.stdout.decode()


def live(data: Path, browser: Browser, url: str) -> None:
    """Let something happen that the pages can show."""
    for name in ("anna.li", "a.very.long.name.that.somebody.has.chosen.for.themself.here.x", "船长"):
        command(data, "add", name, "--password-stdin")
    command(data, "roles", "anna.li", "editor", "author", "newsletter-2026")
    command(data, "disable", "a.very.long.name.that.somebody.has.chosen.for.themself.here.x")
    command(data, "invite", "--email", "captain@example.org", "--role", "editor")
    command(data, "invite")
    page = browser.new_context(locale="en-GB").new_page()
    for _ in range(10):
        page.goto(f"{url}/sign-in")
        fill(page, "船长", "not the password")
    page.goto(f"{url}/sign-in")
    fill(page, "anna.li", PASSWORD)
    page.context.close()


def take(browser: Browser, url: str, link: str, data: Path, folder: Path, language: str) -> None:
    """Take every page in both schemes and widths."""
    context = browser.new_context(locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = context.new_page()

    def shoot(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 640})
                page.screenshot(path=folder / f"admin-{name}-{language}-{scheme}-{width}.png", full_page=True)

    page.goto(link)
    fill(page, "boss", PASSWORD)
    page.wait_for_url(re.compile("/account"))
    live(data, browser, url)
    for name, path in PAGES.items():
        page.goto(url + path)
        shoot(name)
    act(page, url, shoot)
    context.close()


def act(page: Page, url: str, shoot: object) -> None:
    """Take what is shown after something was done: a link, a mistake, a refusal."""
    assert callable(shoot)
    page.goto(f"{url}/admin/account?id=2")
    page.locator("form:has(input[value=reset]) button").click()
    shoot("account-link")
    page.goto(f"{url}/admin/account?id=1")
    page.locator("form:has(input[value=disable]) button").click()
    shoot("account-last")
    page.goto(f"{url}/admin/invitations")
    page.locator("#email").fill("no address")
    page.locator("#roles").fill("editor")
    page.locator("form:has(input[value=invite]) button").click()
    shoot("invitations-wrong")
    page.locator("#email").fill("mate@example.org")
    page.locator("form:has(input[value=invite]) button").click()
    shoot("invitations-link")


def main(folder: Path) -> None:
    """Take all pictures into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        for language in ("en", "zh"):
            with tempfile.TemporaryDirectory() as made, service(Path(made)) as (url, link):
                take(browser, url, link, Path(made) / "data", folder, language)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
