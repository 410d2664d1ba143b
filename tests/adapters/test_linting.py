"""What becomes of findings in a running application, and how applications are told apart."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from hardtack.adapters import linting
from hardtack.errors import MisuseError
from tests.status.lint.examples import exchange


def test_each_finding_is_a_warning_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """With the rule, the code, the request and the section, and nothing that is secret."""
    linting.Judge().look_at(exchange(401, {"Content-Type": "a/b"}, b"x", target="/a?token=s3cret"))
    (record,) = caplog.records
    assert ("hardtack.status", logging.WARNING) == (record.name, record.levelno)
    said = {name: getattr(record, name) for name in ("event", "rule", "level", "status", "method", "path", "reference")}
    assert {
        "event": "lint-finding",
        "rule": "unauthorized-has-a-challenge",
        "level": "error",
        "status": 401,
        "method": "GET",
        "path": "/a",
        "reference": "RFC 9110 §15.5.2, §11.6.1",
    } == said
    assert "WWW-Authenticate" in record.getMessage()
    assert "s3cret" not in caplog.text


def test_findings_can_be_collected_and_ignored() -> None:
    """By their rule's name."""
    found: list[str] = []
    judge = linting.Judge(
        collect=lambda _exchange, finding: found.append(finding.rule), ignore=["code-is-not-reserved"]
    )
    judge.look_at(exchange(418))
    assert ["error-explains-itself"] == found


def test_an_error_can_be_raised_and_a_warning_is_only_told() -> None:
    """So that a test of the application fails where it is."""
    judge = linting.Judge(raises=True, collect=lambda _exchange, _finding: None)
    judge.look_at(exchange(404))
    judge.look_at(exchange(200))
    with pytest.raises(MisuseError, match="unauthorized-has-a-challenge: GET / is answered 401"):
        judge.look_at(exchange(401))


def test_a_rule_that_there_is_not_cannot_be_ignored() -> None:
    """A slip would otherwise be silent."""
    with pytest.raises(MisuseError, match="no rule 'no-such-rule'"):
        linting.Judge(ignore=["no-such-rule"])


def test_kinds_of_callables_are_told_apart() -> None:
    """By what they take, and whether they are coroutines."""

    class Object:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            """An ASGI application."""

    assert "asgi" == linting.kind(Object())
    assert "asgi" == linting.kind(lambda scope, receive, send: None)
    assert "wsgi" == linting.kind(lambda environ, start_response, other=None: None)
    assert "factory" == linting.kind(lambda debug=False: None)
    assert [""] * 4 == [linting.kind(each) for each in (1, Object, lambda one: None, lambda a, b, c, d: None)]
    assert "" == linting.kind(max)
