"""``hardtack database``, and what the other commands do where the database is PostgreSQL's."""

from __future__ import annotations

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from hardtack.cli.commands import run
from hardtack.seal import keyfile
from hardtack.store import Database, schema
from tests import empty, every_table, postgres

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def hardtack(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command in an empty folder, and returns its status, data and talk."""
    for name in [name for name in os.environ if name.startswith(("HARDTACK_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str, **environ: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            status = run(list(arguments))
        said = capfd.readouterr()
        return status, said.out, said.err

    return run_one


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with keys and settings; the database is elsewhere."""
    folder = tmp_path / "hardtack-data"
    folder.mkdir(mode=0o700)
    keyfile.create(folder / "hardtack.key")
    return folder


@pytest.fixture
def server(data: Path) -> str:
    """A migrated, empty database of PostgreSQL, named in the data folder's settings."""
    url = postgres.shared()
    (data / "hardtack.toml").write_text(f'database = "{url}"\n')
    (data / "hardtack.toml").chmod(0o600)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing_there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URL of a database in which there is nothing yet, and what the engine is called."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db", "SQLite"
    else:
        with postgres.database(migrated=False) as url:
            yield url, "PostgreSQL"


class TestUpgradeAndCheck:
    """On both engines."""

    def test_from_nothing_to_the_present_schema(self, hardtack: Run, nothing_there: tuple[str, str]) -> None:
        """Made, found as it should be, and left alone the second time."""
        url, engine = nothing_there
        status, _, said = hardtack("database", "upgrade", "--database", url)
        assert (0, True) == (status, f"now has the schema {schema.REVISION} (before: none)" in said)
        status, _, said = hardtack("database", "upgrade", "--database", url)
        assert (0, True) == (status, f"has the schema {schema.REVISION} already" in said)
        status, out, said = hardtack("database", "check", "--database", url)
        first, *rest = out.splitlines()
        good = [f"schema {schema.REVISION}, which is the present one", "the tables are as they should be"]
        assert (0, True, good, "") == (status, first.startswith(f"{engine} "), rest, said)

    def test_check_changes_nothing(self, hardtack: Run, nothing_there: tuple[str, str], tmp_path: Path) -> None:
        """A database that is not there is not made, and one without tables gets none."""
        url, engine = nothing_there
        status, out, said = hardtack("database", "check", "--database", url)
        expected = f"there is no database at {tmp_path}/new.db yet" if engine == "SQLite" else "earlier version"
        assert (1, "", True) == (status, out, expected in said)
        assert "hint: " in said
        assert not (tmp_path / "new.db").exists()

    def test_tables_that_somebody_has_changed(self, hardtack: Run, server: str) -> None:
        """Each difference is a line, and the status says that there is one."""
        name = postgres._shared()
        with postgres.server().superuser(name) as connection:
            connection.execute("ALTER TABLE spent ADD COLUMN mine text; DROP INDEX ix_audit_at")
            connection.execute("ALTER TABLE welcome DROP CONSTRAINT ck_welcome_single_row")
            connection.execute(
                "ALTER TABLE audit ALTER client DROP NOT NULL; ALTER TABLE streak ALTER last TYPE integer"
            )
            connection.execute("CREATE TABLE note (id integer); DROP TABLE half_signed_in")
        try:
            status, out, said = hardtack("database", "check", LANG="zh_CN.UTF-8")
        finally:
            postgres.server().drop(name)
            postgres._shared.cache_clear()
        expected = {
            "the table half_signed_in is missing",
            "the table note is there besides",
            "the column spent.mine is there besides",
            "the index audit.ix_audit_at is missing",
            "the nullable of audit.client differs",
            "the type of streak.last differs",
            "the check welcome.ck_welcome_single_row is missing",
        }
        assert expected <= set(out.splitlines())
        assert (1, True) == (status, "各表与要求不符" in said)

    def test_a_sqlite_file_that_somebody_has_changed(self, hardtack: Run, data: Path) -> None:
        """The same, of a file."""
        empty.put(data / "hardtack.db")
        with closing(sqlite3.connect(data / "hardtack.db")) as connection:
            connection.execute("DROP INDEX ix_audit_at")
        status, out, _ = hardtack("database", "check")
        assert (1, ["the index audit.ix_audit_at is missing"]) == (status, out.splitlines()[2:])

    def test_a_database_that_can_be_read_and_not_written_to(self, hardtack: Run, server: str) -> None:
        """What checks would find out too late."""
        name = postgres._shared()
        with postgres.server().superuser(name) as holding:
            holding.execute("SELECT pg_advisory_lock(%s, 1)", (schema.APPLICATION_ID,))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("hardtack.store.postgres.BUSY_TIMEOUT", 0.05)
                status, _, said = hardtack("database", "check")
        assert (1, True) == (status, "the database does not answer: LockNotAvailable (55P03)" in said)


STOPPED = """
import os, signal, sys
from hardtack.cli import database_copy
from hardtack.cli.commands import run
from hardtack.store import summed

summed.BATCH = 10
told = database_copy._Told.__call__

def told_and_stopped(self, *where):
    told(self, *where)
    if where[:3] == ("copied", "account", 20):
        os.kill(os.getpid(), signal.SIGSTOP)

database_copy._Told.__call__ = told_and_stopped
sys.exit(run(sys.argv[1:]))
"""
"""The command, which stands still after its second batch of accounts."""


class TestCopy:
    """From SQLite to PostgreSQL, and back."""

    @pytest.fixture
    def empty_server(self) -> Iterator[str]:
        """A database of PostgreSQL with nothing in it but the schema; the password in its URL is not asked for."""
        with postgres.database() as url:
            yield url.replace("hardtack@", "hardtack:hunter2@", 1)

    def test_there_and_back_in_both_languages(
        self, hardtack: Run, data: Path, empty_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same tables, rows and sums each time; progress in lines, and no password in any."""
        monkeypatch.setattr("hardtack.cli.database_copy.EVERY", 2)
        monkeypatch.setattr("hardtack.store.summed.BATCH", 2)
        empty.put(data / "hardtack.db")
        with closing(Database.connect(f"sqlite:///{data}/hardtack.db")) as source:
            every_table.fill(source)
        status, out, said = hardtack("database", "copy", empty_server)
        heads, *rows = [line.split() for line in out.splitlines()]
        assert (0, ["TABLE", "ROWS", "SUM"]) == (status, heads)
        assert [table.name for table in schema.metadata.sorted_tables] == [row[0] for row in rows]
        assert {"account": "5", "feed": "1", "welcome": "1"}.items() <= {row[0]: row[1] for row in rows}.items()
        assert all(len(row[2]) == 16 for row in rows)
        name = empty_server.partition("@/")[2].partition("?")[0]
        lines = said.splitlines()
        assert f"hardtack: copying {data}/hardtack.db to {name} at " in lines[0]
        expected = [
            "reading account: 2 of 5",
            "reading account: 4 of 5",
            "copying account: 4 of 5",
            "comparing audit: 2 of 5",
        ]
        assert {f"hardtack: {line}" for line in (*expected, "copied account: 5")} <= set(lines)
        assert f" rows of {len(rows)} tables in " in lines[-2]
        assert lines[-1].startswith("hardtack: hint: set database = ")
        back = f"sqlite:///{tmp_path}/back.db"
        status, again, told = hardtack("database", "copy", back, "--database", empty_server, LANG="zh_CN.UTF-8")
        assert (0, out.splitlines()[1:]) == (status, again.splitlines()[1:])
        assert {"hardtack: 已复制 account：5", "hardtack: 读取 account：2，共 5"} <= set(told.splitlines())
        assert "hunter2" not in out + said + again + told
        assert (0, True) == (hardtack("database", "check", "--database", back)[0], "\r" not in said)

    def test_killed_on_a_terminal_and_gone_on_with_without_one(
        self, hardtack: Run, data: Path, empty_server: str, tmp_path: Path
    ) -> None:
        """One line that is written over; then kill -9, a service that does not start, and the rest of it."""
        empty.put(data / "hardtack.db")
        with closing(Database.connect(f"sqlite:///{data}/hardtack.db")) as source, source.write() as connection:
            names = [{"name": f"n{number}", "display_name": "", "created": 1} for number in range(40)]
            connection.execute(insert(schema.account), names)
        ours, theirs = pty.openpty()
        try:
            command = [sys.executable, "-c", STOPPED, "database", "copy", empty_server]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            process.kill()
            assert b"" == process.communicate()[0]
            shown = os.read(ours, 65536).decode()
        finally:
            os.close(ours)
            os.close(theirs)
        assert -signal.SIGKILL == process.returncode
        assert "\r\x1b[Kreading account: 40 of 40\r\x1b[K" in shown
        assert shown.endswith("\r\x1b[Kcopying account: 10 of 40\r\x1b[Kcopying account: 20 of 40")
        for words in (("accounts", "list"), ("database", "check"), ("database", "upgrade")):
            status, _, said = hardtack(*words, "--database", empty_server)
            assert (1, True) == (
                status,
                f"holds only a part of {data}/hardtack.db, whose copy was not finished" in said,
            )
        status, _, said = hardtack("database", "copy", empty_server)
        assert (0, True) == (status, "going on with the copy that stopped in account after 20 rows" in said)
        assert "hardtack: copied account: 40\n" in said
        assert 0 == hardtack("database", "check", "--database", empty_server)[0]

    def test_each_wrong_use_says_what_to_do_instead(
        self, hardtack: Run, data: Path, empty_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One line and a hint, without a password and without a file where none was."""

        def said(*words: str) -> str:
            status, out, told = hardtack("database", "copy", *words)
            assert (1, "", False, True) == (status, out, "hunter2" in told, "hardtack: hint: " in told), told
            return told

        new = f"sqlite:///{tmp_path}/new.db"
        assert f"there is no database at {data.name}/hardtack.db yet" in said(empty_server)
        empty.put(data / "hardtack.db")
        assert "source and target are the same database" in said(f"sqlite:///{data}/../{data.name}/hardtack.db")
        assert "source and target are both of SQLite" in said(new)
        assert "source and target are both of PostgreSQL" in said("postgresql:///other", "--database", empty_server)
        assert not (tmp_path / "new.db").exists()
        assert "support for databases of the kind 'mysql'" in said("mysql://ada:hunter2@db/hardtack")
        assert "no connection: " in said(f"postgresql://ada:hunter2@/hardtack?host={tmp_path}")
        assert "is protected" in said("postgresql://ada:hunter2@db.example/hardtack")
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, "psycopg", None)
            assert "hint: pip install 'hardtack[postgres]'" in said(empty_server)

    def test_a_target_that_is_not_this_users_or_of_another_version(self, hardtack: Run, data: Path) -> None:
        """What the server refuses is told as at any other start."""
        empty.put(data / "hardtack.db")
        with postgres.database(migrated=False) as url:
            name = url.partition("@/")[2].partition("?")[0]
            with postgres.server().superuser(name) as connection:
                connection.execute("CREATE ROLE guest LOGIN")
                try:
                    status, _, said = hardtack("database", "copy", url.replace("hardtack@", "guest@", 1))
                finally:
                    connection.execute("DROP ROLE guest")
                assert (1, True) == (status, "this user may not change it" in said)
                assert 0 == hardtack("database", "copy", url)[0]
                status, _, said = hardtack("database", "copy", url)
                assert (0, True) == (status, "copied 1 rows of" in said)
                connection.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = 'later'")  # noqa: S608 - ours
            status, _, said = hardtack("database", "copy", url)
            assert (1, True) == (status, "was made by a later version" in said)


class TestOtherCommands:
    """What works on files where the database is one."""

    def test_accounts_are_those_of_the_server(self, hardtack: Run, server: str) -> None:
        """By the settings, and by the flag from a folder without any."""
        status, out, _ = hardtack("accounts", "list", "--json")
        assert (0, "") == (status, out)
        keys = (Path("hardtack-data") / "hardtack.key").read_text().replace("\n", ";")
        status, out, _ = hardtack(
            "accounts", "list", "--json", "--data", "nowhere", "--database", server, HARDTACK_KEYRING=keys
        )
        assert (0, "") == (status, out)
        assert not Path("nowhere").exists()

    def test_keys_are_looked_for_in_it(self, hardtack: Run, server: str) -> None:
        """Values are sealed there, too."""
        status, _, said = hardtack("keys", "reseal", "hardtack-data/hardtack.key")
        assert (0, True) == (status, "sealed 0" in said)

    def test_a_backup_says_that_pg_dump_is_the_way_and_keeps_the_rest(
        self, hardtack: Run, server: str, data: Path, tmp_path: Path
    ) -> None:
        """And the way back puts the rest where it was."""
        status, _, said = hardtack("backup", "copy")
        assert (0, True, True) == (status, "PostgreSQL's own pg_dump" in said, "hint: pg_dump --format=custom" in said)
        assert {"hardtack.key", "hardtack.toml", "backup.json"} == {each.name for each in (tmp_path / "copy").iterdir()}
        assert "hunter2" not in said
        data.rename(tmp_path / "lost")
        status, _, said = hardtack("restore", "copy", "--end-sessions")
        assert (0, True) == (status, "pg_restore puts it back" in said)
        assert (tmp_path / "lost" / "hardtack.key").read_bytes() == (data / "hardtack.key").read_bytes()

    def test_config_knows_such_a_url_and_hides_its_password(self, hardtack: Run) -> None:
        """What is wrong with it is told with its place."""
        url = "postgresql://ada:hunter2@db.example/hardtack?sslmode=verify-full"
        assert 0 == hardtack("config", "check", HARDTACK_DATABASE=url)[0]
        status, out, _ = hardtack("config", "show", HARDTACK_DATABASE=url)
        assert (0, False, True) == (status, "hunter2" in out, "db.example" in out)
        status, out, said = hardtack("config", "check", HARDTACK_DATABASE=url.partition("?")[0])
        assert (1, True, False) == (status, "is protected" in out + said, "hunter2" in out + said)


class TestDoctor:
    """What it finds out about a server."""

    def found(self, hardtack: Run) -> dict[str, str]:
        """Return the codes that are found about the database, with their gravity."""
        _, out, _ = hardtack("doctor", "--json")
        return {
            each["code"]: each["level"]
            for each in json.loads(out)["findings"]
            if each["check"] in ("database", "clock", "keys")
        }

    def test_a_server_that_is_right(self, hardtack: Run, server: str) -> None:
        """Ours does not wait for the disk, which is found."""
        found = self.found(hardtack)
        assert {"database-answers", "database-forgets", "columns-right", "clock-right", "generation-missing"} <= set(
            found
        )
        assert ("right", "wrong") == (found["database-answers"], found["database-forgets"])
        assert not (Path("hardtack-data") / "hardtack.generation").exists()

    def test_more_workers_than_connections(self, hardtack: Run, server: str) -> None:
        """The server has so many."""
        with (Path("hardtack-data") / "hardtack.toml").open("a") as file:
            file.write("workers = 64\n")
        assert "warning" == self.found(hardtack)["database-connections"]

    def test_a_server_of_another_version_or_none(self, hardtack: Run, data: Path) -> None:
        """Nothing is migrated by looking."""
        with postgres.database(migrated=False) as url:
            (data / "hardtack.toml").write_text(f'database = "{url}"\n')
            assert "wrong" == self.found(hardtack)["database-older"]
        assert "wrong" == self.found(hardtack)["database-wrong"]

    def test_a_server_that_nobody_can_write_to(
        self, hardtack: Run, server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody holds the writers' lock."""
        monkeypatch.setattr("hardtack.store.postgres.BUSY_TIMEOUT", 0.05)
        with postgres.server().superuser(postgres._shared()) as holding:
            holding.execute("SELECT pg_advisory_lock(%s, 1)", (schema.APPLICATION_ID,))
            assert "wrong" == self.found(hardtack)["database-no-turn"]
