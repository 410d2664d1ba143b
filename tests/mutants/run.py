"""Mutation testing of the seal and the session: is there a change of their code that no test notices?

    python -m pip install --require-hashes -r requirements/mutants.txt
    python -m tests.mutants.run                        # both packages; goes on where it was stopped
    python -m tests.mutants.run --package seal --module token.py --fresh

A mutant that no test notices must be explained in ``explained.toml``: why it is the same, or why it does not matter.
One rule holds for words: what an error or a log line says to people may be worded otherwise, so the texts of
``MisuseError`` and its kind, of pages' errors and of log lines are not mutated, and counted as ``wording``. A reason,
an event, a status, a name of anything and the values in a log line are never excused by that.

The state is a line of JSON for each mutant: it counts for as long as the module is the same, and, for one that was not
noticed, the tests too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.mutants.making import SOURCE

HERE = Path(__file__).parent
ROOT = SOURCE.parents[1]
PACKAGES = ("seal", "session")
TESTS = {
    "seal": ("tests/seal",),
    # What an application's test does with a drop-in is shown beside the drop-ins.
    "session": ("tests/session", "tests/adapters/flask/test_editing.py", "tests/adapters/starlette/test_editing.py"),
}
"""What is run for a package: folders and files."""
EXPLAINED = HERE / "explained.toml"
LAST = HERE / "last.json"


def main(arguments: Sequence[str]) -> int:
    """Judge the mutants; return 1 if one is neither noticed nor explained, 2 if this cannot run."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run")
    parser.add_argument("--report", type=Path, help="write JSON to this file")
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this one")
    parser.add_argument("--module", action="append", help="only this file of it, such as token.py")
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "mutants" / "state.jsonl")
    parser.add_argument("--fresh", action="store_true", help="believe nothing of an earlier run")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=86_400, help="begin no other mutant after so long; 0: only report"
    )
    parser.add_argument("--save", action="store_true", help="keep the counts in last.json, for the documents")
    parser.add_argument("--seed", type=int, help="nothing is left to chance here; kept in the report")
    chosen = parser.parse_args(arguments)
    if find_spec("mutmut") is None:
        print("mutmut is missing: python -m pip install --require-hashes -r requirements/mutants.txt")  # noqa: T201
        return 2
    return _run(chosen)


def _run(chosen: argparse.Namespace) -> int:
    from tests.mutants import making

    begun = time.monotonic()
    mutants = [
        mutant
        for package in chosen.package or PACKAGES
        for path in making.modules(package)
        if not chosen.module or path.name in chosen.module
        for mutant in making.mutants_of(path)
    ]
    state = State(chosen.state, fresh=chosen.fresh)
    for package in chosen.package or PACKAGES:
        waiting = [
            one
            for one in mutants
            if one.module.startswith(f"{package}/") and not one.worded and not state.knows(one, package)
        ]
        print(f"{package}: {len(waiting)} mutants to judge", flush=True)  # noqa: T201
        if waiting and chosen.seconds > 0 and not _in_process(package, waiting, state, chosen, begun + chosen.seconds):
            return 2
    report = _report(mutants, state, begun, chosen)
    if chosen.save:
        LAST.write_text(json.dumps(_saved(report), indent=1) + "\n")
    if chosen.report:
        chosen.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    for line in (*report["found"], *(f"{label}: {count}" for label, count in report["counts"].items())):
        print(line)  # noqa: T201
    return int(bool(report["found"]))


class State:
    """What is known of each mutant."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self.path = path
        self.tests = {package: _digest(*(ROOT / place for place in TESTS[package])) for package in PACKAGES}
        self.explained = _explained()
        self.modules: dict[str, str] = {}
        self.noticed: dict[str, dict[str, str]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.unlink(missing_ok=True)
        if path.exists():
            for line in path.read_text().splitlines():
                known = json.loads(line)
                self.noticed[known["mutant"]] = known

    def knows(self, mutant: Any, package: str) -> bool:
        """Say whether it need not be judged again."""
        known = self.noticed.get(mutant.key)
        if known is None or known["module"] != self._module(mutant.module):
            return False
        # One that is explained is not judged again for each new test; ``--fresh`` does.
        return bool(known["by"]) or known["tests"] == self.tests[package] or mutant.key in self.explained

    def note(self, mutant: Any, by: str) -> None:
        """Write down what has become of one."""
        package = mutant.module.partition("/")[0]
        line = {"mutant": mutant.key, "by": by, "module": self._module(mutant.module), "tests": self.tests[package]}
        self.noticed[mutant.key] = line
        with self.path.open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if not by:
            print(f"  not noticed: {mutant.key}", flush=True)  # noqa: T201

    def _module(self, name: str) -> str:
        if name not in self.modules:
            self.modules[name] = _digest(SOURCE / name)
        return self.modules[name]


def _explained() -> dict[str, Any]:
    """Return what is said of each mutant that no test can notice."""
    return {key: entry for entry in tomllib.loads(EXPLAINED.read_text())["explained"] for key in entry["mutants"]}


def _digest(*places: Path) -> str:
    digest = hashlib.sha256()
    for place in places:
        for path in _files_in(place):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _files_in(place: Path) -> list[Path]:
    return sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _in_process(package: str, waiting: list[Any], state: State, chosen: argparse.Namespace, until: float) -> bool:
    """Judge in a process that ends with it, since what pytest imports would stay; return whether it could."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _judge(package, waiting, state, chosen.processes, until)
        finally:
            sys.stdout.flush()
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    state.__init__(state.path, fresh=False)  # type: ignore[misc]
    return status == 0


