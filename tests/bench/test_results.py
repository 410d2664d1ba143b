"""The results file."""

from __future__ import annotations

from pathlib import Path

from bench import results, targets


def test_results_come_back_from_their_file_the_same(tmp_path: Path) -> None:
    """What is published can be read, written and read again."""
    found = results.read()

    results.write(found, tmp_path / "results.json")

    assert found == results.read(tmp_path / "results.json")


def test_the_published_file_is_as_the_bench_writes_it(tmp_path: Path) -> None:
    """Nobody has edited a figure into another shape."""
    results.write(results.read(), tmp_path / "results.json")

    assert results.FILE.read_text("utf-8") == (tmp_path / "results.json").read_text("utf-8")


def test_every_comparison_that_the_targets_name_was_measured_for_every_payload() -> None:
    """A run that left something out is not published."""
    measured = {(each.row, each.work, each.peer, each.size) for each in results.read().comparisons}

    assert {
        (target.row, target.work, target.peer, size)
        for target in (*targets.TIMED, *targets.WEIGHED)
        for size in ("tiny", "typical", "large")
    } == measured


def test_the_published_run_had_enough_rounds() -> None:
    """A trial run is not published."""
    assert results.read().method.rounds >= 31
