"""What the package httplint finds beside our own rules, where it is installed (``pip install 'hardtack[lint]'``).

It looks at one answer beside its request and knows much about fields that concern no status code. Its notes that are
bad or warn are taken over, with their source named; those that the RFCs contradict, or that only say which code it is,
are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from hardtack.status.lint import Exchange, Finding

SOURCE = "httplint"

LEFT_OUT = {
    "PARTIAL_WITHOUT_RANGE": "RFC 9110 §15.3.7.2: a multipart 206 has its Content-Range in each part.",
    "REQUEST_HDR_IN_RESPONSE": "RFC 9110 §15.5.16: Accept in an answer says what would be taken.",
    "CREATED_WITHOUT_LOCATION": "RFC 9110 §15.3.2: without Location the target itself was created.",
    "STATUS_BAD_REQUEST": "It only says that it is a 400.",
    "STATUS_URI_TOO_LONG": "It only says that it is a 414.",
}
"""By the note's name: why it is left out."""

_LEVELS = {"bad": "error", "warning": "warning"}


def installed() -> bool:
    """Return whether the package is there."""
    return find_spec(SOURCE) is not None


def notes(exchange: Exchange, *, at: float) -> list[Finding]:
    """Return what httplint finds in one exchange that was seen on the wire.

    Args:
        exchange: the exchange.
        at: when it was, Unix time in seconds.
    """
    httplint: Any = import_module(SOURCE)
    asked, answer = exchange.request, exchange.response
    version = f"HTTP/{asked.http_version}".encode("latin-1", "replace")
    target = f"{asked.scheme}://{asked.host}{asked.target}"
    request = httplint.HttpRequestLinter(start_time=at)
    request.process_request_topline(
        asked.method.encode("latin-1", "replace"), target.encode("latin-1", "replace"), version
    )
    request.process_headers([_pair(field) for field in asked.headers])
    request.finish_content(True)
    response = httplint.HttpResponseLinter(start_time=at, _related=request)
    response.is_head_response = asked.method == "HEAD"
    response.base_uri = target
    response.process_response_topline(version, str(answer.status).encode(), b"")
    response.process_headers([_pair(field) for field in answer.headers])
    response.feed_content(answer.body)
    response.finish_content(True)
    return [
        Finding(type(note).__name__, _LEVELS[note.level.value], answer.status, SOURCE, _text(note), SOURCE)  # type: ignore[arg-type]  # the two levels
        for note in _with_their_parts(response.notes)
        if note.level.value in _LEVELS and type(note).__name__ not in LEFT_OUT
    ]


def _pair(field: tuple[str, str]) -> tuple[bytes, bytes]:
    return field[0].encode("latin-1", "replace"), field[1].encode("latin-1", "replace")


def _text(note: Any) -> dict[str, str]:
    i18n: Any = import_module(f"{SOURCE}.i18n")
    found = {}
    for language in ("en", "zh"):
        with i18n.set_locale(language):
            found[language] = "".join(each if each.isprintable() else "?" for each in str(note.summary))
    return found


def _with_their_parts(found: Any) -> Iterator[Any]:
    for note in found:
        yield note
        yield from _with_their_parts(note.subnotes)
