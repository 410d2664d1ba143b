"""Put the cases to the systems: ``python -m tests.conformance.run`` writes what each of them answered.

The result is ``docs/_ext/conformance.json``, from which the table in the documents is made. An outcome is in it only
if the system was asked in this run; ``null`` says that it was not: it sends no tag, or takes no unsafe method.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conformance.cases import CASES, GROUPS, Case
from tests.conformance.systems import AROUND, SYSTEMS, System, version_of
from tests.conformance.wire import Validators, ask, observe, octets, validators

ROOT = Path(__file__).parents[2]
SAVED = ROOT / "docs" / "_ext" / "conformance.json"
COMMAND = "python -m tests.conformance.run"
WAIT = 30
"""Seconds that a system may take to begin."""

Outcomes = dict[str, str | None]


@contextmanager
def served(name: str) -> Iterator[int]:
    """Serve the system *name* in a process of its own; yield its port."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.conformance.systems", name, folder]
        log = Path(folder) / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=said, env={**os.environ})
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, log.read_text()
            port = int(line)
            _wait_for(port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=WAIT)
            process.stdout.close()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + WAIT
    while True:
        try:
            validators(port)
        except (OSError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def outcomes(name: str) -> Outcomes:
    """Return what the system *name* answers to each case."""
    with served(name) as port:
        known = validators(port)
        return {case.id: _outcome(port, case, known, unsafe={**SYSTEMS, **AROUND}[name].unsafe) for case in CASES}


def _outcome(port: int, case: Case, known: Validators, *, unsafe: bool) -> str | None:
    request = octets(case, known)
    if request is None or (case.group == "W" and not unsafe):
        return None
    if case.group != "W":
        return observe(ask(port, request), case, known)
    before = _handled(port)
    answer = ask(port, request)
    return observe(answer, case, known, carried_out=_handled(port) > before)


def _handled(port: int) -> int:
    answer = ask(port, b"GET /handled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer is not None
    return int(answer.content)


def wrong(found: Outcomes) -> dict[str, str]:
    """Return the cases whose outcome is not right, with it."""
    right = {case.id: case.right for case in CASES}
    return {name: outcome for name, outcome in found.items() if outcome is not None and outcome not in right[name]}


def scores(found: Outcomes) -> dict[str, tuple[int, int]]:
    """Return, by group, how many were right of how many asked."""
    failed = wrong(found)
    asked = [name for name, outcome in found.items() if outcome is not None]
    return {
        group: (sum(name[0] == group and name not in failed for name in asked), sum(name[0] == group for name in asked))
        for group in GROUPS
    }


def result() -> dict[str, Any]:
    """Ask every system and return what is to be saved."""
    cases = [
        {"id": case.id, "title": case.title, "zh": case.zh, "section": case.section, "right": list(case.right)}
        for case in CASES
    ]
    return {"command": COMMAND, "groups": GROUPS, "cases": cases, "systems": _asked(SYSTEMS), "around": _asked(AROUND)}


def _asked(systems: dict[str, System]) -> list[dict[str, Any]]:
    asked = []
    for name, system in systems.items():
        found = outcomes(name)
        said = ", ".join(f"{group} {right}/{asked}" for group, (right, asked) in scores(found).items())
        print(f"{name}: {said}; wrong: {wrong(found)}", file=sys.stderr)  # noqa: T201 - a command's talk
        asked.append({"name": name, "title": system.title, "version": version_of(system), "outcomes": found})
    return asked


if __name__ == "__main__":
    SAVED.write_text(json.dumps(result(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
