"""``hardtack tune``: settings to standard output, what they mean to standard error."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from hardtack.cli.commands import run
from hardtack.login import tuning
from hardtack.login.hashing import cores
from hardtack.site import Settings


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep this machine's own environment out."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def tuned(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Settings, str]:
    """Run the command and return the settings that it prints, and its talk."""
    assert 0 == run(["tune", *arguments])
    said = capsys.readouterr()
    return Settings.given("what was printed", tomllib.loads(said.out)), said.err


def test_what_it_prints_are_settings(capsys: pytest.CaptureFixture[str]) -> None:
    """Measured here, really; at least what OWASP asks for."""
    settings, talk = tuned(capsys, "--target", "10", "--memory", "19")
    assert (19456, 2) <= (settings.argon2_memory, settings.argon2_passes)
    assert "with the present settings (19456 KiB, 2 passes) a hash takes" in talk
    assert "renewed when its owner next signs in" in talk
    assert [] == list(Path.cwd().iterdir())


@pytest.mark.parametrize(
    ("arguments", "memory", "passes"),
    [
        ((), 65536, 2),
        (("--memory", "64", "--workers", "1"), {1: 65536, 2: 32768}, {1: 2, 2: 5}),
        (("--memory", "19"), 19456, 10),
        (("--target", "500"), 262144, 3),
        (("--target", "15"), 19456, 2),
    ],
)
def test_memory_is_bounded_for_all_hashes_of_all_processes_together(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    memory: int | dict[int, int],
    passes: int | dict[int, int],
) -> None:
    """An eighth of the machine's unless it is said otherwise; on a machine of 32 GiB, 20 ms and one or two cores."""
    number = min(2, cores())
    monkeypatch.setattr("hardtack.cli.tune.cores", lambda: number)
    monkeypatch.setattr(tuning, "memory_here", lambda: 32 << 20)
    monkeypatch.setattr(tuning, "measured", lambda memory, passes: 0.02 * memory / 19456 * passes / 2)
    settings, talk = tuned(capsys, *arguments)
    wanted = tuple(each[number] if isinstance(each, dict) else each for each in (memory, passes))
    assert wanted == (settings.argon2_memory, settings.argon2_passes)
    assert ("slower than 15 ms" in talk) == ("15" in arguments)
    assert f"{number} hashes at once take {number * settings.argon2_memory // 1024} MiB in each of 1 processes" in talk


def test_it_speaks_chinese(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As the terminal does."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr(tuning, "measured", lambda _memory, _passes: 0.09)
    assert "下次登录时更新" in tuned(capsys)[1]
