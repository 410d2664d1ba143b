"""What is known of an answer on its way out, before any rule is asked."""

from __future__ import annotations

import pytest

from hardtack.message import Response
from hardtack.status.outgoing import begins_late, declared_length, stand_beside


@pytest.mark.parametrize(
    ("headers", "late"),
    [
        ([("content-type", "text/event-stream")], True),
        ([("Date", "x"), ("Content-Type", "Text/Event-Stream; charset=utf-8")], True),
        ([("content-type", "text/plain")], False),
        ([("x-content-type", "text/event-stream")], False),
        ([], False),
    ],
)
def test_events_are_not_waited_for(headers: list[tuple[str, str]], late: bool) -> None:
    """The first of them may come an hour later, and the client waits for the head."""
    assert begins_late(headers) is late


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("0", 0),
        ("12", 12),
        ("", None),
        ("-1", None),
        ("1_0", None),
        ("१", None),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
    ],
)
def test_a_length_is_declared_if_it_is_one(value: str, length: int | None) -> None:
    """Digits of ASCII, and not more of them than any content has."""
    assert declared_length([("Date", "x"), ("Content-Length", value)]) == length


def test_without_the_field_no_length_is_declared() -> None:
    """Then nobody knows."""
    assert declared_length([]) is None


def test_a_page_keeps_the_fields_beside_it_and_what_it_depends_on_once() -> None:
    """Cookies are all kept; Vary is one list of names."""
    page = Response(416, [("Vary", "Accept"), ("Set-Cookie", "a=1")])
    stand_beside(page, [("vary", "accept, Cookie"), ("Set-Cookie", "b=2"), ("Content-Range", "bytes */3")])
    assert sorted(page.headers) == [
        ("Content-Range", "bytes */3"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Vary", "Accept, Cookie"),
    ]
