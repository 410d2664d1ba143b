"""Codes of links that were sent to somebody, or (after ``raw:``) what the seal holds: claims, or ``LinkWrong``."""

from __future__ import annotations

from hardtack.login.links import LONGEST_ONWARD, Kind, Links, LinkWrong
from hardtack.seal import Key, Keyring
from hardtack.store.accounts import AccountRows

OUTCOMES = {"link", "link-malformed", "link-unknown-key", "link-forged", "link-expired"}
NOW = 1_800_000_000
KIND = Kind.SIGN_UP
CONTEXT = ("link", "sign-up", "hardtack")

_ring = Keyring([Key(bytes(range(32)))], bytes(32))
_links = Links(_ring, AccountRows())


def check(content: bytes) -> str:
    """Read *content*; what comes out is within its bounds, and can be sealed and read again."""
    code = content.decode("latin-1")
    if content.startswith(b"raw:"):
        code = _ring.seal(content[4:], purpose=KIND.purpose, context=CONTEXT, expires_at=NOW + 60)
    try:
        claims = _links.opened(KIND, code, now=NOW)
    except LinkWrong as wrong:
        return wrong.reason
    assert 16 == len(claims.id) == len(claims.fingerprint)
    assert claims.account >= 0
    onward = claims.onward if claims.onward.isascii() else ""
    again = _links.make(KIND, now=NOW, email=claims.email[:64], onward=onward, identifier=claims.id)
    found = _links.opened(KIND, again, now=NOW)
    assert claims.id == found.id
    assert found.onward == (onward if len(onward) <= LONGEST_ONWARD else "")
    return "link"
