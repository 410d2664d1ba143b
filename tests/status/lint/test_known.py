"""What is remembered of addresses: methods that have worked there, in bounded memory."""

from __future__ import annotations

import pytest

from hardtack.status.lint import known, lint
from tests.status.lint.examples import exchange


def test_a_method_that_has_worked_is_missed_in_a_later_allow() -> None:
    """At the same address; one that failed, and OPTIONS, are not."""
    seen = known.Known()
    for method, status in (("PUT", 204), ("DELETE", 404), ("OPTIONS", 200), ("PUT", 204), ("GET", 200)):
        seen.beside(exchange(status, method=method))
    refused = seen.beside(exchange(405, {"Allow": "GET"}, b"no", method="POST"))
    assert frozenset({"GET", "PUT"}) == refused.allowed
    assert "allow-is-complete" in {finding.rule for finding in lint(refused)}
    assert seen.beside(exchange(405, {"Allow": "GET"}, b"no", method="POST", target="/b")).allowed is None


def test_what_the_exchange_knows_itself_stands() -> None:
    """Whoever asks knows better."""
    seen = known.Known()
    seen.beside(exchange(200))
    assert frozenset({"PUT"}) == seen.beside(exchange(405, allowed=frozenset({"PUT"}))).allowed


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger can ask for any number of them."""
    monkeypatch.setattr(known, "MOST", 1)
    seen = known.Known()
    seen.beside(exchange(200, target="/a"))
    seen.beside(exchange(200, target="/b"))
    assert {"/a"} == set(seen._methods)
    assert frozenset({"GET", "PUT"}) == seen.beside(exchange(200, method="PUT", target="/a")).allowed
