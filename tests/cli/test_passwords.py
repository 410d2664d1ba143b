"""``hardtack passwords``: a filter out of a list, and whether a password would be taken."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardtack.cli import passwords
from hardtack.cli.commands import run
from hardtack.login.filling import FilterBuilder
from hardtack.login.filters import Kind, PasswordFilter
from hardtack.login.plain import simplified

Run = Callable[..., tuple[int, str, str]]
GOOD = "correct horse battery staple"
FEW_SAMPLES = """
import sys
from hardtack.cli import commands, passwords

passwords.SAMPLES = 2_000
sys.exit(commands.run(sys.argv[1:]))
"""
"""The command in a process of its own; a rate measured with fewer is as good for a test."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder, which is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def hardtack(data: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command on the data folder and returns its status, data and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HARDTACK_DATA", str(data))
    monkeypatch.setattr(passwords, "SAMPLES", 2_000)

    def run_one(*arguments: str, sent: bytes = b"") -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(sent))))
            status = run(["passwords", *arguments])
        return status, *capfd.readouterr()

    return run_one


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of a thousand passwords, one of which is too short."""
    path = tmp_path / "list.txt"
    path.write_text("short\n" + "".join(f"vexgrub {number:010b} nilpot\n" for number in range(1_000)), encoding="utf-8")
    return path


class TestBuild:
    """A filter out of a list."""

    def test_a_list_becomes_the_filter_that_the_service_asks(self, hardtack: Run, data: Path, listed: Path) -> None:
        """In the data folder, which is made; what was done is said, and how often it will be wrong."""
        status, out, talk = hardtack("build", str(listed))
        assert (0, "") == (status, out)
        lines = talk.splitlines()
        assert "hardtack: 1 lines left out: too short, too long, or seen too rarely" == lines[0]
        assert lines[1].startswith(f"hardtack: {data}/passwords.filter: 1,000 entries (simplified forms of texts), ")
        assert lines[2].endswith("% of a million random passwords are refused by mistake")
        assert lines[3].startswith("hardtack: hint: restart")
        assert 4 == len(lines)
        made = PasswordFilter.open(data / "passwords.filter")
        assert all(made.has_text(simplified(f"vexgrub {number:010b} nilpot")) for number in range(1_000))
        assert 1 == hardtack("check", "--password-stdin", sent=b"Vexgrub 0000000111 Nilpot!")[0]
        assert 0 == hardtack("check", "--password-stdin", sent=GOOD.encode())[0]

    def test_standard_input_and_a_packed_list_will_do(self, hardtack: Run, data: Path, listed: Path) -> None:
        """So that nothing need be unpacked on disk."""
        for sent in (listed.read_bytes(), gzip.compress(listed.read_bytes())):
            assert 0 == hardtack("build", "-", sent=sent)[0]
            assert 1_000 == PasswordFilter.open(data / "passwords.filter").entries

    def test_a_list_of_hashes_becomes_a_filter_of_hashes(self, hardtack: Run, tmp_path: Path) -> None:
        """Of those that were seen often enough; to wherever it should go."""
        digests = [hashlib.sha1(word, usedforsecurity=False).hexdigest().upper() for word in (b"one", b"two", b"three")]
        content = "".join(f"{digest}:{count}\r\n" for count, digest in enumerate(digests, 1))
        path = tmp_path / "hashes.filter"
        status, _, talk = hardtack("build", "-", "--output", str(path), "--at-least", "2", sent=content.encode())
        assert 0 == status
        assert "2 entries (SHA-1 of exact passwords)" in talk
        made = PasswordFilter.open(path)
        assert (Kind.SHA1, 2) == (made.kind, made.entries)
        assert made.has_secret(b"three")

    def test_the_setting_says_where_it_goes(
        self, hardtack: Run, tmp_path: Path, listed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the service will look for it."""
        monkeypatch.setenv("HARDTACK_PASSWORD_FILTER", str(tmp_path / "named"))
        assert 0 == hardtack("build", str(listed))[0]
        assert 1_000 == PasswordFilter.open(tmp_path / "named").entries

    @pytest.mark.parametrize(
        ("sent", "options", "problem", "hint"),
        [
            (b"", (), "there is nothing in the list", "one password a line"),
            (b"0" * 32 + b":1\n", (), "these are NTLM hashes", "SHA-1"),
            (b"0" * 40 + b"\npassword\n", (), "line 2 is no SHA-1", "one list at a time"),
            (gzip.compress(b"password\n" * 99, mtime=0)[:-9], (), "the compressed list is damaged", "again"),
            (b"password\n", ("--at-least", "2"), "has no counts", "leave --at-least out"),
        ],
    )
    def test_what_is_no_list_is_said_with_what_to_do(
        self, hardtack: Run, data: Path, sent: bytes, options: tuple[str, ...], problem: str, hint: str
    ) -> None:
        """And nothing is left behind."""
        status, out, talk = hardtack("build", "-", *options, sent=sent)
        assert (1, "") == (status, out)
        first, second = talk.splitlines()
        assert problem in first
        assert second.startswith("hardtack: hint: ")
        assert hint in second
        assert [] == list(data.iterdir())

    def test_a_file_that_is_not_there_is_one_line_and_a_hint(self, hardtack: Run, tmp_path: Path) -> None:
        """To read or to write."""
        status, _, talk = hardtack("build", str(tmp_path / "missing"))
        assert 1 == status
        assert "cannot be read: No such file or directory" in talk
        status, _, talk = hardtack("build", "-", "--output", str(tmp_path / "missing" / "filter"), sent=b"sunshines\n")
        assert 1 == status
        assert "cannot be written: No such file or directory" in talk
        assert "--output" in talk

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
    def test_an_interruption_leaves_the_filter_that_was_there(
        self, hardtack: Run, data: Path, listed: Path, how: signal.Signals
    ) -> None:
        """And nothing half made, though a thousand keys were waiting."""
        hardtack("build", str(listed))
        before = (data / "passwords.filter").read_bytes()
        process = subprocess.Popen(
            [sys.executable, "-m", "hardtack", "passwords", "build", "-", "--data", str(data)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Not traced: an exception in the middle of the tracer leaves its lock taken, and the end would wait for it.
            env={name: value for name, value in os.environ.items() if not name.startswith(("COV_", "COVERAGE_"))},
            # As a terminal starts it: a shell that runs the tests in the background lets them ignore the key.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - the child has one thread
        )
        assert process.stdin is not None
        process.stdin.write("sunshines\n" * 1_000)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while len(list(data.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(how)
        _, talk = process.communicate(timeout=60)
        assert (1, "hardtack: stopped") == (process.returncode, talk.strip())
        assert ["passwords.filter"] == [path.name for path in data.iterdir()]
        assert before == (data / "passwords.filter").read_bytes()

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
    def test_an_interruption_that_is_lost_on_the_way_still_stops_the_work(
        self, hardtack: Run, data: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
    ) -> None:
        """As one that falls into the end of a generator is."""
        added = FilterBuilder.add

        def interrupted(builder: FilterBuilder, key: int) -> None:
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(how)
            added(builder, key)

        monkeypatch.setattr(FilterBuilder, "add", interrupted)
        # As a terminal starts it: a shell that runs the tests in the background lets them ignore the key.
        before = signal.signal(how, signal.default_int_handler)
        try:
            assert (1, "", "\nhardtack: stopped\n") == hardtack("build", "-", sent=b"sunshines\n")
        finally:
            signal.signal(how, before)
        assert [] == list(data.iterdir())

    def test_a_signal_that_was_to_be_ignored_stays_ignored(
        self, hardtack: Run, data: Path, listed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As one that runs in the background expects."""
        added = FilterBuilder.add

        def interrupted(builder: FilterBuilder, key: int) -> None:
            signal.raise_signal(signal.SIGINT)
            added(builder, key)

        monkeypatch.setattr(FilterBuilder, "add", interrupted)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            assert 0 == hardtack("build", str(listed))[0]
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGINT, before)

    def test_progress_is_shown_on_a_terminal_and_taken_away(self, hardtack: Run, data: Path, listed: Path) -> None:
        """Lines read, how much of the file that is, and the parts that are built."""
        assert "\r" not in hardtack("build", str(listed))[2]
        ours, theirs = pty.openpty()
        try:
            done = subprocess.run(
                [sys.executable, "-c", FEW_SAMPLES, "passwords", "build", str(listed), "--data", str(data)],
                stdout=subprocess.PIPE,
                stderr=theirs,
                env={name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
                check=True,
            )
            shown = os.read(ours, 65536).decode()
        finally:
            os.close(ours)
            os.close(theirs)
        assert b"" == done.stdout
        assert "\r\x1b[K2 lines read, " in shown
        assert "\r\x1b[Kpart 1 of 1 built" in shown
        assert "built\r\x1b[Khardtack: " in shown

    def test_it_speaks_chinese(self, hardtack: Run, listed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As the terminal does."""
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        talk = hardtack("build", str(listed))[2]
        assert "略过 1 行" in talk
        assert "重启服务" in talk


class TestCheck:
    """Whether a password would be taken."""

    def test_a_password_that_would_be_taken_is_said_to_be(self, hardtack: Run, data: Path) -> None:
        """And within what time it would be found; nothing is made on disk."""
        status, out, talk = hardtack("check", "--password-stdin", sent=GOOD.encode() + b"\n")
        assert (0, "") == (status, out)
        assert talk == (
            "hardtack: this password would be taken; with the database stolen, it would be found within many "
            "hundred years\n"
        )
        assert not data.exists()

    def test_one_that_would_not_is_told_why_and_what_would_be_better(self, hardtack: Run) -> None:
        """As a visitor is told, in the voice of the command line; the password itself is never printed."""
        status, out, talk = hardtack("check", "--password-stdin", sent=b"PasswordPassword")
        assert (1, "") == (status, out)
        lines = talk.splitlines()
        assert "hardtack: this password is easy to guess: " in lines[0]
        assert "hardtack: hint: it is made of common words" in lines[1]
        assert "PasswordPassword" not in talk

    def test_the_accounts_own_words_and_the_settings_count(
        self, hardtack: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With --name, and the words that the service was given."""
        monkeypatch.setenv("HARDTACK_CONTEXT_WORDS", "Tiefsee")
        assert 0 == hardtack("check", "--password-stdin", sent=b"seegurken.x7k.q")[0]
        status, _, talk = hardtack(
            "check", "--password-stdin", "--name", "seegurken@example.org", sent=b"seegurken.x7k.q"
        )
        assert 1 == status
        assert "your name" in talk
        assert 1 == hardtack("check", "--password-stdin", sent=b"tiefsee-tiefsee")[0]

    def test_the_password_is_asked_for_once_and_not_shown(self, data: Path) -> None:
        """On the terminal; it never stands on a command line."""
        parent, child = pty.openpty()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "hardtack", "passwords", "check", "--data", str(data)],
                stdin=child,
                stdout=child,
                stderr=child,
                start_new_session=True,
                env={name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))},
            )
            shown = b""
            while b"Password: " not in shown:
                shown += os.read(parent, 1024)
            os.write(parent, GOOD.encode() + b"\n")
            assert 0 == process.wait(60)
            shown += os.read(parent, 4096)
        finally:
            os.close(parent)
            os.close(child)
        assert b"would be taken" in shown
        assert GOOD.encode() not in shown
        assert b"again" not in shown

    def test_without_a_terminal_it_says_how(self, hardtack: Run) -> None:
        """Instead of waiting for somebody who is not there."""
        status, _, talk = hardtack("check")
        assert 1 == status
        assert "--password-stdin" in talk
