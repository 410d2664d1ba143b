"""The sums: what so many sessions cost, from what was measured and what is assumed of people.

A ``Term`` is a number together with the text of how it came about, so what a page shows as the sum is the sum that was
done. A line has a letter, by which later lines name it. Times are seconds, sizes octets; what is assumed can be
replaced by a reader's own figures (``python -m bench.scale --sessions 5e6 …``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from bench import results as figures
from bench.scale.results import Results
from hardtack.login.last_use import EVERY, MOST
from hardtack.store.audit import ROWS
from hardtack.store.feed import MARGIN
from hardtack.store.revocations import INTERVAL

DAY = 86_400
MIB, GIB = 2**20, 2**30
CONNECTIONS = 10
"""That a worker opens at most."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed of people and nodes; nothing of it was measured.

    Args:
        sessions: that are alive at a time.
        days: for which one is alive, from its sign-in.
        active: which part of them is used within a minute, at the busiest time.
        asks: how often a minute each of these asks ``/auth``.
        peak: how many times as many sign in at the busiest time as on average.
        ended: which part of sign-ins is ended by a sign-out.
        kept: days for which an ended one has to be remembered.
        spread: workers that see one session within a minute, as many at most as it asks.
        busy: which part of its time a core may be busy.
        cores: of a node; each has a worker.
        events: that a sign-in leaves in the audit trail.
        trail: days for which these are kept.
    """

    sessions: float = 1e6
    days: float = 7
    active: float = 0.02
    asks: float = 10
    peak: float = 3
    ended: float = 0.25
    kept: float = 7 + MARGIN / DAY
    spread: float = 10
    busy: float = 0.5
    cores: float = 8
    events: float = 3
    trail: float = 400


class Measured(NamedTuple):
    """What the sums take from measurements.

    Args:
        auth: seconds of a core for one ``/auth``.
        sign_in: seconds of a core for one sign-in, nearly all of it the hash.
        rest: octets of a worker that knows of no ended session.
        ready: seconds until such a worker is ready.
        table: octets of an ended session in a worker, by how many there are.
        held: seconds for which a sign-in, a sign-out and a use that is written hold the writers' turn.
        server: seconds of the database's cores for each of these, and for a look and a wake.
        worker: seconds of a worker's core for a look and a wake.
        load: seconds that a worker takes to read an ended session.
        octets: that the database sends for a loaded row, a look and a wake.
        rows: octets of a row in the database, by table.
    """

    auth: float
    sign_in: float
    rest: float
    ready: float
    table: dict[int, float]
    held: dict[str, float]
    server: dict[str, float]
    worker: dict[str, float]
    load: float
    octets: dict[str, float]
    rows: dict[str, float]


def measured(scale: Results, bench: figures.Results) -> Measured:
    """Take what the sums need out of the saved runs; those of the database are PostgreSQL's."""

    def one(name: str) -> float:
        return scale.figures[name].median

    gauges = {each.what: each.figure.median for each in bench.gauges}
    works = ("sign-in", "sign-out", "use")
    return Measured(
        auth=one("auth") / 1e6,
        sign_in=bench.machine.cores / gauges["sign-ins a second"],
        rest=gauges["worker, private"] * MIB,
        ready=gauges["ready"],
        table={size: one(f"table, {size}") for size in sizes(scale)},
        held={each: one(f"postgresql, {each} held") / 1e6 for each in works},
        server={each: one(f"{each}, server") / 1e6 for each in (*works, "look", "wake")},
        worker={each: one(f"postgresql, {each}, worker") / 1e6 for each in ("look", "wake")},
        load=one("postgresql, load") / 1e6,
        octets={each: one(f"{each}, octets") for each in ("load", "look", "wake")},
        rows={each: one(f"postgresql, row of {each}") for each in ("audit", "revocation", "signed_in")},
    )


