"""What a run of the bench found, as values: the shape of ``bench/results.json``.

Everything that the pages say in figures is here; ``report`` only lays it out. A comparison carries its target and
whether it was reached, as it was when it was measured: a later target does not change an earlier run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import msgspec

FILE = Path(__file__).with_name("results.json")

Sense = Literal["times faster", "times as much"]
"""How a ratio is meant: the peer's time by ours, where more is better, or our time or size by the peer's."""


Unit = Literal["MiB", "s", "ms", "µs", "per s", "of the rate", "% of a hash"]


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A median with the least and the greatest that it was taken from."""

    median: float
    least: float
    greatest: float


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long one contender took for one piece of work, in microseconds."""

    work: str
    size: str
    who: str
    microseconds: Figure


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of our figures against a peer's; ``reach`` and ``reached`` are ``None`` where nothing was aimed at."""

    row: int
    work: str
    size: str
    peer: str
    sense: Sense
    ratio: Figure
    reach: float | None
    reached: bool | None


class Weight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many characters one contender's cookie has, value alone and whole Set-Cookie field."""

    size: str
    who: str
    value: int
    field: int


class Import(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long an import took in a new process, in milliseconds; ``reach`` is the most that was aimed at."""

    what: str
    milliseconds: Figure
    reach: float | None
    reached: bool | None


class Gauge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a piece of work weighed, took or added; ``reach`` is the most that was aimed at, or the least of a share."""

    row: int
    what: str
    unit: Unit
    figure: Figure
    reach: float | None
    reached: bool | None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one part of an operation takes, in microseconds: a library's C code, a step of ours, or bytecode between."""

    name: str
    kind: Literal["library", "step", "bytecode"]
    microseconds: float
    instructions: int | None


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the time of one operation goes; the whole is measured by itself."""

    work: str
    whole: float
    parts: list[Part]


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was assumed of a simulated day, and how often the derived key was there already."""

    workers: int
    restarts: int
    visitors: int
    idle_seconds: int
    requests: int
    opened: int
    sealed: int
    hits: int


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it was measured; no name of a host."""

    cpu: str
    cores: int
    system: str
    python: str
    load_before: float
    load_after: float


class Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it was measured; *cpu* is the core that the run was pinned to, if it was."""

    rounds: int
    batch_milliseconds: float
    cpu: int | None


class Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One whole run."""

    date: str
    machine: Machine
    versions: dict[str, str]
    method: Method
    comparisons: list[Comparison]
    timings: list[Timing]
    weights: list[Weight]
    imports: list[Import]
    gauges: list[Gauge]
    days: list[Day]
    profiles: list[Profile]

    def timing(self, work: str, size: str, who: str) -> Figure:
        """Return how long *who* took, in microseconds."""
        return next(each.microseconds for each in self.timings if (each.work, each.size, each.who) == (work, size, who))


def read(path: Path = FILE) -> Results:
    """Return the results in the file at *path*."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def write(results: Results, path: Path = FILE) -> None:
    """Write *results* into the file at *path*, one figure a line, so that two runs can be compared line by line."""
    values = msgspec.to_builtins(results)
    lines = []
    for name, value in values.items():
        if isinstance(value, list):
            items = ",\n".join("  " + json.dumps(item, ensure_ascii=False) for item in value)
            lines.append(f' "{name}": [\n{items}\n ]')
        else:
            lines.append(f' "{name}": {json.dumps(value, ensure_ascii=False)}')
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
