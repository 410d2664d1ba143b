"""The mark ``@pytest.mark.asvs("6.2.4", …)``: this test shows that requirement of OWASP ASVS 5.0.

Every run notes what becomes of the marked tests. ``make asvs`` runs all of them, with ``ASVS`` naming the file that
``src/hardtack/site/asvs.json`` is then made from. In every other run a marked test that was skipped fails the run: the
scorecard that is committed says more than this run has shown.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests import evidence

MARKER = "asvs"
OUTCOMES = pytest.StashKey[evidence.Outcomes]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing noted; the marker itself is known to ``pyproject.toml``."""
    config.stash[OUTCOMES] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say on the report which requirements the test shows."""
    report = yield
    rows = [f"V{number}" for mark in item.iter_markers(MARKER) for number in mark.args]
    evidence.attach(report, MARKER, rows)
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    """Gather the reports where they arrive: here, or in the process that pytest-xdist's workers report to."""
    session.config.pluginmanager.register(_Gathering(session.config), "asvs-gathering")


class _Gathering:
    """What notes the reports; it needs the configuration, which a report does not bring."""

    def __init__(self, config: pytest.Config) -> None:
        self.outcomes = config.stash[OUTCOMES]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test."""
        evidence.gather(self.outcomes, report, MARKER)


def unproved(outcomes: evidence.Outcomes) -> list[str]:
    """Return the requirements of which a marked test did not pass."""
    return sorted(row for row, tests in outcomes.items() if not all(tests.values()))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was noted, or see that nothing is claimed which was not shown."""
    outcomes = session.config.stash[OUTCOMES]
    if hasattr(session.config, "workerinput"):
        return
    if "ASVS" in os.environ:
        rows = dict(sorted(evidence.found(outcomes).items()))
        Path(os.environ["ASVS"]).write_text(json.dumps(rows, indent=1) + "\n")
    elif unproved(outcomes) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the requirements that this run has not shown."""
    rows = unproved(config.stash[OUTCOMES])
    if rows:
        terminalreporter.write_line(f"asvs: a marked test did not pass: {', '.join(rows)}", red=True)
