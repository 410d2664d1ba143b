"""What the docs may say of Hardtack beside its peers: the rows whose tests pass, noted while they run.

A test marked ``@pytest.mark.evidence(row="…")`` shows one row of ``docs/_ext/peers.toml``. After a run in one process,
``build/evidence.json`` (or the file that ``EVIDENCE`` names) says for each row which tests there are and whether all
of them passed; one that fails, or is skipped, takes the row's cell out of the docs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests import evidence

MARKER = "evidence"
OUTCOMES = pytest.StashKey[evidence.Outcomes]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "evidence(row): shows one row of the comparison with the peers")
    config.stash[OUTCOMES] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what became of a marked test: it counts if none of its phases failed or was skipped, and it was called."""
    report = yield
    evidence.attach(report, MARKER, [mark.kwargs["row"] for mark in item.iter_markers(MARKER)])
    evidence.gather(item.config.stash[OUTCOMES], report, MARKER)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was noted."""
    rows = session.config.stash[OUTCOMES]
    if not rows or hasattr(session.config, "workerinput"):
        return
    found = evidence.found(rows)
    for row in found.values():
        row["tests"] = sorted(name.rpartition("/")[2] for name in row["tests"])
    path = Path(os.environ.get("EVIDENCE") or session.config.rootpath / "build" / "evidence.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n")
