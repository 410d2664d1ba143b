"""How strong a password is, in words that help: what it is made of, how long it holds, what would make it better.

The estimate is ``guessing``'s, and is made on the server when the password is there anyway: no page sends one anywhere
to have it measured. Times are those of somebody who has stolen the database and hires many computers: ``RATE`` guesses
a second. A sign-in form can be asked a few times a minute only, so there everything holds longer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hardtack.errors import Text
from hardtack.login import common, guessing, plain

RATE = 100_000_000
"""Guesses a second: about ten thousand graphics cards on argon2id with our parameters."""

ENOUGH = 50.0
"""Bits that a new password must have by this estimate: fifteen random digits, or four words, or three and some."""

ENOUGH_BESIDE = 32.0
"""Bits that it must have where a second factor is asked for beside it: ten random digits, or seven random letters."""

_SCORES = (28.0, 40.0, ENOUGH, 65.0)
"""From how many bits on the score is 1, 2, 3 and 4."""


@dataclass(frozen=True, slots=True)
class Strength:
    """What is said of a password.

    Args:
        bits: the logarithm of the guesses that it takes, to the base of 2.
        score: 0 (found at once) to 4 (strong); from 3 on it is taken.
        because: what explains most of it, as ``guessing.Kind``.
        holds: within what time somebody with many computers would find it in a stolen database.
        advice: what it is made of, and what would make it better.
    """

    bits: float
    score: int
    because: guessing.Kind
    holds: Mapping[str, str]
    advice: Mapping[str, str]

    @property
    def weak(self) -> Text:
        """What is said of a password that is refused for it."""
        return {tag: text.format(holds=self.holds[tag]) + self.advice[tag] for tag, text in _WEAK.items()}


def estimate(password: str, context: Collection[str] = ()) -> Strength:
    """Return how strong *password* is.

    Args:
        password: as typed, not longer than a password may be.
        context: words that an attacker would try first, such as the account's name.

    Raises:
        MisuseError: a file of the package is damaged.
    """
    own = {plain.alike(plain.fold(word)) for word in context}
    found = guessing.parts(password, is_word=common.is_word, word_bits=common.word_bits(), own=own)
    bits = guessing.bits(found)
    # Of what is explained, the kind that covers most; characters that nothing explains, where there is nothing else.
    covered = Counter[guessing.Kind]()
    for part in found:
        covered[part.kind] += len(part.text) if part.kind != "other" else 0
    because = covered.most_common(1)[0][0] if covered else "other"
    score = sum(bits >= needed for needed in _SCORES)
    return Strength(bits, score, because, _holds(bits), _ADVICE["strong" if score > 3 else because])


def _holds(bits: float) -> Mapping[str, str]:
    seconds = 2 ** (min(bits, 1000) - 1) / RATE
    return next(text for limit, text in _TIMES if seconds < limit)


_DAY = 86_400.0
_TIMES: tuple[tuple[float, dict[str, str]], ...] = (
    (1, {"en": "a second", "zh": "不到一秒"}),
    (60, {"en": "a minute", "zh": "不到一分钟"}),
    (3_600, {"en": "an hour", "zh": "不到一小时"}),
    (_DAY, {"en": "a day", "zh": "不到一天"}),
    (30 * _DAY, {"en": "a month", "zh": "不到一个月"}),
    (365 * _DAY, {"en": "a year", "zh": "不到一年"}),
    (36_500 * _DAY, {"en": "a hundred years", "zh": "不到一百年"}),
    (float("inf"), {"en": "many hundred years", "zh": "数百年"}),
)

_WEAK = {
    "en": "This password is easy to guess: with the database stolen, it would be found within {holds}. ",
    "zh": "这个密码容易被猜到：一旦数据库被盗，{holds}就能破解它。",
}

_MORE_WORDS_EN = "Add two or three words that have nothing to do with each other."
_MORE_WORDS_ZH = "请再加上两三个互不相关的词。"

_ADVICE: dict[str, dict[str, str]] = {
    "strong": {"en": "This password is strong.", "zh": "这个密码很强。"},
    "word": {
        "en": f"It is made of common words, and digits for letters hide nothing. {_MORE_WORDS_EN}",
        "zh": f"它由常用的词组成，用数字代替字母也无济于事。{_MORE_WORDS_ZH}",
    },
    "own": {
        "en": "It is made of your name or of the name of this service. Leave them out.",
        "zh": "它包含您的名字或本服务的名称，请不要使用它们。",
    },
    "row": {
        "en": "It is made of keys or letters in a row. Words that have nothing to do with each other are better.",
        "zh": "它由键盘上或字母表中相邻的字符组成，改用几个互不相关的词会更好。",
    },
    "date": {
        "en": f"It is made of dates or years, which are few. {_MORE_WORDS_EN}",
        "zh": f"它由日期或年份组成，可能的组合很少。{_MORE_WORDS_ZH}",
    },
    "again": {
        "en": f"It is the same thing again and again, which adds nothing. {_MORE_WORDS_EN}",
        "zh": f"它只是同样内容的重复，重复并不会更安全。{_MORE_WORDS_ZH}",
    },
    "other": {
        "en": f"It has few different characters. {_MORE_WORDS_EN}",
        "zh": f"它的字符种类太少。{_MORE_WORDS_ZH}",
    },
}
