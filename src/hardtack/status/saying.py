"""What an error tells the visitor, whatever the form of the answer: what happened, what to do next, and a list.

The error's own detail comes first and then stands alone, since whoever wrote it knew the case better than the catalogue
does; without one the catalogue's words are used. A time to wait takes the place of the catalogue's advice. Nothing here
is escaped, because it is not yet known whether it becomes HTML, JSON or text; the log's reason is never among it.
"""

from __future__ import annotations

from typing import NamedTuple

from hardtack.errors import Refused, text_in
from hardtack.status.catalogue import class_of

_LISTED = ("available", "supported")
"""Extensions that hold a list which belongs into the content (RFC 9110 §15.5.7, §15.6.6)."""

_LATER: tuple[tuple[int, int, dict[str, str]], ...] = (
    (7200, 3600, {"en": "Try again in {} hours.", "zh": "请在 {} 小时后再试。"}),
    (120, 60, {"en": "Try again in {} minutes.", "zh": "请在 {} 分钟后再试。"}),
    (2, 1, {"en": "Try again in {} seconds.", "zh": "请在 {} 秒后再试。"}),
    (0, 1, {"en": "Try again in a second.", "zh": "请过一秒再试。"}),
)
"""From how many seconds on, the seconds in one unit, and what to say."""


class Saying(NamedTuple):
    """What to show, as plain text in one language.

    Args:
        code: the status code.
        phrase: its name.
        explanation: what happened.
        advice: what to do next, or ``""``.
        items: what else there is to say, one line each.
    """

    code: int
    phrase: str
    explanation: str
    advice: str
    items: tuple[str, ...]


def of(code: int, error: Refused, language: str) -> Saying:
    """Return what *error*, answered with *code*, tells the visitor in *language* (``en`` or ``zh``).

    Raises:
        MisuseError: *code* is no status code.
    """
    status = class_of(code)
    own = error.detail_in(language)
    advice = "" if own else status.advise_visitor(language)
    return Saying(
        code,
        status.phrase_in(language),
        own or status.explain_to_visitor(language),
        advice if error.retry_after is None else later(error.retry_after, language),
        tuple(_items(error, language)),
    )


def later(seconds: int, language: str) -> str:
    """Return when to come back, in words; rounded up, so that nobody comes too early."""
    _, unit, words = next(row for row in _LATER if max(0, seconds) >= row[0])
    return words[language].format(-(-seconds // unit))


def _items(error: Refused, language: str) -> list[str]:
    colon = "：" if language == "zh" else ": "
    items = [f"{name}{colon}{text_in(text, language) or ''}" for name, text in error.fields.items()]
    for listed in _LISTED:
        values = error.extensions.get(listed)
        if isinstance(values, list | tuple):
            items += [str(value) for value in values]
    return items
