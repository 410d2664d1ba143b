"""The three roots that every error of Hardtack descends from.

Two families by guilt: ``MisuseError`` is the programmer's and is raised at start-up or at the line that misuses;
``Refused`` is the visitor's and carries the status that answers the request. Each room derives its own beside the
code that raises it. A bad cookie is no error at all: it is an empty session whose ``why`` says the reason.

An error never holds a secret: its text may be logged, and a ``Refused``'s detail is shown to the visitor.

What goes away one day is no error yet: a ``HardtackDeprecationWarning`` says so to the programmer a year before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Text = str | Mapping[str, str]
"""A text for the visitor: one string, or one per language tag, such as ``{"en": "…", "zh": "…"}``."""


class HardtackError(Exception):
    """The root of every error that Hardtack raises on purpose."""


class MisuseError(HardtackError, ValueError):
    """The programmer used Hardtack in a way that cannot work; the text says what to write instead.

    Args:
        problem: what is wrong, one sentence.
        hint: what to do about it; printed on a line of its own by the command line.
    """

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(f"{problem}\n{hint}" if hint else problem)
        self.problem = problem
        self.hint = hint


class HardtackDeprecationWarning(DeprecationWarning):
    """Something public goes away; the text says since when and with which version, and what to write instead.

    It is a warning and no error: what is deprecated works until it is gone. pytest shows it, ``python -W
    error::DeprecationWarning`` makes an error of it.

    Args:
        what: goes away, as one writes it.
        since: the version that has deprecated it.
        gone: the version that will not have it any more; a major one from 1.0 on.
        instead: what to write.
    """

    def __init__(self, what: str, *, since: str, gone: str, instead: str) -> None:
        super().__init__(f"{what} is deprecated since Hardtack {since} and gone with {gone}; write {instead}")
        self.what = what
        self.since = since
        self.gone = gone
        self.instead = instead


class Refused(HardtackError):
    """The visitor's request is answered with a status code instead of a result.

    Args:
        detail: what to tell the visitor, in one string or per language; ``None`` leaves it to the catalogue's own text.
        reason: one machine-readable word or phrase for the log; never shown, never secret.
        headers: response header fields that go with the answer.
        retry_after: seconds until trying again makes sense; becomes ``Retry-After`` (RFC 9110 §10.2.3), and every form
            of the answer says it in words, so the detail need not.
        fields: what is wrong with each field of a form, by the field's name.
    """

    status: int = 400
    slug: str = "refused"

    def __init__(
        self,
        detail: Text | None = None,
        *,
        reason: str = "",
        headers: Sequence[tuple[str, str]] = (),
        retry_after: int | None = None,
        fields: Mapping[str, Text] | None = None,
        **extensions: Any,
    ) -> None:
        self.detail = detail
        self.reason: str = reason or self.slug
        self.headers: tuple[tuple[str, str], ...] = tuple(headers)
        self.retry_after = retry_after
        self.fields: dict[str, Text] = dict(fields or {})
        self.extensions = extensions
        super().__init__(f"{self.status} {self.reason}")

    def detail_in(self, language: str) -> str | None:
        """Return the detail in *language* (``"en"``, ``"zh"``), falling back to English, or ``None`` without one."""
        return text_in(self.detail, language)


def text_in(text: Text | None, language: str) -> str | None:
    """Return *text* in *language*, falling back to English, then to any; ``None`` stays ``None``."""
    if text is None or isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()), None)
