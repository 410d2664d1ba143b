"""Whether somebody has proved to be it a moment ago, by which factor, and how they are asked to if they have not.

Our own pages and the views of every application ask it here, so that the same sign-in is recent for all of them. What
counts is the last proof and its time alone (``login.factors.is_last``); a personal access token proves nothing, and a
trusted device nothing that anybody has shown. Nothing here reads a request or writes an answer.
"""

from __future__ import annotations

from urllib.parse import urlencode

from hardtack.login import factors
from hardtack.session import Identity
from hardtack.status.errors import challenge

PAGE = "/account/confirm"
"""Where somebody proves again to be it."""

ERROR = "insufficient_user_authentication"
"""What a challenge says where the proof is too long ago, or was another one (RFC 9470 §3)."""


def is_recent(identity: Identity, factor: str | None, *, now: int, max_age: int) -> bool:
    """Return whether the last proof of *identity* is recent and strong enough.

    Args:
        identity: of a session that no step-up has superseded.
        factor: ``"second"``, ``"passkey"``, or ``None`` for any.
        now: Unix seconds.
        max_age: how long ago it may be, in seconds.
    """
    return now - identity.authenticated_at <= max_age and factors.is_last(identity.factors, factor)


def page(address: str, back: str, factor: str | None) -> str:
    """Return the address at which a person proves it, and from which they come *back*.

    Args:
        address: of ``PAGE``, with the prefix.
        back: a path of the same origin.
        factor: as for ``is_recent``.
    """
    asked = {"next": back, **({"strength": factor} if factor else {})}
    return f"{address}?{urlencode(asked, safe='/')}"


def demand(realm: str, address: str, factor: str | None, max_age: int) -> str:
    """Return the challenge of a 401 that tells a script what is missing, in the words of RFC 9470 §3.

    Args:
        realm: what is protected.
        address: of ``PAGE``, with the prefix.
        factor: as for ``is_recent``; in ``acr_values``.
        max_age: seconds.
    """
    said = challenge("Session", realm=realm, sign_in=address)
    said += f', error="{ERROR}", max_age={max_age}'
    return f'{said}, acr_values="{factor}"' if factor else said
