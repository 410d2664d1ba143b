"""A database of a PostgreSQL server: one writer for all nodes, what is said when something is wrong, and what ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, insert, select, text
from sqlalchemy.exc import IntegrityError

from hardtack.errors import MisuseError
from hardtack.store import AccountRows, Database, DatabaseError, StoreUnavailable, compared, directory, feed, schema
from hardtack.store import postgres as module
from hardtack.store.accounts import NameIsTaken
from hardtack.store.driver import Driver
from hardtack.store.generation import Generation, PrivateGeneration
from tests import postgres

NOW = 1_800_000_000
VALUES = {"name": "ada", "display_name": "Ada", "created": 1}


@pytest.fixture
def engine() -> str:
    """What is looked at here is PostgreSQL's."""
    return "postgresql"


@pytest.fixture
def other(url: str, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same database, opened on another node."""
    opened = Database.connect(url, folder=tmp_path_factory.mktemp("other"))
    yield opened
    opened.close()


@pytest.fixture
def empty() -> Iterator[str]:
    """A database in which there is nothing yet."""
    with postgres.database(migrated=False) as url:
        yield url


def superuser(url: str) -> psycopg.Connection[tuple[object, ...]]:
    """Return a connection of the superuser to the database at *url*."""
    return postgres.server().superuser(urlsplit(url).path[1:])


def refusal(url: str) -> DatabaseError:
    """Return what is said of the database at *url*, which cannot be used."""
    with pytest.raises(DatabaseError) as caught:
        migrate(url)
    assert "\n" not in caught.value.problem
    assert caught.value.hint
    return caught.value


def migrate(url: str) -> None:
    """Do what every start does."""
    database = Database.connect(url)
    try:
        database.migrate()
    finally:
        database.close()


def shown(connection: Connection, *names: str) -> list[str]:
    """Return settings of the server as the transaction has them."""
    return [str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in names]


def names(database: Database) -> list[str]:
    """Return the names of the accounts."""
    with database.read() as connection:
        return list(connection.execute(select(schema.account.c.name)).scalars())


def write(database: Database, work: Callable[[Connection], object]) -> None:
    """Do *work* in a transaction."""
    with database.write() as connection:
        work(connection)


def next_change(database: Database) -> None:
    """Take a number from the feed."""
    write(database, feed.next_change)


def write_while(database: Database, meanwhile: Callable[[], object]) -> None:
    """Add an account, and do something else before that is committed."""
    with database.write() as connection:
        connection.execute(insert(schema.account).values(VALUES))
        meanwhile()


def catalogue(connection: Connection) -> list[tuple[str, ...]]:
    """Return everything that the server knows of the tables, in an order of its own."""
    asked = """
        SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || coalesce(column_default, '') || ' ' || coalesce(collation_name, '') || ' '
            || coalesce(identity_generation, '')
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
        ORDER BY 1, 2, 3
    """
    return [tuple(row) for row in connection.exec_driver_sql(asked)]


def end_sessions(url: str) -> None:
    """Let the server end every connection but this one, as when it is started anew."""
    with superuser(url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class TestTransactions:
    """read and write."""

    def test_each_kind_is_what_is_promised(self, database: Database) -> None:
        """A writer sees what is committed before each statement; a reader sees one state and changes nothing."""
        kind = ("transaction_isolation", "transaction_read_only")
        with database.read() as connection:
            assert ["repeatable read", "on"] == shown(connection, *kind)
        with database.write() as connection:
            assert ["read committed", "off"] == shown(connection, *kind)
            bounds = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            assert ["30s", "5s", "10s"] == shown(connection, *bounds)

    def test_a_commit_is_on_the_disk_unless_it_is_worth_nothing_alone(self, database: Database, url: str) -> None:
        """Whatever the server is told, and whatever the transaction before it was."""
        found = []
        for lasting in (True, False, True):
            with database.write(lasting=lasting) as connection:
                found += shown(connection, "synchronous_commit")
        assert ["on", "off", "on"] == found
        with superuser(url) as connection:
            connection.execute(f"ALTER ROLE {postgres.OWNER} SET synchronous_commit = off")
        try:
            again = Database.connect(url)
            with again.write() as writing:
                assert ["on"] == shown(writing, "synchronous_commit")
            again.close()
        finally:
            with superuser(url) as connection:
                connection.execute(f"ALTER ROLE {postgres.OWNER} RESET synchronous_commit")

    def test_one_writes_at_a_time_whatever_the_node(self, database: Database, other: Database) -> None:
        """Whoever looks and then writes loses nothing to another node."""

        def add(opened: Database) -> None:
            for _ in range(20):
                with opened.write() as connection:
                    number = connection.execute(select(schema.feed.c.change)).scalar_one()
                    connection.execute(schema.feed.update().values(change=number + 1))

        threads = [threading.Thread(target=add, args=(each,)) for each in (database, other, database, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as connection:
            assert 80 == connection.execute(select(schema.feed.c.change)).scalar_one()

    def test_what_was_committed_while_a_writer_waited_is_seen_by_its_first_statement(
        self, database: Database, other: Database
    ) -> None:
        """The lock comes before the snapshot."""
        begun, found = threading.Event(), []

        def look() -> None:
            begun.set()
            with other.write() as connection:
                found.append(connection.execute(select(schema.feed.c.change)).scalar_one())

        waiting = threading.Thread(target=look)
        with database.write() as connection:
            waiting.start()
            begun.wait(10)
            feed.next_change(connection)
        waiting.join()
        assert [1] == found

    def test_a_node_that_writes_for_too_long_is_a_503_for_the_others(
        self, database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With Retry-After; and the next one goes on."""
        monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.05)
        with database.write(), pytest.raises(StoreUnavailable) as caught, other.write():
            raise AssertionError("there is no transaction")
        assert "LockNotAvailable (55P03)" == caught.value.reason
        with other.write() as connection:
            assert 1 == feed.next_change(connection)

    def test_a_node_that_stops_in_the_middle_lets_the_others_go_on(
        self, database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The server ends a transaction in which nothing happens, and nothing of it was written."""
        with other.write() as connection:
            # What the connection was told when it was made, for less than ten seconds.
            connection.exec_driver_sql("SET idle_in_transaction_session_timeout = '50ms'")
        with pytest.raises(StoreUnavailable):
            write_while(other, lambda: next_change(database))
        assert [] == names(database)

    def test_a_statement_that_failed_is_never_told_as_a_commit(self, database: Database) -> None:
        """The server would roll back and say nothing, where somebody went on after an error."""

        def go_on(connection: Connection) -> None:
            with suppress(IntegrityError):
                connection.execute(insert(schema.account), [VALUES, VALUES])

        with pytest.raises(StoreUnavailable, match="a statement failed"):
            write(database, go_on)
        assert [] == names(database)

    def test_a_commit_whose_answer_is_lost_is_no_success_and_is_announced(
        self, database: Database, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody knows whether it happened, so whoever is signed in is looked at anew."""
        real = database._part.before_commit

        def cut(connection: Connection) -> None:
            real(connection)
            end_sessions(url)

        # There is no other way to that moment.
        monkeypatch.setattr(database._part, "before_commit", cut)
        with pytest.raises(StoreUnavailable):
            next_change(database)
        monkeypatch.undo()
        assert 1 == database.generation.number
        with database.write() as connection:
            assert 1 == feed.next_change(connection)

    def test_a_commit_whose_answer_is_lost_with_the_server_costs_nobody_their_trust(
        self, database: Database, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where nobody can look anew, to say that something is new would only refuse everybody; the poll finds it."""
        real = database._part.before_commit
        with superuser(url) as connection:
            name = connection.info.dbname

        def cut(connection: Connection) -> None:
            real(connection)
            with postgres.server().superuser() as elsewhere:
                elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
                elsewhere.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", (name,)
                )

        monkeypatch.setattr(database._part, "before_commit", cut)
        try:
            with pytest.raises(StoreUnavailable):
                next_change(database)
        finally:
            with postgres.server().superuser() as elsewhere:
                elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert 0 == database.generation.number

    @pytest.mark.parametrize("times", [1, 2])
    def test_a_server_that_was_started_anew_costs_nobody_a_request(
        self, database: Database, url: str, times: int
    ) -> None:
        """A connection that it has closed is found out before it is used."""
        for _ in range(times):
            with database.write() as connection:
                feed.next_change(connection)
            assert [] == names(database)
            end_sessions(url)
        with database.write() as connection:
            assert times + 1 == feed.next_change(connection)
        end_sessions(url)
        assert [] == names(database)

    def test_connections_that_are_all_in_use_are_a_503(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A node takes so many of the server's and no more."""
        monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.05)
        database = Database.connect(url)
        readers = [database.read() for _ in range(module.KEPT + module.MORE)]
        for reader in readers:
            reader.__enter__()
        with pytest.raises(StoreUnavailable) as caught, database.read():
            raise AssertionError("there is no connection")
        for reader in readers:
            reader.__exit__(None, None, None)
        database.close()
        assert "connections are in use" == caught.value.reason

    def test_an_error_shows_no_value(self, database: Database) -> None:
        """The server's own texts would: the detail of a broken constraint, a text that is no number."""
        with database.write() as connection:
            connection.execute(insert(schema.account).values({**VALUES, "name": "hunter2"}))
        with pytest.raises(IntegrityError) as broken, database.write() as connection:
            connection.execute(insert(schema.account).values({**VALUES, "name": "hunter2"}))
        cause = broken.value.__cause__
        assert "hunter2" not in f"{broken.value}{broken.value!r}{cause}{cause!r}"
        assert "uq_account_name" in str(cause)
        with pytest.raises(StoreUnavailable) as refused, database.read() as connection:
            connection.execute(text("SELECT CAST(:given AS integer)"), {"given": "hunter2"})
        cause = refused.value.__cause__
        assert "hunter2" not in f"{refused.value!r}{cause}{cause!r}{refused.value.detail}"
        assert "InvalidTextRepresentation (22P02)" == refused.value.reason

    def test_the_child_of_a_fork_has_connections_of_its_own(self, url: str) -> None:
        """Both go on, also after the child has ended in order, and neither touches the other's."""
        script = """
import os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of every fork beside a thread
from hardtack.store import Database, RevocationTable, feed
database = Database.connect(sys.argv[1])
table = RevocationTable(database)
table.start_polling(60)
with database.write() as connection:
    feed.next_change(connection)
child = os.fork()
if child == 0:
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=1, until=2**31)
    good = table.verdict(b"l" * 16, bytes(16), 1, 0, 0) == "revoked" and table._listener is not None
    table.stop_polling()
    database.close()
    sys.exit(0 if good else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
with database.write() as connection:
    number = feed.next_change(connection)
print(status, number, table.verdict(b"l" * 16, bytes(16), 1, 0, 0))
table.stop_polling()
database.close()
"""
        done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=False)
        assert ("0 3 revoked\n", "") == (done.stdout, done.stderr)


