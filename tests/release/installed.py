"""The tests against the wheel as it is installed: with the lowest versions that are allowed, and with the newest.

What runs is the source distribution without its ``src``: its tests, documents and examples, in a folder outside of the
work tree, with an environment that has the wheel and what the pins say. So the tests find what a user has, or nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.supply import build, installing, pins

FEW = tuple(f"tests/{room}" for room in ("seal", "session", "status", "store", "login", "site", "cli", "adapters"))
"""What is run unless everything is asked for: the rooms themselves, which call what others have written."""

OF_THE_TREE = {
    "tests/adapters/test_alone.py": "builds the wheel from the sources",
    "tests/supply": "builds, and looks at the environment of the work tree",
    "tests/release": "is what runs this",
    "tests/asvs/test_table.py": "looks at the sources",
    "tests/peers_table": "looks at the sources",
    "tests/docs/test_documents.py::test_every_file_that_the_architecture_sends_somebody_to_is_there": "so does it",
    "tests/mutants": "changes the sources",
    "tests/bench": "looks at what has measured the sources",
}
"""What is about the sources and not about what is installed; it has no place here, and runs in ``make test``."""

SUMMARY = re.compile(
    r"^(?:=+ )?(?:(\d+) failed, )?(\d+) passed(?:, (\d+) (?:warning|deselected)s?)*.* in [\d.]+s", re.M
)


class Ran(NamedTuple):
    """What came of a run.

    Args:
        passed: how many tests.
        failed: how many tests, or everything if it did not come to an end.
        said: the last lines.
    """

    passed: int
    failed: int
    said: str


def tree(sdist: Path, folder: Path) -> Path:
    """Lay the source distribution without the package into a folder, and return it."""
    there = build.unpack(sdist, folder)
    shutil.rmtree(there / "src")
    return there


def environment(folder: Path, python: str, file: str, wheel: Path) -> Path:
    """Make an environment of a Python with what a file pins and the wheel, and return its interpreter.

    Raises:
        installing.InstallError: if pip refuses.
    """
    installing.install(folder, [pins.FOLDER / file], wheel=wheel, python=python, sources=file == "lowest.txt")
    there = folder / "bin" / "python"
    installing.pip("--python", there, "check")
    return there


def imported_from(python: Path, folder: Path) -> Path:
    """Return where an environment finds Hardtack, asked in a folder."""
    command: list[str | Path] = [python, "-c", "import hardtack; print(hardtack.__file__)"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=installing.environ())
    return Path(done.stdout.strip())


def run(python: Path, folder: Path, chosen: Sequence[str], workers: int) -> Ran:
    """Run tests in a folder with an interpreter; what is about the sources is left out.

    Args:
        python: of the environment.
        folder: where the tests are.
        chosen: folders or files of tests.
        workers: how many at once.
    """
    left_out = [f"--{'deselect' if '::' in name else 'ignore'}={name}" for name in OF_THE_TREE]
    command: list[str | Path] = [
        python,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-n",
        str(workers),
    ]
    command += ["--dist", "worksteal", *left_out, *chosen]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=installing.environ()
    )
    said: list[str] = []
    assert process.stdout is not None
    with process:
        try:
            for line in process.stdout:
                said.append(line)
                # Somebody waits for minutes: the dots and what has failed are shown as they come.
                sys.stdout.write(line)
                sys.stdout.flush()
        except BaseException:
            process.terminate()
            raise
    return read("".join(said), process.returncode)


def read(said: str, status: int) -> Ran:
    """Read what pytest has said last; a run that ended otherwise than by passing has failed, whatever it counted."""
    end = "\n".join(said.splitlines()[-40:])
    if (found := SUMMARY.search(end)) is None:
        return Ran(0, 1, end)
    failed = int(found[1] or 0)
    return Ran(int(found[2]), failed or int(status != 0), end)
