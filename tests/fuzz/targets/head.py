"""The head of a request: refused with 400, 413, 421 or 501, or let in; never an exception.

The first line of the input is the method, each further line one field, ``name: value``.
"""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.status.refuse import RefusePolicy, refuse

OUTCOMES = {"let in", "400", "413", "421", "501"}

_POLICIES = (
    RefusePolicy(hosts=frozenset({"id.example.org"}), development=False, max_body=1000),
    RefusePolicy(hosts=None, development=True, max_body=1000),
)


def check(data: bytes) -> str:
    """Decide for a site with an origin and for one in development; the outcome is that of the first."""
    method, *lines = data.decode("latin-1").split("\n")
    parts = [line.partition(":") for line in lines]
    headers = Headers((name.strip(), value.strip(" \t")) for name, _, value in parts)
    request = Request(method=method, path="/", headers=headers, host=headers.get("host", "") or "", client="127.0.0.1")
    outcomes = [refuse(request, policy) for policy in _POLICIES]
    for refused in outcomes:
        assert refused is None or refused.status in (400, 413, 421, 501)
    return "let in" if outcomes[0] is None else str(outcomes[0].status)
