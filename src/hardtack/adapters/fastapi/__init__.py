"""Hardtack in FastAPI: ``Hardtack(app)``, and parameters that say who visits.

A parameter ``account: SignedIn`` is the account of whoever is signed in, and nobody else gets that far; the OpenAPI
document says so by itself. The session alone is ``hardtack.adapters.starlette.SessionMiddleware``.
"""

from __future__ import annotations

from hardtack.adapters.fastapi.dependencies import (
    CsrfToken,
    Identity,
    MaybeSignedIn,
    RecentlySignedIn,
    Session,
    SignedIn,
    in_session,
    recently_signed_in,
    signed_in_or_token,
)
from hardtack.adapters.fastapi.layer import Hardtack
from hardtack.adapters.starlette import csrf_exempt

__all__ = [
    "CsrfToken",
    "Hardtack",
    "Identity",
    "MaybeSignedIn",
    "RecentlySignedIn",
    "Session",
    "SignedIn",
    "csrf_exempt",
    "in_session",
    "recently_signed_in",
    "signed_in_or_token",
]
