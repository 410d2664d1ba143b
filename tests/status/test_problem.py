"""Problem details: valid by RFC 9457, and nothing internal in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.errors import Refused
from hardtack.status import (
    Conflict,
    NotAcceptable,
    NotFound,
    Status,
    TooManyRequests,
    UnprocessableContent,
    for_status,
    problem,
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary() | st.builds(object),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


def _check_members(members: dict[str, Any], code: int) -> None:
    """Hold *members* to RFC 9457 §3.1 and §3.2."""
    assert isinstance(members["type"], str)
    assert isinstance(members["title"], str)
    assert isinstance(members["detail"], str)
    assert members["title"]
    assert members["detail"]
    assert members["status"] == code
    assert isinstance(members.get("instance", ""), str)
    assert all(isinstance(name, str) for name in members)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("code", [each.code for each in Status if each.is_error])
def test_every_error_is_a_valid_problem(code: int, language: str) -> None:
    """With ``about:blank`` the title is the status phrase, here in the visitor's language (RFC 9457 §4.2.1)."""
    needs: dict[int, dict[str, Any]] = {
        401: {"challenge": "X"},
        405: {"allow": ""},
        407: {"challenge": "X"},
        426: {"upgrade": "x"},
    }
    members = problem.document(code, for_status(code)(**needs.get(code, {})), language)
    _check_members(members, code)
    assert members["type"] == "about:blank"
    assert members["title"] == Status(code).phrase_in(language)
    assert members["slug"] == Status(code).slug


def test_the_catalogues_detail_has_advice() -> None:
    """What happened and what to do, with a space between where the language has spaces."""
    status = Status(404)
    assert problem.document(404, NotFound(), "en")["detail"] == (
        f"{status.explain_to_visitor('en')} {status.advise_visitor('en')}"
    )
    assert problem.document(404, NotFound(), "zh-CN")["detail"] == (
        f"{status.explain_to_visitor('zh')}{status.advise_visitor('zh')}"
    )
    assert problem.document(404, NotFound("Gone fishing."))["detail"] == "Gone fishing."


def test_a_base_for_types_is_followed_by_the_slug() -> None:
    """An application that describes its problems names the place."""
    members = problem.document(409, Conflict(), types="https://example.org/problems/", instance="/orders/7")
    assert members["type"] == "https://example.org/problems/conflict"
    assert members["instance"] == "/orders/7"


def test_fields_and_the_time_to_wait_are_members() -> None:
    """In the visitor's language, and in seconds."""
    error = UnprocessableContent(fields={"name": {"en": "Too long.", "zh": "太长。"}})
    assert problem.document(422, error, "zh")["fields"] == {"name": "太长。"}
    assert problem.document(429, TooManyRequests(retry_after=9))["retry_after"] == 9
    assert problem.document(429, TooManyRequests(retry_after=-9))["retry_after"] == 0
    assert "retry_after" not in problem.document(429, TooManyRequests())


def test_the_errors_extensions_are_members() -> None:
    """RFC 9457 §3.2."""
    assert problem.document(406, NotAcceptable(available=["en"]))["available"] == ["en"]


def test_no_extension_takes_a_members_place() -> None:
    """Nor can it invent one that is not there."""
    names = ("type", "title", "status", "instance", "slug")
    forged: dict[str, Any] = dict.fromkeys(names, "forged")
    members = problem.document(400, Refused(**forged))
    assert members["title"] == "Bad Request"
    assert "forged" not in members.values()


@pytest.mark.parametrize("value", [object(), b"bytes", float("nan"), float("inf"), {"a": {1, 2}}, {(1, 2): 3}])
def test_an_extension_that_json_cannot_hold_is_left_out(value: object) -> None:
    """An error about an error helps nobody."""
    members = problem.document(400, Refused(odd=value, even=2))
    assert "odd" not in members
    assert members["even"] == 2


def test_an_extension_that_holds_itself_is_left_out() -> None:
    """However deep it goes."""
    endless: list[object] = []
    endless.append(endless)
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert {"endless", "deep"}.isdisjoint(problem.document(400, Refused(endless=endless, deep=deep)))


def test_the_reason_for_the_log_is_not_in_it() -> None:
    """It is the operator's."""
    body = problem.encode(problem.document(403, for_status(403)(reason="host-not-ours")))
    assert b"host-not-ours" not in body


@given(detail=st.text(), fields=st.dictionaries(st.text(), st.text()), extensions=st.dictionaries(st.text(), ANYTHING))
def test_any_refusal_becomes_valid_json(detail: str, fields: dict[str, str], extensions: dict[str, Any]) -> None:
    """The promise, whatever the texts and extensions are."""
    error = Refused(detail, fields=fields)
    error.extensions = extensions
    body = problem.encode(problem.document(400, error, instance="/x"))

    def refuse_constant(name: str) -> None:
        raise AssertionError(name)

    _check_members(json.loads(body, parse_constant=refuse_constant), 400)


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    """It came from a path that was no text."""
    assert b'"detail": "?"' in problem.encode(problem.document(404, NotFound("\udcff")))
