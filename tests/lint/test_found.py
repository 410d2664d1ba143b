"""What the lint finds in the examples of other frameworks: published as it is found, and the known faults among it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from hardtack.status.lint import RULES
from tests.lint.run import APPS, linted, published

each_app = pytest.mark.parametrize("package", APPS)

KNOWN = {
    "starlette": {
        # A path's 405 allows what its first route does; a unit that nobody knows is refused; a range beyond the end
        # spoils the set; and neither a file nor static files ask If-Match.
        ("allow-is-complete", "TRACE /note"),
        ("unknown-unit-is-ignored", "GET /static/file.txt (Range: items=0-0)"),
        ("satisfiable-range-is-not-refused", "GET /static/file.txt (Range: bytes=0-0,1000-)"),
        ("if-match-is-honoured", 'GET /static/file.txt (If-Match: "hardtack-lint-another-version")'),
        ("if-none-match-is-honoured", 'GET /file (If-None-Match: "…")'),
        ("range-is-for-get", "HEAD /file (Range: bytes=0-0)"),
    },
    "fastapi": {
        ("allow-is-complete", "TRACE /items/"),
        ("head-works-where-get-does", "HEAD /"),
        ("if-none-match-is-honoured", 'GET /file (If-None-Match: "…")'),
    },
    "flask": {
        # Several ranges, a suffix longer than the file and an unknown unit are refused; * counts for no version; and
        # no condition is looked at beside Range.
        ("satisfiable-range-is-not-refused", "GET /file (Range: bytes=0-1,998-)"),
        ("satisfiable-range-is-not-refused", "GET /file (Range: bytes=-2000)"),
        ("unknown-unit-is-ignored", "GET /file (Range: items=0-0)"),
        ("failed-condition-is-false", "GET /file (If-Match: *)"),
        ("if-unmodified-since-is-honoured", "GET /file (If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT)"),
        ("if-none-match-is-honoured", 'GET /file (Range: bytes=0-0, If-None-Match: "…")'),
    },
    "django": {
        ("failed-condition-is-false", "GET /static/file.txt (If-Match: *)"),
        ("length-is-that-of-the-200", 'GET / (If-None-Match: "…")'),
        ("head-works-where-get-does", "HEAD /note"),
    },
}
"""The faults that were known before, by rule and request."""


def _published(package: str) -> dict[str, Any]:
    (app,) = [each for each in published()["apps"] if each["package"] == package]
    found: dict[str, Any] = app
    return found


@each_app
def test_what_is_published_is_what_is_found(package: str) -> None:
    """In the version that is installed; after a change: python -m tests.lint.run."""
    assert version(package) == _published(package)["version"]
    assert linted(package) == _published(package)["findings"]


@each_app
def test_the_faults_that_were_known_are_found(package: str) -> None:
    """Each by the rule that it breaks."""
    found = {(each["rule"], request) for each in _published(package)["findings"] for request in each["requests"]}
    assert KNOWN[package] <= found


def test_every_rule_that_is_published_is_one_of_ours() -> None:
    """So that the table has a text for it."""
    rules = {each["rule"] for app in published()["apps"] for each in app["findings"]}
    assert rules <= {rule.name for rule in RULES}
