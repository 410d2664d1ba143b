"""Which errors of an application say nothing, so that our page may stand in for them, and what stays of them.

An application's own word always stands: an error with a content of its own is left as it is. Bare is one without
content, or whose content is only the name of its own code as plain text, which is what frameworks send when nobody
wrote anything. The fields that carry the meaning stay (``Allow``, ``WWW-Authenticate``, ``Retry-After``, cookies);
those that describe the content that went away do not (RFC 9110 §8). The status never changes.

The promise: any status, fields and content give an answer, never an exception, in linear time.
"""

from __future__ import annotations

from collections.abc import Iterable

from hardtack.errors import Refused
from hardtack.status.catalogue import Status, class_of
from hardtack.status.errors import is_field

MOST = 96
"""Octets; no code's name is longer, so nothing longer is worth waiting for."""

OF_THE_CONTENT = frozenset(
    {
        "accept-ranges",
        "cache-control",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-range",
        "content-security-policy",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "trailer",
        "transfer-encoding",
        "x-content-type-options",
    }
)
"""Fields that describe the content which goes away, or the connection that carried it."""

Fields = Iterable[tuple[str, str]]


def is_error(status: int) -> bool:
    """Return whether *status* is a code of an error that can be sent, registered or not."""
    return 400 <= status <= 599


def may_be_bare(status: int, headers: Fields) -> bool:
    """Return whether the content of this answer is worth waiting for: it may turn out to say nothing."""
    if not is_error(status):
        return False
    for name, value in headers:
        lowered = name.lower()
        if lowered == "content-type" and value.partition(";")[0].strip().lower() not in ("", "text/plain", "text/html"):
            return False
        if lowered == "content-encoding" and value.strip().lower() not in ("", "identity"):
            return False
        if lowered == "content-length" and not _short(value):
            return False
    return True


def _short(length: str) -> bool:
    digits = length.strip().lstrip("0")
    # Any other text says nothing about the length, and what is then counted decides.
    return not (digits.isascii() and digits.isdigit()) or (len(digits) <= 3 and int(digits) <= MOST)


def is_bare(status: int, headers: Fields, content: bytes) -> bool:
    """Return whether the error says nothing of its own.

    Args:
        status: the code.
        headers: its fields.
        content: all of it, or its first ``MOST`` + 1 octets.
    """
    if len(content) > MOST or not may_be_bare(status, headers):
        return False
    if not content and any(name.lower() == "content-length" and value.strip().strip("0") for name, value in headers):
        return False  # an answer to HEAD; what the same GET says is not known
    said = content.decode("latin-1").strip().rstrip(".").removeprefix(str(status)).strip()
    return not said or any(each.value == status for each in Status.find(said))


def error_of(status: int, headers: Fields) -> Refused:
    """Return the error whose page stands in for an answer with *status*, with the fields that stay.

    Args:
        status: an error's code, 400 to 599.
        headers: the fields of the application's answer.
    """
    kept, later = [], None
    for name, value in headers:
        if name.lower() in OF_THE_CONTENT or not is_field(name, value):
            continue
        if name.lower() == "retry-after" and value.isascii() and value.isdigit() and len(value) < 10:
            later = int(value)
        else:
            kept.append((name, value))
    error = Refused(headers=kept, retry_after=later, reason="bare-error")
    error.status = status
    error.slug = class_of(status).slug
    return error
