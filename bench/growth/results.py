"""What a run found, as values: the shape of ``bench/growth/results.json``, and of its like for PostgreSQL.

They are files of their own, since a run takes an hour and is made less often than the others.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.results import Figure, Machine

FILE = Path(__file__).with_name("results.json")

FILES = {"sqlite": FILE, "postgresql": FILE.with_name("results-postgresql.json")}
"""By engine."""


class Grown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a work takes, in milliseconds (medians), and how many times as long as in the small installation.

    ``waited`` is by the clock on the wall, ``worked`` of the processor's time; of each pair the first is the small one.
    """

    work: str
    against: str
    waited: tuple[float, float]
    waited_ratio: Figure
    worked: tuple[float, float]
    worked_ratio: Figure
    reach: float | None
    reached: bool | None


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a worker of the service comes to: seconds until it is ready, and MiB of memory."""

    place: str
    ready: Figure
    resident: Figure
    private: Figure


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long something took that is done beside or once, in seconds."""

    name: str
    seconds: float


class Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One whole run."""

    date: str
    machine: Machine
    engine: str
    accounts: int
    events: int
    ended: int
    mebibytes: float
    rounds: int
    grown: list[Grown]
    starts: list[Start]
    tasks: list[Task]


def read(path: Path = FILE) -> Results:
    """Return the results in the file at *path*."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def read_all() -> dict[str, Results]:
    """Return the last saved run on each engine."""
    return {name: read(path) for name, path in FILES.items()}


def write(results: Results, path: Path = FILE) -> None:
    """Write *results* into the file at *path*, so that two runs can be compared line by line."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
