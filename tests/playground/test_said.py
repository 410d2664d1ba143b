"""What a thing says: a page for people, text for everybody else, in their language, and nothing of it as HTML."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

from hardtack.message import Headers, Request, Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import Filled, Input, said

WORDS = {"en": "A <b>word</b>.", "zh": "一个<b>词</b>。"}
FORM = Filled('/x"y', (Input("a", '"<1>', {"en": "A <a>", "zh": "甲<a>"}), Input("b", '"<2>')), WORDS)
LINKS = [("/a?b&c", "the <first>"), ("/same", "/same")]


def spoken(*fields: tuple[str, str]) -> Response:
    """Return what is said to a request with these fields."""

    async def nothing() -> dict[str, object]:
        raise AssertionError("nobody has asked for content")

    asked = Asked(Request(method="GET", path="/", headers=Headers(fields)), nothing)
    return said(asked, 300, WORDS, [("X-More", "1")], links=LINKS, form=FORM)


def test_a_program_gets_lines_that_it_can_read() -> None:
    """The words, where else to go, and what a form would send."""
    answer = spoken()
    assert "text/plain; charset=utf-8" == answer.get("Content-Type")
    assert ["A <b>word</b>.", "/a?b&c the <first>", 'a="<1>', 'b="<2>'] == answer.body.decode().splitlines()
    assert ("en", "1") == (answer.get("Content-Language"), answer.get("X-More"))


def test_a_person_gets_a_page_of_which_every_word_is_escaped() -> None:
    """And its one style is let through by its hash, with nothing else."""
    answer = spoken(("Accept", "text/html"), ("Accept-Language", "zh-CN"))
    page = answer.body.decode()
    assert ("zh", "Accept, Accept-Language") == (answer.get("Content-Language"), answer.get("Vary"))
    assert "<p>一个&lt;b&gt;词&lt;/b&gt;。</p>" in page
    assert '<li><a href="/a?b&amp;c">the &lt;first&gt;</a></li>\n<li><a href="/same">/same</a></li>' in page
    assert '<form method="post" action="/x&quot;y">' in page
    assert '<label>甲&lt;a&gt; <input name="a" value="&quot;&lt;1&gt;" autocomplete="off"></label>' in page
    assert '<input type="hidden" name="b" value="&quot;&lt;2&gt;">' in page
    assert "<button>一个&lt;b&gt;词&lt;/b&gt;。</button>" in page
    assert '<a href="/status/multiple-choices">300 的含义</a>' in page
    [style] = re.findall(r"<style>(.*)</style>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in (answer.get("Content-Security-Policy") or "")
