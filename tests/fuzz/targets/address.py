"""A request's path and query against tables of addresses: an answer whose Location can be sent, or nothing.

The first line of the input is the path, decoded; the rest is the query.
"""

from __future__ import annotations

from hardtack.errors import Refused
from hardtack.message import Request
from hardtack.status.addresses import Addresses
from hardtack.status.host import parse

OUTCOMES = {"elsewhere", "here", "410", "451", "none"}

_TABLES = Addresses(
    {"/old": "/new", "/a/*": "/*", "/b/*": "https://b.example/*", "/c": "/d?e#f"},
    gone=["/gone", "/g/*"],
    blocked={"/blocked/*": "https://isp.example/"},
)


def check(data: bytes) -> str:
    """Look it up."""
    path, _, query = data.partition(b"\n")
    request = Request(method="GET", path=path.decode("utf-8", "surrogateescape"), query=query.decode("latin-1"))
    found = _TABLES.find(request)
    if found is None or isinstance(found, Refused):
        return "none" if found is None else str(found.status)
    location = found.get("Location") or ""
    assert location.isascii()
    assert not set(location) & set(' "<>\\^`{|}\r\n\t\0')
    if location.startswith("/"):
        assert location[1:2] not in ("/", "\\")
        return "here"
    authority = parse(location.removeprefix("https://").partition("/")[0])
    assert authority is not None
    assert "b.example" == authority.host
    return "elsewhere"
