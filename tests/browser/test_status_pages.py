"""The pages about status codes in a browser: found by keyboard, read by everybody, and the codes as it takes them."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Response

from hardtack.status import Status
from tests.browser.test_accessible import problems
from tests.conftest import Start

LOOKED_AT = (
    "/status?q=range",
    "/status?q=forbiden",
    "/status?family=5xx",
    "/status/partial-content",
    "/status/use-proxy",
    "/status/bad-gateway",
    "/status/404",
    "/status/418",
    "/status/299",
)
"""What is in no table of pages: searches, a family, pages of codes, one provoked, one refused, one that is no code."""

SHOWN = [
    status for status in Status if status.code >= 400 and status.may_be_sent and status.code not in (407, 408, 421, 425)
]
"""Errors whose page a browser shows as it comes; at the others it thinks of its own proxy or tries again by itself."""


def answer(page: Page, address: str) -> Response:
    """Go to *address* and return what came."""
    response = page.goto(address)
    assert response is not None
    return response


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-GB", "dark", 1000), ("zh-CN", "light", 360)])
def test_the_pages_about_codes_are_for_everybody(
    start: Start, browser: Browser, locale: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe-core finds nothing, nothing is wider than the screen, and nothing breaks the content security policy."""
    service = start()
    person = browser.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 640})
    person.set_default_timeout(15000)
    page = person.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    wrong = {}
    for path in LOOKED_AT:
        page.goto(service.url + path)
        found = problems(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("wider than the screen")
        if found:
            wrong[path] = found
    assert {} == wrong
    assert [] == [line for line in said if "status of" not in line]  # that an answer was an error, it may say

    person.close()


def test_a_person_finds_a_code_by_keyboard_and_sees_it_come(start: Start, browser: Browser) -> None:
    """The search, the page, the next one, and every code as a browser takes it."""
    service = start()
    person = browser.new_context(locale="en-GB")
    person.set_default_timeout(15000)
    page = person.new_page()
    # By keyboard alone: to the search, a number, and there.
    page.goto(f"{service.url}/status")
    page.keyboard.press("Tab")  # the way past the header
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("416")
    page.keyboard.press("Enter")
    page.wait_for_url("**/status/range-not-satisfiable")
    assert "416" in page.locator("main .code").inner_text()

    # From one code to the next, and to what a number alone gives.
    page.locator("a[rel=next]").click()
    page.wait_for_url("**/status/expectation-failed")
    assert "curl -i" in page.locator("pre").last.inner_text()
    for status in SHOWN:
        assert status.code == answer(page, f"{service.url}/status/{status.code}").status
        assert str(status.code) == page.locator("main .code").inner_text()
    for code in (301, 302, 303, 307, 308):
        page.goto(f"{service.url}/status/{code}")
        assert page.url == f"{service.url}/status/{Status(code).slug}"
    person.close()

    # Without scripts the search is a form like any other.
    plain = browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{service.url}/status")
    page.locator("input[name=q]").fill("超时")
    page.locator("main button").click()
    codes = page.locator("main section b").all_inner_texts()
    assert {"408", "504"} <= set(codes)
    page.locator("main section a").first.click()
    assert codes[0] == page.locator("main .code").inner_text()
    plain.close()
