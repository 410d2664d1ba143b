"""The command: ``python -m bench.growth``. It makes a million of everything, measures, and takes it away again.

Three installations stand side by side: one that is empty, one with as much as a page of each list can show, and one
that has grown. The last takes some minutes and two gigabytes to make; with ``--in`` it stays, and the next run takes it
as it is (on PostgreSQL together with ``--server``, since its data lie there). Only ``--save`` keeps what was found, in
``bench/growth/results.json``, or ``results-postgresql.json``, and the pages ``growth``. The exit status is 0 however
slow anything was: a missed target is a figure, not a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import machine, worker
from bench.growth import engines, fill, report, results, rows, timing, works
from bench.growth.engines import Engine
from bench.growth.results import Grown, Start, Task
from bench.growth.site import QUICK_HASH, ROWS, Installed
from bench.progress import Progress
from bench.results import Figure
from bench.rounds import Spread
from bench.visits import PASSWORD
from hardtack.login import HashingPool
from hardtack.seal import Keyring, keyfile
from hardtack.store.audit import Kept

ROUNDS = 60
STARTS = 3

_PARTS = """
    SELECT string_agg(inhrelid::regclass::text, ' ' ORDER BY inhrelid::regclass::text) FROM pg_inherits
    WHERE inhparent = 'audit'::regclass
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured.

    Args:
        many: the size of the installation that has grown.
        page: the size of the one with a page's worth.
        rounds: how often everything is asked.
        starts: how often the service is started.
    """

    many: rows.Size
    page: rows.Size
    rounds: int
    starts: int


WHOLE = Plan(rows.MANY, rows.PAGE, ROUNDS, STARTS)
QUICK = Plan(rows.QUICK, rows.Size(400, 4_000, 400), 5, 1)


def run(plan: Plan, folder: Path, engine: Engine) -> results.Results:
    """Measure everything.

    Args:
        plan: how much of it.
        engine: where the databases are.
        folder: where the installations are made; one that has grown already is taken as it is.
    """
    load_before = os.getloadavg()[0]
    sizes = {"empty": rows.EMPTY, "page": plan.page, "many": plan.many}
    with pools() as (hashing, quick):
        for name, size in sizes.items():
            _make(folder / name, size, hashing, engine)
        tasks: list[Task] = []
        with ExitStack() as opened:
            at = {name: (folder / name, engine.url(folder / name)) for name in sizes}
            places = [_place(opened, name, size, at[name], hashing, quick) for name, size in sizes.items()]
            many = places[-1].site
            tasks += [
                _timed("prune, first", lambda: many.accounts.prune(many.now - 3600)),
                _timed("prune, again", lambda: many.accounts.prune(many.now)),
            ]
            asked = works.works()
            timed = timing.measure(asked, places, rounds=plan.rounds, tell=tell)
        tell("starting the service")
        starts = [_starts(name, folder / name, plan.starts) for name in ("empty", "many")]
        mebibytes = engine.mebibytes(folder / "many")
        tasks += _last(folder / "many", folder / "last", hashing, engine)
    return results.Results(
        date=datetime.now(UTC).date().isoformat(),
        machine=machine.describe(load_before, os.getloadavg()[0]),
        engine=engine.version,
        accounts=plan.many.accounts,
        events=plan.many.events,
        ended=plan.many.ended,
        mebibytes=round(mebibytes),
        rounds=plan.rounds,
        grown=[_grown(each, timed) for each in asked],
        starts=starts,
        tasks=tasks,
    )


@contextmanager
def pools() -> Iterator[tuple[HashingPool, HashingPool]]:
    """Give the service's own way of hashing, and one that costs nothing."""
    with closing(HashingPool()) as hashing, closing(HashingPool(QUICK_HASH)) as quick:
        yield hashing, quick


def _make(data: Path, size: rows.Size, hashing: HashingPool, engine: Engine) -> None:
    """Make an installation unless it is there and whole."""
    ready = data / "ready"
    if ready.exists():
        return
    engine.anew(data)
    keyfile.create(data / "hardtack.key")
    (data / "hardtack.toml").write_text(f"database = {json.dumps(engine.url(data))}\naudit_rows = {ROWS}\n")
    fill.make(
        engine.url(data),
        size,
        now=int(time.time()),
        keyring=Keyring.load(data / "hardtack.key"),
        password_hash=hashing.hasher.hash(PASSWORD.encode()),
        tell=lambda text: tell(f"{data.name}: {text}"),
    )
    ready.touch()


