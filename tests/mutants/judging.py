"""Whether some test notices a mutant: the tests that reach its line are run, quickest first, until one fails.

All tests of a package are collected once. They are run once as they are, traced, which says how long each takes and
which lines it reaches. Then each mutant gets a process of its own, forked from the one that has collected; so what one
does to the process is no other's matter. One that takes far longer than its tests do without it counts as noticed.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.making import SOURCE, Mutant
from tests.mutants.putting import Functions, Importer

ROOT = SOURCE.parents[1]
TOO_SLOW = 1.0
"""Seconds of a processor, traced: a test that takes longer is left out, since others notice the same sooner."""
TOGETHER = 6.0
"""Seconds that the tests of one mutant may take together; what would come after that is left out."""
MEMORY = 4 << 30
"""Octets that a mutant may take."""

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it

Say = Callable[[Mutant, str], None]
"""Note what has become of a mutant: the test that noticed it, or ``""``."""


@dataclass
class Reached:
    """What the tests did without a mutant.

    Args:
        seconds: how long each took.
        lines: which tests reached a line, by module below ``hardtack`` and number.
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
        ends = accumulate(self.seconds.get(test, 0.0) for test in quick)
        return [test for test, end in zip(quick, ends, strict=True) if end <= TOGETHER]


class Judge:
    """Takes the place of pytest's loop over the tests.

    Args:
        mutants: what is to be judged.
        package: the package's name.
        most: how many processes at once.
        say: is told of each.
        until: the time of ``time.monotonic`` from which on no other mutant is begun.
        reached: what the tests do without a mutant, if that is known.
    """

    def __init__(
        self, mutants: Sequence[Mutant], package: str, most: int, say: Say, until: float, reached: Reached
    ) -> None:
        self.mutants = mutants
        self.package = package
        self.most = most
        self.say = say
        self.until = until
        self.reached = reached
        self.imported: list[Mutant] = []
        self.modules: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then judge."""
        self.modules = [name for name in sys.modules if name.partition(".")[0] not in {"hardtack", "tests", "__main__"}]
        items = {item.nodeid: item for item in session.items}
        place = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        missing = [item for item in session.items if item.nodeid not in self.reached.seconds]
        if missing:
            self.reached.add(_traced(missing, self.package))
        if self.reached.failed:
            return True
        functions = Functions()
        running = Running(self.most, self.say, place)
        for mutant in self.mutants:
            if time.monotonic() > self.until:
                break
            reading, writing = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(reading)
                _alone(place)
                lines = functions.put(mutant)
                if lines is None or not self.reached.reaches(mutant.module, lines):
                    # What no test reaches may have been done when the module was imported.
                    os.write(writing, b"IMPORT")
                    os._exit(0)
                tests = self.reached.order(mutant.module, lines)
                Noticing.run([items[test] for test in tests], writing, self.reached.seconds)
            os.close(writing)
            running.take(child, reading, mutant, self.imported)
        running.finish()
        return True


class Noticing:
    """Ends the process with the first failing test, whose name it writes."""

    def __init__(self, writing: int, seconds: dict[str, float]) -> None:
        self.writing = writing
        self.seconds = seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Let this process end when the test takes far longer than usual: of the processor's time, or of any."""
        usual = self.seconds.get(item.nodeid, 1.0)
        signal.setitimer(signal.ITIMER_PROF, 2 + 5 * usual)
        signal.setitimer(signal.ITIMER_REAL, 15 + 20 * usual)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at one phase of one test."""
        if report.failed:
            os.write(self.writing, report.nodeid.encode())
            os._exit(1)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Look at what was collected."""
        if report.failed:
            os.write(self.writing, f"collection of {report.nodeid}".encode())
            os._exit(1)

    @classmethod
    def run(cls, items: Sequence[pytest.Item], writing: int, seconds: dict[str, float]) -> None:
        """Run these tests, and end."""
        try:
            if items:
                items[0].config.pluginmanager.register(cls(writing, seconds))
            for item, after in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        except BaseException as error:  # whatever it is, it is noticed
            os.write(writing, f"{type(error).__name__} outside of a test".encode())
        os._exit(0)


class Running:
    """The processes of mutants that are being judged."""

    def __init__(self, most: int, say: Say, place: Path | None) -> None:
        self.most = most
        self.say = say
        self.place = place
        self.children: dict[int, tuple[int, Mutant, list[Mutant]]] = {}

    def take(self, child: int, reading: int, mutant: Mutant, imported: list[Mutant]) -> None:
        """Take one more, and wait if there are enough."""
        self.children[child] = (reading, mutant, imported)
        while len(self.children) >= self.most:
            self._wait()

    def finish(self) -> None:
        """Wait for all."""
        while self.children:
            self._wait()

    def _wait(self) -> None:
        child, status = os.wait()
        if child not in self.children:
            return
        reading, mutant, imported = self.children.pop(child)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode(errors="replace")
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)  # what its tests have started
        if self.place is not None and not self.children:
            for left in self.place.iterdir():
                shutil.rmtree(left, ignore_errors=True)
        if said == "IMPORT":
            imported.append(mutant)
            return
        if not said and os.WIFSIGNALED(status):
            said = f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
        if not said and os.WEXITSTATUS(status):
            said = f"ended with status {os.WEXITSTATUS(status)}"
        self.say(mutant, said)


def judge_imported(
    mutants: Sequence[Mutant], reached: Reached, modules: Sequence[str], running: Running, until: float
) -> None:
    """Judge mutants that take effect when their module is imported, each in a process that has not imported it yet."""
    for name in modules:
        with suppress(Exception):  # what cannot be imported alone is imported by who needs it
            import_module(name)
    running.place = place = Path(tempfile.mkdtemp(dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    for mutant in mutants:
        if time.monotonic() > until:
            break
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _alone(place)
            tests = reached.order(mutant.module, None)
            signal.setitimer(signal.ITIMER_REAL, 120)  # until the first test is begun
            importer = Importer(mutant)
            own = [test for test in tests if test.startswith(tests[0].partition("::")[0] + "::")]
            # The module's own tests first: they are collected in a moment, and notice nearly all.
            for part in (own, [test for test in tests if test not in own]):
                if not part:
                    continue
                status = pytest.main(
                    [*OPTIONS, f"--basetemp={place / 'tests'}", *_files(part)],
                    plugins=[importer, Noticing(writing, reached.seconds), Ordered(part)],
                )
                if status:
                    os.write(writing, f"pytest ended with {int(status)}".encode())
                    os._exit(1)
            os._exit(0)
        os.close(writing)
        running.take(child, reading, mutant, [])
    running.finish()
    place.rmdir()


class Ordered:
    """Runs just these tests, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place), key=lambda item: self.place[item.nodeid]
        )


OPTIONS = (
    "-q",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-p",
    "no:cov",
)


def _files(tests: Sequence[str]) -> list[str]:
    return sorted({str(ROOT / test.partition("::")[0]) for test in tests})


def _alone(place: Path) -> None:
    """Be a process whose end and whose words are nobody else's."""
    os.setpgid(0, 0)
    silent = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silent, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(place)  # a mutant may write to a file that is named by mistake


def _traced(items: Sequence[pytest.Item], package: str) -> Reached:
    """Run the tests in a process of their own, traced."""
    from coverage import Coverage

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        told = os.dup(2)
        _alone(ROOT)
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
