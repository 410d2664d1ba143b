"""The authority of a request, as the ``Host`` field names it: taken apart, and compared (RFC 9110 §7.2, RFC 3986 §3.2).

The promise of ``parse``: an ``Authority``, or ``None`` for whatever is none; never an exception, in linear time. It is
strict where the RFC is: no user, no path, no space, an IPv6 address only in brackets and without a zone, a port of
digits up to 65535. Whether the host is *ours* is not decided here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

# reg-name covers IPv4 addresses as well (RFC 3986 §3.2.2); an empty host is not allowed in http (RFC 9110 §4.2.1).
_AUTHORITY = re.compile(
    r"(?P<name>(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}){1,255}|\[[\w.~!$&'()*+,;=:-]{2,255}\])(?::(?P<port>[0-9]{0,10}))?",
    re.ASCII,
)
_FUTURE = re.compile(r"v[0-9a-f]+\..+")


class Authority(NamedTuple):
    """A host in lower case, an IPv6 address in brackets and in its canonical spelling, and the port if one is named."""

    host: str
    port: int | None


_LONGEST = 300  # more than the pattern can match, so that no long text is ever kept


def parse(text: str) -> Authority | None:
    """Return the authority that *text* names, or ``None`` if it is malformed."""
    return _parsed(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=512)  # nearly every request names the same
def _parsed(text: str) -> Authority | None:
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        return None
    port = int(parts["port"]) if parts["port"] else None
    if port is not None and port > 65535:
        return None
    host = parts["name"].lower()
    if host.startswith("["):
        address = _literal(host[1:-1])
        return None if address is None else Authority(f"[{address}]", port)
    return Authority(host, port)


def _literal(text: str) -> str | None:
    """Return the IP literal in its canonical spelling, or ``None``; a future kind is kept as it is."""
    if _FUTURE.fullmatch(text):
        return text
    try:
        address = IPv6Address(text)
        mapped = address.ipv4_mapped
        if mapped is None:
            return address.compressed
        # As browsers write it (WHATWG URL §3.5); Python's own way changed in 3.13.
        return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}"
    except AddressValueError:
        return None


def without_default_port(authority: Authority) -> Authority:
    """Return *authority* with no port if its port is the default of http or https.

    Of both, because behind a proxy the scheme of the connection is not the visitor's.
    """
    return Authority(authority.host, None) if authority.port in (80, 443) else authority
