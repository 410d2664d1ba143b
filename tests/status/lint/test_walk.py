"""What is asked of one address: safely, a bounded number of times, and as the answers so far suggest."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from hardtack.message import Headers, Request, Response
from hardtack.status.lint import lint
from hardtack.status.lint.walk import MOST, NOWHERE, Answer, Asked, Walk, nowhere

DATE = "Sat, 01 Jan 2000 00:00:00 GMT"
PLAIN = Request(method="GET", path="/a", headers=Headers([("Host", "a"), ("Accept", "*/*")]), host="a", target="/a")
FULL = [("ETag", '"1"'), ("Last-Modified", DATE), ("Content-Type", "text/plain"), ("Content-Length", "100")]


def carried(
    steps: Generator[Request, Answer, list[Asked]], ask: Callable[[Request], Answer]
) -> tuple[list[Request], list[Asked]]:
    """Return the requests that were made, and what came of them."""
    asked = [next(steps)]
    while True:
        try:
            asked.append(steps.send(ask(asked[-1])))
        except StopIteration as ended:
            return asked, ended.value


def always(
    status: int, fields: list[tuple[str, str]] | None = None, octets: int | None = None
) -> Callable[[Request], Answer]:
    """Answer everything alike."""
    return lambda _request: Answer(Response(status, list(fields or [])), octets=octets)


def test_only_methods_that_change_nothing_are_sent_unless_told_otherwise() -> None:
    """GET, HEAD, OPTIONS and TRACE (RFC 9110 §9.2.1)."""
    asked, _ = carried(Walk(PLAIN).requests(), always(200, FULL))
    assert {"GET", "HEAD", "OPTIONS", "TRACE"} == {request.method for request in asked}
    asked, _ = carried(Walk(PLAIN, unsafe=True).requests(), always(200, FULL))
    assert {"POST", "PUT", "PATCH", "DELETE"} < {request.method for request in asked}
    assert {"0"} == {request.headers.get("Content-Length") for request in asked if request.method == "PUT"}


def test_no_address_is_asked_more_often_than_is_said() -> None:
    """Whatever it answers."""
    for status, fields in ((200, FULL), (404, []), (301, [("Location", "/")])):
        asked, exchanges = carried(Walk(PLAIN, unsafe=True).requests(), always(status, fields))
        assert len(asked) == len(exchanges) <= MOST
        assert {"/a"} == {request.target for request in asked}


def test_conditions_use_the_validators_that_were_given() -> None:
    """And others that no representation has."""
    asked, exchanges = carried(Walk(PLAIN).requests(), always(200, FULL))
    sent = {(name, value) for request in asked for name, value in request.headers if name.startswith("if-")}
    assert {("if-none-match", '"1"'), ("if-none-match", "*"), ("if-modified-since", DATE)} < sent
    assert any(name == "if-match" and "another" in value for name, value in sent)
    assert 'GET /a (If-None-Match: "1")' in {each.label for each in exchanges}


@pytest.mark.parametrize(
    ("fields", "octets", "expected"),
    [
        ([], 0, set()),
        ([], 10, {"bytes=0-0", "bytes=-20", "bytes=10-", "bytes=0-0,10-", "items=0-0"}),
        ([("Content-Length", "50")], None, {"bytes=0-0", "bytes=-100", "bytes=50-", "bytes=0-1,48-"}),
    ],
)
def test_ranges_fit_the_length_of_what_was_sent(
    fields: list[tuple[str, str]], octets: int | None, expected: set[str]
) -> None:
    """Inside it, beyond it, both, and in a unit that nobody knows."""
    asked, _ = carried(Walk(PLAIN).requests(), always(200, fields, octets))
    ranges = {request.headers.get("range") for request in asked} - {None}
    assert expected <= ranges
    assert bool(expected) == bool(ranges)


def test_nothing_without_a_validator_is_asked_about_versions() -> None:
    """Its application has nothing to tell them apart by."""
    asked, _ = carried(Walk(PLAIN).requests(), always(200, [("Content-Type", "text/plain")], 10))
    assert not {name for request in asked for name in request.headers.names if name in ("if-match", "if-none-match")}


def test_what_is_known_of_the_methods_comes_from_the_router_and_from_good_answers() -> None:
    """A refusal's own Allow is what is held against it."""

    def answer(request: Request) -> Answer:
        if request.method in ("GET", "HEAD"):
            return Answer(Response(200, [], b"x" if request.method == "GET" else b""))
        if request.method == "OPTIONS":
            return Answer(Response(204, [("Allow", "GET, HEAD, OPTIONS, PUT")]))
        return Answer(Response(405, [("Allow", "GET")], b"no"))

    _, exchanges = carried(Walk(PLAIN, methods=frozenset({"PATCH"})).requests(), answer)
    assert {frozenset({"GET", "HEAD", "OPTIONS", "PATCH", "PUT"})} == {each.exchange.allowed for each in exchanges}
    (refused,) = [each for each in exchanges if each.exchange.response.status == 405]
    assert "allow-is-complete" in {finding.rule for finding in lint(refused.exchange)}


def test_every_answer_but_the_first_is_held_against_the_first() -> None:
    """Which is the one without conditions and ranges."""
    _, exchanges = carried(Walk(PLAIN, "wire").requests(), always(200, FULL))
    first, *others = [each.exchange for each in exchanges]
    assert first.whole is None
    assert {id(first.response)} == {id(each.whole) for each in others}
    assert {"wire"} == {each.at for each in (first, *others)}


def test_an_address_that_there_is_not_is_asked_plainly_and_with_a_condition() -> None:
    """Which counts for nothing there."""
    asked, exchanges = carried(nowhere(PLAIN, "wire"), always(412, [], 3))
    assert [NOWHERE, NOWHERE] == [request.target for request in asked]
    assert "*" == asked[1].headers.get("If-None-Match")
    assert [None, 412] == [each.exchange.whole and each.exchange.whole.status for each in exchanges]
    assert 1 == len(carried(nowhere(PLAIN, "wire"), always(200))[0])
    steps = nowhere(PLAIN, "application")
    next(steps)
    steps.send(Answer(Response(404, [], b"no")))
    with pytest.raises(StopIteration) as ended:
        steps.send(Answer(Response(304)))
    assert "conditions-count-for-success" in {finding.rule for finding in lint(ended.value.value[1].exchange)}


@pytest.mark.parametrize("evil", ["\x1b]0;taken over\x07", "\x9b2J", "a\nEvil: yes", "a\tb"])
def test_attack_nothing_that_a_terminal_obeys_is_sent_back_or_shown(evil: str) -> None:
    """A server chooses its validators, and what is asked with them is printed."""
    fields = [("ETag", f'"{evil}"'), ("Last-Modified", evil), ("Content-Type", "text/plain")]
    asked, exchanges = carried(Walk(PLAIN).requests(), always(200, fields))
    assert all(value.isprintable() for request in asked for _, value in request.headers)
    assert all(each.label.isprintable() for each in exchanges)


def test_attack_what_a_finding_shows_is_short_and_printable() -> None:
    """Where a rule shows what the server sent."""
    fields = [("Content-Length", "\x1b[2J" * 1000), ("ETag", "\x1b[2J"), ("Retry-After", "\x1b[2J")]
    _, exchanges = carried(Walk(PLAIN).requests(), always(503, fields))
    texts = [text for each in exchanges for finding in lint(each.exchange) for text in finding.text.values()]
    assert any("?[2J" in text for text in texts)
    assert all(text.isprintable() and len(text) < 600 for text in texts)
