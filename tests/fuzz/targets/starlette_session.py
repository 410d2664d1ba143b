"""The Cookie field as a session of Starlette's: opened, or an empty one; it never raises.

Input that begins with ``raw:`` is what the seal holds: it is sealed first, so that the fuzzer gets past the seal.
"""

from __future__ import annotations

from typing import Any

from hardtack.adapters.starlette.cookies import SessionCookie, Text
from hardtack.errors import MisuseError
from hardtack.seal import Key, Keyring

OUTCOMES = {"opened", "empty", "none"}

DEEPEST = 100
NAME, PLACE = "session", ("hardtack", "app")
# Nobody's key.
_RING = Keyring([Key(bytes(range(32)))], bytes(32))
_COOKIE = SessionCookie(
    NAME,
    keyring=_RING,
    place=PLACE,
    max_age=None,
    text=Text(f"{NAME}=", "; path=/; httponly; samesite=lax", f"{NAME}=null; path=/"),
    signed=None,
    secrets=(),
)


def check(data: bytes) -> str:
    """Open what came; what is written after a change opens again, with the change."""
    if data.startswith(b"raw:"):
        header = f"a=b; {NAME}={_RING.seal(data[4:], purpose='session', context=(NAME, *PLACE))}"
    else:
        header = data.decode("latin-1")
    session = _COOKIE.open(header)
    assert data.startswith(b"raw:") or {} == dict(session)
    outcome = "opened" if session.sealed_head is not None else "empty" if session.cookie_came else "none"
    assert outcome == "opened" or {} == dict(session)
    if _depth(session) > DEEPEST:
        return outcome  # whether it can be read depends on how deep the caller is
    session["added"] = 1
    try:
        written = _COOKIE.write(session, renew=True)
    except MisuseError:
        return outcome  # what nobody has sealed is no JSON, or too large
    assert written is not None
    again = _COOKIE.open(written.partition("; path")[0])
    assert again["added"] == 1
    assert again.keys() == {str(key) for key in session} or not all(type(key) is str for key in session)
    return outcome


def _depth(value: object) -> int:
    """Return how deep lists and dictionaries are nested in *value*, level by level."""
    level: list[Any] = [value]
    depth = 0
    while level:
        inside = [each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer)]
        level, depth = [each for each in inside if isinstance(each, dict | list)], depth + 1
    return depth
