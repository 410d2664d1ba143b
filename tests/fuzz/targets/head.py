"""The head of a request: refused with one of the codes that the rules announce, or let in; never an exception.

The first line of the input is the method, the target and the version, each further line one field, ``name: value``.
"""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.status.refuse import RULES, RefusePolicy, refuse
from hardtack.status.trace import Step

OUTCOMES = {"let in", "400", "413", "414", "417", "421", "425", "431", "501", "505"}

_POLICIES = (
    RefusePolicy(
        hosts=frozenset({"id.example.org"}),
        max_body=1000,
        max_target=200,
        max_fields=2000,
        max_field_count=20,
        early_data_from_proxy=True,
    ),
    RefusePolicy(hosts=None, development=True, max_body=1000),
)
_ANSWERS = {rule.name: rule.answers for rule in RULES}


def check(data: bytes) -> str:
    """Decide for a site with an origin and for one in development; the outcome is that of the first."""
    line, *lines = data.decode("latin-1").split("\n")
    method, target, version = (*line.split(" ", 2), "", "")[:3]
    parts = [line.partition(":") for line in lines]
    headers = Headers((name, value.strip(" \t")) for name, _, value in parts)
    request = Request(
        method=method,
        path="/",
        headers=headers,
        host=headers.get("host", "") or "",
        client="127.0.0.1",
        target=target,
        http_version=version.removeprefix("HTTP/") or "1.1",
    )
    outcomes = []
    for policy in _POLICIES:
        steps: list[Step] = []
        refused = refuse(request, policy, trace=steps)
        assert refused is None or refused.status in _ANSWERS[steps[-1].rule]
        assert steps[-1].outcome == ("" if refused is None else refused.reason)
        outcomes.append(refused)
    return "let in" if outcomes[0] is None else str(outcomes[0].status)
