"""Tests with as many rows and processes as the promises speak of.

Each prints its figures, which ``pytest -s`` shows; none of them asserts a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a test's database lies."""
    return f"sqlite:///{tmp_path}/hardtack.db"


def untraced() -> dict[str, str]:
    """Return the environment of a process which is not traced: figures are to be its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@pytest.fixture
def start_process() -> Start:
    """Return a function that starts one of this folder's programs."""
    environ = untraced()

    def start(program: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", str(Path(__file__).with_name(program)), *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environ)

    return start
