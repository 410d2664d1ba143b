"""``manage.py hardtack …``: the commands on the project's own keys and accounts."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hardtack.seal import Keyring
from tests.adapters.django.clubs import PASSWORD, Club


@pytest.fixture
def project(foundation: Path, tmp_path: Path) -> Club:
    """Return a project that is not running."""
    data = tmp_path / "data"
    shutil.copytree(foundation, data)
    return Club("wsgi", 0, data, tmp_path / "log")


def test_the_accounts_are_the_projects(project: Club) -> None:
    """In its database, under its keys, with no option."""
    done = project.run("hardtack", "accounts", "add", "anna", "--password-stdin", said=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "hardtack: added anna\n")
    assert project.run("hardtack", "accounts", "list").stdout.splitlines()[-1].split()[0] == "anna"
    with project.accounts() as accounts:
        assert accounts.find("anna") is not None


def test_the_first_account_is_made_before_the_project_has_served_anybody(project: Club) -> None:
    """The folder of the data is made too."""
    code = (
        "import sys; from django.conf import settings; from django.core.management import execute_from_command_line; "
        f"settings.HARDTACK_DATA = {str(project.data / 'new' / 'data')!r}; execute_from_command_line(sys.argv)"
    )
    done = project.run("hardtack", "accounts", "add", "anna", "--password-stdin", code=code, said=PASSWORD)
    assert (done.returncode, done.stderr) == (0, "hardtack: added anna\n")
    assert (project.data / "new" / "data").stat().st_mode & 0o077 == 0


def test_the_keys_are_the_projects(project: Club) -> None:
    """A rotation changes its file; what is named on the line goes before."""
    before = Keyring.load(project.data / "hardtack.key").keys
    done = project.run("hardtack", "keys", "rotate", "--now")
    assert done.returncode == 0, done.stderr
    assert len(Keyring.load(project.data / "hardtack.key").keys) == len(before) + 1
    assert project.run("hardtack", "keys", "list").stdout == done.stdout
    other = project.data / "other.key"
    assert project.run("hardtack", "keys", "new", str(other)).returncode == 0
    assert len(project.run("hardtack", "keys", "list", str(other)).stdout.splitlines()) == 1
    assert project.run("hardtack", "keys", "retire", before[0].id, "--sign-people-out").returncode == 0
    with project.accounts():  # there is a database from now on
        pass
    last = Keyring.load(project.data / "hardtack.key").keys[-1].id
    assert project.run("hardtack", "keys", "rotate", "--now").returncode == 0
    revoked = project.run("hardtack", "keys", "revoke", last, "--yes")
    assert revoked.returncode == 0, revoked.stderr
    assert "every server that shares the database refuses the key from now on" in revoked.stderr


def test_a_command_that_fails_says_so_as_everywhere(project: Club) -> None:
    """In its exit status too, and without a traceback."""
    done = project.run("hardtack", "accounts", "disable", "nobody")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert done.stderr.startswith("hardtack: there is no account 'nobody'")
    assert project.run("hardtack", "no-such").returncode == 2
    helped = project.run("hardtack", "--help").stdout
    commands = re.findall(r"^  ([a-z]+)  ", helped, re.MULTILINE)
    assert ("accounts" in commands, "serve" in commands) == (True, False)


def test_the_first_keyring_is_made_where_the_settings_say(project: Club) -> None:
    """Before there is any."""
    (project.data / "hardtack.key").unlink()
    assert project.run("hardtack", "accounts", "list").returncode == 1
    assert project.run("hardtack", "status", "404").returncode == 0
    assert project.run("hardtack", "keys", "new").returncode == 0
    assert len(Keyring.load(project.data / "hardtack.key").keys) == 1


def test_it_can_be_called_from_a_program(project: Club) -> None:
    """As Django's own commands."""
    code = """
from django.core.management import CommandError, call_command
call_command("hardtack", "status", "404")
try:
    call_command("hardtack", "accounts", "disable", "nobody")
except CommandError as error:
    print(error.returncode)
"""
    done = project.run(code=code)
    assert "Not Found" in done.stdout
    assert done.stdout.endswith("\n1\n")


@pytest.mark.parametrize(
    ("changed", "words", "said"),
    [
        (
            "from hardtack.seal import Keyring; settings.HARDTACK_KEYRING = Keyring.generate()",
            ["keys", "rotate"],
            "nobody knows a file",
        ),
        ("settings.HARDTACK_IDLE_TIMEOUT = 'long'", ["accounts", "list"], "idle_timeout"),
        ("open(settings.HARDTACK_KEYRING, 'w').write('swordfish')", ["accounts", "list"], "hardtack.key"),
        ("del settings.HARDTACK_KEYRING", ["keys", "list"], "the sign-in has no keyring"),
    ],
)
def test_settings_that_cannot_be_used_are_said(project: Club, changed: str, words: list[str], said: str) -> None:
    """With what to write instead, and no secret."""
    code = (
        "import sys; from django.conf import settings; from django.core.management import execute_from_command_line; "
        f"{changed}; execute_from_command_line(['manage.py', 'hardtack', *{words!r}])"
    )
    done = project.run(code=code)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "swordfish" not in done.stderr
