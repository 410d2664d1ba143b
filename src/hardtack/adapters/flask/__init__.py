"""Hardtack in Flask.

``app.session_interface = SealedSessionInterface()`` makes Flask's own ``session`` one that nobody can read or forge, in
an application that is otherwise unchanged. It needs Flask, ``cryptography`` and ``msgspec`` only; what needs more is
loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.flask.session import SealedSession, SealedSessionInterface

__all__ = ["SealedSession", "SealedSessionInterface"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from hardtack.adapters.flask import session  # noqa: PLC0415 - lazily, so that nothing is loaded unasked

    return getattr(session, name)
