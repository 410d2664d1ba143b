"""A service with a name, a logo and an accent of its operator's, as a person sees it in light and in dark."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.conftest import Start
from tests.site.pictures import SVG

SEEN = [
    ("light", "en-GB", "Sign in · Ship's <Stores>", "rgb(163, 49, 31)", "rgb(255, 255, 255)"),
    ("dark", "zh-CN", "登录 · Ship's <Stores>", "rgb(236, 165, 154)", "rgb(13, 26, 34)"),
]
"""Scheme, language, title, the accent, and what stands on it."""
DRAWN = """image => {
    const at = Object.assign(document.createElement("canvas"), {width: 4, height: 2}).getContext("2d")
    at.drawImage(image, 0, 0, 4, 2)
    return [...at.getImageData(1, 1, 1, 1).data]
}"""


def watched(page: Page) -> list[str]:
    """Return where everything is noted that the browser complains of."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    return complaints


def test_name_logo_and_accent_show_in_light_and_dark_and_no_policy_is_broken(
    browser: Browser, start: Start, tmp_path: Path
) -> None:
    """The logo is an image: its own style works, its script does not run, in the page or by itself."""
    (tmp_path / "logo.svg").write_bytes(SVG)
    environ = {"HARDTACK_BRAND": "Ship's <Stores>", "HARDTACK_ACCENT": "#a3311f"}
    service = start(environ={**environ, "HARDTACK_LOGO": str(tmp_path / "logo.svg")})
    for scheme, locale, title, accent, on_accent in SEEN:
        page = browser.new_context(locale=locale, color_scheme=scheme).new_page()  # type: ignore[arg-type]
        complaints = watched(page)
        page.goto(f"{service.url}/sign-in")
        assert title == page.title()
        assert "Ship's <Stores>" == page.locator(".brand").inner_text().strip()
        # The picture is twice as wide as high, and its style has coloured it.
        image = page.locator(".brand img")
        box = image.bounding_box()
        assert box is not None
        assert (60, 30) == (round(box["width"]), round(box["height"]))
        assert [163, 49, 31, 255] == image.evaluate(DRAWN)
        style = "each => [getComputedStyle(each).backgroundColor, getComputedStyle(each).color]"
        assert [accent, on_accent] == page.locator("main .button:not(.second)").first.evaluate(style)
        assert accent == page.locator("main a").first.evaluate("each => getComputedStyle(each).color")
        assert [] == complaints
        page.goto(f"{service.url}{page.locator('link[rel=icon]').get_attribute('href')}")
        assert "svg" == page.evaluate("document.documentElement.localName")
        assert page.evaluate("document.documentElement.dataset.ran === undefined")
        page.context.close()
