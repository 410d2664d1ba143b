"""Which code is decided where: the list holds what the rules do, and the rules do what the list holds."""

from __future__ import annotations

import pytest

from hardtack.message import Headers, Request
from hardtack.status import Status, admit, finish, precondition, refuse
from hardtack.status.decisions import DECISIONS
from hardtack.status.refuse import RefusePolicy
from hardtack.status.rules import Route

HOST = ("Host", "www.example.org")
POLICY = RefusePolicy(hosts=frozenset({"www.example.org"}), max_body=5, early_data_from_proxy=True, max_target=50)
ROUTE = Route(methods=frozenset({"POST"}), accepts=("text/*",), offers=("text/html",), max_body=5, length_required=True)


def _head(*fields: tuple[str, str], method: str = "POST", version: str = "1.1", target: str = "/") -> Request:
    headers = Headers(fields)
    return Request(
        method=method, path="/", headers=headers, host=headers.get("host") or "", http_version=version, target=target
    )


HEADS = [
    ("version-is-spoken", _head(HOST, version="3.0"), POLICY),
    ("fields-are-well-formed", _head(HOST, ("a b", "")), POLICY),
    ("host-is-well-formed", _head(), POLICY),
    ("length-is-certain", _head(HOST, ("Content-Length", "x")), POLICY),
    ("coding-is-known", _head(HOST, ("Transfer-Encoding", "gzip")), POLICY),
    ("coding-is-known", _head(HOST, ("Transfer-Encoding", "xyz")), POLICY),
    ("target-is-within-limit", _head(HOST, target="/" * 51), POLICY),
    ("target-is-well-formed", _head(HOST, target="x"), POLICY),
    ("fields-are-within-limits", _head(HOST, ("A", "x" * 40_000)), POLICY),
    ("host-is-ours", _head(("Host", "a.example")), POLICY),
    ("is-local-in-development", _head(HOST), RefusePolicy(development=True)),
    ("expectation-is-known", _head(HOST, ("Expect", "x")), POLICY),
    ("is-not-too-early", _head(HOST, ("Early-Data", "1")), POLICY),
    ("method-is-known", _head(HOST, method="FROB"), POLICY),
    ("length-is-within-limit", _head(HOST, ("Content-Length", "6")), POLICY),
]
ROUTES = [
    ("method-is-allowed", _head(method="PUT")),
    ("length-is-declared", _head(("Transfer-Encoding", "chunked"))),
    ("content-is-within-limit", _head(("Content-Length", "6"))),
    ("content-coding-is-accepted", _head(("Content-Length", "5"), ("Content-Encoding", "gzip"))),
    ("content-type-is-accepted", _head(("Content-Length", "5"), ("Content-Type", "a/b"))),
    ("an-offer-is-acceptable", _head(("Accept", "a/b"))),
]


def _listed(where: str) -> set[tuple[str, int]]:
    return {(each.rule, each.status) for each in DECISIONS if each.where == where}


def test_every_rule_of_the_head_answers_with_each_of_its_codes() -> None:
    """One request for each is enough to show it."""
    found = set()
    for rule, request, policy in HEADS:
        refused = refuse.refuse(request, policy)
        assert refused is not None, rule
        found.add((rule, refused.status))
    assert _listed("refuse") == found


def test_every_rule_of_the_route_answers_with_each_of_its_codes() -> None:
    """Likewise."""
    found = set()
    for rule, request in ROUTES:
        refused = admit.admit(request, ROUTE)
        assert refused is not None, rule
        found.add((rule, refused.status))
    assert _listed("admit") == found


@pytest.mark.parametrize(
    ("where", "rules"),
    [("precondition", [rule.name for rule in precondition.RULES]), ("finish", [rule.name for rule in finish.RULES])],
)
def test_what_the_later_moments_decide_is_named_as_it_is_there(where: str, rules: list[str]) -> None:
    """A rule that has another name now would otherwise vanish from the list."""
    expected = {
        "precondition": {
            *(("if-match", 412), ("if-unmodified-since", 412), ("if-none-match", 304), ("if-none-match", 412)),
            *(("if-modified-since", 304), ("says-which-version", 428)),
        },
        "finish": {
            *(("status-can-be-sent", 500), ("conditions-hold", 304), ("conditions-hold", 412)),
            *(("range-is-served", 206), ("range-is-served", 416)),
        },
    }
    assert expected[where] == _listed(where)
    assert {rule for rule, _ in expected[where]} <= set(rules)


def test_the_list_is_in_the_order_of_the_codes_and_each_is_registered() -> None:
    """So that the docs need not sort it, and can look each up."""
    codes = [each.status for each in DECISIONS]
    assert sorted(codes) == codes
    assert {Status(code).code for code in codes} == set(codes)
    assert len(set(DECISIONS)) == len(DECISIONS)


def test_nothing_decides_a_code_that_may_not_be_sent() -> None:
    """The deprecated and the reserved ones."""
    assert all(Status(each.status).may_be_sent for each in DECISIONS)
