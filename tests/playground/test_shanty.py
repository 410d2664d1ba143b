"""A shanty, and what every request can do wrong with an address that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.status.refuse import RefusePolicy
from tests.adapters.asgi.driving import ask, scope
from tests.playground.inside import Inside


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    """Return a playground of its own."""
    return Inside(tmp_path)


@pytest.mark.parametrize(
    ("accept", "kind"), [("*/*", "text/plain"), ("text/html", "text/html"), ("image/png, text/*;q=0.1", "text/plain")]
)
def test_it_is_sung_as_it_is_wanted(inside: Inside, accept: str, kind: str) -> None:
    """As text, or as a page."""
    response = inside.get("/shanty", accept=accept)
    assert (200, f"{kind}; charset=utf-8") == (response.status, response.get("Content-Type"))


def test_it_cannot_be_painted(inside: Inside) -> None:
    """406, with a list of what there is."""
    response = inside.get("/shanty", accept="image/png")
    assert 406 == response.status
    assert b"text/plain" in response.body
    assert b"text/html" in response.body


def test_a_part_behind_its_end_is_told_its_length(inside: Inside) -> None:
    """416, with the present length; a part that is there comes as 206."""
    whole = inside.get("/shanty").body
    response = inside.get("/shanty", range="bytes=100000-")
    assert (416, f"bytes */{len(whole)}") == (response.status, response.get("Content-Range"))
    part = inside.get("/shanty", range="bytes=4-10")
    assert (206, b"biscuit") == (part.status, part.body)


def test_an_address_that_never_ends_is_not_read(inside: Inside) -> None:
    """414, over 8192 octets."""
    assert [200, 414] == [inside.get(f"/shanty?verse={'0' * count}1").status for count in (8000, 9000)]


def test_more_fields_than_anybody_needs_are_refused(inside: Inside) -> None:
    """431: over two hundred of them, or over 32 KB."""
    many = {f"rope-{number}": "hemp" for number in range(250)}
    assert [431, 431] == [inside.ask("GET", "/shanty", fields).status for fields in (many, {"rope": "h" * 40_000})]


def test_an_expectation_that_nobody_knows_is_refused(inside: Inside) -> None:
    """417; the one that is known does no harm."""
    assert [417, 200] == [inside.get("/shanty", expect=value).status for value in ("a-fair-wind", "100-continue")]


@pytest.mark.parametrize("policy", [RefusePolicy(development=True), RefusePolicy(hosts=frozenset({"localhost:8000"}))])
def test_another_house_is_not_spoken_for(tmp_path: Path, policy: RefusePolicy) -> None:
    """421, in development and in production alike."""
    asked = scope("/playground/shanty")
    asked["headers"] = [(b"host", b"elsewhere.example")]
    assert 421 == ask(Inside(tmp_path, policy=policy).app, asked).status


def test_a_broken_escape_is_refused(inside: Inside) -> None:
    """400: %zz says nothing."""
    assert 400 == inside.get("/notes/%zz").status


def test_what_may_be_a_repetition_is_asked_for_again(inside: Inside) -> None:
    """425, where a gateway says that it came as early data; reading twice does no harm."""
    note = inside.ask("POST", "/notes", {"Early-Data": "1"}, [b"text=At+once"])
    assert (425, 200) == (note.status, inside.get("/shanty", early_data="1").status)


def test_what_was_taken_away_is_gone(inside: Inside) -> None:
    """410, by the table of addresses."""
    assert 410 == inside.get("/guestbook").status


def test_what_an_order_withholds_says_who_and_why(inside: Inside) -> None:
    """451, with the reason in both languages and whoever carries it out (RFC 7725 §3, §4)."""
    response = inside.get("/sea-chart", accept_language="zh")
    assert (451, '</>; rel="blocked-by"') == (response.status, response.get("Link"))
    assert "第 7 号令" in response.body.decode()
    assert b"order no. 7" in inside.get("/sea-chart").body


def test_a_note_that_is_not_there_is_not_found(inside: Inside) -> None:
    """404, and nothing said about yesterday or tomorrow."""
    assert 404 == inside.get("/notes/lost").status
