"""A real Chromium, from Debian, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import ARGUMENTS, executable
from tests.conftest import Service, Start, starting
from tests.forked import Parent

# What a start itself does, tests/service shows, with processes that are started as people start them.
LOADED = Parent(
    "hardtack.adapters.asgi.pages",
    "hardtack.cli.commands",
    "hardtack.cli.serve",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the service, whose modules are loaded already, and waits until it is ready."""
    with starting(tmp_path, parent=LOADED) as start_one:
        yield start_one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for the tests of a file; each test takes contexts of its own from it.

    Not for longer: Playwright leaves an event loop running in the thread, in which no other test could run its own.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Start the service once for tests that leave it as it is; whoever signs up there has a name of their own."""
    with starting(tmp_path_factory.mktemp("standing"), parent=LOADED) as start:
        yield start()


@pytest.fixture
def person(browser: Browser) -> Iterator[BrowserContext]:
    """Return a fresh browser profile: one person at one device."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(15000)
    yield context
    context.close()