def sizes(scale: Results) -> list[int]:
    """Return the sizes of the table of ended sessions that were weighed."""
    return sorted(int(name.partition(", ")[2]) for name in scale.figures if name.startswith("table, "))


class Term:
    """A number, and the text of how it came about.

    Args:
        value: the number.
        text: how it is written where it is used.
        loose: whether it must stand in brackets within a product.
    """

    def __init__(self, value: float, text: str, *, loose: bool = False) -> None:
        self.value = value
        self.text = text
        self._loose = loose

    def _within(self) -> str:
        return f"({self.text})" if self._loose else self.text

    def __add__(self, other: Term) -> Term:
        return Term(self.value + other.value, f"{self.text} + {other.text}", loose=True)

    def __sub__(self, other: Term) -> Term:
        return Term(self.value - other.value, f"{self.text} − {other._within()}", loose=True)

    def __mul__(self, other: Term) -> Term:
        return Term(self.value * other.value, f"{self._within()} × {other._within()}")

    def __truediv__(self, other: Term) -> Term:
        # What is divided by a product stands in brackets, too.
        below = f"({other.text})" if "×" in other.text else other._within()
        return Term(self.value / other.value, f"{self._within()} ÷ {below}")


def left(term: Term) -> Term:
    """Return what is left of something, which is next to nothing where all of it is gone."""
    return Term(max(term.value, 1e-6), f"({term.text})")


def whole(term: Term, least: int) -> Term:
    """Return the next whole number, of at least so many."""
    return Term(max(math.ceil(term.value), least), f"⌈{term.text}⌉, ≥ {least}")


def smaller(one: Term, other: Term) -> Term:
    """Return the smaller of two."""
    return Term(min(one.value, other.value), f"min({one.text}; {other.text})")


class Line(NamedTuple):
    """One line of the sums.

    Args:
        letter: by which others name it.
        what: its name, for ``texts``.
        value: what came out.
        text: how.
        kind: how it is written: ``number``, ``MiB``, ``GiB``, ``s``, ``hours``, ``share``, ``KiB a second``.
    """

    letter: str
    what: str
    value: float
    text: str
    kind: str


def plain(value: float, after: str = "") -> Term:
    """Return a number as it is written."""
    return Term(value, f"{value:,.6g}{after}" if value < 1e6 else f"{value:,.0f}{after}")


def part(value: float) -> Term:
    """Return a share, written in hundredths."""
    return Term(value, f"{value:.4g}")


def micro(seconds: float) -> Term:
    """Return a time, written in microseconds."""
    return Term(seconds, f"{seconds * 1e6:,.0f} µs" if seconds > 1e-3 else f"{seconds * 1e6:.4g} µs")


def octets(number: float) -> Term:
    """Return a size, written in octets."""
    return Term(number, f"{number:,.4g} B" if number < 10_000 else f"{number / MIB:,.4g} MiB")


