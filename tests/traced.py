"""Which tests a run of everything traces: those by which every branch of some rooms must be reached.

Tracing costs as much again as a test: while it is on, the interpreter takes its slow way through every line, those of
the libraries too. ``make test`` names in ``TRACED`` what it traces, below this folder; what other tests reach of those
rooms counts for nothing there. Where nothing is named, everything is traced: ``make coverage`` shows what that reaches.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TRACED = [TESTS / name for name in os.environ.get("TRACED", "").split()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is not traced, where something is named."""
    for item in items if TRACED else ():
        if not _is_traced(item.path):
            item.add_marker("no_cover")


@cache
def _is_traced(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in TRACED)
