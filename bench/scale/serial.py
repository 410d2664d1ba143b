"""What a piece of work costs by itself: how long it holds the one writer's turn, the server's processor, octets.

Nobody else works meanwhile. The turn is timed around ``Database.write``: from the moment at which the lock, which is
free, is asked for until the commit is answered. The processor's time is that of all processes of the server. For octets
a relay stands between a node and the server and counts what comes back.
"""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import delete, make_url, select

from bench.growth.site import QUICK_HASH, Installed
from bench.results import Figure
from bench.rounds import Spread
from bench.scale.places import Place
from bench.scale.writers import Figures, people, revoke
from hardtack.login import HashingPool
from hardtack.store import Database, RevocationTable, schema, sign_ins
from hardtack.store.sign_ins import SignInRow

PARTS = 3
USES = 500
"""Uses of sign-ins that one transaction writes (``last_use.BATCH``)."""

Timed = tuple[list[float], float]
"""Seconds for which the turn was held, by transaction, and seconds of the server's processor."""


def measure(place: Place, times: int, tell: Callable[[str], None]) -> Figures:
    """Return microseconds by work, of the turn and of the server, and octets.

    Args:
        place: the database.
        times: how often each is done.
        tell: takes a line that says how far it is.
    """
    found: Figures = {}
    with (
        closing(HashingPool(QUICK_HASH)) as hashing,
        closing(Installed(place.node("alone"), place.url, hashing)) as site,
        closing(Database.connect(place.url)) as database,
    ):
        names = iter(people(place.accounts, 0, 1) * times)
        uses = _uses(database)
        works: dict[str, tuple[Database, Callable[[], object], int]] = {
            "sign-in": (site.accounts._database, lambda: site.sign_in(next(names)), 1),
            "sign-out": (database, lambda: revoke(database, place.accounts), 1),
            "use": (database, lambda: _note(database, uses), len(uses)),
        }
        for name, (one, work, each) in works.items():
            tell(f"{place.engine}: {name}, alone")
            number = max(PARTS, times // each)
            held, server, writes = [], [], 0
            for _ in range(PARTS):
                taken, spent = _timed(place, one, work, number // PARTS)
                held.append(sum(taken) / (number // PARTS) / each)
                server.append(spent / (number // PARTS) / each)
                writes = len(taken) // (number // PARTS)
            found[f"{place.engine}, {name} held"] = _microseconds(held)
            found[f"{place.engine}, {name} writes"] = Figure(writes, writes, writes)
            if place.server:
                found[f"{name}, server"] = _microseconds(server)
        tell(f"{place.engine}: the feed")
        found |= _feed(place, database, times)
    return found


def _feed(place: Place, database: Database, times: int) -> Figures:
    """Return what a load costs for each ended session, a look that finds nothing, and one that finds something."""
    found: Figures = {}
    loads = []
    with database.read() as connection:
        number = len(connection.execute(select(schema.revocation.c.change)).all())
    for _ in range(PARTS):
        table = RevocationTable(database)
        began = time.perf_counter()
        table.refresh()
        loads.append((time.perf_counter() - began) / number)
    found[f"{place.engine}, load"] = _microseconds(loads)

    looks, waking = [], []
    for _ in range(PARTS):
        before = time.process_time(), place.spent()
        for _ in range(times // PARTS):
            table._catch_up(poll=True)
        looks.append([(now - then) * PARTS / times for now, then in zip(_spent(place), before, strict=True)])
        taken = [0.0, 0.0]
        for _ in range(times // PARTS):
            revoke(database, place.accounts)
            before = _spent(place)
            table._catch_up(poll=True)
            taken = [sum_ + now - then for sum_, now, then in zip(taken, _spent(place), before, strict=True)]
        waking.append([each * PARTS / times for each in taken])
    for name, each in (("look", looks), ("wake", waking)):
        found[f"{place.engine}, {name}, worker"] = _microseconds([one[0] for one in each])
        if place.server:
            found[f"{name}, server"] = _microseconds([one[1] for one in each])
    if place.server:
        found |= _octets(place, number)
    return found


def _spent(place: Place) -> tuple[float, float]:
    return time.process_time(), place.spent()


def _octets(place: Place, number: int) -> Figures:
    """Return how much of the server's answers goes to a node, for each of them."""
    with relay(place) as (url, came), closing(Database.connect(url)) as database:
        table, before = RevocationTable(database), came()
        table.refresh()
        loaded = (came() - before) / number
        before = came()
        for _ in range(100):
            table._catch_up(poll=True)
        look = (came() - before) / 100
        taken = 0
        for _ in range(100):
            revoke(database, place.accounts)
            before = came()
            table._catch_up(poll=True)
            taken += came() - before
    found = {"load": loaded, "look": look, "wake": taken / 100}
    return {f"{name}, octets": Figure(*[round(each, 1)] * 3) for name, each in found.items()}


def _timed(place: Place, database: Database, work: Callable[[], object], times: int) -> Timed:
    held: list[float] = []
    write = database.write

    @contextmanager
    def timed(**given: Any) -> Iterator[Any]:
        began = time.perf_counter()
        with write(**given) as connection:
            yield connection
        held.append(time.perf_counter() - began)

    with patch.object(database, "write", timed):
        before = place.spent()
        for _ in range(times):
            work()
        return held, place.spent() - before


def _note(database: Database, uses: list[SignInRow]) -> None:
    with database.write() as connection:
        sign_ins.note(connection, uses)


def _uses(database: Database) -> list[SignInRow]:
    """Return sign-ins that are on the list, as they are noted when they were used."""
    wanted = select(schema.signed_in).where(schema.signed_in.c.account_id % 2 == 1).limit(USES)
    with database.read() as connection:
        rows = connection.execute(wanted).mappings().all()
    return [SignInRow(**{**row, "factors": tuple(row["factors"].split())}) for row in rows]


def _microseconds(seconds: list[float]) -> Figure:
    spread = Spread.of([each * 1e6 for each in seconds])
    return Figure(round(spread.median, 2), round(spread.least, 2), round(spread.greatest, 2))


@contextmanager
def relay(place: Place) -> Iterator[tuple[str, Callable[[], int]]]:
    """Give a URL behind which every octet that the server says is counted, and what returns their number."""
    parts = make_url(place.url)
    folder, port = str(parts.query["host"]), str(parts.query["port"])
    own = Path(place.folder) / "relay"
    own.mkdir()
    counted = [0]

    def carry(source: socket.socket, target: socket.socket, *, count: bool) -> None:
        try:
            while piece := source.recv(1 << 16):
                if count:
                    counted[0] += len(piece)
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other way has ended

    def join(near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(f"{folder}/.s.PGSQL.{port}")
            back = threading.Thread(target=carry, args=(far, near), kwargs={"count": True})
            back.start()
            carry(near, far, count=False)
            back.join()

    def serve() -> None:
        while True:
            try:
                near = listener.accept()[0]
            except OSError:
                return
            threads.append(threading.Thread(target=join, args=(near,)))
            threads[-1].start()

    threads: list[threading.Thread] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{own}/.s.PGSQL.{port}")
        listener.listen()
        threads.append(threading.Thread(target=serve))
        threads[0].start()
        try:
            yield parts.update_query_dict({"host": str(own)}).render_as_string(hide_password=False), lambda: counted[0]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def rows(place: Place) -> Figures:
    """Return how many octets a row of the tables that grow takes, with its indexes; those of SQLite are deleted."""
    found: Figures = {}
    with closing(Database.connect(place.url)) as database, database.write() as connection:
        for table in (schema.audit, schema.revocation, schema.signed_in):
            number = len(connection.execute(select(table.primary_key.columns[0])).all())
            if place.server:
                size = connection.exec_driver_sql(f"SELECT pg_total_relation_size('{table.name}')").scalar_one()
            else:
                # What a table leaves behind when its rows go: its pages and those of its indexes.
                before = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
                connection.execute(delete(table))
                pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one() - before
                size = pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
            found[f"{place.engine}, row of {table.name}"] = Figure(*[round(size / number, 1)] * 3)
    return found


def median(numbers: list[float]) -> Figure:
    """Return the median of several, with the least and the greatest."""
    return Figure(*(round(each, 2) for each in (statistics.median(numbers), min(numbers), max(numbers))))
