"""In which order a run of everything goes: what waits beside what computes, so that the cores are never all at rest.

The tests of some folders wait most of their time, for a browser, a server or a disk; those of the others compute. In
the order of their names they would come in two long stretches. So the modules that wait are spread evenly among the
others, and none of them comes at the very end, where one would be waited for. What shares a server stays together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pytest

TESTS = Path(__file__).parent
WAITING = frozenset(
    {
        "adapters",
        "attacks",
        "bench",
        "browser",
        "cli",
        "conformance",
        "crash",
        "failures",
        "nodes",
        "proxies",
        "service",
    }
)
TOGETHER = frozenset({"attacks", "crash", "failures", "nodes", "proxies"})
"""Folders whose modules share what takes long to start."""
LAST = 0.9
"""The part of what computes after which nothing that waits comes any more."""

_T = TypeVar("_T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them into that order."""
    units = [list(each) for _, each in groupby(items, lambda item: _unit(item.path))]
    items[:] = mixed([(_folder(unit[0].path) in WAITING, unit) for unit in units])


def mixed(units: Sequence[tuple[bool, Sequence[_T]]]) -> list[_T]:
    """Return what is in the units, those that wait spread among the others; each stays whole, and in its order.

    Args:
        units: whether one waits, and what is in it.
    """
    waiting = [unit for waits, unit in units if waits]
    computing = [unit for waits, unit in units if not waits]
    room = LAST * sum(map(len, computing)) / max(1, len(waiting))
    return list(_merged(waiting, computing, room))


def _merged(waiting: list[Sequence[_T]], computing: list[Sequence[_T]], room: float) -> Iterator[_T]:
    passed, placed = 0, 0
    for unit in computing:
        while placed < len(waiting) and placed * room <= passed:
            yield from waiting[placed]
            placed += 1
        yield from unit
        passed += len(unit)
    for unit in waiting[placed:]:
        yield from unit


def _folder(path: Path) -> str:
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


def _unit(path: Path) -> str:
    folder = _folder(path)
    return folder if folder in TOGETHER else str(path)
