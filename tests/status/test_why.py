"""The trace of one answer as it is shown: on a page, in a text, and in a problem document."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.message import Headers, Request, Response
from hardtack.status import Conflict, answer, decisions, why
from hardtack.status.trace import Step
from tests.status.test_pages import Page

STEPS = [
    Step("refuse", "host-is-well-formed", "RFC 9110 §7.2, RFC 9112 §3.2"),
    Step("precondition", "if-match", "RFC 9110 §13.2.2 step 1, §13.1.1", "left-to-the-answer"),
    Step("handler", "raises", "RFC 9110 §15", "seat-is-taken"),
]
TAKEN = Conflict("Taken.", reason="seat-is-taken")


def asked(accept: str, *fields: tuple[str, str], **more: Any) -> Request:
    """Return a request from this machine."""
    headers = Headers([("Accept", accept), ("Host", "localhost:8000"), *fields])
    defaults = {"method": "GET", "path": "/status/trace", "host": "localhost:8000", "client": "127.0.0.1"}
    return Request(**{**defaults, "headers": headers, **more})


def policy_of(response: Response) -> str:
    """Return the digest of the style that the page's policy lets through."""
    found = re.search(r"style-src 'sha256-([^']+)'", response.get("Content-Security-Policy") or "")
    assert found is not None
    return found[1]


def digest_of(page: str) -> str:
    """Return the digest of the style that is in the page."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    return b64encode(hashlib.sha256(style.encode()).digest()).decode()


class TestOnAnErrorPage:
    """Below the words, closed until it is opened."""

    def test_what_decided_comes_first_and_by_itself(self) -> None:
        """Then what was tried; each with its section."""
        text = answer(TAKEN, asked("text/html"), trace=STEPS).body.decode()
        details = text[text.index("<details") : text.index("</details>")]
        assert '<details class="why">\n<summary>Why this answer</summary>' in details
        order = [
            details.index(each)
            for each in (
                "This decided it:",
                "if-match = left-to-the-answer",
                "raises = seat-is-taken",
                "decide nothing:",
            )
        ]
        assert sorted(order) == order
        assert details.index("host-is-well-formed") > order[-1]
        assert "Taken." in text[: text.index("<details")]

    def test_each_section_is_a_link(self) -> None:
        """Also the second of one document, and in Chinese with its own comma."""
        rfc = "https://www.rfc-editor.org/rfc/rfc"
        shown = why.shown(STEPS, "en")
        for address in (f"{rfc}9110.html#section-7.2", f"{rfc}9112.html#section-3.2", f"{rfc}9110.html#section-13.1.1"):
            assert f'<a href="{address}" rel="noreferrer">' in shown
        assert "</a>、<a" in why.linked("RFC 9110 §8.3 and §15.5.16", "zh")
        assert "§15" == why.linked("§15")

    @pytest.mark.parametrize("reference", sorted({each.reference for each in decisions.DECISIONS}))
    def test_every_reference_of_ours_has_a_link(self, reference: str) -> None:
        """To a document of the RFC editor's."""
        assert reference.count("§") == why.linked(reference).count("https://www.rfc-editor.org/rfc/rfc")

    def test_it_reads_in_chinese(self) -> None:
        """Title, headings and moments."""
        text = answer(TAKEN, asked("text/html", ("Accept-Language", "zh")), trace=STEPS).body.decode()
        for words in ("为什么是这个答复", "由此决定：", "下列规则也试过，不作决定：", "应用程序，", "请求头部，"):
            assert words in text

    def test_the_policy_lets_its_style_through_and_no_script(self) -> None:
        """By the hash of the style that is really there; without a trace the page is the smaller one."""
        for trace in (None, STEPS):
            response = answer(TAKEN, asked("text/html"), trace=trace)
            page = response.body.decode()
            assert digest_of(page) == policy_of(response)
            assert ("<details" in page) == (trace is not None)
            assert "<script" not in page
            Page(page)

    def test_where_nothing_decided_or_nothing_was_tried_its_heading_is_left_out(self) -> None:
        """An empty list says nothing."""
        assert "This decided it:" not in why.shown(STEPS[:1], "en")
        assert "These were tried" not in why.shown(STEPS[2:], "en")

    @given(words=st.tuples(st.text(), st.text(), st.text()))
    def test_whatever_a_step_holds_is_escaped(self, words: tuple[str, str, str]) -> None:
        """A reason of an application's own may hold anything."""
        rule, reference, outcome = words
        page = Page(why.shown([Step("handler", f"<b>{rule}", f"<i>{reference}", f"<script>{outcome}")], "en"))
        assert {"details", "summary", "p", "ul", "li", "code", "small", "a"} >= {tag for tag, _ in page.tags}

    def test_a_page_of_ones_own_is_left_alone(self) -> None:
        """What is on it is its author's."""
        response = answer(TAKEN, asked("text/html"), trace=STEPS, page=lambda *_: "<p>mine</p>")
        assert b"<p>mine</p>" == response.body


class TestForPrograms:
    """In a text and in a problem document."""

    def test_a_text_ends_with_what_decided(self) -> None:
        """In the visitor's language; and with nothing where nothing did."""
        text = answer(TAKEN, asked("*/*"), trace=STEPS).body.decode()
        assert text.endswith(
            "\n\nWhy this answer\n"
            "the conditions: if-match (RFC 9110 §13.2.2 step 1, §13.1.1): left-to-the-answer\n"
            "the application: raises (RFC 9110 §15): seat-is-taken\n"
        )
        plain = answer(TAKEN, asked("*/*")).body
        assert plain == answer(TAKEN, asked("*/*"), trace=STEPS[:1]).body
        assert b"Why" not in plain

    def test_a_problem_has_all_steps_as_a_member(self) -> None:
        """In the order in which they were tried; an error's own member of that name gives way to it, and only to it."""
        error = Conflict("Taken.", trace="mine")
        traced = json.loads(answer(error, asked("application/json"), trace=STEPS).body)
        assert {
            "moment": "handler",
            "rule": "raises",
            "reference": "RFC 9110 §15",
            "outcome": "seat-is-taken",
        } == traced["trace"][2]
        assert ["host-is-well-formed", "if-match", "raises"] == [each["rule"] for each in traced["trace"]]
        assert "mine" == json.loads(answer(error, asked("application/json")).body)["trace"]
