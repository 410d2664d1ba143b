"""Which family of addresses a request belongs to, for the counts, and how its path may stand in the log.

Both take whatever was asked for and return something bounded: one of a few words, and a short text in which nothing
stands that looks like a code.
"""

from __future__ import annotations

import re

from hardtack.site import metrics

_FIRST = {
    "sign-in": "sign-in",
    "sign-up": "sign-up",
    "sign-out": "sign-out",
    **dict.fromkeys(("welcome", "verify", "forgot", "reset", "release", "keep-factors"), "links"),
    "account": "account",
    "admin": "admin",
    "auth": "auth",
    **dict.fromkeys((".hardtack", "hand-off"), "hand-off"),
    "status": "status",
    "playground": "playground",
    "assets": "assets",
    **dict.fromkeys(("healthz", "readyz"), "health"),
}
"""The family by the first segment of a path."""

MOST_SHOWN = 120
"""Characters of a path that stand in the log at most."""

_LIKE_A_CODE = re.compile(r"[0-9A-Za-z_~-]{20,}")


def family(path: str) -> str:
    """Return the family of *path*, whatever it is."""
    if path == "/":
        return "home"
    return _FIRST.get(path[1:65].partition("/")[0], metrics.OTHER) if path.startswith("/") else metrics.OTHER


def shown(path: str) -> str:
    """Return *path* for the log: short, and ``…`` where something in it may be a code."""
    short = path if len(path) <= MOST_SHOWN else path[:MOST_SHOWN] + "…"
    return _LIKE_A_CODE.sub("…", short)
