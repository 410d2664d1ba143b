"""What somebody remembers of a code finds it: a number, a name of today or of old, a word of what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.status import Status, search


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("404", 404),
        ("４０４", 404),
        ("not found", 404),
        ("NOT  FOUND", 404),
        ("未找到", 404),
        ("request-timeout", 408),
        ("Request Time-out", 408),
        ("Payload Too Large", 413),
        ("Moved Temporarily", 302),
        ("I'm a teapot", 418),
        ("internal error", 500),
        ("proxy auth", 407),
    ],
)
def test_what_is_remembered_finds_it(text: str, first: int) -> None:
    """Whatever the case, the width of the letters and the spaces between."""
    assert search.search(text)[0] == first


def test_a_word_of_what_it_means_finds_it() -> None:
    """In either language."""
    assert {202, 413} <= {*search.search("the content"), *search.search("已接受")}
    assert 511 in search.search("登录")


def test_what_is_called_so_comes_before_what_only_speaks_of_it() -> None:
    """Found is a name, and a part of others."""
    found = search.search("found")
    assert [302, 404] == [status.code for status in found][:2]
    assert len(set(found)) == len(found)


def test_every_word_must_occur() -> None:
    """More words find less."""
    assert {*search.search("proxy required")} < {*search.search("proxy")}
    assert [407] == [status.code for status in search.search("proxy required")]


@pytest.mark.parametrize("text", ["", "   ", "zzz"])
def test_nothing_finds_nothing(text: str) -> None:
    """No word, or one that occurs nowhere."""
    assert [] == search.search(text)


@pytest.mark.parametrize(
    ("text", "code"), [("not fond", 404), ("Forbiden", 403), ("４０５", 405), ("找不到", 404), ("qqqq", None)]
)
def test_a_slip_of_the_pen_is_guessed(text: str, code: int | None) -> None:
    """And what is like nothing is not."""
    assert code == search.closest(text)


def test_every_code_is_found_by_every_name() -> None:
    """In both languages, by its slug and by all that it was once called."""
    for status in Status:
        for name in (str(status.code), status.phrase, status.phrase_in("zh"), status.slug, *status.aliases):
            assert status in search.search(name), name


@given(st.text(max_size=200))
def test_whatever_is_typed_is_looked_for(text: str) -> None:
    """Never an exception; what is found is registered."""
    assert all(status in set(Status) for status in search.search(text))
    assert search.closest(text) in {None, *Status}