def lines(assumed: Assumed, found: Measured) -> list[Line]:
    """Do the sums; see the module."""
    made: list[Line] = []

    def line(letter: str, what: str, term: Term, kind: str = "number") -> Term:
        made.append(Line(letter, what, term.value, term.text, kind))
        return Term(term.value, letter)

    day, minute, busy, every = plain(DAY, " s"), plain(60), part(assumed.busy), plain(INTERVAL, " s")
    sessions = Term(assumed.sessions, "S")
    active = line("A", "active", sessions * part(assumed.active))
    asked = line("Q", "asked", active * plain(assumed.asks) / minute)
    average = line("I", "average", sessions / plain(assumed.days) / day)
    peak = line("P", "peak", average * plain(assumed.peak))
    outs = line("O", "outs", peak * part(assumed.ended))
    cores = line("K", "cores", asked * micro(found.auth) + peak * micro(found.sign_in), "decimal")
    waking = line("H", "waking", outs * micro(found.worker["wake"]) + micro(found.worker["look"]) / every, "share")
    workers = line("W", "workers", whole(cores / left(busy - waking), 2))
    nodes = line("N", "nodes", whole(workers / plain(assumed.cores), 2))
    ended = line("R", "ended", average * part(assumed.ended) * plain(assumed.kept) * day)
    each = max((size for size in found.table if size <= ended.value), default=min(found.table))
    weight = line("M", "weight", octets(found.rest) + ended * octets(found.table[each]), "MiB")
    line("G", "node", weight * workers / nodes, "GiB")
    line("T", "start", plain(found.ready, " s") + ended * micro(found.load), "s")
    line("F", "loaded", workers * ended * octets(found.octets["load"]), "GiB")
    most = plain(MOST)
    seen = active * smaller(plain(min(assumed.spread, assumed.asks)), workers) / workers
    uses = line("U", "uses", workers * smaller(seen, most) / plain(EVERY))
    held, server = found.held, found.server
    line(
        "L",
        "turn",
        peak * micro(held["sign-in"]) + outs * micro(held["sign-out"]) + uses * micro(held["use"]),
        "share",
    )
    looks = line("V", "looks", workers / every)
    wakes = line("X", "wakes", workers * outs)
    writing = peak * micro(server["sign-in"]) + outs * micro(server["sign-out"]) + uses * micro(server["use"])
    line("D", "database", writing + looks * micro(server["look"]) + wakes * micro(server["wake"]), "decimal")
    line("Y", "feed", looks * octets(found.octets["look"]) + wakes * octets(found.octets["wake"]), "KiB a second")
    line("C", "connections", workers * plain(CONNECTIONS))
    line("B", "list", sessions * octets(found.rows["signed_in"]), "GiB")
    line("J", "kept", ended * octets(found.rows["revocation"]), "GiB")
    events = line("E", "events", average * plain(assumed.events) * plain(assumed.trail) * day)
    line("Z", "trail", events * octets(found.rows["audit"]), "GiB")
    line("a", "rows", plain(ROWS) / (average * plain(assumed.events)) / plain(3600, " s"), "hours")
    return made


def of(made: list[Line], letter: str) -> float:
    """Return what a line came to."""
    return next(each.value for each in made if each.letter == letter)


SCENES: tuple[float, ...] = (1e6, 1e8)
RATE = 1e5
"""``/auth`` a second, for the scene in between."""


def scenes(assumed: Assumed) -> list[Assumed]:
    """Return what the page is about: a million sessions, as many as ask so often, and a hundred million."""
    between = RATE * 60 / assumed.asks / assumed.active
    return [replace(assumed, sessions=each) for each in sorted((*SCENES, between))]


class Limit(NamedTuple):
    """Something that gives out.

    Args:
        what: its name, for ``texts``.
        bound: the most that it may come to.
        letter: of the line that does.
        spread: workers that see a session within a minute; ``None``: as assumed.
        kind: as of a line.
    """

    what: str
    bound: float
    letter: str
    spread: float | None
    kind: str


LIMITS = (
    Limit("turn", 1, "L", None, "share"),
    Limit("turn, kept together", 1, "L", 1, "share"),
    Limit("waking", 0.5, "H", None, "share"),
    Limit("start", 60, "T", None, "s"),
    Limit("weight", GIB, "M", None, "MiB"),
    Limit("database", 16, "D", None, "decimal"),
    Limit("connections", 1000, "C", None, "number"),
)


def reached(limit: Limit, assumed: Assumed, found: Measured) -> float:
    """Return how many sessions there may be before a limit is reached, by halving."""
    if limit.spread is not None:
        assumed = replace(assumed, spread=limit.spread)
    return halved(lambda each: of(lines(replace(assumed, sessions=each), found), limit.letter) > limit.bound)


def halved(over: Callable[[float], bool]) -> float:
    """Return up to which number, of those up to 10^13, something is not so yet."""
    low, high = 0.0, 1e13
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if over(middle) else (middle, high)
    return low
