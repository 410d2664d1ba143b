"""Whether an ASGI application has a session already: two would hide each other behind one name in the scope.

Looked at is what can be seen when the layers are put together: the layers themselves, one within the other, and the
middleware that a Starlette application is going to build. What a framework hides is not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hardtack.adapters.asgi.session import SessionLayer
from hardtack.errors import MisuseError


def check(app: object) -> None:
    """Look for a session in *app*.

    Raises:
        MisuseError: there is one, which a Hardtack around would hide.
    """
    for layer in _layers(app):
        state = getattr(layer, "state", None)
        if isinstance(layer, SessionLayer) or getattr(state, "hardtack", None) is not None:
            raise MisuseError("there are two Hardtacks around this application", "take one of the two out")
        for middleware in (layer, *(each.cls for each in getattr(layer, "user_middleware", ()))):
            check_middleware(middleware)


def check_middleware(middleware: object) -> None:
    """Look whether *middleware*, or what is made of it, keeps a session: Starlette's, ours in its place, or another's.

    Raises:
        MisuseError: it does.
    """
    kind = middleware if isinstance(middleware, type) else type(middleware)
    if any(each.__name__ == "SessionMiddleware" for each in kind.__mro__):
        raise MisuseError(
            "the application has a SessionMiddleware beside Hardtack, and both would be its session",
            "take the SessionMiddleware out: Hardtack brings the session",
        )


def _layers(app: Any) -> Iterator[object]:
    while app is not None:
        yield app
        app = getattr(app, "app", None)
