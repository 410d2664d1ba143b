"""The stages of ``make prove`` and ``make prove-long``: what is run, how long, and beside what.

Each is a module with the options and the report that ``stage`` describes. What measures time has the machine for
itself, and comes first; of the others the fuzzers, which take the longest and all the processor that nobody else wants,
run beside the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

QUIET, FUZZING, REST = "quiet", "fuzzing", "rest"
LANES = (FUZZING, REST)
"""What runs side by side, after everything that wants quiet; each lane in the order of its stages."""

MINUTE = 60
DAY = 24 * 60


@dataclass(frozen=True)
class Plan:
    """One stage.

    Args:
        name: what it is called, here and in the reports.
        module: what is run.
        arguments: what it is told besides ``--report``.
        lane: where it runs.
        minutes: how long it may take before it is ended, as something that hangs.
        seeded: whether chance plays, and it takes ``--seed``.
        resumable: whether it takes ``--state`` and goes on where it was stopped.
        nice: by how much it leaves the processor to others.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    lane: str = REST
    minutes: float = 60
    seeded: bool = False
    resumable: bool = False
    nice: int = 0


SHORT: Sequence[Plan] = (
    Plan("side channels", "tests.side_channels.run", lane=QUIET, minutes=15),
    Plan("fuzz", "tests.fuzz.run", ("--seconds", "120", "--jobs", "2"), lane=FUZZING, minutes=70, seeded=True, nice=10),
    Plan("attacks", "tests.attacks.run", minutes=30, seeded=True),
    Plan("kill rounds on SQLite", "tests.crash.run", ("--engine", "sqlite", "--rounds", "100"), seeded=True),
    Plan("kill rounds on PostgreSQL", "tests.crash.run", ("--engine", "postgresql", "--rounds", "100"), seeded=True),
    Plan("faults", "tests.failures.run", minutes=20),
    Plan("outside tools", "tests.outside.run", ("--short",), minutes=20),
    Plan("machines", "tests.machines.run", ("--seconds", "240"), minutes=20, seeded=True),
    Plan("supply", "tests.supply.run", minutes=20),
)
"""What takes an hour at most on two cores."""

LONG: Sequence[Plan] = (
    Plan("side channels", "tests.side_channels.run", lane=QUIET, minutes=60),
    Plan(
        "fuzz",
        "tests.fuzz.run",
        ("--seconds", "600", "--jobs", "2"),
        lane=FUZZING,
        minutes=DAY,
        seeded=True,
        resumable=True,
        nice=10,
    ),
    Plan("attacks", "tests.attacks.run", seeded=True),
    Plan("faults", "tests.failures.run"),
    Plan("supply", "tests.supply.run"),
    Plan("outside tools", "tests.outside.run", minutes=120),
    Plan("machines", "tests.machines.run", ("--seconds", "3600"), minutes=120, seeded=True),
    Plan(
        "kill rounds on SQLite",
        "tests.crash.run",
        ("--engine", "sqlite", "--rounds", "1000"),
        minutes=DAY,
        seeded=True,
        resumable=True,
    ),
    Plan(
        "kill rounds on PostgreSQL",
        "tests.crash.run",
        ("--engine", "postgresql", "--rounds", "1000"),
        minutes=DAY,
        seeded=True,
        resumable=True,
    ),
    Plan("mutants", "tests.mutants.run", minutes=2 * DAY, resumable=True),
)
"""What takes a night or two, and goes on where it was stopped."""