def _judge(package: str, waiting: list[Any], state: State, most: int, until: float) -> int:
    _quietly()
    import pytest

    from tests.mutants import judging

    kept = state.path.with_name(f"reached-{package}.json")
    source = _digest(SOURCE / package)
    files = {
        path.relative_to(ROOT).as_posix(): _digest(path) for place in TESTS[package] for path in _files_in(ROOT / place)
    }
    before = json.loads(kept.read_text()) if kept.exists() else {}
    reached = _reached(before if before.get("source") == source else {})
    # Of a file of tests that is the same, what its tests reach is the same.
    same = {name for name, digest in files.items() if before.get("files", {}).get(name) == digest}
    reached.keep(lambda test: test.partition("::")[0] in same)
    judge = judging.Judge(waiting, package, most, state.note, until, reached)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        pytest.main([*judging.OPTIONS, *TESTS[package]], plugins=[judge])
        left = [one.key for one in judge.imported]
        with os.fdopen(writing, "w") as pipe:
            json.dump({**vars(judge.reached), "imported": left, "modules": judge.modules}, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return 2
    after = json.loads(told)
    reached = _reached(after)
    if reached.failed or not reached.seconds:
        print("tests fail without any mutant:", *reached.failed, sep="\n  ")  # noqa: T201
        return 2
    print(f"{package}: {len(reached.seconds)} tests, {sum(reached.seconds.values()):.0f} s", flush=True)  # noqa: T201
    kept.write_text(json.dumps({**after, "files": files, "source": source}))
    imported = [one for one in waiting if one.key in set(after["imported"])]
    print(f"{package}: {len(imported)} of them when they are imported", flush=True)  # noqa: T201
    judging.judge_imported(imported, reached, after["modules"], judging.Running(most, state.note, None), until)
    return 0


def _reached(told: dict[str, Any]) -> Any:
    from tests.mutants.reaching import Reached

    lines = {module: {int(line): tests for line, tests in of.items()} for module, of in told.get("lines", {}).items()}
    return Reached(told.get("seconds", {}), lines, told.get("failed", []))


def _quietly() -> None:
    """Let Hypothesis choose the same examples every time, and not look for the smallest that fails."""
    from hypothesis import Phase, settings

    settings.register_profile("mutants", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutants")


def _report(mutants: list[Any], state: State, begun: float, chosen: argparse.Namespace) -> dict[str, Any]:
    explained = state.explained
    counts: dict[str, Counter[str]] = {package: Counter() for package in chosen.package or PACKAGES}
    why: dict[str, list[str]] = {}
    waiting: Counter[str] = Counter()
    found = []
    for mutant in mutants:
        package = mutant.module.partition("/")[0]
        label = _outcome(mutant, state, explained)
        counts[package][label] += 1
        if label == NOT_JUDGED:
            waiting[mutant.module] += 1
        elif label == NOT_NOTICED:
            found.append(f"not noticed: {mutant.key}")
        elif label.startswith("explained"):
            entry = explained[mutant.key]
            why.setdefault(f"{entry['class']}: {entry['why']}", []).append(mutant.key)
    found += [f"not judged yet: {count} mutants of {module}" for module, count in waiting.items()]
    if not chosen.module:
        left = {mutant.key for mutant in mutants}
        of = tuple(f"{package}/" for package in counts)
        found += [
            f"explained, but no such mutant is left: {key}"
            for key in explained
            if key.startswith(of) and key not in left
        ]
    return {
        "stage": "mutants",
        "seconds": round(time.monotonic() - begun),
        "seed": chosen.seed,
        "counts": {"mutants": len(mutants), **sum(counts.values(), Counter())},
        "found": found,
        "explained": [f"{reason} ({len(keys)})" for reason, keys in why.items()],
        "details": {
            "packages": {package: dict(sorted(of.items())) for package, of in counts.items()},
            "explained": why,
        },
    }


def _outcome(mutant: Any, state: State, explained: dict[str, Any]) -> str:
    """Return what has become of a mutant, in words."""
    if mutant.worded:
        return "wording"
    if not state.knows(mutant, mutant.module.partition("/")[0]):
        return NOT_JUDGED
    by = state.noticed[mutant.key]["by"]
    if by:
        return "noticed by a test" if "::" in by else "noticed: it does not run, or never ends"
    return f"explained: {explained[mutant.key]['class']}" if mutant.key in explained else NOT_NOTICED


NOT_JUDGED = "not judged yet"
NOT_NOTICED = "not noticed and not explained"


def _saved(report: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept for the documents: counts, with their date and commit."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return {"date": today, "commit": commit, "found": len(report["found"]), "packages": report["details"]["packages"]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
