"""The machine's clock is set while the service runs: forwards and backwards, by hours, days and years.

What every process sees as the time of day is changed by Debian's libfaketime; the clock that nobody can set stays as it
is, as on a machine whose operator or time server steps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import starting
from tests.failures.running import GOOD, OPTIONS, PASSWORD, WITHOUT_STORE, Running, until
from tests.failures.test_files import DATABASE, move

HOUR, DAY = 3600, 86_400
WRONG = "wrong " * 4


class Clock:
    """The time of day of the processes that are started with ``environ``.

    Args:
        file: where they find by how much it is off.
    """

    def __init__(self, file: Path) -> None:
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        assert libraries, "this test sets a clock: apt-get install libfaketime (Debian)"
        self._file = file
        self.environ = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.set(0)

    def set(self, seconds: int) -> None:
        """Let it be so many seconds ahead of the right time from now on."""
        # Read as a whole or not at all, by whoever looks meanwhile.
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}")
        new.replace(self._file)


@pytest.fixture(scope="module")
def stepped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Clock]]:
    """A service with two workers whose clock can be set."""
    place = tmp_path_factory.mktemp("stepped")
    clock = Clock(place / "clock")
    with starting(place) as start:
        yield Running(start("--workers", "2", *OPTIONS, environ=clock.environ)).begin(), clock


def visitor(running: Running, name: str) -> Running:
    """Return somebody with a new account, who is signed in."""
    made = Running(running.service, name=name)
    assert 201 == made.ask("POST", "/sign-up", {"username": name, "password": PASSWORD}, own=True)
    return made


def test_x(stepped: tuple[Running, Clock], tmp_path: Path) -> None:
    running, clock = stepped
    ada = visitor(running, "ada")
    for step in (0, HOUR, -30, -50, 10 * HOUR, 30*DAY, 3650 * DAY, -HOUR, -DAY, -3650*DAY,0):
        clock.set(step)
        kept = dict(ada.cookies)
        bo = Running(running.service, name="ada")
        print(step, ada.auth(), ada.account(), bo.ask("POST", "/sign-in", {"username": "ada", "password": PASSWORD}, own=True), bo.auth(), bo.account(), ada.ready())
        clock.set(0)
        print("   back", ada.auth(), bo.auth(), ada.cookies == kept)
        ada.cookies = kept
    print(*running.said(), sep="\n")
    assert 0
