"""The middleware of Hardtack, by the names that a project's settings use.

``StatusMiddleware`` (the first of all) gives the right answers and pages; ``SessionMiddleware`` stands in the place of
Django's; ``SignInMiddleware`` stands in the place of ``AuthenticationMiddleware``. What one of them needs is loaded
when it is named.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hardtack.adapters.django.sessions import SessionMiddleware
    from hardtack.adapters.django.sign_in import SignInMiddleware
    from hardtack.adapters.django.status import StatusMiddleware

_WHERE = {"SessionMiddleware": "sessions", "SignInMiddleware": "sign_in", "StatusMiddleware": "status"}

__all__ = ["SessionMiddleware", "SignInMiddleware", "StatusMiddleware"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"hardtack.adapters.django.{_WHERE[name]}"), name)
