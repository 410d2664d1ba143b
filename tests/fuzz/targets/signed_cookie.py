"""Frameworks' signed cookies: each reader returns a session or ``None`` for any string.

Input that begins with ``flask:`` or ``starlette:`` is signed first, as somebody could who knows the secret, so that the
fuzzer gets past the signature; any other is presented as it is, to all three readers.
"""

from __future__ import annotations

from itsdangerous import TimestampSigner

from hardtack.session import upgrade

OUTCOMES = {"session", "none"}

NOW = 1_800_000_000
# Nobody's: the corpus is signed with it.
_SECRET = "a secret that is long enough to be a source of keys"


class _Signer(TimestampSigner):
    """Signs as of the same moment always."""

    def get_timestamp(self) -> int:
        """Return the time of signing."""
        return NOW


_SIGNERS = {
    "flask": _Signer(_SECRET, salt=upgrade.FLASK_SALT, key_derivation="hmac"),
    "starlette": _Signer(_SECRET),
}


def check(data: bytes) -> str:
    """Read *data* with every reader; what comes out is a dictionary with text for keys."""
    framework, colon, payload = data.partition(b":")
    signer = _SIGNERS.get(framework.decode("latin-1")) if colon else None
    value = (data if signer is None else signer.sign(payload)).decode("latin-1")
    sessions = [
        read(value, [_SECRET], now=NOW + 1, max_age=86_400)
        for read in (upgrade.read_flask, upgrade.read_django, upgrade.read_starlette)
    ]
    assert all(type(session) is dict for session in sessions if session is not None)
    if all(session is None for session in sessions):
        return "none"
    assert len(upgrade.mark_of(value)) == 32
    return "session"
