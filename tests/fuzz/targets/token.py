"""A token: opening returns what was sealed or raises ``SealError``, and takes one spelling only.

Input that begins with ``raw:`` is encoded first, so that the fuzzer gets past the base64 as well.
"""

from __future__ import annotations

from hardtack.seal import Key, Keyring, SealError, token

OUTCOMES = {"opened", "malformed", "unknown-key", "forged", "expired"}

NOW = 1_800_000_000
# Nobody's key: the corpus holds tokens that were sealed under it, each with this data.
_RING = Keyring([Key(bytes(range(32)))], None)
DATA = b"the identity of somebody, forty-two bytes."
CONTEXT = ("__Host-hardtack", "hardtack")


def check(data: bytes) -> str:
    """Open *data*; whatever opens must be what was sealed."""
    if data.startswith(b"raw:"):
        text = token.encode(data[4:])
        assert data[4:] == token.decode(text)
    else:
        text = data.decode("latin-1")
    try:
        opened = _RING.open(text, purpose="identity", context=CONTEXT, now=NOW)
    except SealError as error:
        return error.reason
    assert opened == DATA
    assert text == token.encode(token.decode(text))
    return "opened"
