"""Hardtack around a WSGI application.

``Hardtack(app, status={})`` gives *app* the status layer, ``session=`` a sealed session, a ``SignIn`` as *session* the
pages of the sign-in as well. The status layer and a session of ``Visits`` need nothing but the core.
"""

from __future__ import annotations

from hardtack.adapters.wsgi.layer import Hardtack
from hardtack.adapters.wsgi.status import StatusLayer

__all__ = ["Hardtack", "StatusLayer"]
