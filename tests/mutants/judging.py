"""Whether some test notices a mutant: the tests that reach its line are run, quickest first, until one fails.

All tests of a package are collected once. They are run once as they are, traced, which says how long each takes and
which lines it reaches. Then each mutant gets a process of its own, forked from the one that has collected; so what one
does to the process is no other's matter. One that takes far longer than its tests do without it counts as noticed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutants.making import Mutant
from tests.mutants.putting import Functions, Importer
from tests.mutants.reaching import ROOT, Reached, alone, traced

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it

Say = Callable[[Mutant, str], None]
"""Note what has become of a mutant: the test that noticed it, or ``""``."""


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
            self.reached.add(traced(missing, self.package))
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
                alone(place)
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
            alone(place)
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
