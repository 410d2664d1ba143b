"""The fields of a proxy: a ``Visitor``, or ``BadRequest``; a peer that is not trusted changes nothing.

Each line of the input is one field, ``name: value``.
"""

from __future__ import annotations

from ipaddress import ip_address

from hardtack.message import Headers
from hardtack.status import BadRequest
from hardtack.status.forwarded import TrustedProxies, Visitor

OUTCOMES = {"believed", "refused"}

_PROXIES = TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "unix"])


def check(data: bytes) -> str:
    """Ask about the same fields from a trusted peer and from a stranger."""
    lines = [line.partition(":") for line in data.decode("latin-1").split("\n")]
    headers = Headers((name.strip(), value.strip(" \t")) for name, _, value in lines)
    host = headers.get("host", "") or ""
    assert Visitor("192.0.2.9", "http", host) == _PROXIES.believe("192.0.2.9", "http", headers)
    try:
        visitor = _PROXIES.believe("127.0.0.1", "http", headers)
    except BadRequest as refused:
        return "refused" if refused.reason else "refused without a reason"
    assert visitor.client == str(ip_address(visitor.client))
    assert visitor.scheme in ("http", "https")
    return "believed"
