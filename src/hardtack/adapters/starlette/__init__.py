"""Hardtack in Starlette, and so in FastAPI.

``SessionMiddleware`` stands in the place of Starlette's own, with the same keywords: the session becomes one that
nobody can read or forge, and the application stays as it is. It needs Starlette, ``cryptography`` and ``msgspec`` only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.starlette.session import SessionMiddleware
    from hardtack.adapters.starlette.values import Session

__all__ = ["Session", "SessionMiddleware"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{'values' if name == 'Session' else 'session'}"), name)
