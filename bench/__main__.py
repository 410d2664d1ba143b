"""The bench's command: ``make bench``, or ``python -m bench``.

It measures and prints; only ``--save`` keeps what it found, in ``bench/results.json`` and the performance pages. Tables
go to the standard output, talk to the standard error. The exit status is 0 however slow anything was: a missed target
is a figure, not a failure.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench import (
    added,
    auth,
    breakdown,
    crowd,
    day,
    fields,
    imports,
    interfaces,
    layer,
    machine,
    million,
    payloads,
    rate,
    report,
    results,
    rounds,
    sizes,
    targets,
    telling,
    tokens,
    waiting,
    worker,
)
from bench.scale import report as scale
from hardtack.login import Argon2id, HashingPool

ROUNDS = 31
BATCH_MILLISECONDS = 20.0
IMPORT_ROUNDS = 15
STARTS = 5
RATE_ROUNDS = 15


def run(*, number: int, batch: float, cpu: int | None, quick: bool) -> results.Results:
    """Measure everything.

    Args:
        number: how many rounds.
        batch: about how long a batch takes, in milliseconds.
        cpu: the core to stay on, or ``None`` for whichever the system gives.
        quick: only look whether everything works; the figures mean nothing then.
    """
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    load_before = os.getloadavg()[0]
    found = payloads.load()
    now = int(time.time())
    many = million.QUICK if quick else million.MANY
    parted = breakdown.works(found[targets.AIMED_AT], now)

    def timed(some: list[rounds.Group]) -> rounds.Timings:
        return rounds.measure(some, rounds=number, batch=int(batch * 1e6), tell=_tell)

    with layer.groups() as layered, added.groups(found) as adding:
        groups = [
            *(tokens.groups(found, now, prefixes=4) if quick else tokens.groups(found, now)),
            *fields.groups(found, now),
            *interfaces.groups(found),
            *layered,
            *adding,
            *(each.group for each in parted),
        ]
        timings = timed(groups)
    _tell("filling a database")
    # Afterwards: what a million sessions take of the memory and its caches is theirs alone to bear.
    with crowd.groups(found, now, many, million.FEW) as crowded:
        timings = timings.and_those(timed(crowded))
    groups += crowded
    _tell("weighing, importing, playing a day")
    weights = sizes.weigh(found, now)
    _tell("letting people through")
    letting_in = forward_auth(quick=quick)
    _tell("signing people in")
    signing_in = sign_ins(quick=quick)
    return results.Results(
        date=datetime.now(UTC).date().isoformat(),
        versions=machine.versions(),
        method=results.Method(number, batch, cpu),
        comparisons=[*targets.compare_times(timings, list(found)), *targets.compare_weights(weights)],
        timings=[*_timed(groups, timings), *added.timings(timings)],
        weights=weights,
        imports=imports.measure(1 if quick else IMPORT_ROUNDS),
        gauges=[*layer.gauges(timings), *worker.measure(many, 1 if quick else STARTS), *letting_in, *signing_in],
        days=day.play_both(visitors=50, requests=500) if quick else day.play_both(),
        profiles=breakdown.profiles(timings, parted),
        machine=machine.describe(load_before, os.getloadavg()[0]),
    )


def forward_auth(*, quick: bool) -> list[results.Gauge]:
    """Measure only what ``/auth`` costs, alone and behind nginx."""
    return auth.measure(rounds=1, turns=20) if quick else auth.measure(rounds=RATE_ROUNDS, turns=1000)


def sign_ins(*, quick: bool) -> list[results.Gauge]:
    """Measure only what signing in costs: its rate, how long others wait meanwhile, and what its time tells."""
    if quick:
        cheap = Argon2id(memory=8, passes=1)
        pool = HashingPool(cheap, places=1000)
        quickly = rate.measure(rounds=1, turns=2, hashing=pool)
        pool.close()
        return [*quickly, *waiting.measure(seconds=0.2, times=1), *telling.measure(tries=8, hasher=cheap)]
    return [
        *rate.measure(rounds=RATE_ROUNDS, turns=20),
        *waiting.measure(seconds=10, times=3),
        *telling.measure(tries=2000),
    ]


def profile(*, number: int, batch: float) -> list[results.Profile]:
    """Measure only where the time of row 2 goes, with as many rounds and as long batches as ``run``."""
    parted = breakdown.works(payloads.load()[targets.AIMED_AT], int(time.time()))
    timings = rounds.measure([each.group for each in parted], rounds=number, batch=int(batch * 1e6), tell=_tell)
    _tell("")
    return breakdown.profiles(timings, parted)


def sessions(*, number: int, batch: float) -> str:
    """Measure only what the session adds to a request, and return the tables of row 6 for the terminal."""
    with added.groups(payloads.load()) as groups:
        timings = rounds.measure(groups, rounds=number, batch=int(batch * 1e6), tell=_tell)
    _tell("")
    told = [*_timed(groups, timings), *added.timings(timings)]
    compared = targets.compare_times(timings, list(payloads.SIZES))
    return "\n".join(table.text() for table in (report.added(compared, told, "en"), report.added_parts(told, "en")))


def _timed(groups: Sequence[rounds.Group], timings: rounds.Timings) -> list[results.Timing]:
    return [
        _timing(group.name, each.name, timings.spread(group.name, each.name))
        for group in groups
        if group.name.partition("/")[0] != breakdown.NAME
        for each in group.contenders
    ]


def _timing(group: str, who: str, spread: rounds.Spread) -> results.Timing:
    work, _, size = group.partition("/")
    figure = results.Figure(round(spread.median, 3), round(spread.least, 3), round(spread.greatest, 3))
    return results.Timing(work, size, who, figure)


def _tell(text: str) -> None:
    # One line that is written over, for a person who waits; nothing at all into a file.
    if sys.stderr.isatty():
        print(f"\r\x1b[Khardtack: bench: {text}", end="", file=sys.stderr, flush=True)


def _alone(given: argparse.Namespace) -> str:
    """Measure the one part that was asked for, and return its tables."""
    number, batch = (2, 0.05) if given.quick else (given.rounds, given.batch)
    if given.auth:
        return report.gauges(forward_auth(quick=given.quick))
    if given.sign_ins:
        return report.gauges(sign_ins(quick=given.quick))
    if given.profile:
        return report.profiles(profile(number=number, batch=batch))
    return sessions(number=number, batch=batch)


def _write_pages(found: results.Results) -> None:
    report.write_pages(found)
    # Some of its sums are made of these figures.
    scale.write_pages(scale.saved())


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure every published figure.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how many rounds ({ROUNDS})")
    parser.add_argument(
        "--batch", type=float, default=BATCH_MILLISECONDS, help=f"milliseconds of a batch ({BATCH_MILLISECONDS:g})"
    )
    parser.add_argument("--cpu", type=int, help="stay on this core (Linux)")
    parser.add_argument("--quick", action="store_true", help="only see that everything runs; the figures mean nothing")
    parser.add_argument(
        "--profile", action="store_true", help="measure only where the time of row 2 goes; keep nothing"
    )
    parser.add_argument(
        "--added", action="store_true", help="measure only what the session adds to a request (row 6); keep nothing"
    )
    parser.add_argument(
        "--sign-ins", action="store_true", help="measure only what signing in costs (rows 9 and 10); keep nothing"
    )
    parser.add_argument("--auth", action="store_true", help="measure only what /auth costs (row 8); keep nothing")
    parser.add_argument("--read", action="store_true", help="measure nothing, print the last saved run")
    parser.add_argument("--save", action="store_true", help="keep the figures: bench/results.json and the pages")
    parser.add_argument("--docs", action="store_true", help="measure nothing, make the pages from bench/results.json")
    given = parser.parse_args(arguments)
    if given.quick and given.save:
        parser.error("the figures of a quick run mean nothing, so they are not saved")
    if given.profile or given.added or given.sign_ins or given.auth:
        if given.save:
            parser.error("a profile or a row alone is not saved")
        print(_alone(given), end="")
        return 0
    if given.docs:
        _write_pages(results.read())
        return 0
    if given.read:
        found = results.read()
    elif given.quick:
        found = run(number=2, batch=0.05, cpu=given.cpu, quick=True)
    else:
        found = run(number=given.rounds, batch=given.batch, cpu=given.cpu, quick=False)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    print(report.text(found), end="")
    if given.save:
        results.write(found)
        _write_pages(found)
        print("hardtack: bench: saved in bench/results.json, docs/*/performance.md and scale.md", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
