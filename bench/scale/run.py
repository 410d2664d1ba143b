"""One run: everything that ``bench.scale`` measures, in less than four minutes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bench import auth, machine
from bench.growth.rows import Size
from bench.rate import _rate
from bench.results import Figure
from bench.scale import memory, places, serial, writers
from bench.scale.results import Results
from bench.visits import PASSWORD
from hardtack.login import Argon2id

Tell = Callable[[str], None]


class Plan(NamedTuple):
    """What is to be measured.

    Args:
        size: of the databases.
        counts: how many write at a time.
        seconds: of each turn of the writers.
        times: how often a piece of work is done alone.
        tables: sizes of the table of ended sessions.
        epochs: accounts whose epochs are weighed.
        hashes: rounds of hashing, and of asking ``/auth``.
        asked: how often ``/auth`` is asked in a round; 0: not at all.
    """

    size: Size
    counts: tuple[int, ...]
    seconds: float
    times: int
    tables: list[int]
    epochs: int
    hashes: int
    asked: int


WHOLE = Plan(
    Size(50_000, 100_000, 100_000), writers.COUNTS, 3.0, 1500, [100_000, 1_000_000, 10_000_000], 1_000_000, 5, 500
)
QUICK = Plan(Size(900, 600, 600), (1, 2), 0.2, 30, [1_000, 30_000], 10_000, 1, 50)


def run(plan: Plan, folder: Path, tell: Tell) -> Results:
    """Measure everything.

    Args:
        plan: how much of it.
        folder: an empty one, on the disk that is to be measured.
        tell: takes a line that says how far it is.
    """
    load_before, began = os.getloadavg()[0], time.monotonic()
    tell("hashing")
    figures = {"hashes": _hashes(plan.hashes), "syncs": Figure(*[round(places.syncs(folder, plan.seconds), 1)] * 3)}
    if plan.asked:
        tell("asking /auth")
        figures |= _auth(plan)
    tell("filling")
    with places.both(folder, plan.size) as both:
        engines = {each.engine: each.version for each in both}
        for each in both:
            figures |= serial.measure(each, plan.times, tell)
            figures |= writers.measure(each, plan.counts, plan.seconds, tell)
            figures |= serial.rows(each)
    tell("weighing")
    weighed = memory.measure(plan.tables, plan.epochs)
    figures |= {name: Figure(*[round(value, 3)] * 3) for name, value in weighed.items()}
    return Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine.describe(load_before, os.getloadavg()[0]),
        engines=engines,
        seconds=round(time.monotonic() - began),
        figures=figures,
    )


def _hashes(rounds: int) -> Figure:
    """Return how many hashes a second a core makes while all of them hash."""
    hasher, cores = Argon2id(), os.cpu_count() or 1
    encoded = hasher.hash(PASSWORD.encode())
    with ThreadPoolExecutor(cores) as threads:
        rates = [
            _rate(threads, lambda _: hasher.verify(encoded, PASSWORD.encode()), 10 * cores) / cores
            for _ in range(rounds)
        ]
    return serial.median(rates)


def _auth(plan: Plan) -> dict[str, Figure]:
    """Return the processor's microseconds of a worker for one answer, and answers a second of one behind nginx."""
    names = {"auth, alone": "auth", "auth behind nginx, a second": "auth, a second"}
    gauges = auth.measure(rounds=plan.hashes, turns=plan.asked)
    return {names[each.what]: each.figure for each in gauges if each.what in names}
