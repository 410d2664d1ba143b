"""Fuzz the parsers with atheris: each target for so many seconds, beginning with its corpus.

    python -m pip install atheris        # the group `fuzz` of pyproject.toml
    python -m tests.fuzz.run 60                      # every target for a minute
    python -m tests.fuzz.run 600 host token          # these two for ten

Each target runs in a process of its own, since the fuzzer ends the one that it runs in. What it collects goes to
``build/fuzz/<target>``, where the next run goes on; an input that breaks a promise is kept beside it as
``<target>-crash-…`` or ``<target>-timeout-…``, and the exit status is 1. Put such an input into ``corpus/<target>``:
the tests hold the parser to it from then on.
"""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGETS = sorted(path.stem for path in (HERE / "targets").glob("*.py"))
FOUND = ROOT / "build" / "fuzz"

SLOWEST = 5
"""Seconds that one input may take; none of the parsers needs a thousandth of it."""
LONGEST = 8192
"""Octets of the longest input; as long as a server lets a field be."""


def main(arguments: list[str]) -> int:
    """Run the targets one after the other; return 1 if any promise was broken."""
    seconds, targets = int(arguments[0]), arguments[1:] or TARGETS
    unknown = set(targets) - set(TARGETS)
    if unknown:
        print(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")  # noqa: T201
        return 2
    if find_spec("atheris") is None:
        print("atheris is not installed: python -m pip install atheris")  # noqa: T201
        return 2
    return max(run(target, seconds) for target in targets)


def run(target: str, seconds: int) -> int:
    """Run one target in a process of its own, print one line about it, and return 1 if its promise was broken."""
    collected = FOUND / target
    collected.mkdir(parents=True, exist_ok=True)
    command = [
        *(sys.executable, "-m", "tests.fuzz.run", "--here", target),
        *(f"-max_total_time={seconds}", f"-timeout={SLOWEST}", f"-max_len={LONGEST}"),
        *(f"-artifact_prefix={FOUND}/{target}-", "-print_final_stats=1"),
        *(str(collected), str(HERE / "corpus" / target)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    print(  # noqa: T201 - what the command is for
        f"{target}: {runs[1] if runs else 'unknown number of'} inputs, {coverage[-1] if coverage else 0} branches, "
        f"{'promise kept' if done.returncode == 0 else 'PROMISE BROKEN'}",
        flush=True,
    )
    if done.returncode != 0:
        print(done.stderr[-4000:], flush=True)  # noqa: T201
    return int(done.returncode != 0)


def run_here(target: str, options: list[str]) -> None:
    """Fuzz one target in this process, which this ends."""
    logging.disable()  # a refused cookie is a line
    # By name, since the tests and checks do without it.
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["hardtack", "tests.fuzz.targets"]):
        module = import_module(f"tests.fuzz.targets.{target}")

    def check(data: bytes) -> None:
        outcome = module.check(data)
        assert outcome in module.OUTCOMES, outcome

    atheris.Setup([f"fuzz-{target}", *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        run_here(sys.argv[2], sys.argv[3:])
    elif sys.argv[1:2] and sys.argv[1].isdecimal():
        sys.exit(main(sys.argv[1:]))
    else:
        sys.exit(__doc__)
