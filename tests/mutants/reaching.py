"""Which tests reach which lines, and how long each takes: all of them are run once, traced, without a mutant."""

from __future__ import annotations

import json
import os
import resource
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from tests.mutants.making import SOURCE

ROOT = SOURCE.parents[1]
TOO_SLOW = 1.0
"""Seconds of a processor, traced: a test that takes longer is left out, since others notice the same sooner."""
TOGETHER = 6.0
"""Seconds that the tests of one mutant may take together; what would come after that is left out."""
MEMORY = 4 << 30
"""Octets that a mutant may take."""


@dataclass
class Reached:
    """What the tests did without a mutant.

    Args:
        seconds: how long each took.
        lines: which tests reached a line, by module below ``hardtack`` and number.
        failed: those that failed, so that nothing can be said of mutants.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, other: Reached) -> None:
        """Take in what other tests did."""
        self.seconds |= other.seconds
        self.failed += other.failed
        for module, lines in other.lines.items():
            for line, tests in lines.items():
                self.lines.setdefault(module, {}).setdefault(line, []).extend(tests)

    def reaches(self, module: str, lines: set[int]) -> bool:
        """Say whether a test reaches one of these lines."""
        by_line = self.lines.get(module, {})
        return any(by_line.get(line) for line in lines)

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Forget the tests that are not wanted."""
        self.seconds = {test: seconds for test, seconds in self.seconds.items() if wanted(test)}
        for lines in self.lines.values():
            for line, tests in lines.items():
                lines[line] = [test for test in tests if wanted(test)]

    def order(self, module: str, lines: set[int] | None) -> list[str]:
        """Return the tests for a mutant of these lines (``None``: of what is done when it is imported), best first."""
        by_line = self.lines.get(module, {})
        # What a dataclass or a constant does is in no line that is reached.
        chosen = set(self.seconds) if lines is None else {test for line in lines for test in by_line.get(line, ())}
        room, _, name = module.partition("/")
        own = f"tests/{room}/test_{name}::"
        chosen |= {test for test in self.seconds if test.startswith(own)}
        quick = [test for test in chosen if self.seconds.get(test, 0.0) <= TOO_SLOW]
        quick.sort(key=lambda test: (self.seconds.get(test, 0.0) + (not test.startswith(own)) * 0.02, test))
        if lines is None:
            # So many are chosen that its own, where they are not the quickest, would be left out.
            quick.sort(key=lambda test: not test.startswith(own))
        ends = accumulate(self.seconds.get(test, 0.0) for test in quick)
        return [test for test, end in zip(quick, ends, strict=True) if end <= TOGETHER]


def alone(place: Path) -> None:
    """Be a process whose end and whose words are nobody else's."""
    os.setpgid(0, 0)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(place)  # a mutant may write to a file that is named by mistake


def traced(items: Sequence[pytest.Item], package: str) -> Reached:
    """Run the tests in a process of their own, traced."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        told = os.dup(2)
        alone(ROOT)
        reached = Reached()
        tracing = Coverage(data_file=None, config_file=False, include=[str(SOURCE / package / "*")])
        failing = _Failing(reached.failed, told)
        items[0].config.pluginmanager.register(failing)
        tracing.start()
        for item, after in zip(items, [*items[1:], None], strict=True):
            tracing.switch_context(item.nodeid)
            begun = _worked()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            reached.seconds[item.nodeid] = round(_worked() - begun, 4)
        tracing.stop()
        warnings.simplefilter("ignore")  # tests that reach nothing here are no mistake
        data = tracing.get_data()
        for measured in data.measured_files():
            by_line = {line: sorted(tests - {""}) for line, tests in
                       ((line, set(tests)) for line, tests in data.contexts_by_lineno(measured).items())}  # fmt: skip
            reached.lines[Path(measured).relative_to(SOURCE).as_posix()] = by_line
        with os.fdopen(writing, "w") as pipe:
            json.dump({"seconds": reached.seconds, "lines": reached.lines, "failed": reached.failed}, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told_all: dict[str, Any] = json.load(pipe)
    os.waitpid(child, 0)
    lines = {module: {int(line): tests for line, tests in of.items()} for module, of in told_all["lines"].items()}
    return Reached(told_all["seconds"], lines, told_all["failed"])


def _worked() -> float:
    """Return the seconds of a processor that this process has used and those that it has started.

    However busy the machine is, they are about the same.
    """
    return sum(os.times()[:4])


class _Failing:
    """Notes which tests fail without any mutant."""

    def __init__(self, failed: list[str], told: int) -> None:
        self.failed = failed
        self.told = told

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at one phase of one test."""
        if report.failed:
            self.failed.append(report.nodeid)
            os.write(self.told, f"{report.nodeid}\n{report.longreprtext}\n".encode())
