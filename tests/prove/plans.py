"""The stages of ``make prove`` and ``make prove-long``: what is run, how long, and beside what.

Each is a module with the options and the report that ``stage`` describes. What measures time has the machine for
itself, and comes first; of the others the fuzzers, which take the longest and all the processor that nobody else wants,
run beside the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

QUIET, FUZZING, KILLING, REST = "quiet", "fuzzing", "killing", "rest"
LANES = (FUZZING, KILLING, REST)
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
        carried: whether that state is small enough to lie among the sources, for a run that goes on elsewhere.
        nice: by how much it leaves the processor to others.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    lane: str = REST
    minutes: float = 60
    seeded: bool = False
    resumable: bool = False
    carried: bool = False
    nice: int = 0

    @property
    def file(self) -> str:
        """Return what its report, its log and its state are called, without the ending."""
        return self.name.replace(" ", "-")


SIDE_CHANNELS = Plan("side channels", "tests.side_channels.run", lane=QUIET)
FUZZ = Plan("fuzz", "tests.fuzz.run", lane=FUZZING, seeded=True, nice=10)
ATTACKS = Plan("attacks", "tests.attacks.run", seeded=True)
KILLS = tuple(
    Plan(f"kill rounds on {name}", "tests.crash.run", ("--engine", engine), seeded=True)
    for engine, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
)
FAULTS = Plan("faults", "tests.failures.run")
OUTSIDE_TOOLS = Plan("outside tools", "tests.outside.run")
MACHINES = Plan("machines", "tests.machines.run", seeded=True)
SUPPLY = Plan("supply", "tests.supply.run")
MUTANTS = Plan("mutants", "tests.mutants.run")


def _told(plan: Plan, *arguments: str, **how: Any) -> Plan:
    """Return *plan* with more arguments, and with other values of its fields."""
    return replace(plan, arguments=(*plan.arguments, *arguments), **how)


SHORT: Sequence[Plan] = (
    _told(SIDE_CHANNELS, minutes=15),
    _told(FUZZ, "--seconds", "120", "--jobs", "2", minutes=70),
    _told(ATTACKS, minutes=30),
    *(_told(kills, "--rounds", "100") for kills in KILLS),
    _told(FAULTS, minutes=20),
    _told(OUTSIDE_TOOLS, "--short", minutes=20),
    _told(MACHINES, "--seconds", "240", minutes=20),
    _told(SUPPLY, minutes=20),
)
"""What takes an hour at most on two cores."""

LONG: Sequence[Plan] = (
    SIDE_CHANNELS,
    _told(FUZZ, "--seconds", "600", "--jobs", "4", minutes=DAY, resumable=True, carried=True),
    ATTACKS,
    FAULTS,
    SUPPLY,
    _told(MACHINES, "--seconds", "3600", minutes=120),
    _told(MUTANTS, minutes=2 * DAY, resumable=True),
    # Last, since some of them wait for nobody: by then there is less beside them.
    _told(OUTSIDE_TOOLS, minutes=120),
    *(_told(kills, "--rounds", "1000", lane=KILLING, minutes=DAY, resumable=True, carried=True) for kills in KILLS),
)
"""What takes a night or two, and goes on where it was stopped."""
