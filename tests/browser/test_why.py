"""Why an answer is what it is, as somebody who develops an application reads it in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.types import Message
from hardtack.status import Conflict
from tests.adapters.asgi.driving import answer, exchange, raising, scope

AT = "/status/trace"


@pytest.fixture
def page(person: BrowserContext) -> Page:
    """A tab in which the layer itself answers, without a server between."""
    layer = StatusLayer(raising(Conflict("Taken.", reason="seat-is-taken")), trace=AT)

    def answered(route: Route) -> None:
        asked = route.request
        path = asked.url.partition("8000")[2].partition("?")[0]
        fields = [(name.encode(), value.encode()) for name, value in asked.headers.items() if name.lower() != "host"]

        async def run() -> list[Message]:
            return (await exchange(layer, scope(path, asked.method, *fields)))[0]

        # Playwright has an event loop running in this thread.
        coroutine = run()
        try:
            while True:
                coroutine.send(None)
        except StopIteration as done:
            got = answer(done.value)
        route.fulfill(status=got.status, headers=dict(got.headers), body=got.body)

    page = person.new_page()
    page.route("**/*", answered)
    return page


@pytest.mark.parametrize("path", ["/seats/7", AT])
def test_it_is_closed_and_opens_without_a_script(page: Page, path: str) -> None:
    """With its own style, which the page's policy lets through by its hash; nothing is blocked."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("http://localhost:8000/seats/7")
    page.goto(f"http://localhost:8000{path}")
    why = page.locator("details.why").first
    decided = why.get_by_text("raises = seat-is-taken", exact=True)
    assert not decided.is_visible()
    why.locator("summary").click()
    assert decided.is_visible()
    assert "700" == decided.evaluate("element => getComputedStyle(element).fontWeight")
    link = why.get_by_role("link", name="RFC 9110 §15", exact=True).first
    assert "https://www.rfc-editor.org/rfc/rfc9110.html#section-15" == link.get_attribute("href")
    assert [] == [text for text in said if "409" not in text]
