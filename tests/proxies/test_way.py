"""The whole way of a person, in Chromium, through nginx and Caddy as ``hardtack proxy`` prints their configurations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, executable
from tests.proxies.stand import DOMAIN, PASSWORD, PORTAL, SHOP, WIKI, Stand


@pytest.fixture(scope="module")
def person(stand: Stand) -> Iterator[BrowserContext]:
    """Return a browser that finds the hosts of the tests on this machine, and takes their certificate."""
    arguments = [*ARGUMENTS, f"--host-resolver-rules=MAP *.{DOMAIN} 127.0.0.1"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=arguments)
        context = chromium.new_context(ignore_https_errors=True, locale="en-GB")
        context.set_default_timeout(15000)
        yield context
        chromium.close()


def url(stand: Stand, host: str, path: str = "/") -> str:
    """Return an address behind the proxy."""
    return f"https://{host}:{stand.port}{path}"


def seen(page: Page) -> tuple[str, str | None, str | None]:
    """Return where a page is, who it says is there, and what the application was asked."""
    return page.url, page.text_content("#who"), page.text_content("#where")


def test_somebody_signs_in_once_works_everywhere_and_signs_out_everywhere(stand: Stand, person: BrowserContext) -> None:
    """The application knows nothing of all this; the second one lets them in without a word."""
    page = person.new_page()
    so_far = {host: len(stand.received(host)) for host in (WIKI, SHOP)}
    wanted = url(stand, WIKI, "/notes?page=2")
    page.goto(wanted)
    assert page.url.startswith(url(stand, PORTAL, "/sign-in"))
    page.fill("input[name=username]", "anna")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form[action='/sign-in'] button[type=submit]")
    page.wait_for_selector("#who")
    assert (wanted, "anna", "/notes?page=2") == seen(page)

    page.goto(url(stand, SHOP, "/cart"))
    page.wait_for_selector("#who")
    assert (url(stand, SHOP, "/cart"), "anna", "/cart") == seen(page)
    spoken = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const socket = new WebSocket(`wss://${location.host}/echo`);
            socket.onopen = () => socket.send("ahoy");
            socket.onmessage = event => { resolve(event.data); socket.close(); };
            socket.onerror = reject;
        })"""
    )
    assert "anna: ahoy" == spoken
    for host in (WIKI, SHOP):
        for each in stand.received(host)[so_far[host] :]:
            assert "hardtack" not in "".join(value for name, value in each["head"] if name == "cookie")

    page.goto(url(stand, PORTAL, "/account"))
    page.click("form[action='/sign-out'] button")
    page.wait_for_load_state()
    before = len(stand.received(WIKI)), len(stand.received(SHOP))
    for host in (WIKI, SHOP):
        page.goto(url(stand, host))
        assert page.url.startswith(url(stand, PORTAL, "/sign-in"))
    assert before == (len(stand.received(WIKI)), len(stand.received(SHOP)))


def test_a_page_for_everybody_asks_nobody_to_sign_in(stand: Stand, person: BrowserContext) -> None:
    """And a script on it that asks for more is told so by a status, not sent to a page."""
    page = person.browser.new_context(ignore_https_errors=True).new_page() if person.browser else person.new_page()
    page.goto(url(stand, WIKI, "/public/welcome"))
    assert (url(stand, WIKI, "/public/welcome"), "-", "/public/welcome") == seen(page)
    assert 401 == page.evaluate("() => fetch('/notes').then(answer => answer.status)")
    assert [] == page.context.cookies(url(stand, PORTAL))
