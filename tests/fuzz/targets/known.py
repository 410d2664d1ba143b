"""What a browser shows as known devices: a Cookie field, or (after ``raw:``) what the seal holds, never raises.

Whatever comes, the browser is a known one for accounts that its records name, five at most, or an unknown one.
"""

from __future__ import annotations

from hardtack.login import devices
from hardtack.login.devices import LIFETIME, MOST, Known, made
from hardtack.seal import Key, Keyring
from hardtack.session import Sessions
from hardtack.session.csrf import Tokens
from hardtack.session.visitor import Visitor
from hardtack.site.known import KnownCookie

OUTCOMES = {"known", "unknown", "refused"}
NOW = 1_800_000_000

_ring = Keyring([Key(bytes(range(32)))], bytes(32))
_cookie = KnownCookie(_ring, "hardtack")
_sessions = Sessions(_ring, origin="https://example.org")
_tokens = Tokens(_ring)


def check(content: bytes) -> str:
    """Read *content*; what comes out is within its bounds, and so is what a sign-in makes of it."""
    if content.startswith(b"raw:"):
        try:
            known = devices.decode(content[4:])
        except devices.UNDECODABLE:
            return "refused"
    else:
        sent = content.decode("latin-1")
        session = _sessions.open("", NOW)
        known = _cookie.read(Visitor(session, _tokens, _sessions.policy, sent, NOW))
    assert isinstance(known, Known)
    assert len(known.devices) <= MOST
    for device in known.devices:
        assert device.account > 0
        assert len(device.id) == 16
        assert repr(device.id) not in repr(known)
        shown = known.of(device.account, NOW)
        assert shown is None or NOW - shown.since < LIFETIME
    after = known.showing(made(7, NOW), NOW)
    assert 7 == after.devices[0].account
    assert after == devices.decode(devices.encode(after))
    return "known" if known.devices else "unknown"