class TestWhatItIs:
    """The same as on SQLite, where engines differ by themselves."""

    def test_names_are_in_the_order_of_their_code_points(self, database: Database) -> None:
        """And so are pages of them and what begins with a prefix, whatever the server's language."""
        made = ["Zoe", "ada", "zoe", "\N{LATIN SMALL LETTER E WITH ACUTE}va", "王", "\U0001f600"]
        with database.write() as connection:
            for name in reversed(made):
                values = {"name": name, "forms": [name], "display_name": name, "password_hash": "x", "now": NOW}
                AccountRows().insert(connection, **values)  # type: ignore[arg-type] # by name
        with database.read() as connection:
            assert sorted(made) == made == [each.name for each in AccountRows().all(connection)]
            assert ["zoe"] == [each.name for each in directory.page(connection, prefix="z", limit=9)]
            after = directory.page(connection, after="zoe", limit=9)
            assert made[3:] == [each.name for each in after]
            collations = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE data_type = 'text'"
            mine = f"{collations} AND table_schema = 'public' AND table_name <> '{schema.VERSION_TABLE}'"
            assert ["C"] == list(connection.exec_driver_sql(mine).scalars())

    def test_a_name_that_is_taken_is_taken(self, database: Database) -> None:
        """The transaction is given up, and says so."""
        values = {"name": "ada", "forms": ["ada"], "display_name": "Ada", "password_hash": "x", "now": NOW}
        for name in ("ada", "eve"):
            with database.write() as connection:
                AccountRows().insert(connection, **{**values, "name": name, "forms": [name]})  # type: ignore[arg-type]
        with pytest.raises(NameIsTaken), database.write() as connection:
            AccountRows().insert(connection, **{**values, "name": "bob", "forms": ["bob", "ada"]})  # type: ignore[arg-type]
        assert ["ada", "eve"] == sorted(names(database))

    def test_a_number_is_never_given_twice(self, database: Database) -> None:
        """A cookie names its account by number."""
        with database.write() as connection:
            first = connection.execute(insert(schema.account).values(VALUES)).inserted_primary_key
            connection.execute(schema.account.delete())
            second = connection.execute(insert(schema.account).values(VALUES)).inserted_primary_key
        assert [(1,), (2,)] == [tuple(each or ()) for each in (first, second)]

    def test_a_generation_is_shared_in_the_data_folder_and_private_without_one(
        self, database: Database, url: str, tmp_path: Path
    ) -> None:
        """A folder that is not there is not made."""
        generation = database.generation
        assert isinstance(generation, Generation)
        assert (tmp_path / "hardtack.generation", 0o600) == (generation.path, generation.path.stat().st_mode & 0o777)
        for folder in (None, tmp_path / "nowhere"):
            alone = Database.connect(url, folder=folder)
            assert isinstance(alone.generation, PrivateGeneration)
            with alone.write() as connection:
                feed.next_change(connection)
            assert (1, 0) == (alone.generation.number, database.generation.number)
            alone.close()
        assert not (tmp_path / "nowhere").exists()
        with pytest.raises(AttributeError):
            _ = database.path


