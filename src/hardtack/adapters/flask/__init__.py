"""Hardtack in Flask.

``Hardtack(app, keyring=…)`` gives an application all of it: the sealed session, a sign-in with its pages, forms that no
other site can send, and the right answers. ``app.session_interface = SealedSessionInterface()`` makes Flask's own
``session`` one that nobody can read or forge, in an application that is otherwise unchanged; it needs Flask,
``cryptography`` and ``msgspec`` only. ``Status(app)`` is the status layer alone. What needs more than Flask is loaded
when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.flask.hardtack import Hardtack
    from hardtack.adapters.flask.session import SealedSession, SealedSessionInterface
    from hardtack.adapters.flask.signed_in import (
        csrf_exempt,
        csrf_field,
        csrf_token,
        current_account,
        current_identity,
        recent_sign_in_required,
        sign_in,
        sign_in_required,
        sign_out,
    )
    from hardtack.adapters.flask.status import Status

__all__ = [
    "Hardtack",
    "SealedSession",
    "SealedSessionInterface",
    "Status",
    "csrf_exempt",
    "csrf_field",
    "csrf_token",
    "current_account",
    "current_identity",
    "recent_sign_in_required",
    "sign_in",
    "sign_in_required",
    "sign_out",
]

_MODULES = {
    "Hardtack": "hardtack",
    "SealedSession": "session",
    "SealedSessionInterface": "session",
    "Status": "status",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'signed_in')}"), name)
