"""The Host field: an authority or ``None``, in the one spelling by which hosts are compared."""

from __future__ import annotations

from hardtack.status import host

OUTCOMES = {"authority", "refused"}


def check(data: bytes) -> str:
    """Take *data* apart; what comes out, written again, is the same authority."""
    found = host.parse(data.decode("latin-1"))
    if found is None:
        return "refused"
    assert found.host
    assert found.host == found.host.lower()
    assert found.host.isascii()
    assert not set(found.host) & set("/\\@?# \t\r\n\0")
    assert found.port is None or 0 <= found.port <= 65535
    assert found == host.parse(found.host if found.port is None else f"{found.host}:{found.port}")
    host.without_default_port(found)
    return "authority"
