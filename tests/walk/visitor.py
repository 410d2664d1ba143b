"""The browser of the walk: a real Chromium outside the root, at the loopback addresses that the root serves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from tests.browser.pictures import CHROMIUM
from tests.walk import log
from tests.walk.log import Step
from tests.walk.walker import PASSWORD, Walker

PATIENCE = 30_000
"""Milliseconds."""


class Visitor:
    """Somebody who looks at pages, and notes what each says and how long it took to be there."""

    def __init__(self, page: Page, walker: Walker, pictures: Path | None) -> None:
        self._page = page
        self._walker = walker
        self._pictures = pictures
        self._taken = 0

    def open(self, address: str) -> None:
        """Open an address."""
        self._do(f"open {address}", lambda: self._page.goto(address))

    def press(self, link: str) -> None:
        """Follow a link."""
        self._do(f"follow “{link}”", self._page.get_by_role("link", name=link).first.click)

    def fill(self, name: str, expected: str) -> None:
        """Fill in name and password, send the form, and see what is expected to be there then."""

        def do() -> None:
            self._page.locator("main input[name=username]").fill(name)
            self._page.locator("main input[name=password]").first.fill(PASSWORD)
            self._page.locator("main form:has(input[name=password]) button[type=submit]").click()
            self._page.get_by_text(expected).first.wait_for()

        self._do(f"fill in name and password: {name}", do)

    def forget(self) -> None:
        """Begin as somebody whom no page knows."""
        self._page.context.clear_cookies()

    def _do(self, words: str, what: object) -> None:
        assert callable(what)
        began = time.monotonic()
        what()
        took = time.monotonic() - began
        url = urlsplit(self._page.url)
        heading = self._page.locator("h1")
        said = heading.first.inner_text() if heading.count() else self._page.inner_text("body").strip().split("\n")[0]
        lines = log.kept([f"{url.scheme}://{url.netloc}{url.path}: {said}"])
        (shown,) = log.kept([words])
        self._walker.part.steps.append(Step(log.BROWSER, shown, round(took, 2), lines))
        if self._pictures is not None:
            self._taken += 1
            name = f"{self._taken:02}-{self._walker.part.name}.png".replace(" ", "-")
            self._page.screenshot(path=self._pictures / name)


@contextmanager
def visiting(walker: Walker, pictures: Path | None) -> Iterator[Visitor]:
    """Give a visitor with a browser of their own.

    Args:
        walker: whose log is written.
        pictures: a folder for a picture of each page; ``None``: none is taken.
    """
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)  # type: ignore[arg-type]
        try:
            page = browser.new_page(locale="en-GB")
            page.set_default_timeout(PATIENCE)
            yield Visitor(page, walker, pictures)
        finally:
            browser.close()
