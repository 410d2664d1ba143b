"""The text of a personal access token: the hash by which it is found, or nothing; one spelling only.

Input that begins with ``sum:`` gets a right checksum first, so that the fuzzer gets past it.
"""

from __future__ import annotations

from hardtack.login import tokens

OUTCOMES = {"token", "none"}


def check(data: bytes) -> str:
    """Read *data*; what is read as a token is one to the last character."""
    text = data.decode("latin-1")
    if data.startswith(b"sum:") and data.isascii():
        text = text[4:] + tokens._checksum(text[4:])
    hashed = tokens.parse(text)
    if hashed is None:
        return "none"
    assert 32 == len(hashed)
    assert text.isascii()
    assert text.startswith(tokens.PREFIX)
    # What differs from it by its case, its end or white space is none.
    for other in (text.upper(), f"{text} ", f"{text}\n", text[:-1]):
        assert tokens.parse(other) is None
    return "token"
