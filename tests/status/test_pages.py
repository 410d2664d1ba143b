"""The answer to an error: its form, its language, its header fields, and what it never says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import MisuseError, Refused
from hardtack.message import Headers, Request, Response
from hardtack.status import (
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    ServiceUnavailable,
    Status,
    Unauthorized,
    UnprocessableContent,
    answer,
    for_status,
)
from hardtack.status.error_page import STYLE

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
HTML, TEXT, PROBLEM = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/problem+json"
CODES = [each.code for each in Status if each.is_error]
BARE = [code for code in CODES if not Status(code).headers_required]
VOID = {"meta", "link", "br"}


def _request(accept: str | None = CHROME, *, language: str | None = None, method: str = "GET") -> Request:
    fields = [("Accept", accept), ("Accept-Language", language)]
    return Request(
        method=method, path="/x", headers=Headers((name, value) for name, value in fields if value is not None)
    )


def _type(response: Response) -> str | None:
    return response.get("Content-Type")


class Page(HTMLParser):
    """A strict look at a page: every element closed, and what it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close it, and no other."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note the text outside the style sheet."""
        if "style" not in self.open:
            self.text += data


class TestForm:
    """Who gets what (RFC 9110 §12.5.1)."""

    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            (CHROME, HTML),
            ("text/html", HTML),
            ("text/*", HTML),
            ("*/*", TEXT),
            (None, TEXT),
            ("", TEXT),
            ("image/avif,image/webp,*/*;q=0.8", TEXT),
            ("text/plain", TEXT),
            ("text/plain, */*;q=0.1", TEXT),
            ("*/*, text/plain;q=0.5", HTML),
            ("*/*, text/plain;q=0, text/html;q=0", PROBLEM),
            ("application/json", PROBLEM),
            ("application/problem+json", PROBLEM),
            ("application/*", PROBLEM),
            ("application/json, text/plain, */*", PROBLEM),
            ("application/json, text/javascript, */*; q=0.01", PROBLEM),
            ("application/vnd.api+json", PROBLEM),
            ("image/png", TEXT),
            ("text/html;q=0", TEXT),
        ],
    )
    def test_it_suits_whoever_asked(self, accept: str | None, expected: str) -> None:
        """A browser a page, a program JSON, a terminal text; nobody a 406 about an error."""
        assert expected == _type(answer(NotFound(), _request(accept)))

    @pytest.mark.parametrize(
        ("accept", "expected"),
        [("*/*", PROBLEM), (None, PROBLEM), ("text/plain, */*;q=0.1", TEXT), ("text/html,*/*;q=0.8", HTML)],
    )
    def test_an_api_gives_a_problem_to_whoever_accepts_anything(self, accept: str | None, expected: str) -> None:
        """Whoever says what they want gets it all the same."""
        assert expected == _type(answer(NotFound(), _request(accept), problems=True))

    def test_text_says_the_same_in_lines(self) -> None:
        """For a person at a terminal."""
        response = answer(NotAcceptable(available=["text/html", "image/png"]), _request("*/*"))
        status = Status(406)
        assert response.body.decode() == (
            f"406 Not Acceptable\n\n{status.explain_to_visitor()}\n{status.advise_visitor()}\n"
            "\n- text/html\n- image/png\n"
        )

    def test_a_problem_is_the_problem_rooms(self) -> None:
        """With the caller's types."""
        response = answer(NotFound(), _request("application/json"), types="https://example.org/")
        assert json.loads(response.body)["type"] == "https://example.org/not-found"

    @pytest.mark.parametrize("accept", [CHROME, "*/*", "application/json"])
    def test_head_gets_the_fields_and_no_content(self, accept: str) -> None:
        """RFC 9110 §9.3.2; the length is that of the content GET would get."""
        got, head = (answer(NotFound(), _request(accept, method=method)) for method in ("GET", "HEAD"))
        assert head.body == b""
        assert got.headers == head.headers
        assert got.get("Content-Length") == str(len(got.body))


