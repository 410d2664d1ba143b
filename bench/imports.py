"""How long our imports take, each in a new process.

The process measures itself around the import statement, so the interpreter's own start is not part of the figure. The
bytecode is warm after the first round, which is thrown away. The statements take turns, like everything in ``rounds``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.results import Figure, Import
from bench.rounds import Spread, turned
from bench.targets import IMPORT_MILLISECONDS

STATEMENTS = {
    "import hardtack": ("", "import hardtack"),
    "from hardtack import Keyring, Sessions": ("", "from hardtack import Keyring, Sessions"),
    "from hardtack.adapters.flask import SealedSessionInterface": (
        "import flask",
        "from hardtack.adapters.flask import SealedSessionInterface",
    ),
}
"""What is timed, by its name: what is imported before the clock starts, and the statement."""

_PROGRAM = """\
import time
{before}
began = time.perf_counter()
{statement}
print((time.perf_counter() - began) * 1000)
"""


def measure(rounds: int) -> list[Import]:
    """Return how long each statement takes, the median of *rounds* processes."""
    milliseconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for number in range(rounds + 1):
        for name in turned(list(STATEMENTS), number):
            took = _once(*STATEMENTS[name])
            if number:
                milliseconds[name].append(took)
    found = []
    for name, figures in milliseconds.items():
        spread = Spread.of(figures)
        figure = Figure(round(spread.median, 1), round(spread.least, 1), round(spread.greatest, 1))
        aimed_at = name == "import hardtack"
        found.append(
            Import(
                name,
                figure,
                IMPORT_MILLISECONDS if aimed_at else None,
                figure.median < IMPORT_MILLISECONDS if aimed_at else None,
            )
        )
    return found


def _once(before: str, statement: str) -> float:
    """Return the milliseconds that *statement* takes in a new process."""
    program = _PROGRAM.format(before=before, statement=statement)
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    return float(done.stdout)
