"""Requests and responses as values."""

from __future__ import annotations

import dataclasses
import email.utils
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.message import Headers, Request, Response, http_date


def test_fields_are_found_without_regard_to_case() -> None:
    """RFC 9110 §5.1: field names are case-insensitive."""
    headers = Headers([("Content-Type", "text/html")])
    assert headers.get("content-TYPE") == "text/html"
    assert "CONTENT-type" in headers
    assert headers.get("accept") is None
    assert headers.get("accept", "x") == "x"
    assert 7 not in headers


def test_repeated_fields_keep_their_order_and_number() -> None:
    """Who counts fields, as the Host check does, must see all of them."""
    headers = Headers([("Host", "a"), ("Accept", "x"), ("host", "b")])
    assert headers.all("HOST") == ["a", "b"]
    assert headers.all("cookie") == []
    assert headers.joined("host") == "a, b"
    assert headers.joined("cookie") is None
    assert len(headers) == 3
    assert list(headers) == [("host", "a"), ("accept", "x"), ("host", "b")]


def test_a_representation_holds_no_value() -> None:
    """Representations end up in logs, and values can be cookies and passwords."""
    request = Request(method="POST", path="/", headers=Headers([("Cookie", "s3cret")]), body=b"password=s3cret")
    assert "s3cret" not in repr(request)
    assert "cookie" in repr(request.headers)


def test_a_request_cannot_be_changed() -> None:
    """Every room sees the same request."""
    request = Request(method="GET", path="/")
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.path = "/admin"  # type: ignore[misc]


def test_setting_a_field_replaces_every_spelling_of_it() -> None:
    """Two contradicting fields must not come from one answer of ours."""
    response = Response(200, [("content-type", "a"), ("Content-Type", "b")])
    response.set("Content-Type", "c")
    assert response.headers == [("Content-Type", "c")]
    assert response.get("CONTENT-TYPE") == "c"
    assert response.get("etag") is None


def test_setting_several_fields_is_setting_one_after_another() -> None:
    """The same fields in the same order, whatever was there."""
    there = [("etag", '"1"'), ("X-A", "1"), ("set-cookie", "c"), ("x-a", "2")]
    given = (("x-A", "3"), ("Vary", "Accept"), ("ETag", '"2"'))
    one_by_one, at_once = Response(200, list(there)), Response(200, list(there))
    for name, value in given:
        one_by_one.set(name, value)
    at_once.set_each(given)
    assert one_by_one.headers == at_once.headers == [("set-cookie", "c"), *given]


def test_added_fields_repeat() -> None:
    """Set-Cookie may come several times (RFC 6265 §3)."""
    response = Response(200)
    response.add("Set-Cookie", "a=1")
    response.add("Set-Cookie", "b=2")
    assert response.headers == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def test_vary_grows_without_repeating() -> None:
    """RFC 9110 §12.5.5: a list of names, or an asterisk that says everything already."""
    response = Response(200, [("vary", "Accept")])
    response.vary("Cookie")
    response.vary("cookie")
    assert response.get("Vary") == "Accept, Cookie"
    everything = Response(200, [("Vary", "*")])
    everything.vary("Cookie")
    assert everything.get("Vary") == "*"


class TestHttpDate:
    """Dates without a calendar library."""

    @given(seconds=st.integers(-11_644_473_600, 253_402_300_799))
    @example(seconds=951_782_400)
    @example(seconds=4_107_542_400)
    def test_every_second_is_what_the_standard_library_says(self, seconds: int) -> None:
        """Leap years, centuries and weekdays agree over all the years that can be written."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        assert http_date(seconds) == email.utils.format_datetime(moment, usegmt=True)

    @pytest.mark.parametrize("seconds", [1.0, "0", True, -11_644_473_601, 253_402_300_800])
    def test_what_is_no_such_date_is_refused(self, seconds: Any) -> None:
        """Whole seconds in years of four digits, from 1601 on."""
        with pytest.raises(MisuseError, match="not a date that a field can have"):
            http_date(seconds)
