"""The session's part of the story, told by one framework alone: what each chapter must come to.

It runs in an environment that has nothing but ``cryptography``, ``msgspec`` and the framework, so it imports nothing
else but the standard library. A host is a function: secrets, the newest first, and a Cookie field in; the answer's
text and what it sets the cookie to out.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Sequence

Visit = Callable[[str, str], tuple[str, str]]
"""Visits a path with the value of the session cookie; returns the text and the value afterwards."""
Host = Callable[[Sequence[str]], Visit]
"""Makes the application anew, with these secrets."""

OLD, NEW = "the first secret, which is long enough", "the second secret, which is long enough"
LIFETIME = 3600
ELSEWHERE = ("sqlalchemy", "alembic", "argon2", "uvicorn", "flask", "django", "starlette", "fastapi")
ROOMS = ("hardtack.store", "hardtack.login", "hardtack.site", "hardtack.cli")


def tell(host: Host, *, flashes: bool) -> None:
    """Print what each chapter comes to, as JSON.

    Args:
        host: the framework.
        flashes: whether the framework has messages for the next page.
    """
    real = time.time
    told: dict[str, object] = {}
    visit = host([OLD])
    _, first = visit("/set", "")
    told["set"] = visit("/get", first)[0]
    _, second = visit("/nested", first)
    told["nested"] = visit("/get", second)[0]
    told["readable"] = "biscuit" in first or "biscuit" in str(_decoded(first))
    if flashes:
        _, flashed = visit("/flash", second)
        said, after = visit("/said", flashed)
        told["flash"] = [said, visit("/said", after)[0]]
    changed = second[:40] + ("A" if second[40] != "A" else "B") + second[41:]
    told["tampered"] = visit("/get", changed)[0]
    time.time = lambda: real() + LIFETIME / 2
    told["in time"] = visit("/get", second)[0]
    time.time = lambda: real() + 3 * LIFETIME
    told["expired"] = visit("/get", second)[0]
    time.time = real
    both = host([NEW, OLD])
    told["rotated"] = both("/get", second)[0]
    _, resealed = both("/nested", second)
    alone = host([NEW])
    told["under the new"] = alone("/get", resealed)[0]
    told["under the old"] = alone("/get", second)[0]
    told["installed"] = [name for name in ELSEWHERE if importlib.util.find_spec(name)]
    told["loaded"] = [name for name in sys.modules if name.startswith(ROOMS)]
    print(json.dumps(told))  # noqa: T201 - what the test reads


def _decoded(value: str) -> bytes:
    """Return what a signed cookie shows to everybody."""
    return b"".join(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in value.split("."))
