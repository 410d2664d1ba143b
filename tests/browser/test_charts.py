"""The charts of the documents can be read under either theme, whatever the system prefers."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.docs.test_documents import DOCS

CHART = DOCS / "_static" / "charts" / "seal-en.svg"
STYLE = DOCS / "_static" / "looks.css"
PAGE = """<!doctype html><link rel="stylesheet" href="{style}">
<style>body {{ background: #888 }}</style><body data-theme="auto"><img src="{chart}" width="360">"""


def test_a_chart_follows_the_button_of_the_theme_and_else_the_system(browser: Browser, tmp_path: Path) -> None:
    """An image would follow the system alone: light words on a light page, for whoever has pressed the button."""
    at = tmp_path / "page.html"
    at.write_text(PAGE.format(style=STYLE.as_uri(), chart=CHART.as_uri()), encoding="utf-8")
    page = browser.new_page(viewport={"width": 400, "height": 400})
    page.goto(at.as_uri())
    seen: dict[tuple[str, str], bytes] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for theme in ("auto", "light", "dark"):
            page.evaluate("theme => { document.body.dataset.theme = theme }", theme)
            seen[scheme, theme] = page.locator("img").screenshot()
    page.close()
    assert seen["light", "auto"] != seen["dark", "auto"]
    assert seen["light", "auto"] == seen["light", "light"] == seen["dark", "light"]
    assert seen["dark", "auto"] == seen["dark", "dark"] == seen["light", "dark"]
