"""The command that provokes every fault: it leaves out no test of this folder, and says what went otherwise."""

from __future__ import annotations

import re
from pathlib import Path

from tests.failures.run import FAULTS, HERE, ROOT, kind_of, outcomes

REPORT = """
<testsuites><testsuite>
<testcase classname="tests.failures.test_clock" name="test_a_step[1]"/>
<testcase classname="tests.failures.test_files" name="test_a_disk_that_is_full"><failure message="no&#10;more"/>
</testcase>
</testsuite></testsuites>
"""


def test_each_test_that_makes_something_fail_is_run_by_the_command() -> None:
    """And each that it names is there."""
    there = {
        f"{path.relative_to(ROOT)}::{name}"
        for path in (ROOT / HERE).glob("test_*.py")
        if path.name != "test_run.py"
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert sorted(test for test in there if not kind_of(test)) == []
    for file, name in (test.split("::") for tests in FAULTS.values() for test in tests if "::" in test):
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_what_went_otherwise_is_read_from_the_report(tmp_path: Path) -> None:
    """With the kind of fault that it belongs to, whatever it was called with."""
    (tmp_path / "report.xml").write_text(REPORT)
    found = list(outcomes(tmp_path / "report.xml"))
    assert found == [
        (f"{HERE}/test_clock.py::test_a_step", ""),
        (f"{HERE}/test_files.py::test_a_disk_that_is_full", "no"),
    ]
    assert ["a clock set forwards or backwards", "a full disk"] == [kind_of(test) for test, _ in found]
