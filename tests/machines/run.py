"""``python -m tests.machines.run``: let the machines live for so many seconds, each life another one.

    python -m tests.machines.run --seconds 120 --seed 7 [sessions accounts]

A machine takes steps that Hypothesis chooses and holds what comes of each against its model. What goes wrong is told
as the shortest life in which it does. Every round has a seed of its own, which follows from the seed and is told with
what is found; ``--round`` does that one alone again.

Exit status: 0 nothing was found, 1 something was, 2 it could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from hypothesis import seed as seeded
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.machines.account import LifeOfAccounts
from tests.machines.place import COUNTED, bounds, quiet
from tests.machines.session import LifeOfSessions

MACHINES: dict[str, type[RuleBasedStateMachine]] = {"sessions": LifeOfSessions, "accounts": LifeOfAccounts}
EXAMPLES = 10
"""Lives of one round."""
STEPS = 60
"""Steps of one life, at most."""


def main(arguments: list[str]) -> int:
    """Run them; return 1 if anything was found."""
    given = _parsed(arguments)
    unknown = set(given.machines) - set(MACHINES)
    if unknown:
        print(f"no such machine: {', '.join(sorted(unknown))}; there are {', '.join(MACHINES)}")  # noqa: T201
        return 2
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)  # noqa: T201
    wanted = given.machines or list(MACHINES)
    began = time.monotonic()
    found: list[str] = []
    details: dict[str, Any] = {}
    for number, name in enumerate(wanted, 1):
        rounds, wrong = live(name, seed, until=began + given.seconds * number / len(wanted), only=given.round)
        details[name] = {"rounds": rounds, "wrong": wrong}
        found += [f"{name}, round {each['round']}: {each['what']}" for each in wrong]
        print(f"{name}: {rounds} rounds, {len(wrong)} wrong", flush=True)  # noqa: T201
    report = {
        "stage": "machines",
        "seconds": round(time.monotonic() - began),
        "seed": seed,
        "counts": dict(sorted(COUNTED.items())),
        "found": found,
        "explained": [],
        "details": details,
    }
    for label, number in report["counts"].items():  # type: ignore[attr-defined]
        print(f"  {label}: {number}")  # noqa: T201
    if given.report is not None:
        given.report.parent.mkdir(parents=True, exist_ok=True)
        new = given.report.with_suffix(f"{given.report.suffix}.new")
        new.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        os.replace(new, given.report)
    return int(bool(found))


def _parsed(arguments: list[str]) -> argparse.Namespace:
    summary, _, more = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.machines.run",
        description=summary,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("machines", nargs="*", metavar="MACHINE", help="sessions or accounts; both if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together (60)")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--round", type=int, help="this one alone")
    parser.add_argument("--report", type=Path)
    return parser.parse_args(arguments)


def live(name: str, seed: int, *, until: float, only: int | None) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rounds a machine has lived, and what was wrong in them; after one that is, it goes no further.

    Args:
        name: which machine.
        seed: of the run.
        until: when to end, by ``time.monotonic``; at least one round is lived.
        only: one round alone.
    """
    number = 0 if only is None else only
    while True:
        try:
            with quiet():
                run_state_machine_as_test(
                    seeded(seed_of(seed, name, number))(type(name, (MACHINES[name],), {})),
                    settings=bounds(EXAMPLES, STEPS, derandomize=False),
                )
        except Exception as error:
            told = traceback.format_exc()
            print(told, flush=True)  # noqa: T201
            what = f"{type(error).__name__}: {error}".partition("\n")[0]
            return number + 1, [{"round": number, "what": what[:300], "told": told[-8000:]}]
        number += 1
        if only is not None or time.monotonic() >= until:
            return number, []


def seed_of(seed: int, name: str, number: int) -> int:
    """Return the seed of one round of one machine."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name} {number}".encode()).digest()[:8])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
