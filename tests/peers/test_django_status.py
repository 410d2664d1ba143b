"""Django's own tests of requests and answers, with our ``StatusMiddleware`` in front of whatever they install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DIFFERENCES: list[dict[str, str]] = tomllib.loads((HERE / "django_status_differences.toml").read_text("utf-8"))[
    "differs"
]
TESTS = [
    *("asgi", "conditional_processing", "csrf_tests", "decorators", "file_uploads", "flatpages_tests", "generic_views"),
    *("handlers", "middleware", "redirects_tests", "requests_tests", "responses", "servers", "test_client"),
    *("test_client_regress", "view_tests", "wsgi"),
]


@pytest.fixture(scope="module")
def runs(django_source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What became of Django's tests as they are, and with ours in front."""
    folder = tmp_path_factory.mktemp("reports")
    ours = ("PYTEST_", "COV_", "COVERAGE_", "HARDTACK_", "DJANGO_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ["PYTHONPATH"] = str(HERE)
    command = [sys.executable, "runtests.py", "--settings=django_status_settings", "--parallel=1", *TESTS]
    for peer in ("django", "status"):
        variables = {**environ, "HARDTACK_PEER": peer, "HARDTACK_REPORT": str(folder / peer)}
        done = subprocess.run(
            command, cwd=django_source / "tests", env=variables, capture_output=True, text=True, check=False
        )
        assert (folder / peer).exists(), done.stdout + done.stderr
    return {peer: json.loads((folder / peer).read_text()) for peer in ("django", "status")}


def test_they_end_as_without_it_but_for_the_differences_listed(runs: dict[str, dict[str, str]]) -> None:
    """Exactly those that are listed, each with its sentence."""
    theirs, ours = runs["django"], runs["status"]
    assert set(ours) == set(theirs)
    differing = {name for name, what in ours.items() if what != theirs[name]}
    assert {each["test"] for each in DIFFERENCES} == differing
    assert sum(what == "passed" for what in ours.values()) >= 1000


def test_every_difference_has_its_sentence() -> None:
    """Once."""
    assert len(DIFFERENCES) == len({each["test"] for each in DIFFERENCES})
    assert [] == [each for each in DIFFERENCES if not each["sentence"].endswith(".")]
