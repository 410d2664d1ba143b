"""``hardtack accounts``: beside a server that is running or not."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from hardtack.cli.commands import run
from hardtack.login import Accounts, Known, WrongCredentials
from hardtack.seal import Keyring, keyfile

PASSWORD = "correct horse battery staple"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a keyring, as ``hardtack serve`` makes it."""
    folder = tmp_path / "data"
    folder.mkdir()
    keyfile.create(folder / "hardtack.key")
    return folder


@pytest.fixture
def hardtack(data: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command on the data folder and returns its status, data and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)

    def run_one(
        *arguments: str, sent: bytes | None = None, environ: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent or b"")))
            for name, value in (environ or {"HARDTACK_DATA": str(data)}).items():
                patch.setenv(name, value)
            status = run(["accounts", *arguments])
        return status, *capfd.readouterr()

    return run_one


def add(hardtack: Run, name: str, *options: str, sent: bytes = PASSWORD.encode()) -> tuple[int, str, str]:
    """Add an account with a password on standard input."""
    return hardtack("add", name, "--password-stdin", *options, sent=sent)


def opened(data: Path) -> Accounts:
    """Open the accounts of the data folder, as a server does."""
    return Accounts.connect(f"sqlite:///{data}/hardtack.db", keyring=Keyring.load(data / "hardtack.key"))


def test_an_account_that_was_added_can_sign_in(hardtack: Run, data: Path) -> None:
    """With exactly the password that was sent; nothing goes to standard output."""
    assert (0, "", "hardtack: added Ada\n") == add(hardtack, "Ada")
    with opened(data) as accounts:
        account = accounts.sign_in("ada", PASSWORD, client="192.0.2.7", now=int(time.time()))
        assert not account.administrator


def test_an_administrator_is_added_when_asked_for(hardtack: Run, data: Path) -> None:
    """By the long word."""
    assert (0, "", "hardtack: added Boss, who may administer\n") == add(hardtack, "Boss", "--administrator")
    with opened(data) as accounts:
        assert accounts.has_administrator()


@pytest.mark.parametrize(
    ("sent", "password"),
    [
        (b"correct horse battery staple\n", "correct horse battery staple"),
        (b"correct horse battery staple\r\n", "correct horse battery staple"),
        (b"correct horse battery staple\n\n", "correct horse battery staple\n"),
        (b" correct horse battery staple ", " correct horse battery staple "),
        (b"correct horse battery staple\r", "correct horse battery staple\r"),
        ("正确的马，电池，订书钉，还有一些别的".encode(), "正确的马，电池，订书钉，还有一些别的"),
    ],
)
def test_the_password_is_what_was_sent_without_one_line_end(
    hardtack: Run, data: Path, sent: bytes, password: str
) -> None:
    """The line end is the terminal's; everything else is the password's."""
    assert 0 == add(hardtack, "ada", sent=sent)[0]
    with opened(data) as accounts:
        assert "ada" == accounts.sign_in("ada", password, client="192.0.2.7", now=int(time.time())).name


def test_the_list_is_a_table(hardtack: Run, data: Path) -> None:
    """On standard output, in columns, whatever the width of the characters."""
    for name, options in (("Ada", ()), ("李雷", ("--administrator",))):
        assert 0 == add(hardtack, name, *options)[0]
    assert 0 == hardtack("disable", "ada")[0]
    status, table, talk = hardtack("list")
    lines = [re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", line) for line in table.splitlines()]
    expected = [
        "NAME  ROLE           STATE     SINCE",
        "Ada   member         disabled  TIME",
        "李雷  administrator  active    TIME",
    ]
    assert (0, expected, "") == (status, lines, talk)


def test_the_list_is_json_when_asked_for(hardtack: Run, data: Path) -> None:
    """One object a line; nothing at all where there is nobody."""
    assert (0, "", "") == hardtack("list", "--json")
    assert 0 == add(hardtack, "李雷")[0]
    status, lines, talk = hardtack("list", "--json")
    (found,) = [json.loads(line) for line in lines.splitlines()]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.pop("created"))
    expected = {
        "id": 1,
        "name": "李雷",
        "display_name": "李雷",
        "administrator": False,
        "roles": [],
        "email": None,
        "disabled": False,
    }
    assert (0, expected, "") == (status, found, talk)


