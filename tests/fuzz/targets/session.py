"""The Cookie field as a session: ``Sessions.open`` never raises, and nobody is signed in by what we did not seal."""

from __future__ import annotations

from hardtack.seal import Key, Keyring
from hardtack.session import Sessions

OUTCOMES = {"none", "malformed", "unknown-key", "forged", "duplicate", "oversized", "opened"}

NOW = 1_800_000_000
# Nobody's key: the corpus holds cookies that were sealed under it.
_SESSIONS = Sessions(Keyring([Key(bytes(range(32)))], bytes(32)), origin="https://example.org")
_ACCOUNT = 7
_VALUES = {"name": "Anna"}


def check(data: bytes) -> str:
    """Open what came, read it, and save it."""
    session = _SESSIONS.open(data.decode("latin-1"), NOW)
    if session.identity is None:
        assert {} == dict(session)
        assert session.identity_why
    else:
        assert _ACCOUNT == session.identity.account
        assert dict(session) in ({}, _VALUES)
    assert [] == _SESSIONS.save(session, NOW)
    return "opened" if session.identity is not None else session.identity_why
