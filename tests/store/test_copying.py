"""A database copied into one of the other engine: nothing is lost, and whatever stops the copy is gone on with."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, insert, inspect, select, text, update

from hardtack.login import Accounts
from hardtack.seal import Keyring
from hardtack.store import (
    AccountRows,
    Database,
    DatabaseError,
    RevocationTable,
    StoreUnavailable,
    copying,
    feed,
    schema,
    summed,
    unfinished,
)
from tests import empty, every_table, postgres

TABLES = schema.metadata.sorted_tables
MANY = 40
NEW = {"display_name": "New", "created": 1}
EVENT = {"at": 1, "client": "", "reason": "", "factors": ""}

KILLED = """
import os, signal, sys
from hardtack.store import Database, copying, pouring, summed

summed.BATCH = 10
source, target, *places = sys.argv[1:]
put = pouring._Postgres.put

def dies(place):
    def told(step, table, done, number):
        if place == f"{step} {table} {done}":
            os.kill(os.getpid(), signal.SIGKILL)

    def put_and_die(self, connection, table, rows):
        put(self, connection, table, rows)
        told("put", table.name, rows[-1][0], 0)

    pouring._Postgres.put = put_and_die
    copying.copy(Database.connect(source), Database.connect(target), told)

for place in places:
    child = os.fork()
    if not child:
        dies(place)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Copies again and again, killed at another place each time."""


class Told:
    """Remembers what was told, and does something the first time that a step was done with rows of a table."""

    def __init__(self, **then: Callable[[], object]) -> None:
        self.said: list[tuple[str, str, int, int]] = []
        self._then = then

    def __call__(self, step: str, table: str, done: int, number: int) -> None:
        """Take a sign of progress."""
        self.said.append((step, table, done, number))
        self._then.pop(f"{step}_{table}", lambda: None)()

    def of(self, step: str, table: str) -> list[int]:
        """Return how many rows were told of, one time after the other."""
        return [done for what, which, done, _ in self.said if (what, which) == (step, table)]


class Stopped(BaseException):
    """What ends a copy in the middle, as an interruption does."""


def stop() -> None:
    """End the copy."""
    raise Stopped


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are several batches."""
    monkeypatch.setattr(summed, "BATCH", 10)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file, migrated and empty."""
    empty.put(tmp_path / "source.db")
    opened = Database.connect(f"sqlite:///{tmp_path}/source.db")
    yield opened
    opened.close()


@pytest.fixture
def url() -> Iterator[str]:
    """Where the target is: a database of PostgreSQL, migrated and empty."""
    url = postgres.shared()
    yield url
    superuser(f"DROP TABLE IF EXISTS {unfinished.TABLE}")


@pytest.fixture
def target(url: str) -> Iterator[Database]:
    """The target."""
    opened = Database.connect(url)
    yield opened
    opened.close()


@pytest.fixture
def crowd(source: Database) -> Database:
    """The source with many accounts, and something that points to them."""
    numbers = range(1, MANY + 1)
    write(
        source,
        insert(schema.account).values([{**NEW, "name": f"n{number}"} for number in numbers]),
        insert(schema.name_form).values([{"form": f"n{number}", "account_id": number} for number in numbers]),
    )
    return source


def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order of its own."""
    with database.read() as connection:
        found = {table.name: connection.execute(select(table)) for table in TABLES}
        return {name: sorted(map(tuple, rows), key=repr) for name, rows in found.items()}


def types(found: dict[str, list[tuple[Any, ...]]]) -> list[type]:
    """Return the type of each value."""
    return [type(value) for rows in found.values() for row in rows for value in row]


def copy(source: Database, target: Database, told: Told | None = None) -> dict[str, summed.Sum]:
    """Copy to the end."""
    return copying.copy(source, target, told or Told())


def stop_at(source: Database, target: Database, when: str) -> None:
    """Begin a copy, and end it where *when* is told for the first time."""
    with pytest.raises(Stopped):
        copy(source, target, Told(**{when: stop}))


def refused(source: Database, target: Database, told: Told | None = None) -> str:
    """Return why a copy is refused; there is always something that can be done."""
    with pytest.raises(DatabaseError) as caught:
        copy(source, target, told)
    assert caught.value.hint
    return f"{caught.value.problem}; {caught.value.hint}"


def write(database: Database, *statements: Any) -> None:
    """Run statements in one transaction."""
    with database.write() as connection:
        for each in statements:
            connection.execute(each)


def superuser(statement: str) -> None:
    """Do something to the target that is not ours to do."""
    with postgres.server().superuser(postgres._shared()) as connection:
        connection.execute(statement)


