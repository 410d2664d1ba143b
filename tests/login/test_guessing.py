"""The parts of a password and what they add up to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.login import guessing

WORDS = frozenset({"password", "horse", "purpie", "monkey", "iiverpooi", "the"})


def cut(text: str, own: tuple[str, ...] = ()) -> list[guessing.Part]:
    """Return the parts of *text*, where a word is 15 bits."""
    return guessing.parts(text, is_word=WORDS.__contains__, word_bits=15, own=own)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("password", {"word": "password"}),
        ("P@SSW0RD", {"word": "p@ssw0rd"}),
        ("L1verp00l", {"word": "l1verp00l"}),
        ("qwertyuiop", {"row": "qwertyuiop"}),
        ("poiuytrewq", {"row": "poiuytrewq"}),
        ("vcxz", {"row": "vcxz"}),
        ("1qaz2wsx", {"row": "1qaz2wsx"}),
        ("azertyuiop", {"row": "azertyuiop"}),
        ("фывапролджэ", {"row": "фывапролджэ"}),
        ("七八九十", {"row": "七八九十"}),
        ("zyxwvut", {"row": "zyxwvut"}),
        ("aaaaaaaaab", {"row": "aaaaaaaaa", "other": "b"}),
        ("1987", {"date": "1987"}),
        ("19870412", {"date": "19870412"}),
        ("12041987", {"date": "12041987"}),
        ("horsehorse", {"word": "horse", "again": "horse"}),
        ("xkqzvxkqzv-", {"other": "-", "again": "xkqzv"}),
        ("adamonkey", {"own": "ada", "word": "monkey"}),
        ("jxqz", {"other": "z"}),
    ],
)
def test_a_text_is_cut_into_what_explains_it(text: str, kinds: dict[str, str]) -> None:
    """Each kind at its last place; whatever is put together again is the text, folded."""
    found = cut(text, own=("ada",))
    assert text.casefold() == "".join(part.text for part in found)
    assert kinds == {part.kind: part.text for part in found}


def test_bits_add_up() -> None:
    """A word is 15 here, a space 1, and so on; the cheapest way is taken."""
    assert 31 == guessing.bits(cut("horse monkey"))
    assert 14 < guessing.bits(cut("the")) < 15
    assert 0 == guessing.bits(cut(""))


@pytest.mark.parametrize(
    ("one", "other"),
    [("x", "a1"), ("1", "x"), ("x", "#"), ("x", "é"), ("é", "春"), ("horse", "horse1"), ("horsehorse", "horsemonkey")],
)
def test_the_one_takes_fewer_guesses_than_the_other(one: str, other: str) -> None:
    """Digits, letters, signs, letters with marks, ideographs, in this order."""
    assert guessing.bits(cut(one)) < guessing.bits(cut(other))


def test_more_repetitions_than_one_add_nothing() -> None:
    """Twice or a hundred times is one guess more."""
    assert guessing.bits(cut("xkqzv#" * 2)) == guessing.bits(cut("xkqzv#" * 100))


def test_of_a_long_text_both_ends_are_looked_at() -> None:
    """What is weak at one end and random at the other is not weak; what is weak at both is."""
    random, weak = "xkqzvjw#mtr%hpb&nl" * 4 + "y", "a" * 300
    for text in (random + weak, weak + random):
        assert guessing.bits(cut(text)) > 65
    assert guessing.bits(cut(weak + "b" + weak)) < 40


@settings(deadline=None)
@given(st.text(max_size=400), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_fuzz_any_text_is_cut(text: str, own: list[str]) -> None:
    """Into parts of which each is something, at a cost that is a number."""
    found = guessing.parts(text, is_word=lambda word: "e" in word, word_bits=9.0, own=own)
    assert all(part.text for part in found)
    assert all(0 < part.bits < 20 for part in found)


def test_the_work_is_bounded() -> None:
    """Words are asked for once for each place and length, however long the text is."""
    asked: list[str] = []

    def is_word(word: str) -> bool:
        asked.append(word)
        return False

    guessing.parts("xkqzvjw#mtr%hpb&nl" * 500 + "y", is_word=is_word, word_bits=15)
    assert 3_000 < len(asked) <= 2 * guessing.MOST * guessing.LONGEST_WORD
