"""The session adapters with nothing installed but the framework, ``cryptography`` and ``msgspec``.

Each runs in a virtual environment of its own, into which the wheel of Hardtack is installed without any extra. The
versions and hashes are those of ``requirements/dev.txt``; the index is the one that pip is set up with.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORIES = Path(__file__).parent / "alone"

CORE = ["cryptography", "cffi", "pycparser", "msgspec"]
FRAMEWORKS = {
    "flask": ["flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker"],
    "django": ["django", "asgiref", "sqlparse"],
    "starlette": ["starlette", "anyio", "idna", "typing-extensions"],
}
"""What each needs itself, down to the last; pip is asked whether that is all."""

FLASHES = {"flask", "django"}
TOLD = {
    "set": "biscuit",
    "nested": "biscuit,rum",
    "readable": False,
    "tampered": "",
    "in time": "biscuit,rum",
    "expired": "",
    "rotated": "biscuit,rum",
    "under the new": "biscuit,rum,rum",
    "under the old": "",
    "loaded": [],
}


def run(*command: str | Path) -> str:
    """Run *command*, which must succeed, and return what it says."""
    ours = ("PYTEST_", "COV_", "COVERAGE_", "HARDTACK_", "PYTHON", "DJANGO_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pinned(names: list[str]) -> str:
    """Return the lines of the requirements that pin *names*, with their hashes."""
    lines = (ROOT / "requirements" / "dev.txt").read_text()
    found = {match[1]: match[0] for match in re.finditer(r"^([a-z0-9-]+)(?:\[.*\])?==.*\\\n(?:    .*\n)+", lines, re.M)}
    return "".join(found[name] for name in names)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hardtack as it is published."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture
def environment(wheel: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Make an environment for one framework, and return its Python."""

    def made(framework: str) -> Path:
        run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
        python = tmp_path / "venv" / "bin" / "python"
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
        (tmp_path / "requirements.txt").write_text(pinned([*CORE, *FRAMEWORKS[framework]]))
        run(*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", tmp_path / "requirements.txt")
        run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
        run(*pip, "check")
        return python

    return made


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_session_runs_with_the_core_and_its_framework_alone(
    framework: str, environment: Callable[[str], Path]
) -> None:
    """Set, changed inside, flashed, forged, expired, its secret changed: warnings are errors there too."""
    told = json.loads(run(environment(framework), "-W", "error", STORIES / f"with_{framework}.py"))
    flash = {"flash": ["ahoy", ""]} if framework in FLASHES else {}
    assert told == TOLD | flash | {"installed": [framework]}
