"""The page of the last answers: its forms, and who may see it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hardtack.message import Headers
from hardtack.status import trace_page
from hardtack.status.trace_page import Traced, may_see
from tests.status.test_pages import Page
from tests.status.test_why import STEPS, asked, digest_of, policy_of

ANSWERS = [
    Traced("GET", "/<b>new</b>", 409, STEPS),
    Traced("PUT", "/old\x1b[2J", 204, STEPS[2:]),
]


class TestLastAnswers:
    """The page of them."""

    def test_a_browser_gets_a_page_in_its_language(self) -> None:
        """With each answer closed, and nothing of a path as it came."""
        response = trace_page.page(ANSWERS, asked("text/html", ("Accept-Language", "zh-CN")))
        page = response.body.decode()
        Page(page)
        assert "<h1>为什么是这些答复</h1>" in page
        assert "<strong>409</strong> GET /&lt;b&gt;new&lt;/b&gt;" in page
        assert page.index("409") < page.index("204")
        assert digest_of(page) == policy_of(response)
        assert "no-store" == response.get("Cache-Control")

    def test_a_terminal_gets_text_and_a_program_json(self) -> None:
        """A text has nothing in it that a terminal obeys."""
        text = trace_page.page(ANSWERS, asked("*/*")).body.decode()
        assert (
            "409 GET /<b>new</b>\n    precondition/if-match=left-to-the-answer; handler/raises=seat-is-taken; tried=3\n"
            in text
        )
        assert "204 PUT /old?[2J\n" in text
        told = json.loads(trace_page.page(ANSWERS, asked("application/json")).body)
        assert [409, 204] == [each["status"] for each in told["answers"]]
        assert "seat-is-taken" == told["answers"][1]["trace"][0]["outcome"]

    @pytest.mark.parametrize("accept", ["text/html", "text/plain", "image/png"])
    def test_before_the_first_answer_it_says_so(self, accept: str) -> None:
        """In both languages; whoever accepts none of the forms gets text."""
        assert b"Nothing has been answered yet." in trace_page.page([], asked(accept)).body
        assert "还没有".encode() in trace_page.page([], asked(accept, ("Accept-Language", "zh"))).body

    def test_head_has_no_content(self) -> None:
        """But its length."""
        whole, head = (trace_page.page(ANSWERS, asked("*/*", method=method)) for method in ("GET", "HEAD"))
        assert (b"", str(len(whole.body))) == (head.body, head.get("Content-Length"))

    def test_who_looks_from_this_machine_may_see_it(self) -> None:
        """By any of its names."""
        for host in ("localhost:8000", "127.0.0.1", "[::1]:80"):
            assert may_see(asked("*/*", host=host, headers=Headers([("Host", host)]), client="::1"))

    @pytest.mark.parametrize(
        ("fields", "more"),
        [
            ([], {"client": "192.0.2.7"}),
            ([], {"client": ""}),
            ([], {"method": "POST"}),
            ([("X-Forwarded-For", "127.0.0.1")], {}),
            ([("Origin", "https://evil.example")], {}),
            ([], {"headers": Headers([("Host", "rebound.example")]), "host": "rebound.example"}),
        ],
    )
    def test_nobody_else_may(self, fields: list[tuple[str, str]], more: dict[str, Any]) -> None:
        """Neither from elsewhere, nor through a proxy, nor from another site's page, nor by a name rebound to us."""
        assert not may_see(asked("*/*", *fields, **more))