def test_a_disabled_account_signs_in_no_more_until_it_is_enabled(hardtack: Run, data: Path) -> None:
    """Under whatever spelling."""
    assert 0 == add(hardtack, "Ada")[0]
    assert 0 == add(hardtack, "Boss", "--administrator")[0]
    assert (0, "", "hardtack: disabled Ada: all sessions have ended\n") == hardtack("disable", "ADA")
    with opened(data) as accounts, pytest.raises(WrongCredentials):
        accounts.sign_in("ada", PASSWORD, client="192.0.2.7", now=int(time.time()))
    assert (0, "", "hardtack: enabled Ada\n") == hardtack("enable", " ada ")
    with opened(data) as accounts:
        assert "ada" == accounts.sign_in("ada", PASSWORD, client="192.0.2.7", now=int(time.time())).name


def test_disabling_the_last_administrator_is_done_and_said(hardtack: Run) -> None:
    """It may be meant; but nobody should find out later."""
    assert 0 == add(hardtack, "boss", "--administrator")[0]
    status, _, talk = hardtack("disable", "boss")
    assert (0, True) == (status, "hint: no administrator can sign in now" in talk)


def test_attack_5_disabling_takes_effect_at_once_in_a_running_process(hardtack: Run, data: Path) -> None:
    """The next check in the server says that the session is over; nothing waits in between."""
    assert 0 == add(hardtack, "ada")[0]
    with opened(data) as server:
        account = server.sign_in("ada", PASSWORD, client="192.0.2.7", now=int(time.time()))
        assert "" == server.revocations.verdict(b"l" * 16, b"s" * 16, account.id, account.epoch, 0)
        done = subprocess.run(
            [sys.executable, "-m", "hardtack", "accounts", "disable", "ada", "--data", str(data)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert "revoked" == server.revocations.verdict(b"l" * 16, b"s" * 16, account.id, account.epoch, 0)
    assert ("", "hardtack: disabled ada: all sessions have ended") == (done.stdout, done.stderr.splitlines()[0])


def code_of(printed: str, begins: str) -> str:
    """Return the code of a printed link, which is all that is printed."""
    assert printed.startswith(f"{begins}/release?code=")
    assert 1 == printed.count("\n")
    return printed.strip().partition("=")[2]


def test_attack_13_a_link_that_lets_the_owner_in_again_is_printed_once(hardtack: Run, data: Path) -> None:
    """For an account whose name is locked; what it does is said beside it, and the operator's act is in the trail."""
    add(hardtack, "Ada")
    now = int(time.time())
    with opened(data) as accounts:
        with pytest.raises(WrongCredentials):
            accounts.sign_in("ada", "wrong", client="192.0.2.1", now=now)
        with accounts._database.write() as connection:
            connection.execute(text("UPDATE streak SET failures = 100"))  # what ninety-nine more make of it
        assert accounts.release.is_locked("ada", now)
        status, printed, talk = hardtack("release", "ADA")
        assert (0, 3) == (status, talk.count("hardtack: "))
        assert "it works once and for an hour" in talk
        known = accounts.release.use(code_of(printed, "http://localhost:8000"), Known(), client="", now=now)
        assert not accounts.release.is_locked("ada", now)
        assert "ada" == accounts.sign_in("ada", PASSWORD, client="192.0.2.1", now=now, known=known).name


def test_a_link_begins_with_the_configured_origin(hardtack: Run, data: Path) -> None:
    """Or with the one that is named, and never with anything else (attack 17)."""
    add(hardtack, "Ada")
    code_of(hardtack("release", "ada", "--origin", "https://ID.example.org:443")[1], "https://id.example.org")
    code_of(hardtack("release", "ada", "--origin", "http://localhost:9000")[1], "http://localhost:9000")
    (data / "hardtack.toml").write_text('origin = "https://login.example.org"\n')
    code_of(hardtack("release", "ada")[1], "https://login.example.org")
    status, printed, talk = hardtack("release", "ada", "--origin", "login.example.org")
    assert (1, "") == (status, printed)
    assert "'login.example.org' is not an origin" in talk


@pytest.mark.parametrize("command", [("release", "ada"), ("reset", "ada"), ("invite",)])
def test_a_link_whose_port_is_a_guess_says_so(hardtack: Run, data: Path, command: tuple[str, ...]) -> None:
    """What ``serve --port`` was told nobody else knows; with an origin there is nothing to guess."""
    add(hardtack, "Ada")
    guess = "the link is for port 8000; if the service has another one, add --origin http://localhost:PORT"
    assert guess in hardtack(*command)[2]
    assert guess not in hardtack(*command, "--origin", "http://localhost:9000")[2]
    (data / "hardtack.toml").write_text('origin = "https://login.example.org"\n')
    assert "--origin" not in hardtack(*command)[2]


def test_it_speaks_the_terminals_language(hardtack: Run, data: Path) -> None:
    """Talk and headings; JSON stays as it is."""
    chinese = {"HARDTACK_DATA": str(data), "LC_ALL": "zh_CN.UTF-8"}
    added = hardtack("add", "李雷", "--password-stdin", sent=PASSWORD.encode(), environ=chinese)
    assert (0, "", "hardtack: 已添加 李雷\n") == added
    assert "用户名  角色  状态  创建时间" == hardtack("list", environ=chinese)[1].splitlines()[0]
    nobody = "hardtack: 没有名为 '韩梅梅' 的账户\nhardtack: hint: hardtack accounts list 可列出所有账户\n"
    assert (1, "", nobody) == hardtack("disable", "韩梅梅", environ=chinese)
    taken = hardtack("add", "李雷", "--password-stdin", sent=PASSWORD.encode(), environ=chinese)
    assert (1, "", "hardtack: 这个用户名已被使用，或与已有的用户名过于相似，请换一个\n") == taken


class TestMistakes:
    """Each is one line, a hint, and exit status 1."""

    @pytest.mark.parametrize(
        ("name", "sent", "talk"),
        [
            (
                "a b",
                b"short",
                [
                    "a name cannot contain spaces",
                    "hint: a dot, hyphen or underscore does instead",
                    "hint: a password needs at least 15 characters",
                    "hint: four or five unrelated words are a good one",
                ],
            ),
            (
                "a\u200bda",
                PASSWORD.encode(),
                ["a name cannot contain the character U+200B", "hint: letters, digits and . _ - + @ are fine"],
            ),
            (
                "ada",
                b"a" * 5000,
                ["this password is too long: 1024 bytes are the limit, about a thousand letters"],
            ),
            ("ada", b"\xff" * 20, ["the password on standard input is not UTF-8", "hint: send one line of UTF-8 text"]),
            (
                "taken",
                PASSWORD.encode(),
                ["this name, or one that looks like it, is taken", "hint: please choose another"],
            ),
        ],
    )
    def test_what_cannot_be_added(self, hardtack: Run, name: str, sent: bytes, talk: list[str]) -> None:
        """In the voice of the command line."""
        assert 0 == add(hardtack, "taken")[0]
        assert (1, "", [f"hardtack: {line}" for line in talk]) == self.split(add(hardtack, name, sent=sent))

    @staticmethod
    def split(found: tuple[int, str, str]) -> tuple[int, str, list[str]]:
        """Return the talk by lines."""
        return found[0], found[1], found[2].splitlines()

    @pytest.mark.parametrize("command", ["disable", "enable", "release"])
    def test_an_account_that_does_not_exist(self, hardtack: Run, command: str) -> None:
        """With a hint where to look."""
        expected = "hardtack: there is no account 'bob'\nhardtack: hint: hardtack accounts list shows every account\n"
        assert (1, "", expected) == hardtack(command, "bob")

    def test_a_password_is_not_asked_for_without_a_terminal(self, hardtack: Run) -> None:
        """It would hang a script, or be shown."""
        status, _, talk = hardtack("add", "ada")
        assert 1 == status
        assert "hint: send it to standard input, with --password-stdin" in talk

    def test_a_password_has_no_place_on_the_command_line(self, hardtack: Run) -> None:
        """Every user of the machine can read that."""
        assert 2 == hardtack("add", "ada", "--password", PASSWORD)[0]
        assert 2 == hardtack("add", "ada", PASSWORD)[0]

    def test_a_data_folder_without_a_keyring(self, hardtack: Run, data: Path) -> None:
        """One line that names the file."""
        (data / "hardtack.key").unlink()
        status, _, talk = hardtack("list")
        assert (1, True) == (status, str(data / "hardtack.key") in talk)
        assert "Traceback" not in talk

    def test_a_database_that_cannot_be_opened(self, hardtack: Run, data: Path) -> None:
        """One line, a hint, exit status 1."""
        (data / "hardtack.db").write_text("Dear Ada,\n" * 500)
        expected = [
            f"hardtack: the database {data}/hardtack.db cannot be used: it is no SQLite database",
            "hardtack: hint: name another file, or move this one away",
        ]
        assert (1, "", expected) == self.split(hardtack("list"))


class TestWhichDatabase:
    """The one that ``hardtack serve`` would use."""

    def test_options_come_before_the_environment(self, hardtack: Run, data: Path, tmp_path: Path) -> None:
        """``--data`` and ``--database``."""
        other = {"HARDTACK_DATA": str(tmp_path / "other")}
        url = f"sqlite:///{tmp_path}/elsewhere.db"
        added = hardtack("add", "ada", "--password-stdin", "--data", str(data), sent=PASSWORD.encode(), environ=other)
        assert 0 == added[0]
        assert "ada" in hardtack("list", "--json", "--data", str(data), environ=other)[1]
        assert (0, "", "") == hardtack("list", "--json", "--data", str(data), "--database", url, environ=other)
        assert (tmp_path / "elsewhere.db").exists()

    def test_the_file_in_the_data_folder_counts(self, hardtack: Run, data: Path, tmp_path: Path) -> None:
        """Else disabling would be done in a database that nobody serves."""
        (data / "hardtack.toml").write_text(f'database = "sqlite:///{tmp_path}/elsewhere.db"\n')
        assert 0 == add(hardtack, "ada")[0]
        assert (tmp_path / "elsewhere.db").exists()
        assert not (data / "hardtack.db").exists()

    def test_keys_may_come_from_the_environment(self, hardtack: Run, data: Path) -> None:
        """As they do for the service."""
        text = (data / "hardtack.key").read_text().replace("\n", ";")
        (data / "hardtack.key").unlink()
        environ = {"HARDTACK_DATA": str(data), "HARDTACK_KEYRING": text}
        assert 0 == hardtack("add", "ada", "--password-stdin", sent=PASSWORD.encode(), environ=environ)[0]


class TestTerminal:
    """A password that is asked for, on a real terminal."""

    @staticmethod
    def type(data: Path, *lines: str) -> tuple[int, str]:
        """Add ``ada`` on a terminal of its own, typing *lines*; return the exit status and all that was shown."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "hardtack", "accounts", "add", "ada", "--data", str(data)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        os.close(theirs)
        shown = b""
        for line in lines:
            asked = shown.count(b": ")
            while shown.count(b": ") == asked:
                shown += os.read(ours, 1024)
            os.write(ours, f"{line}\n".encode())
        try:
            while piece := os.read(ours, 1024):
                shown += piece
        except OSError:
            pass  # What Linux says when the other side has closed.
        os.close(ours)
        return process.wait(timeout=60), shown.decode()

    def test_it_is_asked_for_twice_and_never_shown(self, data: Path) -> None:
        """And then the account can sign in."""
        status, shown = self.type(data, PASSWORD, PASSWORD)
        assert (0, 2, False) == (status, shown.count("Password"), PASSWORD in shown)
        assert "hardtack: added ada" in shown
        with opened(data) as accounts:
            assert "ada" == accounts.sign_in("ada", PASSWORD, client="192.0.2.7", now=int(time.time())).name

    def test_two_that_differ_add_nobody(self, data: Path) -> None:
        """One line and a hint."""
        status, shown = self.type(data, PASSWORD, PASSWORD + "!")
        assert (1, False) == (status, PASSWORD in shown)
        assert "hardtack: the two passwords are not the same" in shown
        with opened(data) as accounts:
            assert () == accounts.list()
