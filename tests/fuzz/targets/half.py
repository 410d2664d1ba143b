"""What a browser shows as a half-done sign-in: a Cookie field, or (after ``raw:``) what the seal holds, never raises.

Whatever comes, it is one half-done sign-in with an id of sixteen bytes, or none.
"""

from __future__ import annotations

from hardtack.login import half
from hardtack.login.half import Shown
from hardtack.seal import Key, Keyring
from hardtack.session import Sessions
from hardtack.session.csrf import Tokens
from hardtack.session.visitor import Visitor
from hardtack.site.half_cookie import HalfCookie

OUTCOMES = {"shown", "none", "refused"}
NOW = 1_800_000_000

_ring = Keyring([Key(bytes(range(32)))], bytes(32))
_cookie = HalfCookie(_ring, "hardtack")
_sessions = Sessions(_ring, origin="https://example.org")
_tokens = Tokens(_ring)


def check(content: bytes) -> str:
    """Read *content*; what comes out is within its bounds, says nothing of itself, and is written as it was read."""
    shown: Shown | None
    if content.startswith(b"raw:"):
        try:
            shown = half.decode(content[4:])
        except half.UNDECODABLE:
            return "refused"
    else:
        session = _sessions.open("", NOW)
        shown = _cookie.read(Visitor(session, _tokens, _sessions.policy, content.decode("latin-1"), NOW))
    if shown is None:
        return "none"
    assert 16 == len(shown.id)
    assert type(shown.keep) is bool
    assert "<Shown>" == repr(shown)
    assert shown == half.decode(half.encode(shown))
    return "shown"
