"""``python -m tests.prove.run``: every proof that there is, in an hour; with ``--long`` in a night or two.

It runs the stages of ``plans``, prints when each begins and ends, and writes ``build/prove/report.json`` and
``report.txt``, with each stage's own report and log beside them. With ``--long`` all of that lies in
``build/prove-long``, and a run that was stopped, by Ctrl-C or otherwise, goes on there the next time, with the same
seeds, as long as ``src`` is the same. ``--save`` runs nothing, and copies the last report for the documents; of a long
run that is not at its end also how far it is, and whoever checks that out goes on with it.

The exit status is 0 where nothing was found, 1 where something was, 2 where a stage has not run to its end.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.prove import plans, summary
from tests.prove.plans import LANES, QUIET, Plan
from tests.prove.running import PASSED, ROOT, WRONG, Outcome, Run
from tests.prove.stage import CANNOT_RUN, write

BUILD = ROOT / "build"


class Proof:
    """One run of many stages.

    Args:
        form: ``short`` or ``long``.
        stages: what is run.
        folder: where all of it goes.
        seed: what chance begins with, unless an earlier run goes on.
        carried: where it may lie how far a run elsewhere has come.
    """

    def __init__(self, form: str, stages: Sequence[Plan], folder: Path, seed: int, carried: Path | None = None) -> None:
        self._form = form
        self._stages = stages
        self._folder = folder
        self._carried = carried
        self._at = summary.commit()
        self._source = summary.source()
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._state = self._begun(seed)
        self.run = Run(folder, self._state["seed"])
        """What can be stopped."""

    def _begun(self, seed: int) -> dict[str, Any]:
        """Return how far an earlier run has come, if this one goes on with it."""
        for folder in (self._folder, self._carried):
            if self._form != "long" or folder is None or not (folder / "state.json").exists():
                continue
            found: dict[str, Any] = json.loads((folder / "state.json").read_text(encoding="utf-8"))
            if found["source"] == self._source:
                if folder != self._folder:
                    shutil.rmtree(self._folder, ignore_errors=True)
                    shutil.copytree(folder, self._folder)
                found["changed"] = found["changed"] or self._at[1]
                done = ", ".join(found["done"]) or "no stage"
                _say(f"goes on with what was begun: {done} done, seed {found['seed']}")
                return found
            _say(f"what was begun in {folder.name} with other code of Hardtack is of no use: begins anew")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        _say(f"seed {seed}")
        return {"source": self._source, "changed": self._at[1], "seed": seed, "seconds": 0.0, "done": {}, "commits": {}}

    def all(self) -> dict[str, Any]:
        """Run all that is not done yet, and return the report, which it has also written."""
        outcomes = {name: Outcome(**each) for name, each in self._state["done"].items()}
        due = [plan for plan in self._stages if plan.name not in outcomes]
        self._lane([plan for plan in due if plan.lane == QUIET], outcomes)
        lanes = [
            threading.Thread(target=self._lane, args=([plan for plan in due if plan.lane == lane], outcomes))
            for lane in LANES
        ]
        for each in lanes:
            each.start()
        for each in lanes:
            each.join()
        self._keep(outcomes)
        at = self._at[0], self._state["changed"] or summary.commit() != (self._at[0], False)
        report = summary.made(
            self._form, self._state["seed"], at, outcomes, self._stages, self._state["seconds"], self._state["commits"]
        )
        write(self._folder / "report.json", report)
        (self._folder / "report.txt").write_text(summary.text(report), encoding="utf-8")
        return report

    def _lane(self, due: Sequence[Plan], outcomes: dict[str, Outcome]) -> None:
        for plan in due:
            if self.run.is_stopping():
                return
            _say(f"{plan.name} begins")
            with self._lock:
                at = self._state["commits"].setdefault(plan.name, [])
                # One that cannot go on begins anew, and so only the last commit counts.
                at[:] = [*(each for each in at if plan.resumable and each != self._at[0]), self._at[0]]
            outcome = self.run.one(plan)
            _say(f"{plan.name}: {outcome.verdict} after {outcome.seconds / 60:.1f} min {outcome.why}".rstrip())
            for line in outcome.report.get("found", []):
                _say(f"{plan.name}: FOUND: {line}")
            with self._lock:
                outcomes[plan.name] = outcome
                self._keep(outcomes)

    def _keep(self, outcomes: dict[str, Outcome]) -> None:
        """Write how far this has come; what could not run, or was stopped, is to be run again."""
        now = time.monotonic()
        self._state["seconds"] += now - self._began
        self._began = now
        self._state["done"] = {name: asdict(each) for name, each in outcomes.items() if each.verdict in (PASSED, WRONG)}
        write(self._folder / "state.json", self._state)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Let nobody else run in *folder*; give whether nobody does."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.run", description=__doc__)
    parser.add_argument("--long", action="store_true", help="all of it, in a night or two")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="what chance begins with")
    parser.add_argument("--only", action="append", metavar="STAGE", help="this stage alone; may be said again")
    parser.add_argument("--save", action="store_true", help="copy the last report for the documents, and run nothing")
    options = parser.parse_args(arguments)
    form = "long" if options.long else "short"
    folder = BUILD / ("prove-long" if options.long else "prove")
    stages = plans.LONG if options.long else plans.SHORT
    if options.save:
        if why := summary.save(folder, form, stages):
            sys.stderr.write(f"not saved: {why}\n")
            return CANNOT_RUN
        return 0
    if unknown := set(options.only or ()) - {plan.name for plan in stages}:
        sys.stderr.write(
            f"no such stage: {', '.join(sorted(unknown))}; there are {', '.join(plan.name for plan in stages)}\n"
        )
        return CANNOT_RUN
    return prove(form, stages, folder, options.seed, set(options.only or ()), summary.CARRIED)


def prove(
    form: str, stages: Sequence[Plan], folder: Path, seed: int, only: set[str], carried: Path | None = None
) -> int:
    """Run *stages*, or *only* some of them, until they are done or a signal comes; return the exit status."""
    if only:
        folder, carried = folder.with_name(f"{folder.name}-some"), None
        stages = [plan for plan in stages if plan.name in only]
    with _locked(folder) as alone:
        if not alone:
            sys.stderr.write(f"another run goes on in {folder}\n")
            return CANNOT_RUN
        return _prove(Proof(form, stages, folder, seed, carried), form)


def _prove(proof: Proof, form: str) -> int:
    before = {each: signal.signal(each, lambda *_: proof.run.stop()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        report = proof.all()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    sys.stdout.write("\n" + summary.text(report))
    if proof.run.is_stopping() and form == "long":
        _say("stopped: the same command goes on here")
    return summary.status(report)


if __name__ == "__main__":
    sys.exit(main())