def _place(
    opened: ExitStack, name: str, size: rows.Size, where: tuple[Path, str], hashing: HashingPool, quick: HashingPool
) -> works.Place:
    tell(f"opening {name}")
    site, other = (opened.enter_context(closing(Installed(*where, pool))) for pool in (hashing, quick))
    encoded = QUICK_HASH.hash(PASSWORD.encode())
    return works.Place(name, size, site, other, site.people(works.PEOPLE), other.people(works.PEOPLE, hashed=encoded))


def _timed(name: str, task: Callable[[], object]) -> Task:
    tell(name)
    began = time.perf_counter()
    task()
    return Task(name, round(time.perf_counter() - began, 2))


def _last(data: Path, copy: Path, hashing: HashingPool, engine: Engine) -> list[Task]:
    """Do in a copy what is done once, and take it away: the next run needs everything as it was."""
    tell("copying")
    engine.copy(data, copy)
    try:
        with closing(Installed(copy, engine.url(copy), hashing)) as last:
            found = [_timed("everybody", lambda: last.accounts.sign_ins.end_everybody(last.now, actor_id=0))]
            if engine.name == "postgresql":
                found += _parted(engine.url(copy), last)
        return found
    finally:
        engine.remove(copy)


def _parted(url: str, last: Installed) -> list[Task]:
    """Give the trail parts as the page says, and let two months of it go: one row by row, one as a whole."""
    tasks = [_timed("parts", lambda: engines.run(url, engines.statements("BEGIN;")))]
    begun, by_rows, whole = engines.run(url, _PARTS).split()[:3]
    engines.run(url, f"DROP TABLE {begun}")
    end = int(engines.run(url, f"SELECT max(at) FROM {by_rows}"))  # noqa: S608 - a table of ours
    kept = Kept(age=last.now - end - 1, rows=ROWS)
    tasks.append(_timed("month, by rows", lambda: last.forget(kept)))
    return [*tasks, _timed("month, as a part", lambda: engines.run(url, f"DROP TABLE {whole}"))]


def _starts(name: str, data: Path, times: int) -> Start:
    found = [worker.start(data) for _ in range(times)] if sys.platform == "linux" else []
    each = [[one.ready for one in found], [one.resident for one in found], [one.private for one in found]]
    return Start(name, *(_figure(Spread.of(numbers or [0.0])) for numbers in each))


def _grown(work: works.Work, timed: timing.Timed) -> Grown:
    pairs, ratios = [], []
    for times in timed:
        theirs, ours = times[work.name][work.against], times[work.name]["many"]
        pairs.append((round(median(theirs), 3), round(median(ours), 3)))
        ratios.append(_figure(timing.ratio(ours, theirs)))
    reached = None if work.reach is None else ratios[0].median <= work.reach
    return Grown(work.name, work.against, pairs[0], ratios[0], pairs[1], ratios[1], work.reach, reached)


def _figure(spread: Spread) -> Figure:
    return Figure(round(spread.median, 2), round(spread.least, 2), round(spread.greatest, 2))


tell = Progress()


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="Measure what growth costs.")
    parser.add_argument("--engine", choices=results.FILES, default="sqlite", help="where the databases are (sqlite)")
    parser.add_argument("--server", help="the URL of a PostgreSQL whose role may make databases; else one is started")
    parser.add_argument("--in", dest="folder", type=Path, help="where it is made and stays, for another run")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often everything is asked ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="only see that everything runs; the figures mean nothing")
    parser.add_argument("--tenth", action="store_true", help="a hundred thousand accounts, and a tenth of all else")
    parser.add_argument("--read", action="store_true", help="measure nothing, print the last saved run")
    parser.add_argument("--save", action="store_true", help="keep the figures: results.json and the pages")
    parser.add_argument("--docs", action="store_true", help="measure nothing, make the pages from results.json")
    given = parser.parse_args(arguments)
    if given.quick and given.save:
        parser.error("the figures of a quick run mean nothing, so they are not saved")
    if given.docs:
        report.write_pages(results.read_all())
        return 0
    if given.read:
        found = results.read(results.FILES[given.engine])
    else:
        many = rows.TENTH if given.tenth else rows.MANY
        plan = QUICK if given.quick else Plan(many, rows.PAGE, given.rounds, STARTS)
        place = engines.opened(given.engine, given.server)
        with TemporaryDirectory(prefix="hardtack-bench-") as temporary, place as engine:
            found = run(plan, given.folder or Path(temporary), engine)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    print(report.text(found), end="")
    if given.save:
        results.write(found, results.FILES[given.engine])
        report.write_pages(results.read_all())
        print(f"hardtack: bench: saved in {results.FILES[given.engine].name} and docs/*/growth.md", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
