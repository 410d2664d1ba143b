"""Which errors say nothing, and what stays of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.status import Status, stand_in

PLAIN = ("Content-Type", "text/plain; charset=utf-8")


@pytest.mark.parametrize("status", [each for each in Status if each.is_error])
def test_the_name_of_the_code_alone_says_nothing(status: Status) -> None:
    """The present one, with or without the number, and the names that it once had."""
    for said in ("", status.phrase, f"{status.code} {status.phrase}\n", status.phrase.upper(), *status.aliases):
        assert stand_in.is_bare(status.code, [PLAIN], said.encode())


@pytest.mark.parametrize(
    ("status", "headers", "content"),
    [
        (404, [PLAIN], b"There is no such ship."),
        (404, [PLAIN], b"Forbidden"),
        (404, [PLAIN, ("Content-Length", "22")], b""),
        (404, [("content-type", "application/json")], b""),
        (404, [("Content-Encoding", "gzip")], b""),
        (404, [PLAIN], b"404 Not Found" + b" " * 200),
        (200, [PLAIN], b""),
        (600, [PLAIN], b""),
        (499, [PLAIN], b"Client Closed Request"),
        (404, [PLAIN], "未找到!".encode()),
    ],
)
def test_an_error_with_words_of_its_own_is_not_bare(
    status: int, headers: list[tuple[str, str]], content: bytes
) -> None:
    """Its words are better than ours; what is compressed is not read."""
    assert not stand_in.is_bare(status, headers, content)


@pytest.mark.parametrize(
    ("length", "worth"),
    [
        ("0", True),
        ("96", True),
        ("097", False),
        ("97", False),
        ("1000", False),
        ("9" * 5000, False),
        ("many", True),
        ("²", True),
    ],
)
def test_what_is_too_long_is_not_waited_for(length: str, worth: bool) -> None:
    """By its declared length, however that is written."""
    assert worth == stand_in.may_be_bare(404, [("Content-Length", length), ("Content-Encoding", "identity")])


def test_an_unregistered_error_without_content_is_bare() -> None:
    """It gets the page of its family."""
    assert stand_in.is_bare(499, [], b"")
    assert (499, "bad-request") == ((error := stand_in.error_of(499, [])).status, error.slug)


def test_what_carries_the_meaning_stays_and_what_describes_the_content_goes() -> None:
    """A field that could not be sent goes too."""
    error = stand_in.error_of(
        503,
        [
            PLAIN,
            ("ETag", '"x"'),
            ("Retry-After", "120"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("X-Broken", "a\nb"),
            ("Allow", "GET"),
        ],
    )
    assert (120, "service-unavailable") == (error.retry_after, error.slug)
    assert (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Allow", "GET")) == error.headers


def test_a_date_to_come_back_stays_a_date() -> None:
    """And a number of a thousand digits is no time."""
    for value in ("Fri, 31 Dec 1999 23:59:59 GMT", "9" * 1000):
        error = stand_in.error_of(429, [("Retry-After", value)])
        assert (None, (("Retry-After", value),)) == (error.retry_after, error.headers)


FIELDS = st.lists(
    st.tuples(st.sampled_from(["content-type", "Content-Length", "content-encoding", "retry-after", "x"]), st.text())
)


@given(st.integers(), FIELDS, st.binary(max_size=200))
def test_any_answer_is_judged_without_an_exception(status: int, headers: list[tuple[str, str]], content: bytes) -> None:
    """Whatever an application sends."""
    assert stand_in.is_bare(status, headers, content) in (True, False)
    if 400 <= status <= 599:
        assert status == stand_in.error_of(status, headers).status
