"""Werkzeug's and Django's own tests of conditions and ranges, with our layer in the place of theirs.

What they test of their own besides (parsing into their own objects, sending files, dates of their own) is run along
with it, in the same files, and must end as it does without us.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.peers.running import Outcomes, outcomes

DIFFERENCES: dict[str, list[dict[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "differences.toml").read_text(encoding="utf-8")
)
TESTS = {
    "werkzeug": (
        ".",
        [
            "tests/test_http.py",
            "tests/test_wrappers.py",
            "tests/test_send_file.py",
            "tests/middleware/test_shared_data.py",
        ],
        253,
    ),
    "django": (
        "tests",
        [
            "-opython_files=test*.py",
            "conditional_processing/tests.py",
            "middleware/tests.py::ConditionalGetMiddlewareTest",
            "middleware/tests.py::ETagGZipMiddlewareTest",
            "view_tests/tests/test_static.py",
            "utils_tests/test_http.py::ETagProcessingTests",
            "utils_tests/test_http.py::HttpDateProcessingTests",
        ],
        89,
    ),
}
"""By peer: the folder, the tests, and how many they are."""


@pytest.mark.parametrize("peer", TESTS)
def test_their_tests_pass_with_ours_but_for_the_differences_listed(
    peer: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactly those that are listed with the sentence that decides; with their own decisions all pass."""
    folder, tests, count = TESTS[peer]
    source: Path = request.getfixturevalue(f"{peer}_source")
    found: dict[str, Outcomes] = {
        which: outcomes(source / folder, f"{peer}_plugin", which, tmp_path / f"{which}.xml", tests)
        for which in (peer, "hardtack")
    }
    assert {"passed": count} == Counter(found[peer].values())
    assert set(found[peer]) == set(found["hardtack"])
    failed = {f"{place}::{name}": what for (place, name), what in found["hardtack"].items() if what != "passed"}
    with capsys.disabled():
        print(  # noqa: T201 - asked for: how many of their tests pass
            f"\n{peer}'s own tests of conditions and ranges: {count - len(failed)} of {count} pass with ours, "
            f"{len(failed)} differ by a sentence of RFC 9110",
            file=sys.stderr,
        )
    assert dict.fromkeys((each["test"] for each in DIFFERENCES[peer]), "failure") == failed


def test_every_difference_cites_its_sentence() -> None:
    """Once, with the section."""
    listed: list[dict[str, Any]] = [each for peer in TESTS for each in DIFFERENCES[peer]]
    assert set(TESTS) == set(DIFFERENCES)
    assert len(listed) == len({each["test"] for each in listed})
    assert [] == [each for each in listed if not each["section"][0].isdigit() or not each["sentence"].endswith(".")]
