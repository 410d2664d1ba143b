"""The Accept field: one of the offers or ``None``, whatever it holds."""

from __future__ import annotations

from hardtack.status import negotiate

OUTCOMES = {"first", "other", "none"}

OFFERS = ("text/html", "application/problem+json", "application/json", "text/plain")


def check(data: bytes) -> str:
    """Choose; the list of choices is in order and holds offers only, each once."""
    field = data.decode("latin-1")
    found = negotiate.choices(field, OFFERS)
    offers = [choice.offer for choice in found]
    assert set(offers) <= set(OFFERS)
    assert len(offers) == len(set(offers))
    assert all(0 < choice.q <= 1 for choice in found)
    assert [choice.q for choice in found] == sorted((choice.q for choice in found), reverse=True)
    chosen = negotiate.media_type(field, OFFERS)
    assert chosen == (offers[0] if offers else None)
    return "none" if chosen is None else ("first" if chosen == OFFERS[0] else "other")
