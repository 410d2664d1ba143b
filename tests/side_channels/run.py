"""``python -m tests.side_channels.run --report FILE``: whether anybody learns a secret from how long we take.

Two parts. In the **small** one pieces of our code are called directly, with inputs that are wrong in one place or
another (``cases``); what a difference may be is ``BOUND``, what an attacker can tell on the best of networks. In the
**large** one the pages are asked for people who have an account and for people who have none (``bench.telling``); what
a difference may be is two hundredths of a password's hash.

Each is judged by its whole 95 % interval: within the bound is good, beyond it is found, and what is neither, since the
machine was too busy, is measured again with twice the tries, and is found after ``ROUNDS`` rounds: it was not shown.
Each part has a control with the flaw, which must be found out; one that is not is found too, since then nothing else
counts.

The clock is asked before and after each try, with the collector of garbage off, and as root on Linux before every other
process; elsewhere a quiet machine takes less rounds. With ``--save`` the figures go to the page of the documents. The
exit status is 0, or 1 where something was found.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine, targets, telling
from bench.results import Figure
from tests.side_channels import judge
from tests.side_channels.cases import Group, groups

SAVED = Path(__file__).parents[2] / "docs" / "_ext" / "side_channels.json"
BOUND = 100.0
"""Nanoseconds: what can be told over a local network with a great many tries (Crosby, Wallach and Riedi 2009)."""
BLOCKS = 200
TRIES = 50
ROUNDS = 3
ASKED = 400
"""Requests for each page, both kinds together."""

GOOD, FOUND, UNSURE = "good", "found", "unsure"


def clock(attempt: judge.Try) -> float:
    """Return the nanoseconds that one try takes."""
    began = time.perf_counter_ns()
    attempt()
    return time.perf_counter_ns() - began


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the collector of garbage away."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def first_in_line() -> Iterator[bool]:
    """Have the processor whenever there is something to do, where the system allows it (root, on Linux); say whether.

    Threads that are started meanwhile have it, too. Linux leaves a twentieth of the time to everybody else.
    """
    try:
        before, priority = os.sched_getscheduler(0), os.sched_getparam(0)
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO)))
    except (AttributeError, OSError):
        yield False
        return
    try:
        yield True
    finally:
        os.sched_setscheduler(0, before, priority)


def verdict(difference: judge.Difference, bound: float) -> str:
    """Say what a difference is, by its whole interval."""
    if difference.within(bound):
        return GOOD
    return FOUND if difference.beyond(bound) else UNSURE


def small(group: Group, meter: judge.Meter, *, blocks: int, tries: int, seed: int, bound: float = BOUND) -> list[dict]:  # type: ignore[type-arg]
    """Measure one group until every pair that is judged is decided; return a row for each pair.

    Args:
        group: the inputs.
        meter: what they are measured with.
        blocks: of the first round.
        tries: of each kind in a block.
        seed: of the order.
        bound: what a difference may be, in what the meter says.
    """
    rows: list[dict[str, Any]] = []
    for number in range(ROUNDS):
        with undisturbed():
            taken = judge.measure(group.cases, meter, blocks=blocks << number, tries=tries, seed=seed + number)
        rows = [_row(group, pair, taken, bound) for pair in (*group.judged, *group.told)]
        if all(row["verdict"] != UNSURE for row in rows if row["judged"]):
            break
    return rows


def _row(group: Group, pair: tuple[str, str], taken: dict[str, list[list[float]]], bound: float) -> dict[str, Any]:
    first, second = pair
    difference = judge.compare(taken[first], taken[second])
    judged = pair in group.judged
    return {
        "group": group.name,
        "first": first,
        "second": second,
        "tries": sum(map(len, taken[first])),
        "judged": judged,
        "control": group.control,
        "verdict": verdict(difference, bound) if judged else None,
        **{name: round(value, 3) for name, value in difference._asdict().items()},
    }


def large(tries: int, *, seconds: float) -> list[dict[str, Any]]:
    """Ask the pages until each is decided; return a row for each, in hundredths of a hash.

    Args:
        tries: requests for each page in the first round, both kinds together.
        seconds: after which no further round is begun.
    """
    began = time.monotonic()
    rows: dict[str, dict[str, Any]] = {}
    undecided: list[str] = [*telling.CASES, telling.CONTROL]
    for number in range(ROUNDS):
        for gauge in telling.measure(tries=tries << number, cases=undecided):
            rows[gauge.what] = _asked(gauge.what, gauge.figure, tries << number)
        undecided = [what for what, row in rows.items() if row["verdict"] == UNSURE]
        if not undecided or time.monotonic() - began > seconds:
            break
    return list(rows.values())


def _asked(what: str, figure: Figure, tries: int) -> dict[str, Any]:
    difference = judge.Difference(figure.median, figure.least, figure.greatest, 0.0, 0.5)
    return {
        "group": what,
        "tries": tries,
        "control": what == telling.CONTROL,
        "verdict": verdict(difference, targets.TELLING),
        "middle": figure.median,
        "least": figure.least,
        "greatest": figure.greatest,
    }


def found(rows: Iterable[dict[str, Any]], unit: str) -> list[str]:
    """Return what is wrong, in words: a difference that is too large or undecided, or a control that was not found."""
    lines = []
    for row in rows:
        name = ": ".join(filter(None, (row["group"], " / ".join(filter(None, (row.get("first"), row.get("second")))))))
        figures = f"{row['middle']} ({row['least']} to {row['greatest']}) {unit}"
        if row["control"] and row["verdict"] != FOUND:
            lines.append(f"the control is not found out: {name}, {figures}")
        elif not row["control"] and row["verdict"] == FOUND:
            lines.append(f"it can be told: {name}, {figures}")
        elif not row["control"] and row["verdict"] == UNSURE:
            lines.append(f"not shown, the machine was too busy: {name}, {figures}")
    return lines


def measure(
    chosen: argparse.Namespace, say: Callable[[str], object]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measure both parts, and say how far it is."""
    rows: list[dict[str, Any]] = []
    pages: list[dict[str, Any]] = []
    if chosen.part != "pages":
        for group in groups():
            rows += small(group, clock, blocks=BLOCKS, tries=chosen.tries, seed=chosen.seed)
            say(f"{group.name}\n")
    if chosen.part != "secrets":
        pages = large(chosen.asked, seconds=chosen.seconds)
        say("the pages\n")
    return rows, pages


