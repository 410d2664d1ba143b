"""Opening a database, its two kinds of transaction, and what is said when something is wrong with it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import IntegrityError

from hardtack.errors import MisuseError
from hardtack.store import Database, DatabaseError, StoreUnavailable, feed, schema, sqlite
from hardtack.store import database as module
from hardtack.store.generation import Generation


@pytest.fixture
def engine() -> str:
    """What is looked at here is SQLite's."""
    return "sqlite"


NOBODY = 65534
VALUES = {"name": "ada", "display_name": "Ada", "created": 1}


def open_and_migrate(url: str) -> None:
    """Do what every start does."""
    database = Database.connect(url)
    try:
        database.migrate()
    finally:
        database.close()


def fail_in_a_transaction(database: Database, work: Callable[[Connection], object]) -> None:
    """Do *work* in a transaction that an exception ends."""
    with database.write() as connection:
        work(connection)
        raise ZeroDivisionError


def refusal(url: str) -> DatabaseError:
    """Return what is said of the database at *url*, which cannot be used."""
    with pytest.raises(DatabaseError) as caught:
        open_and_migrate(url)
    assert "\n" not in caught.value.problem
    assert caught.value.hint
    return caught.value


def names(database: Database) -> list[str]:
    """Return the names of the accounts."""
    with database.read() as connection:
        return list(connection.execute(select(schema.account.c.name)).scalars())


