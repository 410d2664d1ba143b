"""What a browser shows as a trusted one: a Cookie field, or (after ``raw:``) what the seal holds, never raises.

Whatever comes, it has tokens for five accounts at most, each of which the store then knows or not.
"""

from __future__ import annotations

from hardtack.login import trusted
from hardtack.login.trusted import MOST, Shown, Trust
from hardtack.seal import Key, Keyring
from hardtack.session import Sessions
from hardtack.session.csrf import Tokens
from hardtack.session.visitor import Visitor
from hardtack.site.trusted_cookie import TrustedCookie

OUTCOMES = {"trusted", "nothing", "refused"}
NOW = 1_800_000_000

_ring = Keyring([Key(bytes(range(32)))], bytes(32))
_cookie = TrustedCookie(_ring, "hardtack")
_sessions = Sessions(_ring, origin="https://example.org")
_tokens = Tokens(_ring)


def check(content: bytes) -> str:
    """Read *content*; what comes out is within its bounds, and so is what a sign-in makes of it."""
    if content.startswith(b"raw:"):
        try:
            shown = trusted.decode(content[4:])
        except trusted.UNDECODABLE:
            return "refused"
    else:
        session = _sessions.open("", NOW)
        shown = _cookie.read(Visitor(session, _tokens, _sessions.policy, content.decode("latin-1"), NOW))
    assert isinstance(shown, Shown)
    assert len(shown.tokens) <= MOST
    for each in shown.tokens:
        assert each.account > 0
        assert (16, 16) == (len(each.family), len(each.token))
        assert repr(each.token) not in repr(shown)
        assert shown.of(each.account) is not None
        assert shown.without(each.account).of(each.account) is None
    after = shown.showing(Trust(7, bytes(16), bytes(16), NOW + 60), NOW)
    assert 7 == after.tokens[0].account
    assert after == trusted.decode(trusted.encode(after))
    return "trusted" if shown.tokens else "nothing"
