"""Django's own tests of sessions, sign-in, messages and its test client, with our engine in the place of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
DIFFERENCES: dict[str, list[dict[str, str]]] = tomllib.loads((HERE / "django_differences.toml").read_text("utf-8"))
TESTS = ["sessions_tests", "signed_cookies_tests", "auth_tests", "messages_tests", "test_client", "test_client_regress"]
ABOUT_COOKIES = ("sessions_tests.tests.CookieSessionTests.", "sessions_tests.tests.SessionMiddlewareTests.")
SERVER_ONLY = {
    f"{ABOUT_COOKIES[0]}{name}"
    for name in (
        "test_session_load_does_not_create_record",
        "test_session_load_does_not_create_record_async",
        "test_session_save_does_not_resurrect_session_logged_out_in_other_context",
        "test_session_asave_does_not_resurrect_session_logged_out_in_other_context",
    )
}
"""What Django itself skips, since a cookie has no record on a server."""


@pytest.fixture(scope="module")
def runs(django_source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What became of Django's tests with ``signed_cookies``, and with ours."""
    folder = tmp_path_factory.mktemp("reports")
    # Whatever steers our own test run is not for theirs.
    ours = ("PYTEST_", "COV_", "COVERAGE_", "HARDTACK_", "DJANGO_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ["PYTHONPATH"] = str(HERE)
    environ["HARDTACK_HASHES"] = str(tmp_path_factory.mktemp("hashes"))
    command = [sys.executable, "runtests.py", "--settings=django_settings", "--parallel=1", *TESTS]
    found = {}
    for peer in ("django", "hardtack"):  # one after the other: the second finds the hashes of the first
        variables = {**environ, "HARDTACK_PEER": peer, "HARDTACK_REPORT": str(folder / peer)}
        with (folder / f"{peer}.log").open("w") as said:
            subprocess.run(
                command, cwd=django_source / "tests", env=variables, stdout=said, stderr=subprocess.STDOUT, check=False
            )
        assert (folder / peer).exists(), (folder / f"{peer}.log").read_text()
        found[peer] = json.loads((folder / peer).read_text())
    return found


def test_they_end_as_with_djangos_signed_cookies_but_for_the_differences_listed(
    runs: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactly those that are listed, each with its sentence; one of them is Django's own expected failure, passed."""
    theirs, ours = runs["django"], runs["hardtack"]
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of Django's tests pass
            f"\nDjango's own tests on the sealed session: {dict(Counter(ours.values()))} of {len(ours)}; "
            f"on signed_cookies: {dict(Counter(theirs.values()))}",
            file=sys.stderr,
        )
    assert set(ours) == set(theirs)
    listed = {each["test"]: each["ends"] for each in DIFFERENCES["than_signed"]}
    # One of them passes with Django's own only if it signs in twice within a second.
    differing = {name: what for name, what in ours.items() if what != theirs[name] or name in listed}
    assert listed == differing
    # What fails with every session that lies in a cookie.
    failing = {name for name, what in theirs.items() if what == "failure" and name not in listed}
    assert {each["test"] for each in DIFFERENCES["any_cookie"]} == failing
    assert Counter(ours.values())["passed"] >= 1778


def test_every_test_of_the_cookie_and_of_the_middleware_passes(runs: dict[str, dict[str, str]]) -> None:
    """But for what Django skips, and the one that asks the database for the session."""
    about = {name: what for name, what in runs["hardtack"].items() if name.startswith(ABOUT_COOKIES)}
    assert Counter(about.values()) == {"passed": 72, "skipped": 4, "unexpected success": 1, "failure": 1}
    assert {name for name, what in about.items() if what == "skipped"} == SERVER_ONLY
    assert about[f"{ABOUT_COOKIES[1]}test_empty_session_saved"] == "failure"


def test_every_difference_has_its_sentence() -> None:
    """Once."""
    listed: list[dict[str, Any]] = [each for group in DIFFERENCES.values() for each in group]
    assert len(listed) == len({each["test"] for each in listed})
    assert [] == [each for each in listed if not each["sentence"].endswith(".")]
