"""Every page can be used by everybody: axe-core finds nothing, in either language, light and dark, wide and narrow.

The pages are taken from the table of addresses, so that a new one is looked at without being named here; each is
looked at by whoever may see it. What axe-core cannot see is looked at as well: whether a page is wider than a narrow
screen, or with letters twice as large; whether what has the focus shows it; whether buttons and fields keep an edge
where the system chooses the colours; where the keyboard leads.
"""

from __future__ import annotations

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, BrowserContext, Page

from hardtack.site.routes import ROUTES
from tests.conftest import Service, Start

SHOWN = sorted(path for path, route in ROUTES.items() if "GET" in route.pages and route.session)
NOT_PAGES = {"/language"}
NAME = "wang.xiaoming"
PASSWORD = "correct horse battery 订书机"
RULES = {
    "resultTypes": ["violations"],  # of what is right, axe-core need not say where it is
    "selectors": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
# Only what is wrong leaves the browser: the whole answer, on its way through the driver, costs more than the search.
FIND = """async rules => (await axe.run(document, rules)).violations.flatMap(
    each => each.nodes.map(node => [each.id, node.html]))"""

NARROWEST = 320
"""Pixels of the screen on which nothing has to be scrolled sideways (WCAG 2.2, success criterion 1.4.10)."""

LARGE = "200%"
"""The letters with which a page stays whole (1.4.4)."""

UNSEEN = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")].filter(
    each => each.checkVisibility()).filter(each => {
        each.focus()
        const {outlineStyle, outlineWidth} = getComputedStyle(each)
        return document.activeElement !== each || outlineStyle === "none" || parseFloat(outlineWidth) < 2
    }).map(each => `without a sign of the focus: ${each.outerHTML.slice(0, 120)}`)"""
EDGELESS = """() => [...document.querySelectorAll(".button, .typed button, input:not([type=hidden]), select")].filter(
    each => each.checkVisibility() && !["checkbox", "radio"].includes(each.type)).filter(each => {
        const {borderTopStyle, borderTopWidth} = getComputedStyle(each)
        return borderTopStyle === "none" || parseFloat(borderTopWidth) < 1
    }).map(each => `without an edge in forced colours: ${each.outerHTML.slice(0, 120)}`)"""
ENLARGE = "size => { document.documentElement.style.fontSize = size; return document.documentElement.scrollWidth }"
STOPS = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")].filter(
    each => each.checkVisibility() && !each.disabled).map((each, at) => { each.dataset.stop = at; return at }).length"""


def problems(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it is shown now."""
    page.evaluate(Axe().axe_script)
    return [f"{rule}: {html[:120]}" for rule, html in page.evaluate(FIND, RULES)]


def unusable(page: Page, width: int) -> list[str]:
    """Return what is wrong with the page on this screen, where the letters are large, or the colours are not ours."""
    wide = {size: page.evaluate(ENLARGE, size) for size in ("", LARGE)}
    found = [
        f"{pixels} pixels wide, with letters of {size or '100%'}" for size, pixels in wide.items() if pixels > width
    ]
    page.evaluate(ENLARGE, "")
    found += page.evaluate(UNSEEN)
    page.emulate_media(forced_colors="active")
    found += [*page.evaluate(UNSEEN), *page.evaluate(EDGELESS)]
    page.emulate_media(forced_colors="none")
    return found


def look(page: Page, service: Service, width: int) -> dict[str, list[str]]:
    """Return what is wrong with every page that this person sees."""
    wrong = {}
    seen = set()
    for path in SHOWN:
        page.goto(service.url + path)
        where = page.url.partition("?")[0]
        if path in NOT_PAGES or where in seen:
            continue
        seen.add(where)
        if found := [*problems(page), *unusable(page, width)]:
            wrong[path] = found
    return wrong


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-GB", "light", 1000), ("zh-CN", "dark", NARROWEST)])
def test_no_page_keeps_anybody_out(
    start: Start, browser: Browser, locale: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """Neither signed out nor as an administrator, who sees them all."""
    service = start()
    person = browser.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 640})
    person.set_default_timeout(15000)
    page = person.new_page()
    assert {} == look(page, service, width)
    page.goto(service.welcome_link)
    page.locator("main input[name=username]").fill(NAME)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(re.compile("/account"))
    assert {} == look(page, service, width)
    person.close()


def walked(page: Page, stops: int) -> list[str | None]:
    """Return where the keyboard leads from the top of the page, one step further than it has stops."""
    reached = []
    for _ in range(stops + 1):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.stop ?? null"))
    return reached


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/status"])
def test_the_keyboard_leads_through_the_whole_page_in_its_order_and_out_again(
    standing: Service, person: BrowserContext, path: str
) -> None:
    """From the link past the header to the last one in the footer; nothing holds it, and nothing is left out."""
    page = person.new_page()
    page.goto(standing.url + path)
    page.evaluate("document.activeElement.blur()")
    stops = page.evaluate(STOPS)
    # With autofocus the browser begins at the field; from the very top it is the link past the header.
    page.locator("a.skip").focus()
    page.keyboard.press("Shift+Tab")
    *way, after = walked(page, stops)
    # Out of the page; where the browser has nothing around it, that is its beginning.
    assert [[*map(str, range(stops))], True] == [way, after in (None, "0")]
    page.locator("a.skip").focus()
    assert page.locator("a.skip").evaluate("each => each.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")


def test_what_keeps_people_out_is_found(browser: Browser) -> None:
    """The control: a picture without a text, a field without a label, grey on white; no focus, no edge, too wide."""
    page = browser.new_page(viewport={"width": NARROWEST, "height": 640})
    page.set_content(
        '<html lang="en"><title>x</title><main><h1 style="color:#ccc">Grey words</h1><img src="x"><input></main>'
    )
    assert {"image-alt", "label", "color-contrast"} <= {each.partition(":")[0] for each in problems(page)}
    page.set_content(
        "<style>:focus { outline: none } .button, input { border: 0 }</style>"
        '<main><p style="width: 15rem">x</p><a href="/">x</a><button class="button">x</button><input></main>'
    )
    found = unusable(page, NARROWEST)
    assert 3 * 2 == len([each for each in found if "focus" in each])
    assert 2 == len([each for each in found if "edge" in each])
    assert 1 == len([each for each in found if "pixels wide" in each])
    page.close()
