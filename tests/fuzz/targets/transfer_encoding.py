"""The Transfer-Encoding field, one line of the input each: chunked alone passes, anything else is 400 or 501."""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.status.framing import coding_is_known

OUTCOMES = {"chunked", "400", "501"}


def check(data: bytes) -> str:
    """Ask in HTTP/1.1; in HTTP/1.0 and HTTP/2 the field is refused whatever it holds."""
    lines = data.decode("latin-1").split("\n")
    headers = Headers(("Transfer-Encoding", line) for line in lines)
    for version in ("1.0", "2"):
        refused = coding_is_known(Request(method="POST", path="/", headers=headers, http_version=version), None)
        assert refused is not None
        assert 400 == refused.status
    refused = coding_is_known(Request(method="POST", path="/", headers=headers), None)
    if refused is None:
        assert "chunked" == ",".join(lines).strip(" \t").lower()
        return "chunked"
    assert ("Connection", "close") in refused.headers
    return str(refused.status)
