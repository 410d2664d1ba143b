"""The marks ``@pytest.mark.attack("5")`` and ``@pytest.mark.long``, and what a run says of the attacks at its end.

A class of ``tests/attacks`` is marked with the number of its attack in ``attacks.toml``. Tests marked ``long`` run with
``--long`` alone. With ``ATTACKS`` in the environment what was found is written to the file that it names.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests import evidence

MARKER = "attack"
REQUESTS = "requests"
TABLE = Path(__file__).with_name("attacks.toml")
PITFALL = "P"
"""What the number of a pitfall begins with."""


def table() -> list[dict[str, Any]]:
    """Return every attack and pitfall."""
    rows: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["attack"]
    return rows


def seed() -> int:
    """Return what chance begins with: ``ATTACKS_SEED``, or the same in every run."""
    return int(os.environ.get("ATTACKS_SEED", "1"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the long tests be asked for."""
    parser.addoption("--long", action="store_true", help="run the attacks that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they are asked for."""
    if not config.getoption("--long"):
        config.hook.pytest_deselected(items=[each for each in items if each.get_closest_marker("long")])
        items[:] = [each for each in items if not each.get_closest_marker("long")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say on the report which attack the test is a way of."""
    report = yield
    evidence.attach(report, MARKER, [str(number) for mark in item.iter_markers(MARKER) for number in mark.args])
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    """Gather the reports where they arrive: here, or in the process that pytest-xdist's workers report to."""
    session.config.pluginmanager.register(Gathering(), "attacks-gathering")


class Gathering:
    """What has become of the attacks."""

    def __init__(self) -> None:
        self.outcomes: evidence.Outcomes = {}
        self.ways: set[str] = set()
        self.requests = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase of one test."""
        evidence.gather(self.outcomes, report, MARKER)
        if report.__dict__.get("evidence", {}).get(MARKER) and report.when == "teardown":
            self.ways.add(report.nodeid)
            self.requests += sum(int(str(value)) for name, value in report.user_properties if name == REQUESTS)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write down what was found, where that is asked for."""
        if "ATTACKS" in os.environ and not hasattr(session.config, "workerinput"):
            rows = evidence.found(self.outcomes)
            found = {"attacks": rows, "ways": len(self.ways), "requests": self.requests}
            Path(os.environ["ATTACKS"]).write_text(json.dumps(found))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say in one line how many attacks were withstood, and which wait."""
        if self.outcomes:
            withstood = {number for number, tests in self.outcomes.items() if all(tests.values())}
            terminalreporter.write_line(summary(withstood, self.requests))


def summary(withstood: set[str], requests: int) -> str:
    """Return the line about the attacks and pitfalls that were withstood, and those that wait."""
    rows = table()
    numbers = [row["number"] for row in rows]
    attacks = [each for each in numbers if not each.startswith(PITFALL)]
    pitfalls = [each for each in numbers if each.startswith(PITFALL)]
    whole = [f"{row['number']}: {row['waiting']['en']}" for row in rows if "waiting" in row and not row["tests"]]
    parts = [row["number"] for row in rows if "waiting" in row and row["tests"]]
    return (
        f"attacks: {len(withstood & {*attacks})} of {len(attacks)} withstood, {len(whole)} wait ({'; '.join(whole)}), "
        f"and a part of {', '.join(parts)}; pitfalls: {len(withstood & {*pitfalls})} of {len(pitfalls)}; "
        f"{requests} requests"
    )
