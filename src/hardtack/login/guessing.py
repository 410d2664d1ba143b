"""How many guesses a password would take somebody who knows how people make them up.

The text is cut into parts at the least cost: words that many people use (in any capitals, with digits for letters),
words that belong to this account or service, rows of keys or of the alphabet, years and dates, what stood there before,
and characters that nothing explains. Costs are bits: a part of 15 bits takes 2^15 guesses, and parts multiply. It is an
estimate on the careful side, for refusing what is weak and for saying why; it never makes a long random password weak.

The work is bounded: texts beyond ``MOST`` characters are looked at by their beginning and their end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Literal, NamedTuple

from hardtack.login import plain

MOST = 96
"""Characters, in folded form, that are cut into parts; of a longer text as many of each end."""

LONGEST_WORD = 20
SHORTEST_WORD = 3

LONGEST = 40
"""Characters of a row or of a repetition at most; what goes on is another part."""

Kind = Literal["word", "own", "row", "date", "again", "other"]

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    # Down the keyboard, a finger at a time.
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0",
    # The keys of France, of Germany and of Russia.
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertzuiopü",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "零一二三四五六七八九十",
    "甲乙丙丁戊己庚辛壬癸",
    "子丑寅卯辰巳午未申酉戌亥",
)

_DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d"
    r"|(?:19|20)\d\d"
)


class Part(NamedTuple):
    """A part of a password.

    Args:
        kind: what explains it: a common word, a word of the account's or the service's own, a row of keys or letters, a
            date, the same as before, or nothing.
        text: what it is, folded.
        bits: what it adds.
    """

    kind: Kind
    text: str
    bits: float


def parts(text: str, *, is_word: Callable[[str], bool], word_bits: float, own: Collection[str] = ()) -> list[Part]:
    """Return the parts of *text* that cost least together.

    Args:
        text: as typed, of any length.
        is_word: says of a text, folded and with letters for what stands for them, whether many people use it.
        word_bits: what such a word adds.
        own: words that an attacker would try first here, in that same form.
    """
    folded = plain.fold(text)
    repeated = plain.unit(folded)
    if len(repeated) < len(folded):
        # Once more or a hundred times makes no difference to whoever guesses.
        folded = 2 * repeated
    if len(folded) > 2 * MOST:
        # What was cut out cannot be weaker than nothing.
        folded = folded[:MOST] + folded[-MOST:]
    costs = [0.0] + [math.inf] * len(folded)
    last: list[Part] = [Part("other", "", 0)] * (len(folded) + 1)
    for start in range(len(folded)):
        before = costs[start]
        for part in _from(folded, start, is_word, word_bits, own):
            end = start + len(part.text)
            if before + part.bits < costs[end]:
                costs[end], last[end] = before + part.bits, part
    found: list[Part] = []
    end = len(folded)
    while end:
        found.append(last[end])
        end -= len(last[end].text)
    return found[::-1]


def bits(found: Collection[Part]) -> float:
    """Return what *found* add up to: the logarithm of the guesses, to the base of 2."""
    return sum(part.bits for part in found)


def _from(
    folded: str, start: int, is_word: Callable[[str], bool], word_bits: float, own: Collection[str]
) -> Iterator[Part]:
    """Give every part of *folded* that begins at *start*."""
    yield Part("other", folded[start], _character_bits(folded[start]))
    length = _row(folded, start)
    for size in range(3, min(LONGEST, length) + 1):
        yield Part("row", folded[start : start + size], 5 + math.log2(size))
    date = _DATE.match(folded, start)
    if date is not None:
        yield Part("date", date[0], 7 if len(date[0]) == 4 else 14)
    for size in range(3, min(LONGEST, len(folded) - start) + 1):
        again = folded[start : start + size]
        if again not in folded[:start]:
            break
        yield Part("again", again, 3)
    meant = plain.alike(folded[start : start + LONGEST_WORD])
    for size in range(SHORTEST_WORD, len(meant) + 1):
        if is_word(meant[:size]):
            yield Part("word", folded[start : start + size], word_bits)
    for word in own:
        if plain.alike(folded[start : start + len(word)]) == word:
            yield Part("own", folded[start : start + len(word)], 3)


def _character_bits(character: str) -> float:
    if character in " -_.":
        return 1
    if character.isdigit():
        # A little more than a digit has, so that fifteen random ones are enough.
        return 3.4
    if character < "\x7f":
        return math.log2(26) if character.isalpha() else math.log2(33)
    # A few thousand ideographs are in everyday use; of other letters a few dozen an alphabet.
    return 10 if character.isalpha() and character >= "\u2e80" else 6


def _row(folded: str, start: int) -> int:
    """Return how many characters from *start* on are one character, or lie in a row of keys or letters."""
    rest = folded[start:]
    longest = len(rest) - len(rest.lstrip(rest[0]))
    for row in _BOTH_WAYS:
        at = row.find(rest[0])
        if at >= 0:
            size = 1
            while size < len(rest) and row[at + size : at + size + 1] == rest[size]:
                size += 1
            longest = max(longest, size)
    return longest


_BOTH_WAYS = tuple(way for row in _ROWS for way in (row, row[::-1]))
