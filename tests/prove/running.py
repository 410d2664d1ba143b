"""One stage as a process of its own, with all that it starts: begun, bounded in time, stopped in order, and judged.

What a stage says of itself is believed only where it hangs together: an exit status of 0 with a report that has found
nothing, of 1 with one that has found something. Everything else, such as no report at all, is a stage that could not
run, and what it has said last is why.

Whatever a stage starts carries its name in the environment, so that what it leaves behind is found and ended, also in
sessions of its own, and also after this process itself was killed: by the next run in the same folder.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.prove.plans import MINUTE, Plan
from tests.prove.stage import CANNOT_RUN, FOUND, NOTHING_FOUND

ROOT = Path(__file__).parents[2]
PASSED, WRONG, UNABLE, STOPPED = "nothing found", "found something", "could not run", "stopped"
MARK = "PROVE_STAGE"
"""The environment variable that names the folder and the stage."""
IN_ORDER = 60
"""Seconds that a stage has to end once it is told to."""

FIELDS: dict[str, tuple[type, ...]] = {
    "stage": (str,),
    "seconds": (int, float),
    "seed": (int, type(None)),
    "counts": (dict,),
    "found": (list,),
    "explained": (list,),
}
"""What a report must have."""


@dataclass
class Outcome:
    """What has become of one stage.

    Args:
        verdict: one of the four above.
        why: what is missing, where it could not run.
        report: its own.
        seconds: how long it has run, this time.
    """

    verdict: str
    why: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


class Run:
    """Stages that run until they are stopped.

    Args:
        folder: where their reports, their states and what they say go.
        seed: of those in which chance plays.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder.absolute()
        self._seed = seed
        end_all(f"{self._folder}/")
        self._stopping = threading.Event()
        self.stop = self._stopping.set
        """Tell every stage to end, and let none begin; a signal's handler may."""
        self.is_stopping = self._stopping.is_set
        """Return whether that was done."""

    def one(self, plan: Plan) -> Outcome:
        """Run one stage and return what has become of it."""
        if find_spec_of(plan.module) is None:
            return Outcome(UNABLE, f"there is no {plan.module}")
        name = plan.file
        report, said = self._folder / f"{name}.json", self._folder / f"{name}.log"
        report.unlink(missing_ok=True)
        command = [*nice(plan.nice), sys.executable, "-m", plan.module, *plan.arguments, "--report", str(report)]
        if plan.seeded:
            command += ["--seed", str(self._seed)]
        if plan.resumable:
            command += ["--state", str(self._folder / f"{name}.state")]
        began = time.monotonic()
        with said.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, MARK: f"{self._folder}/{name}"},
                start_new_session=True,
                preexec_fn=_end_with_us,  # noqa: PLW1509 - one call of the system
            )
        try:
            late = self._wait(process, plan.minutes * MINUTE)
        finally:
            end_all(f"{self._folder}/{name}\0")
        outcome = self._judged(process.returncode, report, said)
        if late:
            outcome = Outcome(UNABLE, f"it had not ended after {plan.minutes:g} minutes")
        elif self.is_stopping() and outcome.verdict != PASSED:
            outcome = Outcome(STOPPED)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _wait(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        """Wait for a process and end what is left of it; return whether it was too late."""
        deadline, late, killed_at = time.monotonic() + seconds, False, 0.0
        while process.poll() is None:
            now = time.monotonic()
            late = late or now > deadline
            if (late or self.is_stopping()) and not killed_at:
                process.send_signal(signal.SIGTERM)
                killed_at = now + IN_ORDER
            if killed_at and now > killed_at:
                process.kill()
            time.sleep(0.02)
        return late

    def _judged(self, status: int, report: Path, said: Path) -> Outcome:
        try:
            read = json.loads(report.read_text(encoding="utf-8"))
            lacking = [name for name, kinds in FIELDS.items() if not isinstance(read.get(name, ...), kinds)]
            if "counts" not in lacking and not all(isinstance(each, (int, float)) for each in read["counts"].values()):
                lacking.append("numbers")
        except (OSError, ValueError, AttributeError):
            read, lacking = {}, ["report"]
        if status in (NOTHING_FOUND, FOUND) and not lacking and bool(read["found"]) == (status == FOUND):
            return Outcome(WRONG if status == FOUND else PASSED, report=read)
        if status in (NOTHING_FOUND, FOUND) and not lacking:
            return Outcome(UNABLE, f"it ended with {status} and says that it has found {len(read['found'])}")
        last = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["it says nothing"]
        if status == CANNOT_RUN:
            return Outcome(UNABLE, last[0], report=read if not lacking else {})
        return Outcome(UNABLE, f"it ended with {status}, its report lacks {', '.join(lacking) or 'nothing'}: {last[0]}")


def nice(by: int) -> list[str]:
    """Return what comes before a command that leaves the processor to others."""
    return ["nice", "-n", str(by)] if by else []


def find_spec_of(module: str) -> object:
    """Return something if there is such a module, and ``None`` if not; it is not imported."""
    with suppress(ModuleNotFoundError):
        return find_spec(module)
    return None


def end_all(mark: str) -> None:
    """End every process at once whose mark begins so."""
    wanted = f"{MARK}={mark}".encode()
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            environ = b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
            if b"\0" + wanted in environ and int(pid) != os.getpid():
                os.kill(int(pid), signal.SIGKILL)


def _end_with_us() -> None:
    """Let the stage end in order when this process does, even if that is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
