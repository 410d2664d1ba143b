"""Hardtack around a WSGI application.

``Hardtack(app, status={})`` gives *app* the status layer; it needs nothing but the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hardtack.adapters.wsgi.status import StatusLayer
from hardtack.adapters.wsgi.types import WSGIApp

__all__ = ["Hardtack", "StatusLayer"]


class Hardtack(StatusLayer):
    """A WSGI application that answers for another where it has the right word.

    Args:
        app: the application.
        status: the status layer's settings, as :class:`hardtack.adapters.answering.Answering` says.

    Raises:
        MisuseError: a setting cannot be what it is said to be.
    """

    def __init__(self, app: WSGIApp, *, status: Mapping[str, Any] | None = None) -> None:
        super().__init__(app, **(status or {}))
