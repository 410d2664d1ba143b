"""The pages about status codes in a browser: found by keyboard, read by everybody, and the codes as it takes them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from hardtack.status import Status
from hardtack.status.causes import CAUSES
from tests.browser.test_accessible import problems
from tests.conftest import LOADED, Service, starting

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

SHOWN = (200, 400, 401, 404, 416, 429, 451, 500, 503)
"""Codes whose page a browser shows as it comes."""

PRESSED = 5
"""How often a button is pressed at most until its code comes: a bell may be rung three times."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return one service for all; the cause of 500 is a mistake in a program, which is logged."""
    with starting(tmp_path_factory.mktemp("status"), provoked="ZeroDivisionError: ", parent=LOADED) as start:
        yield start()


def answer(page: Page, address: str) -> Response:
    """Go to *address* and return what came."""
    response = page.goto(address)
    assert response is not None
    return response


def _note(came: list[int], response: Response) -> None:
    came.append(response.status)


def arises(person: BrowserContext, url: str, code: int) -> bool:
    """Return whether what the page of *code* offers to press leads to that code; some want to be pressed again."""
    for _ in range(PRESSED):
        page = person.new_page()
        came: list[int] = []
        page.on("response", partial(_note, came))
        page.goto(f"{url}/status/{Status(code).slug}")
        # The answer is waited for, not a page: to 205 there is none.
        with page.expect_response("**/playground/**"):
            page.locator("main section .button").click(no_wait_after=True)
        page.close()
        if code in came:
            return True
    return False


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-GB", "dark", 1000), ("zh-CN", "light", 360)])
def test_the_pages_about_codes_are_for_everybody(
    service: Service, browser: Browser, locale: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe-core finds nothing, nothing is wider than the screen, and nothing breaks the content security policy."""
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


def test_a_person_finds_a_code_by_keyboard_and_sees_it_come(service: Service, browser: Browser) -> None:
    """The search, the page, the next one, and every code as a browser takes it."""
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
    page.goto(f"{service.url}/status/precondition-failed")
    copied = page.locator("pre").first.evaluate(
        "at => { getSelection().selectAllChildren(at); return `${getSelection()}` }"
    )
    assert [line.format(origin=service.url) for line in CAUSES[412].commands] == copied.strip().splitlines()
    for code in SHOWN:
        assert code == answer(page, f"{service.url}/status/{code}").status
        assert str(code) == page.locator("main .code").inner_text()
    wrong = [code for code, cause in CAUSES.items() if cause.form is not None and not arises(person, service.url, code)]
    assert [] == wrong
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
