"""What a route takes: Content-Type, Content-Encoding and Accept against its facts; a refusal or ``None``, in one pass.

The first line of the input is the method and the version, each further line one field, ``name: value``.
"""

from __future__ import annotations

from hardtack.message import Headers, Request
from hardtack.status.admit import RULES, admit
from hardtack.status.rules import Route
from hardtack.status.trace import Step

OUTCOMES = {"let in", "405", "406", "411", "413", "415"}

_ROUTE = Route(
    methods=frozenset({"GET", "POST", "PATCH"}),
    accepts=("application/json", "text/*", "image/png; q=1; profile=a"),
    offers=("text/html", "application/json"),
    length_required=True,
    max_body=1000,
)
_ANSWERS = {rule.name: rule.answers for rule in RULES}


def check(data: bytes) -> str:
    """Decide; a route that says nothing takes everything, and what is refused says what would be taken."""
    line, *lines = data.decode("latin-1").split("\n")
    method, _, version = line.partition(" ")
    parts = [line.partition(":") for line in lines]
    headers = Headers((name.strip(), value.strip(" \t")) for name, _, value in parts)
    request = Request(method=method, path="/", headers=headers, http_version=version or "1.1")
    assert admit(request, Route()) is None
    steps: list[Step] = []
    refused = admit(request, _ROUTE, trace=steps)
    assert steps[-1].outcome == ("" if refused is None else refused.reason)
    if refused is None:
        return "let in"
    assert refused.status in _ANSWERS[steps[-1].rule]
    expected = {405: "Allow", 406: "Vary", 411: "", 413: "Connection", 415: "Accept"}[refused.status]
    assert any(name.startswith(expected) for name, _ in refused.headers) or not expected
    return str(refused.status)
