"""Every page can be used by everybody: axe-core finds nothing, in either language, light and dark, wide and narrow.

The pages are taken from the table of addresses, so that a new one is looked at without being named here; each is
looked at by whoever may see it. What axe-core cannot see, such as the order of the keyboard, other tests walk through.
"""

from __future__ import annotations

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, Page

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


def problems(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page as it is shown now."""
    page.evaluate(Axe().axe_script)
    return [f"{rule}: {html[:120]}" for rule, html in page.evaluate(FIND, RULES)]


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
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong[path] = ["wider than the screen"]
        if found := problems(page):
            wrong[path] = [*wrong.get(path, []), *found]
    return wrong


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-GB", "light", 1000), ("zh-CN", "dark", 360)])
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


def test_what_keeps_people_out_is_found(browser: Browser) -> None:
    """The control: a picture without a text, a field without a label, grey on white."""
    page = browser.new_page()
    page.set_content(
        '<html lang="en"><title>x</title><main><h1 style="color:#ccc">Grey words</h1><img src="x"><input></main>'
    )
    assert {"image-alt", "label", "color-contrast"} <= {each.partition(":")[0] for each in problems(page)}
    page.close()