class TestWhole:
    """What a copy is."""

    def test_every_row_of_every_table_comes_over_and_back(
        self, source: Database, target: Database, tmp_path: Path
    ) -> None:
        """With the strangest values that a column may have, each of the type that it had."""
        every_table.fill(source)
        before = contents(source)
        assert {table.name for table in TABLES} == {name for name, rows in before.items() if rows}
        assert {int, str, bytes, type(None)} == set(types(before))
        there = copy(source, target)
        assert (before, types(before)) == (contents(target), types(contents(target)))
        assert {name: len(rows) for name, rows in before.items()} == {name: each.rows for name, each in there.items()}
        with closing(Database.connect(f"sqlite:///{tmp_path}/back.db")) as back:
            stop_at(target, back, "copied_audit")
            with pytest.raises(DatabaseError, match=f"only a part of {target.says}"):
                back.check()
            assert there == copy(target, back)
            assert (before, before) == (contents(back), contents(source))

    def test_no_table_is_forgotten(self, source: Database, target: Database) -> None:
        """What is copied is what the metadata has, and that is all that the databases have."""
        copied = copy(source, target)
        for database in (source, target):
            with database.read() as connection:
                assert {*copied, schema.VERSION_TABLE} == set(inspect(connection).get_table_names())
        assert all(table.primary_key.columns for table in TABLES)

    def test_the_sum_tells_values_apart_that_look_alike(self, source: Database) -> None:
        """Text from bytes, a missing one from an empty one, a number from its digits, an accent from another."""
        rows: list[dict[str, Any]] = [
            {"event": "1", "name_hash": b"1"},
            {"event": "1", "name_hash": b""},
            {"event": "1", "name_hash": None},
            {"event": "\u00e9", "name_hash": b"1"},
            {"event": "e\u0301", "name_hash": b"1"},
            {"event": "", "reason": "1"},
            {"event": "", "factors": "1"},
            {"event": "1", "account_id": 0},
            {"event": "1", "actor_id": 0},
        ]
        sums = set()
        for row in rows:
            write(source, delete(schema.audit), insert(schema.audit).values({**EVENT, **row, "id": 1}))
            with source.read() as connection:
                sums.add(summed.of(connection, schema.audit).digest)
        assert len(rows) == len(sums)

    def test_a_number_is_never_given_out_again(self, source: Database, target: Database, tmp_path: Path) -> None:
        """Not even that of a row which is gone; where none was given out, the first is 1."""
        account = schema.account
        write(source, insert(account).values(id=41, name="gone", **NEW), delete(account))
        write(source, insert(account).values(name="ada", **NEW))
        copy(source, target)
        write(target, insert(account).values(name="bob", **NEW), delete(account).where(account.c.name == "bob"))
        with closing(Database.connect(f"sqlite:///{tmp_path}/back.db")) as back:
            copy(target, back)
            for database, expected in ((source, 43), (target, 44), (back, 44)):
                with database.write() as connection:
                    made = connection.execute(insert(account).values(name="eve", **NEW)).inserted_primary_key
                    noted = connection.execute(insert(schema.audit).values(event="", **EVENT)).inserted_primary_key
                assert ((expected,), (1,)) == (tuple(made or ()), tuple(noted or ()))

    def test_attack_5_what_was_revoked_stays_revoked_and_changes_go_on_in_their_order(
        self, source: Database, target: Database
    ) -> None:
        """By lineage, by key and by epoch; the next change takes the next number."""
        with source.write() as connection:
            ada = AccountRows().insert(
                connection, name="ada", forms=["ada"], display_name="Ada", password_hash="", now=1
            )
            feed.revoke_lineage(connection, lineage=b"l" * 16, account_id=ada.id, until=2**31)
            feed.revoke_key(connection, key_id=b"keys", at=1)
            feed.raise_epoch(connection, ada.id)
            last = feed.next_change(connection)
        copy(source, target)
        table = RevocationTable(target)
        shown = [(b"l" * 16, 1), (b"o" * 16, 1), (b"o" * 16, 0)]
        assert ["revoked", "", "revoked"] == [table.verdict(one, bytes(16), ada.id, epoch, 0) for one, epoch in shown]
        with target.write() as connection:
            assert last + 1 == feed.next_change(connection)
            assert not feed.revoke_key(connection, key_id=b"keys", at=2)


