"""``python -m tests.asvs.run``: run the marked tests, and write the scorecard and its pages anew (``make asvs``).

What follows is given to pytest, such as ``-n auto``. With ``--keep`` first, what is not run stands as it was shown
before: for somebody who has marked a few tests and names their files. ``--pages`` alone runs nothing and writes the
pages. The exit status is pytest's: where a marked test does not pass, its lines are written as not met, and somebody
should know.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.asvs import page
from tests.asvs.marks import marks
from tests.evidence import row_of

EVIDENCE = page.ROOT / "src" / "hardtack" / "site" / "asvs.json"

Found = Mapping[str, Mapping[str, Any]]


def together(marked: Mapping[str, list[str]], before: Found, now: Found) -> dict[str, dict[str, Any]]:
    """Return what is shown of each requirement that is marked.

    Args:
        marked: the tests that carry its mark today.
        before: what an earlier run has shown.
        now: what this run has shown; where it has run a test, only that counts.
    """
    known = {**outcomes(before), **outcomes(now)}
    return {
        number: row_of({test: known.get(test, False) for test in tests}) for number, tests in sorted(marked.items())
    }


def outcomes(found: Found) -> dict[str, bool]:
    """Return whether each test of a file of evidence has passed."""
    return {test: test not in each.get("failed", ()) for each in found.values() for test in each["tests"]}


def main(arguments: list[str]) -> int:
    """Run, write, and return the exit status."""
    if arguments == ["--pages"]:
        for language in page.LANGUAGES:
            page.path(language).write_text(page.page(language), encoding="utf-8")
        return 0
    keep = arguments[:1] == ["--keep"]
    before = json.loads(EVIDENCE.read_text(encoding="utf-8")) if keep else {}
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "asvs", *arguments[keep:]]
        environ = {**os.environ, "ASVS": str(found)}
        status = subprocess.run(command, cwd=page.ROOT, env=environ, check=False).returncode
        now = json.loads(found.read_text(encoding="utf-8"))
    EVIDENCE.write_text(json.dumps(together(marks(), before, now), indent=1) + "\n", encoding="utf-8")
    # In a process of its own: this one may have read what was there before.
    subprocess.run([sys.executable, "-m", "tests.asvs.run", "--pages"], cwd=page.ROOT, check=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
