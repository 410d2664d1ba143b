"""The lint's rules: each finds what breaks it, and nothing in what looks much alike; the table has no empty cell."""

from __future__ import annotations

import random
import re

import pytest

from hardtack.message import Headers, Request, Response
from hardtack.status import Status
from hardtack.status import lint as fixed
from hardtack.status.catalogue import class_of
from hardtack.status.lint import RULES, Exchange, Finding, Rule, lint, of
from hardtack.status.lint.exchange import Seen, shown
from tests.status.lint.examples import EXAMPLES, exchange

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])


def names(found: list[Finding]) -> set[str]:
    """Return the names of the rules that found something."""
    return {finding.rule for finding in found}


def test_no_rule_is_without_a_bad_and_a_good_example() -> None:
    """And no example is of a rule that is gone."""
    assert [rule.name for rule in RULES] == list(EXAMPLES)
    assert [] == [name for name, (bad, good) in EXAMPLES.items() if not bad or not good]


@each_rule
def test_a_rule_finds_its_bad_examples(rule: Rule) -> None:
    """As one finding with the rule's level, section and texts."""
    for bad in EXAMPLES[rule.name][0]:
        (found,) = [finding for finding in lint(bad) if finding.rule == rule.name]
        assert (rule.level, rule.reference, bad.response.status) == (found.level, found.reference, found.status)
        assert found.text["en"].startswith(rule.en)
        assert found.text["zh"].startswith(rule.zh)
        assert "hardtack" == found.source


@each_rule
def test_a_rule_finds_nothing_in_its_good_examples(rule: Rule) -> None:
    """Which other rules may well find something in."""
    assert [] == [good for good in EXAMPLES[rule.name][1] if rule.name in names(lint(good))]


@each_rule
def test_a_rule_has_a_level_a_section_and_a_text_in_both_languages(rule: Rule) -> None:
    """The text says what is wrong and what to do, in one line each."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.name)
    assert rule.level in ("error", "warning")
    assert re.match(r"RFC \d{4} §\d", rule.reference)
    assert rule.en.endswith(".")
    assert rule.zh.endswith("。")
    assert re.search(r"[:：]|[:;]", rule.en)
    assert "：" in rule.zh
    assert re.search(r"[\u4e00-\u9fff]", rule.zh)
    assert not re.search(r"[\u4e00-\u9fff]", rule.en)


def test_no_name_is_given_twice() -> None:
    """It is what a person silences a finding by."""
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_errors_come_before_warnings() -> None:
    """The worst first."""
    levels = [finding.level for finding in lint(exchange(418, body=b"x", method="HEAD"))]
    assert ["error", "warning"] == levels


def test_the_package_of_status_has_nothing_else_that_comes_later() -> None:
    """A name that is not there is an error as of any module."""
    import hardtack.status

    assert hardtack.status.lint is fixed
    assert hardtack.status.__getattr__("lint") is fixed
    with pytest.raises(AttributeError, match="no attribute 'lynt'"):
        _ = hardtack.status.lynt


def test_the_lint_can_be_called_with_the_parts_of_an_exchange() -> None:
    """The name that the design has fixed: method, request's fields, status, answer's fields, content."""
    called = fixed
    found = called("GET", {}, 401, {}, b"who are you?")
    assert {"unauthorized-has-a-challenge", "content-has-a-type"} == names(found)
    assert [] == called(
        "GET", [("Host", "example.org")], 401, [("WWW-Authenticate", "Bearer"), ("Content-Type", "a/b")], b"x"
    )
    assert [] == of("GET", {}, 204, {}, path="/a")


def test_every_code_that_must_have_a_field_is_found_without_it() -> None:
    """The catalogue says which: no code of it can be forgotten here."""
    missing = []
    for status in Status:
        if status.headers_required and status.may_be_sent and status not in (207, 226):  # RFC 4918 and 3229
            found = lint(exchange(status.code, body=b"" if not status.content_allowed else b"x"))
            if not {"error"} & {finding.level for finding in found if "asked-for" not in finding.rule}:
                missing.append(status.code)
    assert [] == missing


def test_every_code_that_has_no_content_is_found_with_some() -> None:
    """Likewise."""
    silent = [
        status.code
        for status in Status
        if not status.content_allowed
        and not {"no-content-where-none-may-be", "reset-has-no-content"} & names(lint(exchange(status, body=b"x")))
    ]
    assert [] == silent


def test_every_code_that_may_not_be_stored_is_found_with_a_lifetime() -> None:
    """Likewise: 428, 429, 431, 511."""
    fields = {"Cache-Control": "public, max-age=60"}
    found = [s.code for s in Status if "refusal-is-not-stored" in names(lint(exchange(s.code, fields)))]
    assert [status.code for status in Status if not status.may_be_stored] == found


def test_what_a_finding_shows_is_short_and_printable() -> None:
    """It ends up in terminals and logs, and a stranger may have chosen it."""
    assert "a" * 80 + "…" == shown("a" * 81)
    assert "a??b" == shown("a\x1b\u4e00b")
    (found,) = [f for f in lint(exchange(405, {"Allow": "\x1b[31m" + "x" * 500})) if f.rule.startswith("allow-is-a")]
    assert all(character.isprintable() and len(text) < 300 for text in found.text.values() for character in text)


def test_attack_a_finding_never_shows_what_may_be_secret() -> None:
    """Challenges, addresses and cookies are named, and not shown."""
    secret = "c0ffee\u00e9 ="
    fields = [("Location", secret), ("WWW-Authenticate", f'="{secret}"'), ("Set-Cookie", secret), ("Location", secret)]
    asked = {"Authorization": secret, "Cookie": secret}
    for status in (*range(100, 600), 99):
        found = lint(exchange(status, fields, secret.encode(), asked=asked, target=f"/?{status}"))
        assert "c0ffee" not in repr(found)


def test_whatever_is_exchanged_is_judged_without_an_error() -> None:
    """The promise, on thousands of exchanges that are put together at random; see tests/fuzz for bytes."""
    source = random.Random("lint")  # noqa: S311 - a test that fails must fail again
    pool = [each for bad, good in EXAMPLES.values() for each in (*bad, *good)]
    junk = ["", ",", "*", '"', "bytes=", "bytes 0-/", "\xff", "=", "9" * 400, "W/", "\x00"]
    for _ in range(2000):
        one, two = source.choice(pool), source.choice(pool)
        fields = [*one.response.headers, *two.response.headers]
        fields = [(name, source.choice([value, *junk])) for name, value in fields]
        asked = [(name, source.choice([value, *junk])) for name, value in (*one.request.headers, *two.request.headers)]
        request = Request(
            method=one.request.method, path="/", headers=Headers(asked), host=source.choice(["", "a", ","])
        )
        mixed = Exchange(
            request,
            Response(two.response.status, fields, one.response.body),
            allowed=one.allowed,
            interim=two.interim,
            whole=source.choice([one.whole, two.response]),
            octets=source.choice([None, 3]),
            at=two.at,
        )
        assert isinstance(lint(mixed), list)


def test_the_code_of_an_unknown_number_is_judged_by_no_other_rule() -> None:
    """A client takes it for the x00 of its class, about which nothing more can be said."""
    assert 200 == class_of(299)
    assert {"code-is-registered"} == names(lint(exchange(299)))


def test_a_field_that_is_absent_is_shown_as_nothing() -> None:
    """What a finding says is what was there."""
    assert "" == Seen(exchange(200)).show("Allow")
