"""An error as ``application/problem+json`` (RFC 9457), for programs.

``type`` is ``about:blank`` unless the caller names a base for its own types; ``title`` is the phrase in the visitor's
language, as RFC 9457 §4.2.1 allows. Beside the registered members it carries ``slug`` (the machine's word for the kind
of error, always there), ``fields`` (what is wrong with each field of a form), ``retry_after`` (seconds) and whatever
extensions the error itself has. The promise: any ``Refused`` becomes valid JSON; an extension that JSON cannot hold is
left out, and none can take the place of a member named here. Nothing internal is in it, such as the log's reason.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hardtack.errors import Refused, text_in
from hardtack.status import saying, why
from hardtack.status.catalogue import language_of
from hardtack.status.trace import Step

MEDIA_TYPE = "application/problem+json"

_RESERVED = frozenset({"type", "title", "status", "detail", "instance", "slug", "fields", "retry_after"})


def document(
    code: int,
    error: Refused,
    language: str = "en",
    *,
    types: str = "about:blank",
    instance: str | None = None,
    trace: Sequence[Step] | None = None,
) -> dict[str, Any]:
    """Return the problem as a JSON object.

    Args:
        code: the status code of the answer.
        error: what was raised.
        language: ``en`` or ``zh``.
        types: ``about:blank``, or an absolute address to which the error's slug is appended as its ``type``.
        instance: an address for this one occurrence, if there is one.
        trace: what was tried, for the member ``trace``; for development.
    """
    language = language_of(language)
    says = saying.of(code, error, language)
    space = "" if language == "zh" or not says.advice else " "
    members: dict[str, Any] = {
        "type": types if types == "about:blank" else types + error.slug,
        "title": says.phrase,
        "status": code,
        "detail": f"{says.explanation}{space}{says.advice}",
        "slug": error.slug,
    }
    if instance is not None:
        members["instance"] = instance
    if error.fields:
        members["fields"] = {name: text_in(text, language) for name, text in error.fields.items()}
    if error.retry_after is not None:
        members["retry_after"] = max(0, error.retry_after)
    if trace is not None:
        members["trace"] = why.members(trace)
    taken = _RESERVED | members.keys()
    own = {name: value for name, value in error.extensions.items() if name not in taken and _holds(value)}
    return members | own


def encode(members: dict[str, Any]) -> bytes:
    """Return *members* as JSON in UTF-8; what no text can hold (a lone surrogate) becomes a question mark."""
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def _holds(value: object) -> bool:
    """Return whether JSON can hold *value*; not-a-number and infinity are no JSON (RFC 8259 §6)."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
