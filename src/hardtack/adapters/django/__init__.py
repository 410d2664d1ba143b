"""Hardtack in Django.

``SESSION_ENGINE = "hardtack.adapters.django"`` makes ``request.session`` one that nobody can read or forge, in a
project that is otherwise unchanged. It needs Django, ``cryptography`` and ``msgspec`` only. Named in ``INSTALLED_APPS``
too, it warns of unsafe settings when the project starts (``apps``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.django.session import SessionStore

__all__ = ["SessionStore"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.session"), name)
