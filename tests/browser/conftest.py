"""A real Chromium, from Debian, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.conftest import Service, starting

# Nothing of the browser's own may go out to the network, and there is no sandbox to be had as root in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for the tests of a file; each test takes contexts of its own from it.

    Not for longer: Playwright leaves an event loop running in the thread, in which no other test could run its own.
    """
    executable = shutil.which("chromium")
    assert executable, "these tests need a browser: apt-get install chromium (Debian)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start the service once for tests that leave it as it is; whoever signs up there has a name of their own."""
    with starting(tmp_path_factory.mktemp("standing")) as start:
        yield start()


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh browser profile: one person at one device."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(15000)
    yield context
    context.close()
