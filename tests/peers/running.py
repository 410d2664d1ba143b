"""Run a peer's own tests in a process of their own, with the peer's own part or with ours in its place."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
Outcomes = dict[tuple[str, str], str]


def outcomes(
    folder: Path, plugin: str, peer: str, report: Path, options: Sequence[str], beside: Sequence[Path] = ()
) -> Outcomes:
    """Return what became of each test, by module or class and name.

    Args:
        folder: where the peer runs its tests.
        plugin: the pytest plugin beside this file that puts ours in, if ``HARDTACK_PEER`` is ``hardtack``.
        peer: ``hardtack``, or the peer's name.
        report: where the report is written.
        options: more options, and which tests to run.
        beside: folders that the peer, where it is not installed, and what else its tests import lie in.
    """
    # Whatever steers our own test run is not for theirs.
    ours = ("PYTEST_", "COV_", "COVERAGE_", "HARDTACK_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ |= {"HARDTACK_PEER": peer, "PYTHONPATH": os.pathsep.join(map(str, (HERE, *beside)))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", plugin, "-p", "no:cacheprovider"]
    command += [f"--junitxml={report}", "-o", "junit_family=xunit2", *options]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: Outcomes = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest has just written it
        what = {child.tag for child in case} & {"failure", "error", "skipped"}
        name = case.attrib["classname"], case.attrib["name"]
        # A test of several parts is there once for each that has failed, and once more for itself.
        if found.get(name, "passed") == "passed":
            found[name] = what.pop() if what else "passed"
    return found
