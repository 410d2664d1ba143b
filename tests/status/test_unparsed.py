"""What a server answers where no request could be made of what came."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hardtack.errors import Refused
from hardtack.status import pages, unparsed


@pytest.mark.parametrize(
    ("received", "options", "status"),
    [
        (b"GARBAGE\r\n\r\n", {}, 400),
        (b"", {}, 400),
        (b"GET / HTTP/1.1\r\nno field\r\n\r\n", {}, 400),
        (b"GET / HTTP/30.0\r\nHost: a\r\n\r\n", {}, 505),
        (b"\r\nGET / HTTP/2\n", {}, 505),
        (b"GET /" + b"a" * 40_000, {"too_long": True}, 414),
        (b"GET / HTTP/1.1\r\nCookie: " + b"a" * 40_000, {"too_long": True}, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: xyz\r\n\r\n", {"unknown_coding": True}, 501),
    ],
)
def test_what_came_says_which_word_fits(received: bytes, options: dict[str, bool], status: int) -> None:
    """And the connection is over after each of them."""
    error = unparsed.refused(received, **options)
    assert status == error.status
    assert ("Connection", "close") in error.headers


def test_a_head_that_does_not_end_in_time_is_408() -> None:
    """RFC 9110 §15.5.9: the server should say that it closes."""
    assert 408 == unparsed.late().status
    assert ("Connection", "close") in unparsed.late().headers


def test_who_came_when_there_were_too_many_is_told_when_to_come_again() -> None:
    """And the connection, which is one of them, is closed."""
    told = unparsed.crowded()
    assert (told.status, told.reason, told.retry_after) == (503, "too-many-connections", unparsed.CROWDED_RETRY_AFTER)
    assert ("Connection", "close") in told.headers


def test_a_version_that_is_not_spoken_says_which_are() -> None:
    """RFC 9110 §15.6.6."""
    assert ["HTTP/1.1", "HTTP/2", "HTTP/3"] == unparsed.refused(b"GET / HTTP/9.0\r\n").extensions["supported"]


def test_the_answer_is_in_the_visitors_language_as_far_as_it_came() -> None:
    """The person with too many cookies is a person."""
    request = unparsed.asked(b"GET / HTTP/1.1\r\nACCEPT: text/html\r\nAccept-Language:zh-CN\r\nCookie: a=" + b"b" * 100)
    response = pages.answer(unparsed.refused(b"GET / HTTP/1.1\r\nCookie", too_long=True), request)
    assert b'<html lang="zh">' in response.body
    assert "431" in response.body.decode()


@given(received=some.binary(max_size=400), too_long=some.booleans(), unknown=some.booleans())
def test_promise_any_octets_get_an_answer(received: bytes, too_long: bool, unknown: bool) -> None:
    """It returns for whatever came, and so does the page."""
    error = unparsed.refused(received, too_long=too_long, unknown_coding=unknown)
    assert isinstance(error, Refused)
    assert error.status == pages.answer(error, unparsed.asked(received)).status


@pytest.mark.parametrize(("files", "found"), [(1024, 800), (1000, 800), (512, 312), (64, 16), (0, 16)])
def test_there_are_as_many_connections_as_there_are_files_for(files: int, found: int) -> None:
    """Otherwise the last ones would be accepted, and no page could be read for them."""
    assert found == unparsed.connections_for(files)