class TestMigrating:
    """The schema, brought up to date by whoever comes first."""

    def test_several_processes_may_migrate_at_once(self, empty: str) -> None:
        """All find the same tables; none fails because another was there."""
        script = (
            "import sys; from hardtack.store import Database\n"
            "database = Database.connect(sys.argv[1]); database.migrate(); database.check(); database.close()"
        )
        command = [sys.executable, "-W", "error", "-c", script, empty]
        running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        assert [("", 0)] * 2 == [(process.communicate(timeout=120)[1], process.returncode) for process in running]

    def test_the_revisions_make_what_the_metadata_says(self, database: Database, empty: str) -> None:
        """Column by column with type, default, collation and identity, index by index, constraint by constraint."""
        with database.read() as connection:
            assert () == compared.differences(connection)
            migrated = [row for row in catalogue(connection) if row[1] != schema.VERSION_TABLE]
        made = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(empty))
        with made.begin() as connection:
            schema.metadata.create_all(connection)
            assert migrated == catalogue(connection)
        made.dispose()
        assert 200 < len(migrated)

    def test_no_node_writes_while_the_schema_changes(
        self, database: Database, empty: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever comes then gets a 503 and no half of a schema."""
        monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.05)
        with database._part.migrating(database._engine) as connection:
            assert ["on"] == shown(connection, "synchronous_commit")
            with pytest.raises(StoreUnavailable), database.write():
                raise AssertionError("there is no transaction")

    def test_an_earlier_schema_is_named_by_check_and_mended_by_migrate(self, empty: str) -> None:
        """``check`` changes nothing; migrating twice neither."""
        database = Database.connect(empty)
        with pytest.raises(DatabaseError, match="earlier version"):
            database.check()
        assert None is database.revision()
        for _ in range(2):
            database.migrate()
            database.check()
        assert schema.REVISION == database.revision()
        database.close()

    def test_a_later_schema_is_left_alone(self, database: Database, url: str) -> None:
        """A downgrade of the program must not touch what it does not know."""
        with database.write() as connection:
            connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
        assert f"the database {database.says} was made by a later version" == refusal(url).problem
        with pytest.raises(DatabaseError, match="later version"):
            database.check()


class TestWhatCannotBeOpened:
    """Each is one line and a hint, never a traceback, and never a password."""

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            ("/nowhere?", "no connection: "),
            ("//ada@", "no connection: "),
        ],
    )
    def test_what_is_not_there(self, url: str, change: str, problem: str) -> None:
        """A database, a user."""
        if change.endswith("?"):
            wrong = f"{url.partition('@')[0]}@{change}{url.partition('?')[2]}"
        else:
            wrong = url.replace(f"//{postgres.OWNER}@", "//ada:hunter2@")
        said = refusal(wrong)
        assert problem in said.problem
        assert "does not exist" in said.problem
        assert "hunter2" not in f"{said.problem}{said.hint}"

    def test_a_server_that_is_not_there(self, tmp_path: Path) -> None:
        """No socket, no port."""
        for place in (f"/x?host={tmp_path}", "127.0.0.1:1/x"):
            url = f"postgresql://ada:hunter2@{place}"
            said = refusal(url)
            assert "no connection: " in said.problem
            assert "see whether the server runs, and whom it lets in" == said.hint
            assert "hunter2" not in said.problem

    def test_another_programs_database(self, empty: str) -> None:
        """Even where it has a table of the same name as ours; nothing is changed."""
        with superuser(empty) as connection:
            connection.execute("CREATE TABLE schema_version (version_num text)")
        assert "belongs to another program" in refusal(empty).problem
        with superuser(empty) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert (1,) == found

    def test_a_user_who_may_make_no_tables(self, empty: str) -> None:
        """The database belongs to somebody else."""
        with superuser(empty) as connection:
            connection.execute("ALTER SCHEMA public OWNER TO postgres; REVOKE ALL ON SCHEMA public FROM PUBLIC")
            connection.execute(f"GRANT USAGE ON SCHEMA public TO {postgres.OWNER}")
            connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO postgres")
        said = refusal(empty)
        assert ("this user may not change it" in said.problem, "own the database" in said.hint) == (True, True)

    def test_an_old_server(self, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told before anything is made."""
        monkeypatch.setattr(module, "MINIMUM", (99,))
        said = refusal(empty)
        assert ("is too old" in said.problem, "use PostgreSQL 99 or later") == (True, said.hint)

    def test_no_schema_for_this_user(self, empty: str) -> None:
        """There would be no place for the tables."""
        assert "has no schema for this user" in refusal(f"{empty}&options=-csearch_path%3Dnowhere").problem

    def test_text_that_is_not_kept_as_utf_8(self) -> None:
        """Names of all the world would not fit."""
        with postgres.server().superuser() as connection:
            connection.execute(
                f"CREATE DATABASE latin OWNER {postgres.OWNER} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
            )
        try:
            assert "keeps text as SQL_ASCII" in refusal(postgres.server().url("latin")).problem
        finally:
            postgres.server().drop("latin")

    def test_a_database_that_can_only_be_read(self, empty: str) -> None:
        """As of a standby."""
        with superuser(empty) as connection:
            connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on")
        migrate(empty)  # a setting, which the transaction overrules; a standby cannot be overruled
        opened = Database.connect(empty)
        assert schema.REVISION == opened.revision()
        opened.close()

    def test_a_migration_that_holds_the_lock_for_too_long(self, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not waited for without an end."""
        monkeypatch.setattr(module, "MIGRATION", 1)
        with superuser(empty) as connection:
            connection.execute(f"SELECT pg_advisory_lock({module.LOCKS}, {module.MIGRATING})")
            assert "another process is holding it" in refusal(empty).problem


def test_what_is_no_url_of_ours_never_gets_that_far() -> None:
    """It is the programmer's or the operator's mistake."""
    with pytest.raises(MisuseError):
        Database.connect("postgresql://ada:hunter2@db.example/hardtack")


def test_a_private_generation_is_the_child_s_own() -> None:
    """What a forked child changes its parent does not see, since both look for themselves."""
    script = """
import os
from hardtack.store.generation import PrivateGeneration
generation = PrivateGeneration()
generation.advance()
child = os.fork()
if child == 0:
    generation.advance()
    os._exit(generation.number)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), generation.number, generation.follow())
with generation.lock():
    pass
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert ("2 1 False\n", "") == (done.stdout, done.stderr)


def test_a_server_that_hangs_is_waited_for_no_longer_than_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its machine answers for it, so that no limit of the network ever passes; the connection is not used again."""
    monkeypatch.setattr(Driver, "silence", 0.2)
    database = Database.connect(url)
    with database.read() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable), database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
        with database.read() as connection:
            assert backend != connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    finally:
        os.kill(backend, signal.SIGCONT)
    database.close()
