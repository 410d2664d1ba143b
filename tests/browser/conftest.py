"""A real Chromium, from Debian, driven by Playwright."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import ARGUMENTS, executable
from tests.conftest import LOADED, Service, Start, starting


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts the service, whose modules are loaded already, and waits until it is ready."""
    with starting(tmp_path, parent=LOADED) as start_one:
        yield start_one


class Aside:
    """The event loop that Playwright leaves running in the thread, and what goes with it.

    As long as it counts as running, no other test can run a loop of its own; so it does only for the files that use a
    browser. Playwright itself marks it as running in this way after every call.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._hooks = sys.get_asyncgen_hooks()

    def put(self) -> None:
        """Let the thread be as if no loop ran in it."""
        asyncio._set_running_loop(None)
        sys.set_asyncgen_hooks(None, None)

    def take(self) -> None:
        """Go on with it."""
        asyncio._set_running_loop(self._loop)
        sys.set_asyncgen_hooks(*self._hooks)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, Aside]]:
    """Return one browser for all files, and its event loop, which is put aside."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        aside = Aside()
        aside.put()
        try:
            yield started, aside
        finally:
            aside.take()
            started.close()


@pytest.fixture(scope="module")
def browser(chromium: tuple[Browser, Aside]) -> Iterator[Browser]:
    """Return the browser for the tests of a file; each test takes contexts of its own from it, and none is left."""
    started, aside = chromium
    aside.take()
    try:
        yield started
        for context in started.contexts:
            context.close()
    finally:
        aside.put()


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
