"""How many transactions a second one database lets through, and how long it takes until other nodes know of them.

Several processes are nodes of one database. As many as are told to write do so without a pause; in the last turns one
writes and the others listen, as every worker does, and note how long each change took to reach them.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

from bench.growth.rows import STRUGGLING, is_closed, is_disabled, name_of
from bench.growth.site import QUICK_HASH, Installed
from bench.results import Figure
from bench.scale.places import Place
from hardtack.login import HashingPool
from hardtack.store import Database, RevocationTable, feed

COUNTS = (1, 4, 8)
"""How many write at a time; there are as many nodes as the last says."""

WORKS = ("sign-outs", "sign-ins")
UNTIL = 2**31 - 1
SLICES = 3
"""Parts of a turn, whose rates say how sure the whole is."""

PACE = 0.02
"""Seconds between two changes where the lag is that of a quiet database."""

PATIENCE = 60

Figures = dict[str, Figure]
Times = list[tuple[float, float]]
"""When each piece of work was done, by the clock of all processes, and how many seconds it took."""


def measure(place: Place, counts: Sequence[int], seconds: float, tell: Callable[[str], None]) -> Figures:
    """Return rates, waits and, between nodes, lags.

    Args:
        place: the database.
        counts: how many write at a time.
        seconds: of each turn.
        tell: takes a line that says how far it is.
    """
    found: Figures = {}
    with _nodes(place, max(counts)) as nodes:
        for work in WORKS:
            for number in counts:
                tell(f"{place.engine}: {work} by {number}")
                times = _together(nodes[:number], work, seconds)
                found[f"{place.engine}, {work}, {number}"] = _rate(times, seconds)
                found[f"{place.engine}, {work} wait, {number}"] = _part(times, 0.99)
        if place.server:
            for name, pace in (("quiet", PACE), ("busy", 0.0)):
                tell(f"{place.engine}: lag, {name}")
                lags, rate = _lags(nodes, pace, seconds)
                found[f"lag, {name}"] = _middle(lags)
                found[f"lag p99, {name}"] = _part([(0.0, each) for each in lags], 0.99)
                found[f"lag rate, {name}"] = rate
    return found


def _rate(times: Times, seconds: float) -> Figure:
    """Return how many a second there were, with the least and the greatest slice."""
    first = min(at for at, _ in times)
    slices = [0] * SLICES
    for at, _ in times:
        slices[min(int((at - first) / seconds * SLICES), SLICES - 1)] += 1
    rates = [each * SLICES / seconds for each in slices]
    return Figure(round(len(times) / seconds, 1), round(min(rates), 1), round(max(rates), 1))


def _part(times: Times, part: float) -> Figure:
    """Return after how many milliseconds that part was done; the least and the greatest are those of all."""
    took = sorted(each for _, each in times)
    shown = (took[min(int(len(took) * part), len(took) - 1)], took[0], took[-1])
    return Figure(*(round(each * 1000, 3) for each in shown))


def _middle(seconds: Sequence[float]) -> Figure:
    shown = (statistics.median(seconds), min(seconds), max(seconds))
    return Figure(*(round(each * 1000, 3) for each in shown))


@contextmanager
def _nodes(place: Place, most: int) -> Iterator[list[Pipe]]:
    """Give a pipe to each node, all of which are ready."""
    context = get_context("spawn")
    pipes, processes = [], []
    for number in range(most):
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(place, number, most, theirs), daemon=True)
        process.start()
        pipes.append(ours)
        processes.append(process)
    try:
        for pipe in pipes:
            _answer(pipe)
        yield pipes
    finally:
        for pipe in pipes:
            pipe.send(("end", 0.0))
        for process in processes:
            process.join(PATIENCE)


def _answer(pipe: Pipe) -> Any:
    assert pipe.poll(PATIENCE), "a node says nothing"
    return pipe.recv()


def _together(nodes: Sequence[Pipe], work: str, seconds: float) -> Times:
    for pipe in nodes:
        pipe.send((work, seconds))
    return [each for pipe in nodes for each in _answer(pipe)]


def _lags(nodes: Sequence[Pipe], pace: float, seconds: float) -> tuple[list[float], Figure]:
    """Return after how many seconds the listening nodes knew of each change, and how many a second were made."""
    writer, *others = nodes
    _together(others, "listen", 0.0)
    writer.send(("sign-outs", seconds) if not pace else ("sign-outs, slowly", seconds))
    made: Times = _answer(writer)
    time.sleep(0.2)
    for pipe in others:
        pipe.send(("stop", 0.0))
    lags = [each for pipe in others for each in _answer(pipe)]
    assert lags
    return lags, _rate(made, seconds)


# A node --------------------------------------------------------------------------------------------------------------


def serve(place: Place, number: int, most: int, pipe: Pipe) -> None:
    """Be a node: do what the pipe says until it says that this is the end."""
    hashing = HashingPool(QUICK_HASH)
    database = Database.connect(place.url)
    table, lags = RevocationTable(database), list[float]()
    table.lagged = lags.append
    with closing(hashing), closing(Installed(place.node(str(number)), place.url, hashing)) as site, closing(database):
        names = cycle(people(place.accounts, number, most))
        works: dict[str, Callable[[], object]] = {
            "sign-ins": lambda: site.sign_in(next(names)),
            "sign-outs": lambda: revoke(database, place.accounts),
            "sign-outs, slowly": lambda: revoke(database, place.accounts, after=PACE),
        }
        pipe.send("ready")
        while True:
            what, seconds = pipe.recv()
            if what == "end":
                return
            if what == "listen":
                table.start_polling()
                time.sleep(0.3)  # until it listens
                lags.clear()
                pipe.send([])
            elif what == "stop":
                table.stop_polling()
                pipe.send(list(lags))
            else:
                pipe.send(_for(works[what], seconds))


def people(accounts: int, number: int, most: int) -> list[str]:
    """Return the names of those who sign in at one node of so many: at no other does any of them."""
    able = (each for each in range(STRUGGLING + 1, accounts) if not (is_closed(each) or is_disabled(each)))
    return [name_of(each) for each in able if each % most == number]


def revoke(database: Database, accounts: int, *, after: float = 0.0) -> None:
    """End a session, as a sign-out does, so many seconds from now."""
    if after:
        time.sleep(after)
    whose = random.randint(1, accounts)  # noqa: S311 - nothing secret
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=os.urandom(16), account_id=whose, until=UNTIL - feed.MARGIN)


def _for(work: Callable[[], object], seconds: float) -> Times:
    times, end = [], time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        work()
        done = time.monotonic()
        times.append((done, done - began))
    return times
