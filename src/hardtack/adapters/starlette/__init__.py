"""Hardtack in Starlette, and so in FastAPI.

``Hardtack(app)`` brings everything: a sealed session, accounts with their pages, who visits, and the right answers.
``SessionMiddleware`` stands in the place of Starlette's own, with the same keywords: the session becomes one that
nobody can read or forge, and the application stays as it is. That one needs Starlette, ``cryptography`` and
``msgspec`` only, and nothing else is loaded before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.starlette.addressing import csrf_exempt
    from hardtack.adapters.starlette.layer import Hardtack
    from hardtack.adapters.starlette.session import SessionMiddleware
    from hardtack.adapters.starlette.values import Session
    from hardtack.adapters.starlette.visitors import maybe_signed_in, recently_signed_in, signed_in, visit_of

__all__ = [
    "Hardtack",
    "Session",
    "SessionMiddleware",
    "csrf_exempt",
    "maybe_signed_in",
    "recently_signed_in",
    "signed_in",
    "visit_of",
]

_HOME = {"Hardtack": "layer", "csrf_exempt": "addressing", "Session": "values", "SessionMiddleware": "session"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME.get(name, 'visitors')}"), name)
