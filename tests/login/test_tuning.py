"""Parameters of argon2id for a machine: memory first, passes for the rest of the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardtack.login import tuning
from hardtack.login.tuning import Tuned, tune


def machine(milliseconds: float) -> dict[tuple[int, int], float]:
    """Return what was measured on a machine that takes so long for 19 MiB and two passes; time goes with both."""
    return {
        (memory, passes): milliseconds / 1000 * memory / 19456 * passes / 2
        for memory in tuning.STEPS
        for passes in range(1, 65)
    }


@pytest.mark.parametrize(
    ("milliseconds", "target", "most", "memory", "passes"),
    [
        (20, 0.1, 65536, 65536, 2),
        (20, 0.1, 19456, 19456, 10),
        (20, 0.1, 40_000, 32768, 5),
        (20, 0.2, 65536, 65536, 5),
        (20, 10.0, 262144, 262144, 64),
        (99, 0.1, 65536, 19456, 2),
        (300, 0.1, 65536, 19456, 2),
        (20, 0.1, 0, 19456, 10),
    ],
)
def test_memory_is_raised_before_passes(
    milliseconds: float, target: float, most: int, memory: int, passes: int
) -> None:
    """As far as it may be taken and the time allows; never below the least, nor beyond the most passes."""
    times = machine(milliseconds)
    found = tune(lambda memory, passes: times[memory, passes], target=target, most=most)
    assert (memory, passes) == found[:2]
    assert found.seconds <= target or found[:2] == (tuning.LEAST_MEMORY, tuning.LEAST_PASSES)


def test_passes_that_take_longer_than_they_should_are_taken_back() -> None:
    """Time is not quite proportional; what is found was measured."""

    def measure(_memory: int, passes: int) -> float:
        return 0.02 if passes == 2 else 0.02 + 0.012 * (passes - 2)

    assert (19456, 8) == tune(measure, target=0.1, most=19456)[:2]


def test_nothing_better_leaves_the_least() -> None:
    """Where every further pass takes too long."""

    def measure(_memory: int, passes: int) -> float:
        return 0.02 if passes == 2 else 1.0

    assert Tuned(19456, 2, 0.02) == tune(measure, target=0.1, most=19456)


def test_a_clock_that_stands_still_does_no_harm() -> None:
    """A coarse one may say that a hash took no time."""
    assert Tuned(262144, 64, 0.0) == tune(lambda _memory, _passes: 0.0, target=0.1, most=10**9)


def test_a_hash_is_really_measured() -> None:
    """In seconds."""
    assert 0 < tuning.measured(19456, 2) < 60


@pytest.mark.parametrize(("limit", "expected"), [("1048576\n", 1024), ("max\n", None), (None, None)])
def test_a_containers_limit_counts_as_its_memory(tmp_path: Path, limit: str | None, expected: int | None) -> None:
    """Else a hash could take more than there is."""
    file = tmp_path / "memory.max"
    if limit is not None:
        file.write_text(limit, encoding="ascii")
    assert (expected or tuning.memory_here(tmp_path / "none")) == tuning.memory_here(file)
