"""What every stage of ``make prove`` has in common: its options, its report, its exit status.

The report is one JSON object: ``stage``, ``seconds``, ``seed`` (or null where no chance plays), ``counts`` by what was
counted in words, ``found`` with one line for each thing that is wrong, ``explained`` with one line for each finding of
a tool that is none, and why; ``details`` may hold more. The exit status is 0 where nothing was found, 1 where something
was, 2 where the stage could not run: then it has said what is missing.
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NOTHING_FOUND, FOUND, CANNOT_RUN = 0, 1, 2


def parser(module: str, description: str | None, *, seeded: bool = False) -> argparse.ArgumentParser:
    """Return a parser of the command line that knows ``--report`` and, where chance plays, ``--seed``."""
    made = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    made.add_argument("--report", type=Path, metavar="FILE", help="where the report goes, as JSON")
    if seeded:
        made.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="what chance begins with")
    return made


class Stage:
    """One run of a stage, from now on; SIGTERM ends it in order, with all that it has started.

    Args:
        name: what it is called.
        path: where its report goes; ``None`` if nobody wants one.
        seed: what chance begins with; ``None`` where none plays.
    """

    def __init__(self, name: str, path: Path | None, seed: int | None = None) -> None:
        self._name = name
        self._path = path
        self._seed = seed
        self._began = time.monotonic()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(CANNOT_RUN))

    def end(
        self,
        counts: Mapping[str, int | float],
        found: Sequence[str],
        explained: Sequence[str] = (),
        details: object = None,
        seconds: float | None = None,
    ) -> int:
        """Write the report and return the exit status.

        Args:
            counts: numbers, by what was counted.
            found: what is wrong.
            explained: what a tool has found and is not wrong.
            details: more, for whoever looks closer.
            seconds: how long it took, with earlier runs; ``None`` if this one was all of it.
        """
        took = time.monotonic() - self._began if seconds is None else seconds
        written: dict[str, Any] = {"stage": self._name, "seconds": round(took), "seed": self._seed}
        written |= {"counts": dict(counts), "found": list(found), "explained": list(explained)}
        if details is not None:
            written["details"] = details
        if self._path is not None:
            write(self._path, written)
        return FOUND if found else NOTHING_FOUND


def write(path: Path, value: object) -> None:
    """Write *value* as JSON, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    new.replace(path)
