"""Which cookies are ours, and what is left of a Cookie field without them.

An application behind the proxy must see none of ours: whoever has a gate or an identity is let in, and an application
that can read one, or that logs what it reads, would be as good as every visitor of it. So the configurations that
``hardtack proxy`` prints take them out by these names, and for Traefik, which cannot, ``/auth`` does it.

There is one list, which the names in the code make; none is written here.
"""

from __future__ import annotations

from collections.abc import Set

from hardtack.session import CookiePolicy, cookie
from hardtack.site import language
from hardtack.site.forward_auth.gate import SHARED_NAME


def ours(policy: CookiePolicy) -> tuple[str, ...]:
    """Return the names of every cookie that a browser may have of a portal, or of a gate.

    Args:
        policy: the portal's.
    """
    return (*sorted(policy.names), language.cookie_name(https=policy.secure), SHARED_NAME)


def without(header: str, names: Set[str]) -> str:
    """Return the value of a Cookie field without the cookies of *names*, however often one is there.

    Promise: returns for any string, never raises.
    """
    kept = (pair.strip(" \t") for pair in header.split(";") if pair.partition("=")[0].strip(" \t") not in names)
    return cookie.join(pair for pair in kept if pair)