class TestGoingOn:
    """A copy that was stopped."""

    def test_no_service_starts_on_half_of_it(self, crowd: Database, target: Database, url: str) -> None:
        """Whatever opens it is told what it is; an earlier version finds a revision that it does not know."""
        stop_at(crowd, target, "copied_name_form")
        starts = (target.check, target.migrate, lambda: Accounts.connect(url, keyring=Keyring.generate()))
        for start in starts:
            with pytest.raises(DatabaseError, match=f"holds only a part of {crowd.says}, whose copy was not") as caught:
                start()
            assert "run hardtack database copy again" in caught.value.hint
        present = target.revision()
        assert present not in (None, schema.REVISION)
        assert str(present) > schema.REVISION
        copy(crowd, target)
        target.check()

    @pytest.mark.parametrize(
        ("when", "accounts", "forms"),
        [("copied_account", 10, 0), ("copied_name_form", MANY, 10), ("compared_name_form", MANY, MANY)],
    )
    def test_it_goes_on_where_it_stopped(
        self, crowd: Database, target: Database, when: str, accounts: int, forms: int
    ) -> None:
        """What is there already is not copied once more."""
        stop_at(crowd, target, when)
        told = Told()
        copy(crowd, target, told)
        assert "resumed" == told.said[0][0]
        assert list(range(accounts + 10, MANY + 1, 10)) == told.of("copied", "account")
        assert list(range(forms + 10, MANY + 1, 10)) == told.of("copied", "name_form")
        assert contents(crowd) == contents(target)

    @pytest.mark.parametrize(
        ("change", "copied", "again"),
        [
            ("INSERT INTO account (name, display_name, created) VALUES ('late', 'Late', 2)", [41], []),
            ("UPDATE account SET password_hash = 'new' WHERE id = 5", [10, 20, 30, 40], [0]),
            ("DELETE FROM name_form WHERE account_id = 40; DELETE FROM account WHERE id = 40", [10, 20, 30, 39], [0]),
        ],
    )
    def test_what_has_changed_in_the_source_meanwhile_is_in_the_copy(
        self, crowd: Database, target: Database, change: str, copied: list[int], again: list[int]
    ) -> None:
        """More rows are added; where one differs or is gone, its table and those after it are copied anew."""
        stop_at(crowd, target, "compared_account")
        write(crowd, *map(text, change.split("; ")))
        told = Told()
        copy(crowd, target, told)
        assert (copied, again) == (told.of("copied", "account"), told.of("again", "account"))
        assert contents(crowd) == contents(target)

    def test_kill_9_at_any_moment_loses_nothing(self, crowd: Database, target: Database, url: str) -> None:
        """While it reads, within a transaction, after a commit, while it compares."""
        write(crowd, insert(schema.audit).values([{**EVENT, "event": f"{number}"} for number in range(MANY)]))
        crowd.close()
        target.close()
        places = (
            *("read account 10", "put account 10", "put account 30", "copied audit 20", "put feed 1"),
            *("put name_form n27", "copied name_form 40", "compared name_form 40"),
        )
        command = [sys.executable, "-c", KILLED, f"sqlite:///{crowd.path}", url, *places]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert [str(-signal.SIGKILL)] * len(places) == done.stdout.split(), done.stderr
        with pytest.raises(DatabaseError, match="not finished"):
            target.check()
        told = Told()
        copy(crowd, target, told)
        assert ([], []) == (told.of("copied", "account"), told.of("copied", "name_form"))
        target.check()
        assert contents(crowd) == contents(target)