def main(arguments: list[str]) -> int:
    """Measure, judge, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.side_channels.run")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--tries", type=int, default=TRIES, help=f"of each kind in each of {BLOCKS} blocks")
    parser.add_argument("--asked", type=int, default=ASKED, help="requests for each page")
    parser.add_argument("--seconds", type=float, default=300, help="after which the pages get no further round")
    parser.add_argument("--part", choices=("secrets", "pages"), help="only this part")
    parser.add_argument("--save", action="store_true", help="keep the figures of both parts for the documents")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    with first_in_line() as alone:
        rows, pages = measure(chosen, sys.stdout.write)
    wrong = [*found(rows, "ns"), *found(pages, "% of a hash")]
    judged = [row for row in (*rows, *pages) if row["verdict"] is not None]
    written = {
        "stage": "side channels",
        "seconds": round(time.monotonic() - began),
        "seed": chosen.seed,
        "counts": {
            "pairs judged": sum(not row["control"] for row in judged),
            "pairs within the bound": sum(row["verdict"] == GOOD for row in judged if not row["control"]),
            "controls found out": sum(row["verdict"] == FOUND for row in judged if row["control"]),
            "tries": sum(row["tries"] * (2 if "first" in row else 1) for row in (*rows, *pages)),
        },
        "found": wrong,
        "explained": [],
        "details": {
            "bound in ns": BOUND,
            "bound in % of a hash": targets.TELLING,
            "first in line": alone,
            "rows": rows,
            "pages": pages,
        },
    }
    text = json.dumps(written, indent=1) + "\n"
    if chosen.report:
        chosen.report.write_text(text, encoding="utf-8")
    if chosen.save and chosen.part is None:
        here = machine.describe(0, 0)
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        kept = {"date": today, "processor": here.cpu, "python": here.python, **written}
        SAVED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
