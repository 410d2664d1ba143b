"""Take pictures of the pages of passkeys: English and Chinese, light and dark, wide and narrow.

Run ``python -m tests.browser.pictures_passkeys FOLDER`` and look at them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.authenticators import Authenticator
from tests.browser.pictures import CHROMIUM, PASSWORD, WIDTHS, fill, service


def take(browser: Browser, url: str, link: str, folder: Path, language: str) -> None:
    """Go the whole way once in *language*."""
    context = browser.new_context(locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = context.new_page()

    def shoot(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 640})
                page.screenshot(path=folder / f"{name}-{language}-{scheme}-{width}.png", full_page=True)

    def add(label: str) -> None:
        page.goto(f"{url}/account/passkeys")
        page.locator("form[data-passkey] input[name=label]").fill(label)
        page.locator("form[data-passkey] .button").click()

    page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    page.goto(link)
    fill(page, f"admin-{language}", PASSWORD)
    page.wait_for_url(re.compile("/account"))
    authenticator = Authenticator(page, isUserVerified=False)
    page.goto(f"{url}/account/passkeys")
    shoot("passkeys-none")
    page.locator("form[data-passkey] .button").click()
    page.locator("form[data-passkey] [role=alert]").filter(has_text=re.compile(".")).wait_for()
    shoot("passkeys-cancelled")
    authenticator.verifies(True)
    add("Laptop")
    page.locator(".recovery-codes").wait_for()
    shoot("passkeys-codes")
    page.goto(f"{url}/account/passkeys")
    page.locator("main .passkeys summary").click()
    shoot("passkeys-last")
    authenticator.remove()
    old = {"protocol": "u2f", "transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    other = Authenticator(page, **old)
    add("Key on the ring" if language == "en" else "钥匙圈上的安全密钥")
    page.get_by_role("status").wait_for()
    page.locator("main .passkeys summary").first.click()
    shoot("passkeys-two")
    other.remove()
    page.locator("form[action$='/sign-out'] button").first.click()
    page.goto(f"{url}/sign-in")
    shoot("passkeys-sign-in")
    context.close()
    plain = browser.new_context(locale={"en": "en-GB", "zh": "zh-CN"}[language], java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{url}/sign-in")
    shoot("passkeys-without-scripts")
    plain.close()


def main(folder: Path) -> None:
    """Take all pictures into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        for language in ("en", "zh"):
            with tempfile.TemporaryDirectory() as data, service(Path(data)) as (url, link):
                take(browser, url, link, folder, language)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
