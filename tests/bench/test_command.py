"""The command that measures and prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench import day, fields, payloads, report, results

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the bench in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_quick_run_measures_everything_and_keeps_nothing() -> None:
    """Every table is printed, and the published figures stay as they are."""
    before = results.FILE.read_bytes()

    done = run("--quick")

    assert (0, "") == (done.returncode, done.stderr)
    assert all(title in done.stdout for title, _ in report.TABLES.values())
    assert before == results.FILE.read_bytes()


def test_a_quick_run_cannot_be_saved() -> None:
    """Its figures mean nothing."""
    done = run("--quick", "--save")

    assert 2 == done.returncode
    assert "not saved" in done.stderr


def test_where_the_time_goes_can_be_measured_alone() -> None:
    """By the command that the pages name, without keeping anything."""
    before = results.FILE.read_bytes()

    done = run("--profile", "--quick")

    assert (0, "") == (done.returncode, done.stderr)
    assert 3 == done.stdout.count("the whole, measured")
    assert before == results.FILE.read_bytes()


def test_what_the_session_adds_can_be_measured_alone() -> None:
    """In all three frameworks, by the command that the pages name, without keeping anything."""
    before = results.FILE.read_bytes()

    done = run("--added", "--quick")

    assert (0, "") == (done.returncode, done.stderr)
    assert 3 * 2 * 3 + 3 * 2 == done.stdout.count("added to a request that")
    assert before == results.FILE.read_bytes()


@pytest.mark.parametrize("part", ["--profile", "--added"])
def test_a_part_alone_cannot_be_saved(part: str) -> None:
    """The pages are of one whole run."""
    done = run(part, "--save")

    assert 2 == done.returncode
    assert "not saved" in done.stderr


def test_the_last_saved_run_can_be_read() -> None:
    """Without measuring anything."""
    done = run("--read")

    assert (0, report.text(results.read())) == (done.returncode, done.stdout)


def test_every_payload_has_the_key_that_everybody_reads() -> None:
    """So that all contenders do the same with all payloads."""
    assert {"tiny", "typical", "large"} == {size for size, payload in payloads.load().items() if fields.KEY in payload}


def test_a_simulated_day_counts_what_it_opens_and_seals() -> None:
    """Every visitor gets a cookie first, and a derived key can only be at hand for what is opened."""
    played = day.play(visitors=10, requests=200, idle=86_400)

    assert 200 == played.requests
    assert played.opened == 200 - 10
    assert played.sealed >= 10
    assert 0 < played.hits < played.opened


def test_a_short_idle_time_seals_more_often_and_opens_less() -> None:
    """Whoever stays away for longer begins again, with nothing to open."""
    usual, short = day.play_both(visitors=10, requests=200)

    assert short.idle_seconds < usual.idle_seconds
    assert short.sealed > usual.sealed
    assert short.opened < usual.opened
