"""Hardtack in Flask.

``app.session_interface = SealedSessionInterface()`` makes Flask's own ``session`` one that nobody can read or forge, in
an application that is otherwise unchanged. It needs Flask, ``cryptography`` and ``msgspec`` only; what needs more is
loaded when it is asked for. ``Status(app)`` gives the application the right answers and pages that people can read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.flask.session import SealedSession, SealedSessionInterface
    from hardtack.adapters.flask.status import Status

__all__ = ["SealedSession", "SealedSessionInterface", "Status"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{'status' if name == 'Status' else 'session'}")
    return getattr(module, name)
