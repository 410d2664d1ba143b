"""``make pictures``: take the pictures of the README anew, from the real pages.

Three pages, in English and Chinese, light and dark, of a real service in a real browser. They go to
``docs/_static/pictures``; whoever changes a page that is among them takes them again.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.pictures import CHROMIUM, PASSWORD, fill, service

FOLDER = Path(__file__).parents[2] / "docs" / "_static" / "pictures"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
PLACE = {"width": 860, "height": 1000}
TALLEST = 720
"""Pixels; a longer page is cut."""


def take(browser: Browser, url: str, link: str, language: str) -> None:
    """Take the three pages in both schemes."""
    context = browser.new_context(locale=LOCALES[language], viewport=PLACE)  # type: ignore[arg-type]  # Playwright's own
    page = context.new_page()

    def shoot(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            box = page.locator("main").bounding_box()
            assert box
            height = min(box["y"] + box["height"], TALLEST)
            clip = {"x": 0, "y": 0, "width": PLACE["width"], "height": height}
            page.screenshot(path=FOLDER / f"{name}-{language}-{scheme}.png", clip=clip)  # type: ignore[arg-type]

    page.goto(link)
    fill(page, {"en": "alice", "zh": "小明"}[language], PASSWORD)
    page.wait_for_url(re.compile("/account"))
    page.goto(f"{url}/account")
    shoot("account")
    page.goto(f"{url}/no/such/page")
    shoot("not-found")
    context.clear_cookies()
    page.goto(f"{url}/sign-in")
    shoot("sign-in")
    context.close()


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        for language in LOCALES:
            with tempfile.TemporaryDirectory() as data, service(Path(data)) as (url, link):
                take(browser, url, link, language)
        browser.close()


if __name__ == "__main__":
    main()
