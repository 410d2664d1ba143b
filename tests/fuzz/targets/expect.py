"""The Expect field: 417 or nothing, and only the one expectation that there is passes."""

from __future__ import annotations

from dataclasses import replace

from hardtack.message import Headers, Request
from hardtack.status.refuse import RefusePolicy, refuse

OUTCOMES = {"met", "refused", "malformed"}

_POLICY = RefusePolicy()
_KNOWN = {"", "100-continue"}


def check(data: bytes) -> str:
    """Ask in HTTP/1.1; the field means nothing in HTTP/1.0."""
    field = data.decode("latin-1")
    headers = Headers([("Host", "a"), ("Expect", field)])
    request = Request(method="POST", path="/", headers=headers, host="a")
    refused = refuse(request, _POLICY)
    older = refuse(replace(request, http_version="1.0"), _POLICY)
    if refused is not None and refused.status == 400:
        assert set(field) & set("\r\n\0")
        return "malformed"
    assert older is None
    members = {member.strip(" \t").lower() for member in field.split(",")}
    assert (refused is None) == (members <= _KNOWN)
    return "met" if refused is None else {417: "refused"}.get(refused.status, str(refused.status))
