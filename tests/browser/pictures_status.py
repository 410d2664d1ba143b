"""Take pictures of the pages about status codes: English and Chinese, light and dark, wide and narrow.

Run ``python -m tests.browser.pictures_status FOLDER`` and look at them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.pictures import CHROMIUM, WIDTHS, service

SHOTS = {
    "list": "/status",
    "family": "/status?family=3xx",
    "found": "/status?q=range",
    "not-found": "/status?q=forbiden",
    "code-200": "/status/ok",
    "code-206": "/status/partial-content",
    "code-305": "/status/use-proxy",
    "code-401": "/status/unauthorized",
    "code-404": "/status/not-found",
    "code-500": "/status/internal-server-error",
    "code-502": "/status/bad-gateway",
    "provoked-404": "/status/404",
    "refused-418": "/status/418",
    "none-419": "/status/419",
    "none-name": "/status/not-fond",
    "none-number": "/status/1000",
}


def take(browser: Browser, url: str, folder: Path, language: str) -> None:
    """Take every page in *language*."""
    context = browser.new_context(locale={"en": "en-GB", "zh": "zh-CN"}[language])
    page = context.new_page()
    for name, path in SHOTS.items():
        page.goto(url + path)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 640})
                page.screenshot(path=folder / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(forced_colors="active")
    page.set_viewport_size({"width": WIDTHS["wide"], "height": 640})
    for name in ("list", "code-502"):
        page.goto(url + SHOTS[name])
        page.screenshot(path=folder / f"{name}-{language}-forced.png", full_page=True)
    context.close()


def main(folder: Path) -> None:
    """Take all pictures into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as data, service(Path(data)) as (url, _):
            for language in ("en", "zh"):
                take(browser, url, folder, language)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
