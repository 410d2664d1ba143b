"""A session as Flask has it, with what it remembers of the cookie that it came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.sessions import SecureCookieSession

from hardtack.session import data as form


def _mark_modified(session: SecureCookieSession) -> None:
    session.modified = True


class SealedSession(SecureCookieSession):
    """A session as Flask has it, which also remembers what came in, so that a change deep inside is seen."""

    sealed_head: form.Data | None = None
    """What the cookie carried besides the values, and those as they came; ``None`` without a cookie that opened."""

    # One function for all sessions, where Flask makes one for each.
    on_update: Any = staticmethod(_mark_modified)

    came_once = False
    """Whether it came in a cookie that counts no second time: this answer carries it, whatever else is said."""

    keeps_cookie = False
    """Whether the cookie that came may be tried again: this answer does not replace it, it only may delete it."""

    moved = False
    """Whether it came under another name, under which this answer deletes it."""

    def __init__(self, initial: Mapping[str, Any] | None = None) -> None:
        dict.__init__(self, initial or {})
