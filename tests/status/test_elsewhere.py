"""Answers that send the client somewhere."""

from __future__ import annotations

from typing import Any

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from hardtack.errors import MisuseError
from hardtack.status.catalogue import Status
from hardtack.status.elsewhere import Head, accepted, created, moved, see_other, temporarily_at
from hardtack.status.errors import is_field


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (created("/posts/7"), (201, {"Location": "/posts/7"})),
        (created("/posts/7", etag='"v1"'), (201, {"Location": "/posts/7", "ETag": '"v1"'})),
        (accepted("/jobs/3"), (202, {"Location": "/jobs/3"})),
        (accepted("/jobs/3", retry_after=10), (202, {"Location": "/jobs/3", "Retry-After": "10"})),
        (accepted("/jobs/3", retry_after=-1), (202, {"Location": "/jobs/3", "Retry-After": "0"})),
        (see_other("https://example.org/a?b=c#d"), (303, {"Location": "https://example.org/a?b=c#d"})),
        (temporarily_at("/other"), (307, {"Location": "/other"})),
        (moved("/new", method="GET"), (301, {"Location": "/new"})),
        (moved("/new", method="HEAD"), (301, {"Location": "/new"})),
        (moved("/new", method="POST"), (308, {"Location": "/new"})),
        (moved("/new", method="get"), (308, {"Location": "/new"})),
    ],
)
def test_each_says_what_the_client_does_next(head: Head, expected: tuple[int, dict[str, str]]) -> None:
    """A method is kept wherever the request is to be sent again."""
    assert expected == head
    assert {*Status(head.status).headers_required} <= {*head.headers}


@given(text=st.text(st.characters(exclude_categories=()), min_size=1))
def test_nothing_in_an_address_ends_the_field(text: str) -> None:
    """Whatever it is, lone surrogates and line ends among it."""
    location = see_other(text).headers["Location"]
    assert is_field("Location", location)
    assert location.isascii()


@pytest.mark.parametrize("wrong", ["", None, 7])
def test_no_address_is_a_mistake(wrong: Any) -> None:
    """At the line that says so."""
    with pytest.raises(MisuseError, match="is no address"):
        created(wrong)


def test_frameworks_take_them_as_they_are() -> None:
    """Flask and Starlette, for instance."""
    app = flask.Flask("shop")

    @app.post("/form")
    def form() -> tuple[Any, ...]:
        return "", *see_other("/完成")

    got = app.test_client().post("/form")
    assert (303, "/%E5%AE%8C%E6%88%90") == (got.status_code, got.headers["Location"])
    response = Response("", *created("/posts/7"))
    assert (201, "/posts/7") == (response.status_code, response.headers["location"])