class TestRefused:
    """What is no source, no target, or neither any more."""

    def test_a_target_that_holds_something_else(self, crowd: Database, target: Database, tmp_path: Path) -> None:
        """Rows, a copy of another database, or one by another version; nothing of that is touched."""
        write(target, insert(schema.counted).values(name="n", number=1, at=1))
        assert "is not empty: there are rows in counted" in refused(crowd, target)
        write(target, delete(schema.counted), update(schema.feed).values(change=1))
        assert "is not empty: there are rows in feed" in refused(crowd, target)
        write(target, update(schema.feed).values(change=0))
        stop_at(crowd, target, "copied_account")
        empty.put(tmp_path / "other.db")
        with closing(Database.connect(f"sqlite:///{tmp_path}/other.db")) as other:
            said = refused(other, target)
            assert f"an unfinished copy of {crowd.says}, and not of {other.says}" in said
        superuser(f"UPDATE {schema.VERSION_TABLE} SET version_num = 'copying-0001'")  # noqa: S608 - ours
        assert "an unfinished copy by another version" in refused(crowd, target)
        assert 10 == len(contents(target)["account"])

    def test_a_database_that_somebody_uses(self, crowd: Database, target: Database, url: str, tmp_path: Path) -> None:
        """Even one that does nothing at the moment, on either side."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hardtack.store.alone.WITHIN", 0)
            with closing(sqlite3.connect(crowd.path)) as other:
                other.execute("SELECT count(*) FROM account").fetchall()
                assert f"the database {crowd.says} is in use; stop whatever uses it" in refused(crowd, target)
            with psycopg.connect(url):
                assert f"the database {target.says} is in use" in refused(crowd, target)
            # Of another role, whose sessions show little more than what they call themselves.
            with psycopg.connect(url.replace("hardtack@", "postgres@", 1), application_name="hardtack"):
                assert f"the database {target.says} is in use" in refused(crowd, target)
            # As a service that was started while the source was read, and has found a database without any rows.
            early: list[psycopg.Connection[Any]] = []
            told = Told(read_name_form=lambda: early.append(psycopg.connect(url)))
            assert f"the database {target.says} is in use" in refused(crowd, target, told)
            early[0].close()
            assert [] == told.of("copied", "account")

    def test_nobody_writes_to_either_meanwhile(
        self, crowd: Database, target: Database, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The source's file belongs to the copy alone; whoever opened the target earlier gets no turn."""
        monkeypatch.setattr("hardtack.store.postgres.BUSY_TIMEOUT", 0.05)
        seen: list[str] = []

        def others() -> None:
            with closing(sqlite3.connect(crowd.path, timeout=0)) as other:
                for statement in ("SELECT 1 FROM account", "INSERT INTO counted VALUES ('n', 1, 1)"):
                    with pytest.raises(sqlite3.OperationalError, match="locked"):
                        other.execute(statement)
                    seen.append(statement)
            with closing(Database.connect(url)) as late, pytest.raises(StoreUnavailable):
                write(late, delete(schema.account))
            seen.append("late")

        copy(crowd, target, Told(copied_account=others))
        assert 3 == len(seen)
        assert contents(crowd) == contents(target)

    @pytest.mark.parametrize(
        ("value", "said"),
        [("CAST(x'610062' AS TEXT)", "display_name of {} holds a NUL"), ("CAST(x'61ff' AS TEXT)", "is no UTF-8")],
    )
    def test_text_that_postgresql_cannot_keep(self, crowd: Database, target: Database, value: str, said: str) -> None:
        """It is found before anything is copied, the hint finds its row, and no value is shown."""
        write(crowd, text(f"UPDATE account SET display_name = {value} WHERE id = 33"))  # noqa: S608 - ours
        found = refused(crowd, target)
        assert said.format(crowd.says) in found
        if "NUL" in said:
            statement = found.partition("find it by ")[2].partition(", put it right")[0]
            with crowd.read() as connection:
                assert [33] == [row.id for row in connection.execute(text(statement))]
        assert "\0" not in found
        target.check()
        assert [] == contents(target)["account"]

    def test_tables_that_are_not_ours_to_lose(self, source: Database, target: Database) -> None:
        """More than the metadata has would be left behind."""
        with closing(sqlite3.connect(source.path)) as connection:
            connection.execute("ALTER TABLE account ADD COLUMN mine TEXT")
        source.close()
        said = refused(source, target)
        assert f"the tables of {source.says} are not as they should be: account.mine is none of ours" in said

    def test_a_copy_that_is_not_what_it_was_made_of(self, crowd: Database, target: Database) -> None:
        """What the target makes of a value is noticed, and the mark stays until it is right."""
        shouts = "BEGIN NEW.form = upper(NEW.form); RETURN NEW; END"
        superuser(f"CREATE FUNCTION louder() RETURNS trigger AS '{shouts}' LANGUAGE plpgsql")
        superuser("CREATE TRIGGER louder BEFORE INSERT ON name_form FOR EACH ROW EXECUTE FUNCTION louder()")
        try:
            said = refused(crowd, target)
        finally:
            superuser("DROP FUNCTION louder CASCADE")
        assert f"the table name_form in {target.says} is not what it is in {crowd.says}; run this again" in said
        with pytest.raises(DatabaseError, match="not finished"):
            target.check()
        told = Told()
        copy(crowd, target, told)
        assert ([], [0]) == (told.of("copied", "account"), told.of("again", "name_form"))
        assert contents(crowd) == contents(target)

    def test_what_the_target_says_against_a_row_shows_no_value(self, crowd: Database, target: Database) -> None:
        """A rule that the source does not have; and a source that is of an earlier version."""
        superuser("ALTER TABLE account ADD CONSTRAINT quiet CHECK (name <> 'n7')")
        try:
            said = refused(crowd, target)
        finally:
            superuser("ALTER TABLE account DROP CONSTRAINT quiet")
        assert f"the database {target.says} cannot be used: " in said
        assert "n7" not in said
        write(crowd, text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0004'"))  # noqa: S608 - ours
        assert "earlier version; run hardtack database upgrade" in refused(crowd, target)
