"""Octets of which the server could make no request: a refusal that fits them, and what can be read of who asks.

The first octet of the input says what the server has found out: ``L`` that there is no end, ``C`` an unknown coding.
"""

from __future__ import annotations

from hardtack.status import unparsed

OUTCOMES = {"400", "414", "431", "501", "505"}


def check(data: bytes) -> str:
    """Refuse it; no field is read but those that say what is accepted, and of them a piece only."""
    found, received = data[:1], data[1:]
    refused = unparsed.refused(received, too_long=found == b"L", unknown_coding=found == b"C")
    assert ("Connection", "close") in refused.headers
    assert refused.reason
    request = unparsed.asked(received)
    assert ("GET", "/", b"") == (request.method, request.path, request.body)
    for name, value in request.headers:
        assert name in ("accept", "accept-language")
        assert len(value) <= 512
        assert value.isascii()
        assert value.isprintable()
    return str(refused.status)
