"""A database that an earlier version made goes on with everything that it holds."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from hardtack.seal import Keyring
from hardtack.store import Database, DatabaseError, RevocationTable, SessionTable, SpentTable, schema
from hardtack.store.database import alembic_configuration


@pytest.fixture
def engine() -> str:
    """What is looked at here is SQLite's."""
    return "sqlite"


ROWS: dict[str, dict[str, Any]] = {
    "account": {"id": 7, "name": "ada", "display_name": "Ada", "epoch": 3, "change": 2, "created": 1},
    "name_form": {"form": "ada", "account_id": 7},
    "revocation": {"change": 1, "kind": "session", "subject": b"s" * 16, "account_id": 7, "until": 2**31},
    "throttle": {"key": b"k" * 32, "arrival": 5, "since": 4, "told": 1},
    "welcome": {"id": 1, "code_hash": b"h" * 32, "expires": 9},
    "audit": {"id": 1, "at": 1, "event": "sign-in", "client": "192.0.2.7", "reason": "", "factors": "password"},
}


def statement(name: str) -> str:
    """Return the INSERT of one row, without the columns that came later."""
    columns = ", ".join(ROWS[name])
    return f"INSERT INTO {name} ({columns}) VALUES ({', '.join(f':{column}' for column in ROWS[name])})"  # noqa: S608 - ours


@pytest.fixture
def first(url: str) -> Database:
    """A database of the first revision with a row in every table."""
    database = Database.connect(url)
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        command.upgrade(alembic_configuration(connection), "0001")
        connection.execute(text("UPDATE feed SET change = 2"))
        for name, row in ROWS.items():
            connection.execute(text(statement(name)), row)
    return database


def test_the_first_revision_is_brought_up_to_date_with_its_rows(first: Database) -> None:
    """Every value of every row, by a migration that is then done."""
    with pytest.raises(DatabaseError, match="earlier version"):
        first.check()
    first.migrate()
    first.check()
    with first.read() as connection:
        for name, row in ROWS.items():
            found = connection.execute(schema.metadata.tables[name].select()).mappings().one()
            assert row == {column: found[column] for column in row}
        foreign = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        assert ([], "ok") == (foreign, connection.exec_driver_sql("PRAGMA integrity_check").scalar())
    first.close()


def test_what_was_revoked_stays_revoked_and_what_is_new_works(first: Database) -> None:
    """An id that was over has no grace, the epoch counts, and the new tables take rows."""
    first.migrate()
    table = RevocationTable(first)
    assert "revoked" == table.verdict(bytes(16), b"s" * 16, 7, 3, 0)
    assert ["revoked", ""] == [table.verdict(bytes(16), b"o" * 16, 7, epoch, 0) for epoch in (2, 3)]
    with first.write() as connection:
        table.supersede(connection, session_id=b"o" * 16, account_id=7, at=100, until=1000)
    assert "superseded" == table.verdict(bytes(16), b"o" * 16, 7, 3, 100)
    assert SessionTable(first, Keyring.generate()).store(b"o" * 16, 0, b"values", 1000)
    assert [True, False] == [SpentTable(first).spend(b"m" * 32, 1000) for _ in range(2)]
    first.close()


def test_an_earlier_version_that_still_runs_can_go_on_writing(first: Database) -> None:
    """While servers are replaced one after another, the old ones write rows without the new column."""
    first.migrate()
    values = {**ROWS["revocation"], "change": 3, "subject": b"l" * 16}
    with first.write() as connection:
        connection.execute(text(statement("revocation")), values)
        connection.execute(text("UPDATE feed SET change = 3"))
    assert "revoked" == RevocationTable(first).verdict(b"l" * 16, bytes(16), 7, 3, 0)
    with first.read() as connection:
        assert [0, 0] == list(connection.execute(text("SELECT since FROM revocation")).scalars())
    first.close()