class TestLanguage:
    """English or Chinese (RFC 9110 §12.5.4)."""

    @pytest.mark.parametrize("accept", [CHROME, "*/*", "application/json"])
    @pytest.mark.parametrize(
        ("field", "given", "default", "expected"),
        [
            ("zh-CN,zh;q=0.9", None, "en", "zh"),
            ("en", None, "zh", "en"),
            ("fr", None, "en", "en"),
            ("fr", None, "zh", "zh"),
            (None, None, "zh", "zh"),
            ("en", "zh-TW", "en", "zh"),
            ("zh", "fr", "en", "en"),
        ],
    )
    def test_it_is_the_visitors_or_the_callers(
        self, accept: str, field: str | None, given: str | None, default: str, expected: str
    ) -> None:
        """Negotiated unless the caller knows better."""
        response = answer(NotFound(), _request(accept, language=field), language=given, default_language=default)
        assert expected == response.get("Content-Language")
        assert Status(404).explain_to_visitor(expected) in response.body.decode()


class TestFields:
    """The header section."""

    def test_an_error_is_never_stored_or_sniffed_and_says_what_it_depends_on(self) -> None:
        """The same for every form."""
        for accept in (CHROME, "*/*", "application/json"):
            response = answer(NotFound(), _request(accept))
            assert response.status == 404
            assert response.get("Cache-Control") == "no-store"
            assert response.get("X-Content-Type-Options") == "nosniff"
            assert response.get("Vary") == "Accept, Accept-Language"

    def test_the_errors_own_fields_are_sent(self) -> None:
        """What makes the answer right."""
        response = answer(MethodNotAllowed(allow=["GET", "HEAD"], retry_after=-3), _request())
        assert response.get("Allow") == "GET, HEAD"
        assert response.get("Retry-After") == "0"
        assert answer(ServiceUnavailable(retry_after=30), _request()).get("Retry-After") == "30"
        assert answer(ServiceUnavailable(), _request()).get("Retry-After") is None

    def test_what_the_error_depends_on_is_added_to_vary(self) -> None:
        """Once each."""
        error = NotFound(headers=[("Vary", "Cookie, accept,, Origin"), ("vary", "a\r\nb")])
        assert answer(error, _request()).get("Vary") == "Accept, Accept-Language, Cookie, Origin"

    def test_an_error_cannot_change_how_its_answer_is_kept_or_framed(self) -> None:
        """Those are for this module to say."""
        forged = [
            ("Content-Type", "text/x"),
            ("cache-control", "public"),
            ("Content-Length", "0"),
            ("Content-Security-Policy", "x"),
        ]
        response = answer(NotFound(headers=forged), _request())
        assert _type(response) == HTML
        assert response.get("Cache-Control") == "no-store"
        assert [value for name, value in response.headers if name.lower() == "content-length"] == [
            str(len(response.body))
        ]
        assert "x" != response.get("Content-Security-Policy")

    @pytest.mark.parametrize("field", [("X-A", "b\r\nSet-Cookie: c=d"), ("X A", "b"), ("", "b"), ("X-A", "数")])
    def test_a_field_that_could_not_be_sent_is_left_out(self, field: tuple[str, str]) -> None:
        """Nothing forges the rest of the answer."""
        assert field not in answer(NotFound(headers=[field]), _request()).headers

    def test_the_page_lets_its_own_style_through_and_nothing_else(self) -> None:
        """The hash in the policy is that of the style in the page."""
        response = answer(NotFound(), _request())
        style = response.body.decode().split("<style>")[1].split("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert style == STYLE
        assert response.get("Content-Security-Policy") == (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def test_other_forms_need_no_policy(self) -> None:
        """A browser shows them as text."""
        assert answer(NotFound(), _request("*/*")).get("Content-Security-Policy") is None


class TestPage:
    """The HTML page."""

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("code", CODES)
    def test_every_page_is_whole_and_says_what_to_do(self, code: int, language: str) -> None:
        """Well-formed, with a heading, an explanation, advice and a way home; nothing from elsewhere."""
        needs: dict[int, dict[str, Any]] = {
            401: {"challenge": "X"},
            405: {"allow": ""},
            407: {"challenge": "X"},
            426: {"upgrade": "x"},
        }
        response = answer(for_status(code)(**needs.get(code, {})), _request(language=language))
        source = response.body.decode()
        page, status = Page(source), Status(code)
        assert ("html", {"lang": language}) in page.tags
        assert f"{code} {status.phrase_in(language)}" in page.text
        assert status.explain_to_visitor(language) in page.text
        assert status.advise_visitor(language) in page.text
        # At an address that is not ours, the way home leads to the same page.
        ways = [] if code == 421 else [{"href": "/"}]
        assert [attributes for tag, attributes in page.tags if tag == "a"] == ways
        assert [tag for tag, _ in page.tags].count("h1") == 1
        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
        assert not re.search(r"https?:|url\(|@import|\bon\w+=|style=", source)

    def test_whatever_comes_from_outside_is_escaped(self) -> None:
        """Details, fields and lists alike."""
        evil = "<script>alert(1)</script>\"'&"
        error = UnprocessableContent(evil, fields={evil: evil}, available=[evil])
        source = answer(error, _request()).body.decode()
        assert "<script" not in source
        assert Page(source).text.count("<script>alert(1)</script>") == 4

    def test_a_dollar_sign_is_only_a_dollar_sign(self) -> None:
        """Texts are put into the template, never taken for one."""
        assert "$code ${x} $$" in Page(answer(NotFound("$code ${x} $$"), _request()).body.decode()).text

    def test_nothing_internal_is_shown(self) -> None:
        """The log's reason stays in the log, in every form."""
        error = NotFound(reason="row-7-of-table-secrets")
        for accept in (CHROME, "*/*", "application/json"):
            assert b"secrets" not in answer(error, _request(accept)).body

    def test_an_application_can_show_its_own_page(self) -> None:
        """The note's personal 404; its policy is then the application's own matter."""
        seen: list[tuple[Status, Refused | None, str]] = []

        def page(status: Status, error: Refused | None, language: str) -> str:
            seen.append((status, error, language))
            return "<!doctype html><p>您所找的不在这里"

        error = NotFound()
        response = answer(error, _request(language="zh"), page=page)
        assert response.body.decode() == "<!doctype html><p>您所找的不在这里"
        assert response.get("Content-Security-Policy") is None
        answer(404, _request(), page=page)
        answer(404, _request("*/*"), page=page)
        assert seen == [(Status(404), error, "zh"), (Status(404), None, "en")]


class TestNumbers:
    """A bare number instead of an exception."""

    @pytest.mark.parametrize("code", BARE)
    def test_a_number_is_answered_like_its_exception(self, code: int) -> None:
        """For every code that needs no field."""
        by_number, by_error = answer(code, _request()), answer(for_status(code)(), _request())
        assert by_number == by_error

    @pytest.mark.parametrize("code", [401, 405, 407, 426])
    def test_a_number_without_its_field_is_a_misuse(self, code: int) -> None:
        """The hint names the exception."""
        with pytest.raises(MisuseError, match=for_status(code).__name__):
            answer(code, _request())

    def test_an_unregistered_error_keeps_its_number(self) -> None:
        """It speaks like the x00 that clients take it for."""
        response = answer(499, _request("*/*"))
        assert response.status == 499
        assert response.body.startswith(b"499 Bad Request\n")

    @pytest.mark.parametrize("code", [99, 200, 304, 600, 1000])
    def test_a_number_that_is_no_error_is_a_misuse(self, code: int) -> None:
        """There is no error page for success."""
        with pytest.raises(MisuseError):
            answer(code, _request())

    def test_a_refusal_with_a_status_that_is_no_error_is_a_misuse(self) -> None:
        """Its author finds out at the first answer."""

        class Odd(Refused):
            """A redirect is no refusal."""

            status = 303

        with pytest.raises(MisuseError, match="303 is no error"):
            answer(Odd(), _request())


@given(
    st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text()), st.lists(st.tuples(st.text(), st.text()))
)
def test_any_error_for_any_request_is_answered(
    accept: str, language: str, detail: str, fields: dict[str, str], headers: list[tuple[str, str]]
) -> None:
    """The promise: a whole answer, whose fields can all be sent."""
    error = Unauthorized(detail, challenge="Session", fields=fields, headers=headers)
    response = answer(error, _request(accept, language=language))
    assert response.status == 401
    assert response.get("Content-Length") == str(len(response.body))
    response.body.decode("utf-8")
    for name, value in response.headers:
        assert not {*"\r\n\0"} & {*name, *value}
        value.encode("latin-1")


@pytest.mark.parametrize(("language", "words"), [("en", "What 409 means"), ("zh", "409 的含义")])
def test_a_page_leads_on_to_where_its_code_is_explained(language: str, words: str) -> None:
    """Instead of to the home page, where the layer knows such a place; 421 leads nowhere even then."""
    page = answer(for_status(409)(), _request(language=language), explained="/status").body.decode()
    assert f'<a href="/status/conflict">{words}</a>' in page
    assert 'href="/"' not in page
    assert "<a " not in answer(for_status(421)(), _request(), explained="/status").body.decode()
