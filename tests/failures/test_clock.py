"""The machine's clock is set while the service runs: forwards and backwards, by hours, days and years.

What every process sees as the time of day is changed by Debian's libfaketime; the clock that nobody can set stays as it
is, as on a machine whose operator or time server steps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import starting
from tests.failures.running import DATABASE, GOOD, OPTIONS, PASSWORD, WITHOUT_STORE, Running, alone, move, until

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
            # With what it takes for a mistake of older C libraries and mends, every wait for a lock ends at once.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
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


@pytest.fixture
def running(stepped: tuple[Running, Clock]) -> Iterator[Running]:
    """The service at the right time, where somebody has just signed in."""
    served, clock = stepped
    clock.set(0)
    served.at = len(served.service.said)
    yield signed_in(served)
    clock.set(0)


@pytest.fixture
def clock(stepped: tuple[Running, Clock]) -> Clock:
    """Its clock."""
    return stepped[1]


def signed_in(running: Running) -> Running:
    """Return the administrator in another browser, signed in a moment ago."""
    made = Running(running.service, at=running.at)
    assert 200 == made.ask("POST", "/sign-in", {"username": made.name, "password": PASSWORD}, own=True)
    return made


SIGNED_OUT = {**GOOD, "application": 401, "page": 401}
"""Where everything works and somebody is asked to sign in once more."""


@pytest.mark.parametrize("step", [HOUR, DAY - HOUR, -30])
def test_a_small_step_is_seen_by_nobody(running: Running, clock: Clock, step: int) -> None:
    """Less than the idle time forwards, less than what clocks may differ by backwards."""
    clock.set(step)
    assert GOOD == running.seen()


@pytest.mark.parametrize("step", [DAY + HOUR, 30 * DAY, 3650 * DAY, -HOUR, -DAY, -3650 * DAY])
def test_after_a_large_step_who_was_signed_in_signs_in_again_at_once(running: Running, clock: Clock, step: int) -> None:
    """Nobody is kept out, and nothing is 503: how fresh the list of ended sign-ins is depends on no time of day."""
    clock.set(step)
    assert SIGNED_OUT == running.seen()
    assert ("future" if step < 0 else "expired") == running.told("cookie-refused")
    again = signed_in(running)
    assert GOOD == again.seen()
    clock.set(0)
    # What was made by a clock that was ahead is from the future now.
    assert step < 0 or (401, 401) == (again.auth(), again.account())
    assert GOOD == running.seen()


def test_nobody_is_kept_out_by_what_was_counted_ahead(running: Running, clock: Clock) -> None:
    """Attempts at a name, and their client's, are counted anew when the clock goes back."""
    clock.set(DAY)
    until(lambda: running.sign_in(WRONG) == 429)
    assert 429 == running.sign_in()
    clock.set(0)
    assert GOOD == signed_in(running).seen()


@pytest.mark.parametrize("step", [14 * HOUR, 30 * DAY])
def test_attack_5_what_was_ended_stays_so(running: Running, clock: Clock, step: int) -> None:
    """When the clock goes forwards, and back again: nothing is forgotten meanwhile."""
    ended = dict(running.cookies)
    assert 200 == running.ask("POST", "/sign-out", {}, own=True)
    clock.set(step)
    assert 401 == running.auth()
    for pid in running.service.workers:
        with alone(running.service, pid):
            assert 200 == running.ready()
    clock.set(0)
    running.cookies = ended
    assert 401 == running.auth_of_each()


def test_a_step_gives_no_trust_and_takes_none_while_the_database_is_gone(running: Running, clock: Clock) -> None:
    """For 60 seconds by the clock that nobody can set."""
    running.whole()
    data = running.service.data
    move(DATABASE, data, data.parent / "away")
    try:
        for step in (0, HOUR, -30):
            clock.set(step)
            assert WITHOUT_STORE == running.seen()
    finally:
        clock.set(0)
        move(DATABASE, data.parent / "away", data)
    running.whole()
