"""``hardtack backup`` and ``hardtack restore``: nothing is overwritten, and half a copy is none."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hardtack.cli.commands import run
from hardtack.errors import MisuseError
from hardtack.seal import keyfile
from hardtack.store import backup
from tests import empty

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def hardtack(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command in a folder with a data folder, and returns its status and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "hardtack-data"
    data.mkdir()
    empty.put(data / "hardtack.db")
    keyfile.create(data / "hardtack.key")

    def run_one(*arguments: str, **environ: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            status = run(list(arguments))
        return status, capfd.readouterr().err

    return run_one


def test_settings_and_the_filter_of_passwords_come_along(hardtack: Run, tmp_path: Path) -> None:
    """And are where they were; Chinese is spoken to whoever reads it."""
    data = tmp_path / "hardtack-data"
    (data / "hardtack.toml").write_text('realm = "ship"\n')
    (data / "passwords.filter").write_bytes(b"filter")
    assert (0, True) == ((done := hardtack("backup", "copy", LANG="zh_CN.UTF-8"))[0], "已备份" in done[1])
    data.rename(tmp_path / "lost")

    assert 0 == hardtack("restore", "copy")[0]
    for name in ("hardtack.toml", "passwords.filter", "hardtack.key"):
        assert (tmp_path / "lost" / name).read_bytes() == (data / name).read_bytes()
    assert backup.look_at(data / "hardtack.db") == backup.look_at(tmp_path / "copy" / "hardtack.db")


def test_keys_in_the_environment_are_no_file(hardtack: Run, tmp_path: Path) -> None:
    """It is said that they must be kept, and that they must be set again."""
    keys = (tmp_path / "hardtack-data" / "hardtack.key").read_text()
    (tmp_path / "hardtack-data" / "hardtack.key").unlink()
    status, said = hardtack("backup", "copy", HARDTACK_KEYRING=keys)
    assert (0, True) == (status, "HARDTACK_KEYRING" in said)
    assert not (tmp_path / "copy" / "hardtack.key").exists()

    status, said = hardtack("restore", "copy", "--data", "again")
    assert (0, True) == (status, "set HARDTACK_KEYRING" in said)
    status, said = hardtack("restore", "copy", "--data", "ended", "--end-sessions", HARDTACK_KEYRING=keys)
    assert (0, True, False) == (status, "every sign-in has ended" in said, "set HARDTACK_KEYRING" in said)


@pytest.mark.parametrize("command", [["backup", "full"], ["restore", "copy", "--data", "full"]])
def test_nothing_is_overwritten(hardtack: Run, tmp_path: Path, command: list[str]) -> None:
    """A folder with something in it is somebody's."""
    hardtack("backup", "copy")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "poem").write_text("the only copy")

    assert (1, True) == ((done := hardtack(*command))[0], "full is not empty" in done[1])
    assert ["poem"] == [path.name for path in (tmp_path / "full").iterdir()]


@pytest.mark.parametrize("what", ["no list", "junk", "changed", "missing", "outside"])
def test_half_a_copy_is_no_backup(hardtack: Run, tmp_path: Path, what: str) -> None:
    """Nor is one in which something has changed, or which names what is none of its own."""
    hardtack("backup", "copy")
    copy = tmp_path / "copy"
    listed = copy / "backup.json"
    if what == "no list":
        listed.unlink()
    elif what == "junk":
        listed.write_text("{}")
    elif what == "changed":
        (copy / "hardtack.key").write_text("of somebody else")
    elif what == "missing":
        (copy / "hardtack.db").unlink()
    else:
        found = json.loads(listed.read_text())
        found["files"]["../hardtack-data/hardtack.key"] = "0"
        listed.write_text(json.dumps(found))
    status, said = hardtack("restore", "copy", "--data", "again")

    assert 1 == status
    assert "Traceback" not in said
    assert not (tmp_path / "again").exists()


def test_what_cannot_be_backed_up_is_said(hardtack: Run, tmp_path: Path) -> None:
    """No database, keys that others can read, a place that is no folder; one line and a hint each."""
    (tmp_path / "hardtack-data" / "hardtack.key").chmod(0o644)
    assert (1, True) == ((done := hardtack("backup", "one"))[0], "chmod" in done[1])
    (tmp_path / "hardtack-data" / "hardtack.db").unlink()
    assert (1, True) == ((done := hardtack("backup", "two"))[0], "there is no database" in done[1])
    (tmp_path / "file").write_text("")
    assert (1, True) == ((done := hardtack("backup", "file/three"))[0], "cannot be made" in done[1])


def test_a_place_for_the_database_that_is_taken_or_missing_is_said(hardtack: Run, tmp_path: Path) -> None:
    """The settings that come back may name another one than the data folder."""
    assert 0 == hardtack("backup", "copy")[0]
    status, said = hardtack("restore", "copy", "--data", "again", HARDTACK_DATABASE="sqlite:///nowhere/hardtack.db")

    assert (1, True) == (status, "again cannot be written" in said)


def test_a_folder_that_becomes_full_is_said(hardtack: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what is in it is no backup, since its list is missing."""

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert (1, True) == ((done := hardtack("backup", "copy"))[0], "No space left" in done[1])
    assert (1, True) == ((done := hardtack("restore", "copy", "--data", "again"))[0], "is no backup" in done[1])


def test_a_database_that_is_damaged_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    """Nor is that of another program, nor an empty one."""
    junk, other = tmp_path / "junk.db", tmp_path / "other.db"
    junk.write_bytes(b"this is no database" * 100)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE poems (line TEXT)")
        connection.commit()
    with pytest.raises(MisuseError, match="cannot be copied"):
        backup.copy(junk, tmp_path / "one.db")
    with pytest.raises(MisuseError, match="damaged, or no database of ours"):
        backup.copy(other, tmp_path / "two.db")
