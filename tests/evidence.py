"""What tests show: the rows whose marked tests all pass, noted while they run, in one process or in several.

A marker names rows; a row is shown if every test that is marked with it was called and passed in all of its phases and
with all of its parameters. One that fails, or is skipped, or is expected to fail, takes the row away. The comparison
with the peers and the scorecard of ASVS are made of such rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

Outcomes = dict[str, dict[str, bool]]
"""Row, then test, then whether it has passed so far."""


def attach(report: pytest.TestReport, marker: str, rows: Iterable[str]) -> None:
    """Write onto *report* which rows its test shows; pytest-xdist carries it to the process that gathers."""
    report.__dict__.setdefault("evidence", {})[marker] = list(rows)


def gather(outcomes: Outcomes, report: pytest.TestReport, marker: str) -> None:
    """Note what became of one phase of a test that is marked with *marker*."""
    good = report.outcome == "passed" and not hasattr(report, "wasxfail")
    test = report.nodeid.partition("[")[0]
    for row in report.__dict__.get("evidence", {}).get(marker, ()):
        tests = outcomes.setdefault(row, {})
        tests[test] = tests.get(test, True) and good


def row_of(tests: dict[str, bool]) -> dict[str, Any]:
    """Return one row of a file of evidence: whether it is shown, by which tests, and which of them have not passed."""
    failed = sorted(test for test, good in tests.items() if not good)
    return {"shown": not failed, "tests": sorted(tests), **({"failed": failed} if failed else {})}


def found(outcomes: Outcomes) -> dict[str, dict[str, Any]]:
    """Return for each row which tests there are, and whether it is shown."""
    return {row: row_of(tests) for row, tests in outcomes.items()}
