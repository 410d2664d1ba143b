"""What is made of the figures of forward-auth; that they are measured, ``test_command`` shows with everything else."""

from __future__ import annotations

import pytest

from bench import auth, results, targets


@pytest.mark.parametrize(
    ("what", "unit", "figures", "reached"),
    [
        ("auth", "µs", [14.0, 15.0, 99.0], True),
        ("auth", "µs", [15.1], False),
        ("auth behind nginx", "of the rate", [0.5, 0.8, 0.9], True),
        ("auth behind nginx", "of the rate", [0.79], False),
        ("auth, alone", "µs", [1.0], None),
    ],
)
def test_a_time_must_be_short_and_a_share_large(
    what: str, unit: results.Unit, figures: list[float], reached: bool | None
) -> None:
    """By the median of the rounds."""
    gauge = targets.judge_auth(what, unit, figures)
    assert (8, what, reached) == (gauge.row, gauge.what, gauge.reached)
    assert (gauge.reach is None) == (reached is None)


def test_elsewhere_than_on_linux_there_are_no_such_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only there does the system tell what a process has used."""
    monkeypatch.setattr("sys.platform", "darwin")
    assert [] == auth.measure(rounds=1, turns=1)
