"""The token of a form that somebody else reads as well: a text without a separator in it, or ``None``."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hardtack.session import csrf

OUTCOMES = {"token", "none"}


def check(data: bytes) -> str:
    """Find the token in *data*; where there is one, whoever reads the whole form finds the same."""
    found = csrf.token_in(data)
    if found is None:
        return "none"
    assert found
    assert "&" not in found
    assert found in [value for name, value in parse_qsl(data.decode("latin-1")) if name == csrf.TOKEN_FIELD] or (
        set(found) & set("%+;") or not found.isascii()
    )
    return "token"
