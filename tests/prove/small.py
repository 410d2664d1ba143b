"""Stages that take no time, with which the tests try what runs the long ones."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.prove import stage

STEPS = 12


def main() -> int:
    """Do what the command line says."""
    parser = stage.parser("tests.prove.small", __doc__, seeded=True)
    parser.add_argument("what", choices=("good", "finds", "lacks", "lies", "breaks", "hangs", "leaves", "steps"))
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    one = stage.Stage(options.what, options.report, options.seed)
    if options.what == "lacks":
        sys.stdout.write("needs a thing: apt-get install thing\n")
        return stage.CANNOT_RUN
    if options.what == "breaks":
        raise RuntimeError("a thing that nobody has thought of")
    if options.what == "leaves":
        subprocess.Popen(["sleep", "60"], start_new_session=True)
    if options.what == "hangs":
        time.sleep(60)
    done: list[int] = []
    if options.what == "steps":
        done = _steps(options.state, options.seed)
    found = ["a door is open"] if options.what == "finds" else []
    status = one.end({"doors tried": len(done) or 7}, found, ["a window is painted on"], details=done)
    return stage.FOUND if options.what == "lies" else status


def _steps(state: Path, seed: int) -> list[int]:
    """Return the seed of each step, after all of them were done by this and earlier runs."""
    done: list[int] = json.loads(state.read_text()) if state.exists() else []
    while len(done) < STEPS:
        time.sleep(0.05)
        done.append(seed)
        stage.write(state, done)
    return done


if __name__ == "__main__":
    sys.exit(main())
