"""``python -m tests.attacks.run``: every attack over real sockets, those that take minutes among them.

The tests of this folder run in a process of their own, with ``--long`` unless that is not wanted; what they found goes
to a report. The exit status is 0 where every attack was withstood, 1 where one was not, and 2 where it could not be
tried.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.attacks.marking import PITFALL, summary, table

HERE = Path(__file__).parent
NEEDED = {"nginx": "nginx-light", "oathtool": "oathtool"}
"""What must be installed, and Debian's package that has it."""

SEEDS = 1 << 32


def missing() -> list[str]:
    """Return what must be installed first."""
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    return [package for program, package in NEEDED.items() if not shutil.which(program, path=places)]


def run(*, long: bool, seed: int, seconds: int) -> dict[str, Any]:
    """Return the report.

    Args:
        long: whether to try what takes minutes, too.
        seed: what chance begins with.
        seconds: after which it is given up.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        outcome = Path(folder) / "outcome.json"
        line = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            str(HERE),
            *(["--long"] if long else []),
        ]
        environ = {**os.environ, "ATTACKS": str(outcome), "ATTACKS_SEED": str(seed)}
        try:
            done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return {**_report(began, seed), "found": [f"it was not done after {seconds} seconds"]}
        if not outcome.exists():
            return {**_report(began, seed), "found": [f"the tests did not run: {done.stdout[-2000:]}"]}
        found = json.loads(outcome.read_text())
    rows = found["attacks"]
    withstood = {number for number, row in rows.items() if row["shown"]}
    names = {row["number"]: row["en"] for row in table()}
    wrong = [
        f"attack {number} ({names[number]}): {test}" for number, row in rows.items() for test in row.get("failed", ())
    ]
    wrong += [
        f"attack {row['number']} ({row['en']}): not every test has run"
        for row in table()
        if row["tests"] and not _complete(row["tests"], rows.get(row["number"], {}), long=long)
    ]
    if done.returncode and not wrong:
        wrong.append(f"a test of no attack has failed: {_last(done.stdout)}")
    counts = {
        "attacks withstood": len([each for each in withstood if not each.startswith(PITFALL)]),
        "attacks that wait": len([row for row in table() if not row["tests"]]),
        "pitfalls withstood": len([each for each in withstood if each.startswith(PITFALL)]),
        "ways": found["ways"],
        "requests sent": found["requests"],
    }
    details = {"line": summary(withstood, found["requests"]), "attacks": rows, "long": long}
    return {**_report(began, seed), "counts": counts, "found": wrong, "details": details}


def _complete(tests: list[str], row: dict[str, Any], *, long: bool) -> bool:
    ran = {each.rpartition("::")[2] for each in row.get("tests", ())}
    return bool(ran) and (not long or ran == set(tests))


def _report(began: float, seed: int) -> dict[str, Any]:
    spent = round(time.monotonic() - began)
    return {"stage": "attacks", "seconds": spent, "seed": seed, "counts": {}, "found": [], "explained": []}


def _last(said: str) -> str:
    return re.sub(r"\s+", " ", said[-500:])


def main() -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.run", description=__doc__)
    parser.add_argument("--report", type=Path, help="the file that the report is written to, as JSON")
    parser.add_argument("--seed", type=int, help="what chance begins with; by default another one each time")
    parser.add_argument("--seconds", type=int, default=1500, help="after how many seconds to give up")
    parser.add_argument("--short", action="store_true", help="leave out what takes minutes")
    options = parser.parse_args()
    if absent := missing():
        sys.stderr.write(f"attacks: install {' '.join(absent)} first (Debian)\n")
        return 2
    seed = random.randrange(SEEDS) if options.seed is None else options.seed  # noqa: S311 - no secret
    sys.stdout.write(f"attacks: seed {seed}\n")
    report = run(long=not options.short, seed=seed, seconds=options.seconds)
    if options.report:
        options.report.write_text(json.dumps(report, indent=1) + "\n")
    for wrong in report["found"]:
        sys.stdout.write(f"attacks: {wrong}\n")
    sys.stdout.write(f"{report.get('details', {}).get('line', 'attacks: none')} in {report['seconds']} s\n")
    return 1 if report["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
