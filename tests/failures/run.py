"""``python -m tests.failures.run``: make every part fail that can, and see whether what happens is what is promised.

What is promised stands in docs/en/failures.md; its rows are shown by the tests that are run here, most of them at a
running service. The report counts them by the kind of fault.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

from tests.prove import stage

ROOT = Path(__file__).parents[2]
HERE = "tests/failures"
FAULTS: Mapping[str, tuple[str, ...]] = {
    "a full disk": (
        f"{HERE}/test_files.py::test_a_disk_that_is_full",
        f"{HERE}/test_files.py::test_a_disk_that_takes_nothing_more",
        f"{HERE}/test_postgresql.py::test_a_disk_of_the_server_that_is_full",
    ),
    "a damaged database": (
        f"{HERE}/test_files.py::test_a_database_that_is_damaged_and_restored",
        f"{HERE}/test_postgresql.py::test_a_table_of_the_server_that_is_damaged",
    ),
    "a damaged or lost key file": (f"{HERE}/test_files.py::test_a_key_file_that_is_gone_or_damaged",),
    "a lost, foreign, held or protected database": (
        f"{HERE}/test_files.py::test_a_database_that_is_gone_and_comes_back",
        f"{HERE}/test_files.py::test_attack_10_another_database_in_its_place_is_used_by_nobody",
        f"{HERE}/test_files.py::test_files_that_may_only_be_read",
        f"{HERE}/test_files.py::test_a_folder_in_which_nothing_may_be_opened_for_writing",
        f"{HERE}/test_files.py::test_somebody_who_holds_the_database_for_too_long",
        f"{HERE}/test_files.py::test_a_generation_file_that_is_gone",
        f"{HERE}/test_waits.py::test_after_a_minute_nobody_is_trusted_and_nobody_is_lost",
    ),
    "a database server that is gone, hangs or refuses": (
        f"{HERE}/test_postgresql.py::test_a_server_that_is_gone_and_comes_back",
        f"{HERE}/test_postgresql.py::test_a_server_that_is_started_again_while_people_ask",
        f"{HERE}/test_postgresql.py::test_a_server_that_has_no_connection_to_give",
        f"{HERE}/test_postgresql.py::test_a_process_whose_connections_are_all_in_use",
        f"{HERE}/test_postgresql.py::test_a_default_that_lets_nobody_write_is_overruled",
        f"{HERE}/test_postgresql.py::test_a_server_that_is_a_standby_until_it_is_promoted",
        "tests/store/test_postgres.py::test_a_server_that_hangs_is_waited_for_no_longer_than_said",
    ),
    "a clock set forwards or backwards": (f"{HERE}/test_clock.py",),
    "no more open files": (f"{HERE}/test_limits.py::test_a_process_that_may_open_no_more_files",),
    "no more memory or threads": (
        f"{HERE}/test_limits.py::test_a_process_that_gets_no_thread_and_no_memory",
        "tests/login/test_passwords.py::test_too_little_memory_is_neither_a_wrong_password_nor_a_damaged_hash",
    ),
    "a worker that is killed or stopped": (
        f"{HERE}/test_limits.py::test_a_worker_that_is_killed",
        "tests/service/test_serve.py::test_a_worker_that_dies_while_it_is_asked_how_it_is_keeps_nobody_waiting",
    ),
    "a mail server that says nothing": (f"{HERE}/test_waits.py::test_a_mail_server_that_says_nothing_holds_up_nobody",),
}
"""By the kind of fault, the tests that provoke it."""


def kind_of(test: str) -> str:
    """Return the kind of fault that a test provokes, which is given as ``file::name``; ``""`` for none."""
    file, _, _ = test.partition("::")
    return next((kind for kind, tests in FAULTS.items() if test in tests or file in tests), "")


def outcomes(report: Path) -> Iterator[tuple[str, str]]:
    """Give of each test that was run ``file::name`` and what was wrong with it, ``""`` if nothing was."""
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
        file = case.get("classname", "").replace(".", "/")
        wrong = [found.get("message", "") for found in case if found.tag in ("failure", "error", "skipped")]
        name = case.get("name", "").partition("[")[0]
        yield f"{file}.py::{name}", (wrong[0].splitlines() or ["it failed"])[0] if wrong else ""


def main() -> int:
    """Do what the command line says."""
    options = stage.parser("tests.failures.run", __doc__).parse_args()
    one = stage.Stage("faults", options.report)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        tests = [test for each in FAULTS.values() for test in each]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status not in (0, 1):
            sys.stdout.write(f"pytest ended with {status}\n")
            return stage.CANNOT_RUN
        found = list(outcomes(report))
    counts = Counter(kind_of(test) for test, _ in found)
    wrong = [f"{kind_of(test)}: {test}: {why}" for test, why in found if why]
    missing = [f"{kind}: nothing was provoked" for kind in FAULTS if not counts[kind]]
    said = {"faults provoked": len(found), "faults with another outcome than promised": len(wrong)}
    return one.end({**said, **{kind: counts[kind] for kind in FAULTS}}, wrong + missing)


if __name__ == "__main__":
    sys.exit(main())
