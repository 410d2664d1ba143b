"""The scorecard claims nothing that no test shows, and the pages say what the scorecard says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hardtack.site import Settings, asvs
from tests.asvs import page
from tests.asvs import run as making
from tests.asvs.marks import marks

SAMPLES = """
import pytest

@pytest.mark.asvs("6.2.4", "6.2.5")
def test_that_passes(): pass

@pytest.mark.asvs("6.2.5")
@pytest.mark.parametrize("number", [1, 2])
def test_of_which_one_fails(number): assert number == 1

@pytest.mark.asvs("6.2.6")
def test_that_is_skipped(): pytest.skip("today")

@pytest.mark.skip(reason="today")
@pytest.mark.asvs("6.2.7")
def test_that_is_not_called(): pass

@pytest.mark.xfail(reason="one day", strict=False)
@pytest.mark.asvs("6.2.8")
def test_that_may_fail(): assert False

@pytest.fixture
def broken():
    yield
    raise OSError

@pytest.mark.asvs("6.2.9")
def test_whose_fixture_fails(broken): pass

@pytest.mark.asvs("6.2.10")
class TestGroup:
    def test_within(self): pass
"""


def run(tests: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the tests in *tests* with the mark's plugin, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(tests)]
    clean = {name: value for name, value in os.environ.items() if name not in {"ASVS", "PYTEST_XDIST_WORKER"}}
    return subprocess.run(command, cwd=page.ROOT, env={**clean, **environ}, capture_output=True, text=True, check=False)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Return a folder of tests with every outcome that there is."""
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.asvs.marking"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = asvs: shows requirements\n")
    (tmp_path / "test_samples.py").write_text(SAMPLES)
    return tmp_path


def test_what_is_committed_is_what_is_marked() -> None:
    """If not: run ``make asvs``, which runs the marked tests and writes both the scorecard and its pages."""
    committed = {number: list(each.tests) for number, each in sorted(asvs.evidence().items())}
    assert marks() == committed


def test_every_line_that_is_committed_is_shown() -> None:
    """A line whose tests do not pass is written as such; it is not committed."""
    assert [] == [number for number, each in asvs.evidence().items() if not each.shown]


def test_every_mark_is_of_a_requirement_that_is_judged() -> None:
    """And every requirement that is meant to be shown has a mark."""
    judged = asvs.sheet().requirement
    assert set() == set(marks()) - set(judged)


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "two-workers"])
def test_a_test_that_fails_or_is_skipped_empties_its_line(
    workers: tuple[str, ...], samples: Path, tmp_path: Path
) -> None:
    """Also when another test of the line passes, and when it fails before or after the test itself."""
    found = tmp_path / "found.json"
    run(samples / "test_samples.py", *workers, ASVS=str(found))
    noted: dict[str, Any] = json.loads(found.read_text())
    shown = {number: each["shown"] for number, each in noted.items()}
    assert {**dict.fromkeys(shown, False), "V6.2.4": True, "V6.2.10": True} == shown
    assert [f"V6.2.{number}" for number in (10, 4, 5, 6, 7, 8, 9)] == sorted(shown)
    assert ["test_samples.py::test_of_which_one_fails", "test_samples.py::test_that_passes"] == noted["V6.2.5"]["tests"]
    assert ["test_samples.py::TestGroup::test_within"] == noted["V6.2.10"]["tests"]
    proved = {number: asvs.Evidence(each["shown"], tuple(each["tests"])) for number, each in noted.items()}
    lines = {line.id: line for line in asvs.card(Settings(), proved=proved)}
    assert ("shown", "not-met") == (lines["V6.2.4"].outcome, lines["V6.2.5"].outcome)
    assert asvs.UNPROVED == lines["V6.2.6"].because
    assert asvs.UNPROVED == lines["V6.2.11"].because


def test_a_run_in_which_a_marked_test_was_skipped_fails(samples: Path) -> None:
    """The scorecard that is committed says more than such a run has shown; the lines are named."""
    only = ("-k", "test_that_is_skipped or test_that_passes")
    done = run(samples / "test_samples.py", *only)
    assert 1 == done.returncode
    assert "asvs: a marked test did not pass: V6.2.6" in done.stdout
    assert 0 == run(samples / "test_samples.py", "-k", "test_that_passes").returncode


def test_a_part_can_be_shown_anew_without_the_rest() -> None:
    """What was not run stands as it was shown before, if it is marked still; what is new has to pass."""
    marked = {"V1.1.1": ["a", "b"], "V1.1.2": ["b"], "V1.1.3": ["c"], "V1.1.4": ["d"], "V1.1.5": ["e"]}
    before = {
        "V1.1.1": {"shown": True, "tests": ["a"]},
        "V1.1.3": {"shown": True, "tests": ["c", "gone"]},
        "V1.1.5": {"shown": True, "tests": ["e"]},
        "V1.1.6": {"shown": True, "tests": ["gone"]},
    }
    now = {
        "V1.1.1": {"shown": True, "tests": ["b"]},
        "V1.1.2": {"shown": True, "tests": ["b"]},
        "V1.1.5": {"shown": False, "tests": ["e"], "failed": ["e"]},
    }
    found = making.together(marked, before, now)
    assert {number: each["tests"] for number, each in found.items()} == marked
    assert [True, True, True, False, False] == [each["shown"] for each in found.values()]
    assert [["d"], ["e"]] == [each["failed"] for each in found.values() if not each["shown"]]
    assert found == making.together(marked, found, {})


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_the_page_says_what_the_scorecard_says(language: str) -> None:
    """If not: run ``python -m tests.asvs.run --pages``."""
    assert page.page(language) == page.path(language).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_the_page_has_every_requirement_and_every_test(language: str) -> None:
    """The counts come first, then duties and what is not met, then line by line."""
    text = page.path(language).read_text(encoding="utf-8")
    for identifier in asvs.sheet().requirement:
        assert f"\n**{identifier}**" in text
    for line in (line for level in asvs.LEVELS for line in asvs.card(page.SETTINGS, assurance=level)):
        for test in line.tests:
            name, _, function = test.partition("::")
            assert f"- `{name}` `{function}`" in text
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    words = page.WORDS[language]
    names = ("counts", "duties", "not-met", "others", "not-applicable", "lines")
    assert [f"## {words[name]}" for name in names] == headings
    assert asvs.sheet().source.address in text


def test_the_wheel_carries_what_the_command_reads() -> None:
    """Both files lie in the package."""
    folder = Path(asvs.__file__).parent
    assert {"asvs.toml", "asvs.json"} <= {path.name for path in folder.iterdir()}
    assert shutil.which("make") is None or "asvs:" in (page.ROOT / "Makefile").read_text()
