"""The bell: three rings in ten seconds for each client, whichever process counts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.playground.bell import BELL, rung
from hardtack.playground.kept import Kept
from tests.adapters.asgi.driving import ask, scope
from tests.playground.inside import Inside


def test_the_fourth_ring_is_told_when_to_come_back(tmp_path: Path) -> None:
    """429 with the seconds that are really left, and then it rings again."""
    now = [1_800_000_000.9]
    inside = Inside(tmp_path, clock=lambda: now[0])
    assert [200, 200, 200] == [inside.ask("POST", "/bell").status for _ in range(3)]
    now[0] += 4
    response = inside.ask("POST", "/bell")
    assert (429, "6") == (response.status, response.get("Retry-After"))
    now[0] += 6
    assert 200 == inside.ask("POST", "/bell").status


def test_two_processes_count_together(tmp_path: Path) -> None:
    """What one has counted the other knows."""
    processes = [Inside(tmp_path, clock=lambda: 1_800_000_000.0) for _ in range(2)]
    assert [200, 200, 200, 429] == [processes[number % 2].ask("POST", "/bell").status for number in range(4)]


def test_somebody_else_may_still_ring(tmp_path: Path) -> None:
    """Each client has rings of its own, and the box holds nobody's address."""
    inside = Inside(tmp_path)
    for _ in range(4):
        inside.ask("POST", "/bell")
    assert 200 == ask(inside.app, scope("/playground/bell", "POST", client=("192.0.2.7", 4711))).status
    assert b"192.0.2.7" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


class Crowded(Kept):
    """A box at which somebody else always rings first, as often as *times* says."""

    times = 1

    def get(self, kind: str, name: str) -> tuple[int, str] | None:
        """Return what is there, and let somebody ring before it is changed."""
        found = super().get(kind, name)
        if self.times:
            self.times -= 1
            assert 0 == rung(Kept(self._path.parent), name, 100)
        return found


@pytest.mark.parametrize("already", [0, 1])
def test_of_two_rings_at_once_none_is_forgotten(tmp_path: Path, already: int) -> None:
    """Whoever comes second looks again."""
    for _ in range(already):
        rung(Kept(tmp_path), "abc", 100)
    assert 0 == rung(Crowded(tmp_path), "abc", 100)
    assert (already + 2, " ".join(["100"] * (already + 2))) == Kept(tmp_path).get(BELL, "abc")


def test_a_clock_that_was_put_back_locks_nobody_out(tmp_path: Path) -> None:
    """Rings of the future do not count."""
    kept = Kept(tmp_path)
    assert [0] * 4 == [rung(kept, "abc", now) for now in (500, 500, 500, 100)]
