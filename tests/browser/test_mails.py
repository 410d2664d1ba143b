"""The mails as a mail reader shows them, with the engine of a browser: light, dark, narrow, in both languages."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser

from hardtack.login.outbox import Notice
from tests.site.test_mails import letter, part

# The ratio of WCAG 2.2 (1.4.3) of every element that has text of its own, against the first ground behind it.
CONTRASTS = """() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(
    c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  ).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const found = channels(getComputedStyle(each).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [0, 0, 0];
  };
  return [...document.body.querySelectorAll('*')].filter(
    element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
  ).map(element => {
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    return [element.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)];
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mail_can_be_read(browser: Browser, language: str, scheme: Literal["light", "dark"]) -> None:
    """On a telephone and on a desk, by day and by night; nothing is asked of any server, and nothing is cut off."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for notice in Notice:
        page.set_content(part(letter(notice, language), "html"))
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 5
        assert [] == [(notice, text, ratio) for text, ratio in contrasts if ratio < 4.5]
        for width in (320, 800):
            page.set_viewport_size({"width": width, "height": 600})
            assert (notice, True) == (
                notice,
                page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            )
        (heading,) = page.get_by_role("heading").all()
        assert letter(notice, language)["Subject"] == heading.inner_text()
    context.close()

    assert [] == asked


def test_the_button_is_as_large_as_a_finger(browser: Browser) -> None:
    """And leads where the address below it leads."""
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.set_content(part(letter(Notice.FORGOT), "html"))
    button, written_out = page.get_by_role("link").all()
    box = button.bounding_box()
    assert box is not None

    assert min(box["height"], box["width"]) >= 44
    assert button.get_attribute("href") == written_out.inner_text() == written_out.get_attribute("href")
    page.close()
