"""The request-target: taken or 400, whatever it holds; what is taken has one of the four forms."""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.status.framing import target_is_well_formed

OUTCOMES = {"origin", "absolute", "asterisk", "refused", "contradiction"}

_HEADERS = Headers([("Host", "www.example.org")])


def check(data: bytes) -> str:
    """Ask for OPTIONS, which alone may have an asterisk."""
    target = data.decode("latin-1") or "/"
    refused = target_is_well_formed(Request(method="OPTIONS", path="/", headers=_HEADERS, target=target), None)
    got = target_is_well_formed(Request(method="GET", path="/", headers=_HEADERS, target=target), None)
    assert target == "*" or (refused is None) == (got is None)
    if refused is not None:
        assert refused.status == 400
        return "contradiction" if refused.reason == "target-contradicts-host" else "refused"
    assert not set(target) & set(" #\r\n\t\0")
    if target == "*":
        assert got is not None
        return "asterisk"
    if target.startswith("/"):
        return "origin"
    assert target.lower().startswith(("http://www.example.org", "https://www.example.org"))
    return "absolute"