class TestOpening:
    """Database.connect and migrate."""

    @pytest.mark.asvs("6.7.1")
    def test_the_files_are_their_owners_alone(self, url: str, tmp_path: Path) -> None:
        """The database and all that SQLite and we put beside it, whatever the umask."""
        before = os.umask(0)
        try:
            database = Database.connect(url)
            database.migrate()
        finally:
            os.umask(before)
        found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        database.close()
        suffixes = ("", "-wal", "-shm", ".generation")
        assert {f"hardtack.db{suffix}": 0o600 for suffix in suffixes} == found

    def test_it_is_set_up_for_keeping_what_was_answered(self, database: Database) -> None:
        """WAL, a full sync at each commit, foreign keys, and our mark."""
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "application_id", "trusted_schema")
        with database.read() as connection:
            found = [connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in pragmas]
        assert ["wal", 2, 1, 5000, schema.APPLICATION_ID, 0] == found

    def test_migrating_again_changes_nothing(self, database: Database) -> None:
        """And needs no Alembic."""
        with database.write() as connection:
            connection.execute(insert(schema.account).values(VALUES))
        database.migrate()
        database.check()
        assert ["ada"] == names(database)

    def test_two_names_of_one_file_share_a_generation(self, database: Database, tmp_path: Path) -> None:
        """A link leads to the same file, so its changes must be seen by the same number."""
        (tmp_path / "link.db").symlink_to(tmp_path / "hardtack.db")
        other = Database.connect(f"sqlite:///{tmp_path}/link.db")
        other.generation.advance()
        assert 1 == database.generation.number
        other.close()

    def test_a_relative_path_is_taken_from_the_working_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As ``sqlite:///hardtack-data/hardtack.db`` means it."""
        monkeypatch.chdir(tmp_path)
        database = Database.connect("sqlite:///here.db")
        assert tmp_path / "here.db" == database.path
        database.close()

    @pytest.mark.parametrize("name", ["what?", "what?a=b", "100%", "%41", "a b#c&d", "数据", os.fsdecode(b"caf\xe9")])
    def test_any_folder_can_be_written_as_a_url(self, tmp_path: Path, name: str) -> None:
        """Its octets percent-encoded, whatever they are."""
        (tmp_path / name).mkdir()
        path = tmp_path / name / "hardtack.db"
        database = Database.connect(f"sqlite:///{quote(os.fsencode(path))}")
        database.migrate()
        assert path == database.path
        database.close()
        assert {"hardtack.db", "hardtack.db.generation"} == {each.name for each in path.parent.iterdir()}

    def test_several_processes_may_open_and_migrate_at_once(self, run_at_once: Callable[[str, int], list[str]]) -> None:
        """All find the same tables; none fails because another was there."""
        script = (
            "import sys; from hardtack.store import Database\n"
            "print('ready', flush=True); sys.stdin.read()\n"
            "database = Database.connect(sys.argv[1]); database.migrate(); database.check(); database.close()"
        )
        assert [""] * 6 == run_at_once(script, 6)

    def test_several_threads_may_migrate_at_once(self, url: str) -> None:
        """Whoever comes second finds it done."""
        databases = [Database.connect(url) for _ in range(4)]
        threads = [threading.Thread(target=database.migrate) for database in databases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for database in databases:
            database.check()
            database.close()


class TestWhatCannotBeOpened:
    """Each is one line and a hint, never a traceback."""

    def test_a_folder(self, tmp_path: Path) -> None:
        """The path names a folder."""
        assert f"{tmp_path} is not a file" == refusal(f"sqlite:///{tmp_path}").problem

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        """It is not made: a slip of the pen should not become a folder."""
        path = tmp_path / "nowhere" / "hardtack.db"
        expected = f"the database {path} cannot be opened: no such file or directory"
        assert expected == refusal(f"sqlite:///{path}").problem

    def test_no_database(self, tmp_path: Path) -> None:
        """Some other file; it stays as it is."""
        path = tmp_path / "letter.txt"
        path.write_text("Dear Ada,\n" * 200)
        assert f"the database {path} cannot be used: it is no SQLite database" == refusal(f"sqlite:///{path}").problem
        assert "Dear Ada,\n" * 200 == path.read_text()

    def test_another_programs_database(self, tmp_path: Path) -> None:
        """Neither changed nor moved to WAL."""
        path = tmp_path / "other.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE account (id INTEGER)")
        connection.close()
        before = path.read_bytes()
        assert f"the database {path} belongs to another program" == refusal(f"sqlite:///{path}").problem
        assert before == path.read_bytes()
        assert [path] == list(tmp_path.iterdir())

    def test_a_later_schema(self, database: Database, url: str) -> None:
        """A downgrade of the program must not touch what it does not know."""
        with database.write() as connection:
            connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
        expected = f"the database {database.path} was made by a later version"
        assert expected == refusal(url).problem
        with pytest.raises(DatabaseError, match="later version"):
            database.check()

    def test_an_earlier_schema_is_named_by_check_and_mended_by_migrate(self, url: str) -> None:
        """``check`` changes nothing."""
        database = Database.connect(url)
        with pytest.raises(DatabaseError, match="earlier version"):
            database.check()
        database.migrate()
        database.check()
        database.close()

    def test_a_damaged_database(self, database: Database, url: str) -> None:
        """The head is right, the rest is not."""
        database.close()
        with database.path.open("r+b") as file:
            file.seek(100)
            file.write(os.urandom(4000))
        assert f"the database {database.path} cannot be used: it is damaged" == refusal(url).problem

    def test_a_database_that_another_process_holds(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Exclusively, and for longer than we wait."""
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
        path = tmp_path / "hardtack.db"
        holder = sqlite3.connect(path)
        holder.execute("BEGIN EXCLUSIVE")
        expected = f"the database {path} cannot be used: another process is holding it"
        assert expected == refusal(url).problem
        holder.close()

    @pytest.mark.parametrize("what", ["folder", "file"])
    def test_no_permission(self, url: str, what: str) -> None:
        """To make the file, or to write to it; tried as a user who is not root."""
        # The first database is there to have everything imported while the process may still read it.
        script = (
            "import os, sys\n"
            "from hardtack.store import Database, DatabaseError\n"
            "Database.connect(sys.argv[1]).close()\n"
            "os.setuid(int(sys.argv[3])) if os.geteuid() == 0 else os.chmod(os.path.dirname(sys.argv[2]), 0o555)\n"
            "try: Database.connect(f'sqlite:///{sys.argv[2]}')\n"
            "except DatabaseError as error: print(error)\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            path = Path(folder) / "hardtack.db"
            if what == "file":
                path.touch(mode=0o444)
            done = subprocess.run(
                [sys.executable, "-c", script, url, str(path), str(NOBODY)], capture_output=True, text=True, check=True
            )
            Path(folder).chmod(0o755)
        assert f"the database {path} cannot be opened: permission denied" in done.stdout
        assert 2 == len(done.stdout.splitlines())

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("mysql://ada:secret@db/hardtack", "there is no support for databases of the kind 'mysql'"),
            ("sqlite+aiosqlite:///x.db", "there is no support for databases of the kind 'sqlite+aiosqlite'"),
            ("hardtack.db", "the database's URL cannot be read"),
            ("", "the database's URL cannot be read"),
            ("sqlite:///a\0b", "the database's URL cannot be read"),
            ("sqlite:///a%00b", "the database's URL cannot be read"),
            *(
                (url, "a database in memory is forgotten with its connection and cannot be shared")
                for url in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:x")
            ),
        ],
    )
    def test_a_url_that_cannot_be_used(self, url: str, problem: str) -> None:
        """It is never repeated, since it may hold a password."""
        with pytest.raises(MisuseError) as caught:
            Database.connect(url)
        assert (problem, "write sqlite:///path/to/hardtack.db") == (caught.value.problem, caught.value.hint)

    @pytest.mark.parametrize("url", ["sqlite:///x.db?mode=ro", "sqlite:///what?/x.db", "sqlite://host/x.db"])
    def test_a_url_with_more_than_a_path(self, url: str) -> None:
        """What lies after a question mark would be lost, and another file opened."""
        with pytest.raises(MisuseError, match="may hold nothing but a path") as caught:
            Database.connect(url)
        assert "write sqlite:///path/to/hardtack.db, and %3F for a question mark" == caught.value.hint

    def test_an_old_sqlite(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """STRICT tables need 3.37."""
        monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
        assert "is too old" in refusal(url).problem


class TestTransactions:
    """read and write."""

    def test_an_exception_undoes_everything(self, database: Database) -> None:
        """All or nothing."""
        with pytest.raises(ZeroDivisionError):
            fail_in_a_transaction(
                database, lambda connection: connection.execute(insert(schema.account).values(VALUES))
            )
        assert [] == names(database)

    def test_a_broken_constraint_is_left_to_the_caller(self, database: Database) -> None:
        """It means something there."""
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(insert(schema.account), [VALUES, VALUES])

    def test_an_error_shows_no_value(self, database: Database) -> None:
        """Values are names and hashes, and errors are logged."""
        with pytest.raises(StoreUnavailable) as caught, database.write() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "hunter2"})
        assert "hunter2" not in f"{caught.value!r}{caught.value.__cause__}{caught.value.detail}"
        assert (503, "SQLITE_ERROR", 2) == (caught.value.status, caught.value.reason, caught.value.retry_after)

    def test_a_commit_is_on_the_disk_unless_it_is_worth_nothing_alone(self, database: Database) -> None:
        """Whatever the transaction before it was; and what need not last is seen by everybody all the same."""
        found = []
        for lasting in (True, False, False, True):
            with database.write(lasting=lasting) as connection:
                found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
                feed.next_change(connection)
        with database.write() as connection:
            found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
        other = sqlite3.connect(database.path)
        assert ([2, 1, 1, 2, 2], [(4,)]) == (found, other.execute("SELECT change FROM feed").fetchall())
        other.close()

    @pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, GeneratorExit, StoreUnavailable("")])
    def test_whatever_ends_a_transaction_the_next_one_begins(self, database: Database, error: Any) -> None:
        """Writers share a connection, and nothing is left open in it."""

        def raises(connection: Connection) -> None:
            feed.next_change(connection)
            raise error

        with pytest.raises(error if isinstance(error, type) else StoreUnavailable):
            fail_in_a_transaction(database, raises)
        with pytest.raises(StoreUnavailable):
            fail_in_a_transaction(database, lambda connection: connection.execute(text("SELECT * FROM nowhere")))
        with database.write() as connection:
            assert 1 == feed.next_change(connection)

    def test_writers_of_one_process_queue(self, database: Database) -> None:
        """However many threads, no increment is lost and nobody fails."""

        def add() -> None:
            for _ in range(10):
                with database.write() as connection:
                    number = connection.execute(select(schema.feed.c.change)).scalar_one()
                    connection.execute(schema.feed.update().values(change=number + 1))

        threads = [threading.Thread(target=add) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as connection:
            assert 100 == connection.execute(select(schema.feed.c.change)).scalar_one()

    def test_a_reader_sees_one_state(self, database: Database) -> None:
        """What is committed meanwhile is not seen half."""
        with database.read() as reader:
            assert 0 == reader.execute(select(schema.feed.c.change)).scalar_one()
            with database.write() as connection:
                feed.next_change(connection)
            assert 0 == reader.execute(select(schema.feed.c.change)).scalar_one()

    def test_another_process_that_writes_for_too_long_is_a_503(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """With Retry-After, not a traceback."""
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
        database = Database.connect(url)
        database.migrate()
        holder = sqlite3.connect(database.path)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable) as caught, database.write():
            raise AssertionError("there is no transaction")
        holder.close()
        database.close()
        assert "SQLITE_BUSY" == caught.value.reason

    def test_a_writer_waits_for_another_process_and_then_has_its_turn(self, database: Database) -> None:
        """Nothing of its own waiting is left on the connection that others use after it."""
        holder = sqlite3.connect(database.path, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE").close()
        release = threading.Timer(0.05, holder.rollback)
        release.start()
        with database.write() as connection:
            connection.execute(insert(schema.account).values(VALUES))
        release.join()
        holder.close()
        assert ["ada"] == names(database)
        with database.read() as connection:
            assert 5000 == connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()

    def test_a_writer_that_keeps_the_others_waiting_is_a_503_for_them(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So is a transaction within a transaction, instead of waiting for itself for ever."""
        monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.05)
        with database.write(), pytest.raises(StoreUnavailable) as caught, database.write():
            raise AssertionError("it does not nest")
        assert "writers are waiting" == caught.value.reason

    def test_connections_that_are_all_in_use_are_a_503(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody waits for ever for one."""
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)
        database = Database.connect(url)
        readers = [database.read() for _ in range(32)]
        for reader in readers:
            reader.__enter__()
        with pytest.raises(StoreUnavailable) as caught, database.read():
            raise AssertionError("there is no connection")
        for reader in readers:
            reader.__exit__(None, None, None)
        database.close()
        assert "connections are in use" == caught.value.reason

    def test_only_a_change_of_the_feed_raises_the_generation_and_only_when_it_commits(self, database: Database) -> None:
        """After the commit, before ``write`` returns."""
        with database.write() as connection:
            connection.execute(insert(schema.account).values(VALUES))
        assert 0 == database.generation.number
        with pytest.raises(ZeroDivisionError):
            fail_in_a_transaction(database, feed.next_change)
        with database.write():
            pass
        assert 0 == database.generation.number
        with database.write() as connection:
            feed.next_change(connection)
            assert 0 == database.generation.number
        assert 1 == database.generation.number

    def test_a_change_that_cannot_be_announced_is_no_success(self, database: Database) -> None:
        """It is committed, and the poll will find it; but the answer must not promise what nobody knows."""
        assert isinstance(database.generation, Generation)
        database.generation.path.unlink()
        database.generation.path.mkdir()
        with pytest.raises(StoreUnavailable, match="generation"), database.write() as connection:
            feed.next_change(connection)
        with database.read() as connection:
            assert 1 == connection.execute(select(schema.feed.c.change)).scalar_one()

    def test_the_child_of_a_fork_has_connections_of_its_own(self, url: str) -> None:
        """Both go on; neither touches the other's."""
        script = """
import os, sys
from sqlalchemy import select
from hardtack.store import Database, RevocationTable, feed, schema
database = Database.connect(sys.argv[1])
database.migrate()
table = RevocationTable(database)
table.refresh()
with database.write() as connection:
    feed.next_change(connection)
child = os.fork()
if child == 0:
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=2**31)
    os._exit(0 if table.verdict(b"l" * 16, bytes(16), 1, 0, 0) == "revoked" else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
with database.write() as connection:
    feed.next_change(connection)
with database.read() as connection:
    number = connection.execute(select(schema.feed.c.change)).scalar_one()
print(status, number, table.verdict(b"l" * 16, bytes(16), 1, 0, 0))
database.close()
"""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, url], capture_output=True, text=True, check=False
        )
        assert ("0 3 revoked\n", "") == (done.stdout, done.stderr)

    def test_a_closed_database_opens_again_when_it_is_used(self, database: Database) -> None:
        """Closing lets go of the connections, no more."""
        database.close()
        assert [] == names(database)


def test_a_failure_that_the_table_does_not_know_is_one_line_too(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails cannot be had for a test, so its error is raised by hand."""

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(sqlite, "_prepare", fail)
    assert "SQLite could not read or write it" in refusal(url).problem
