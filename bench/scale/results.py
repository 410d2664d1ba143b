"""What a run found, as values: the shape of ``bench/scale/results.json``."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bench.results import Figure, Machine

FILE = Path(__file__).with_name("results.json")


class Results(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One whole run; ``figures`` by name, whose units ``report`` knows."""

    date: str
    machine: Machine
    engines: dict[str, str]
    seconds: float
    figures: dict[str, Figure]


def read(path: Path = FILE) -> Results:
    """Return the results in the file at *path*."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def write(results: Results, path: Path = FILE) -> None:
    """Write *results* into the file at *path*, so that two runs can be compared line by line."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
