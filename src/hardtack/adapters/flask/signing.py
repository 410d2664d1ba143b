"""What Flask calls the signing serializer: the value of a session cookie made and read outside of a request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature

if TYPE_CHECKING:
    from flask import Flask

    from hardtack.adapters.flask.session import SealedSessionInterface


class SealingSerializer:
    """Make and read the value of a session cookie outside of a request, as extensions and tests do with Flask's own."""

    def __init__(self, interface: SealedSessionInterface, app: Flask) -> None:
        self._interface = interface
        self._app = app

    def dumps(self, obj: Mapping[str, Any]) -> str:
        """Return the value of a cookie that holds *obj*."""
        now = int(time.time())
        deadline = now + int(self._app.permanent_session_lifetime.total_seconds())
        return self._interface._seal(self._app, obj, None, now, deadline)

    def loads(self, s: str, max_age: int | None = None) -> dict[str, Any]:
        """Return what the value of a cookie holds.

        Raises:
            BadSignature: if it is refused.
        """
        read = self._interface._read(self._app, s, max_age)
        if isinstance(read, str):
            raise BadSignature(f"the session cookie is refused ({read})")
        return read[1]
