"""Whatever may take longer than two seconds says so on a terminal, and only there."""

from __future__ import annotations

import inspect
import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from hardtack.cli import passwords, shown
from hardtack.cli.commands import run
from hardtack.login import tuning
from hardtack.seal import keyfile
from tests import empty
from tests.cli.test_examples import ALL

Run = Callable[..., str]


class Terminal(io.StringIO):
    """Standard error as a terminal has it: what was written stays to be looked at."""

    def isatty(self) -> bool:
        """Say that somebody looks."""
        return True


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder with a data folder, in English, impatient from the beginning."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shown, "SOON", 0.0)
    monkeypatch.setattr(shown, "AGAIN", 0.01)
    data = tmp_path / "hardtack-data"
    data.mkdir()
    empty.put(data / "hardtack.db")
    keyfile.create(data / "hardtack.key")
    return tmp_path


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command at a terminal, and returns what was on it."""

    def run_one(*words: str) -> str:
        terminal = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            run(words)
        return terminal.getvalue()

    return run_one


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backup", "copies"), "copying the database, "),
        (("database", "upgrade"), "bringing the tables up to date"),
        (("database", "check"), "looking at the tables"),
        (("accounts", "list"), "reading the accounts"),
        (("accounts", "sign-out-all", "--yes"), "ending every sign-in"),
        (("doctor", "--json"), "looking"),
        (("tune", "--target", "10", "--memory", "19"), "measuring 19456 KiB, 2 passes"),
        (("mail", "test", "you@example.org", "--mail", "folder:mails"), "sending to mails/"),
        (("lint", "tests.cli.slow_application:app"), "requests so far: "),
        (("passwords", "build", "list.txt"), "trying random passwords"),
    ],
)
def test_what_may_take_long_says_what_it_does(
    seen: Run, folder: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a line that is taken away before anything else is said."""
    (folder / "list.txt").write_text("password123\n")
    monkeypatch.setattr(passwords, "SAMPLES", 10_000)  # a million take seconds, which is why it says so
    monkeypatch.setattr(tuning, "measured", lambda _memory, _passes: 0.02)
    talk = seen(*words)
    assert said in talk
    assert "\r\x1b[K" == talk[talk.index(said) - 4 : talk.index(said)]
    last = talk.rpartition("\r\x1b[K")[2]
    assert said not in last


def test_putting_a_backup_back_says_so(seen: Run) -> None:
    """First that the copy is looked at, then how much of it is back."""
    seen("backup", "copies")
    talk = seen("restore", "copies", "--data", "again")
    assert "checking the backup (0 s)" in talk
    assert "putting the database back, " in talk


def test_where_nobody_looks_there_is_no_line(capfd: pytest.CaptureFixture[str]) -> None:
    """A log would be full of it."""
    assert 0 == run(["backup", "copies"])
    assert "\x1b" not in capfd.readouterr().err


def test_a_terminal_that_only_writes_forward_gets_none(seen: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It could not take the line away."""
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in seen("backup", "copies")


QUICK = {
    "a file or a table is read, and that is all": ("config check", "config show", "cookie", "proxy", "asvs", "status"),
    "one file of keys": ("keys new", "keys list", "keys rotate", "keys retire", "keys check"),
    "one account, found by its name": (
        "accounts add",
        "accounts disable",
        "accounts enable",
        "accounts release",
        "accounts show",
        "accounts sessions",
        "accounts export",
        "accounts roles",
        "accounts reset",
        "accounts reset-factors",
        "accounts close",
    ),
    "one row, or as many as are printed": (
        "accounts invite",
        "accounts withdraw",
        "accounts invitations",
        "accounts audit",
    ),
    "one password": ("passwords check",),
}
"""The commands that say nothing of how far they are, by why nobody has to wait for them."""


def test_every_other_command_says_how_far_it_is() -> None:
    """A new command is either quick, and stands above with the reason, or belongs to those that tell."""
    names = {name for name, (command, _) in ALL.items() if not isinstance(command, click.Group)}
    quick = [name for each in QUICK.values() for name in each]
    assert set(quick) <= names
    silent = []
    for name in names.difference(quick):
        module = inspect.getmodule(inspect.unwrap(ALL[name][0].callback or run))
        silent += (
            [] if re.search(r"shown\.(line|meanwhile)|progressbar", inspect.getsource(module or shown)) else [name]
        )
    assert [] == silent
