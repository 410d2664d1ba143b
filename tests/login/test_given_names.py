"""Names that are given to people who sign up with an address, and what they say they are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardtack.login import given_names
from hardtack.login.given_names import ALPHABET, BadDisplayName
from hardtack.login.names import Name

TAIL = f"[{ALPHABET}]{{5}}"


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("anna.li@example.org", "anna.li"),
        ("Anna.Li+shop@example.org", "anna.li"),
        ("安娜@例子.中国", "安娜"),
        ("o'brien{1}@example.org", "obrien1"),
        ("_x-@example.org", "x"),
        ("+tag@example.org", "member"),
        ("!#$@example.org", "member"),
        ("анна@example.org", "member"),
        ("שרה@example.org", "member"),
        ("aа@example.org", "member"),
        ("a" * 64 + "@example.org", "a" * 40),
    ],
)
def test_a_name_begins_like_the_address_as_far_as_it_may(typed: str, begins: str) -> None:
    """Whatever cannot be in a name is left out, and what cannot be one at all is a member."""
    assert re.fullmatch(re.escape(begins) + "-" + TAIL, given_names.for_address(typed).canonical)


def test_a_name_is_another_one_each_time() -> None:
    """Always with its random end, so that it says nothing about who was there before."""
    assert 50 == len({given_names.for_address("anna@example.org").canonical for _ in range(50)})


@given(st.text(max_size=100), st.sampled_from(["@example.org", "@例子.中国", ""]))
def test_every_address_gets_a_name_that_may_be_one(local: str, host: str) -> None:
    """The promise of ``for_address``: a name, whatever the address is."""
    name = given_names.for_address(local + host)
    assert name == Name.of(name.canonical)
    assert "@" not in name.canonical


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("", ""), ("  ", ""), (" Anna Li ", "Anna Li"), ("安娜 🙂", "安娜 🙂"), ("e\u0301", "é"), ("x" * 64, "x" * 64)],
)
def test_what_somebody_is_called_is_shown_as_typed(typed: str, shown: str) -> None:
    """Without outer white space, in the one form of its accents."""
    assert shown == given_names.display(typed)


@pytest.mark.parametrize(
    "typed", ["x" * 65, "x" * 100_000, "a\x00b", "a\nb", "\u202eanna", "an\u200bna", "a\u2028b", "\ud800", "\ufeffa b"]
)
def test_what_cannot_be_seen_is_refused(typed: str) -> None:
    """Nobody forges a line, turns the text round, or writes a name that looks empty."""
    with pytest.raises(BadDisplayName) as caught:
        given_names.display(typed)
    assert (422, ["display_name"]) == (caught.value.status, list(caught.value.fields))


@given(st.text(max_size=300))
def test_any_text_is_shown_or_refused(typed: str) -> None:
    """The promise of ``display``: a text that can be stored, or ``BadDisplayName``."""
    try:
        shown = given_names.display(typed)
    except BadDisplayName:
        return
    assert len(shown) <= given_names.MAX_DISPLAY
    assert shown == given_names.display(shown)
    shown.encode()
