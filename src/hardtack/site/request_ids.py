"""The id of a request: in every line of the log that it causes, and in its answer, so that the two are found together.

A proxy that is trusted may have given it one already, in ``X-Request-Id``; from anybody else, and where it is not
plain and short, the field is not believed, and one is drawn. An id says nothing about who asks.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextvars import ContextVar

FIELD = "x-request-id"

CURRENT: ContextVar[str] = ContextVar("hardtack-request-id", default="")
"""The id of the request that is being answered; ``""`` where there is none."""

_PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._=:-]{7,63}")


def given(values: Sequence[str]) -> str:
    """Return the id that a trusted proxy has given, or draw one where it gave none, several, or none that is plain.

    Args:
        values: of the field, as it came.
    """
    if len(values) == 1 and _PLAIN.fullmatch(values[0]):
        return values[0]
    return drawn()


def drawn() -> str:
    """Return a new id."""
    return secrets.token_hex(8)
