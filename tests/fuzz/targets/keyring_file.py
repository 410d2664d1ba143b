"""The text of a keyring: parsing returns a ring or raises ``KeyringError``, which repeats no secret."""

from __future__ import annotations

from hardtack.seal import KeyringError, keyfile

OUTCOMES = {"ring", "refused"}

_NOT_SECRET = "/etc/the.key"
_TIME = "2026-01-31T12:00:00Z"


def check(data: bytes) -> str:
    """Parse *data*; a ring must be able to do its work, an error must be fit for a log."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        ring = keyfile.parse(text, _NOT_SECRET)
    except KeyringError as error:
        # What is to be written has a time in it, which may be in the text as well.
        words = [word for word in text.split() if len(word.replace(_TIME, "")) > 20]
        repeated = [word for word in words if word in str(error)]
        return "refused" if error.hint and not repeated else f"said {repeated}"
    assert b"x" == ring.open(ring.seal(b"x", purpose="session"), purpose="session", now=0)
    assert 32 == len(ring.lookup_hash(b"x", purpose="name"))
    return "ring"
