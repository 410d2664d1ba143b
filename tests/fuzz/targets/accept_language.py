"""The Accept-Language field: always one of the offers, whatever it holds."""

from __future__ import annotations

from hardtack.status import negotiate

OUTCOMES = {"en", "zh", "zh-Hant"}

OFFERS = ("en", "zh", "zh-Hant")


def check(data: bytes) -> str:
    """Choose one."""
    chosen = negotiate.language(data.decode("latin-1"), OFFERS)
    assert chosen in OFFERS
    return chosen
