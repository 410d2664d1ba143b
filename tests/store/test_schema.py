"""The tables and the revisions that make them are the same thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, select
from sqlalchemy.exc import IntegrityError

from hardtack.store import Database, compared, schema
from hardtack.store.database import alembic_configuration


@pytest.fixture
def engine() -> str:
    """What is looked at here is SQLite's."""
    return "sqlite"


CREATED = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"


def test_autogenerate_finds_nothing_to_change(database: Database) -> None:
    """A migrated database is what the metadata says."""
    with database.read() as connection:
        assert () == compared.differences(connection)


def test_the_statements_are_the_same_to_the_letter(database: Database, tmp_path: Path) -> None:
    """Autogenerate overlooks constraints, STRICT and the like; SQLite's own record of the statements does not."""
    engine = create_engine(f"sqlite:///{tmp_path}/other.db")
    with engine.begin() as connection:
        schema.metadata.create_all(connection)
        expected = {name: _parts(sql) for name, sql in connection.exec_driver_sql(CREATED)}
    engine.dispose()
    with database.read() as connection:
        migrated = {name: _parts(sql) for name, sql in connection.exec_driver_sql(CREATED)}
    del migrated[schema.VERSION_TABLE]
    assert expected == migrated


def _parts(sql: str) -> list[str]:
    """Return the pieces of a statement, whatever their order: constraints and added columns may come in any."""
    # A column that was added to a table without constraints stands before its closing parenthesis, on the same line.
    sql = re.sub(r"(?<=[A-Z])\)\n", "\n)\n", sql)
    pieces = re.split(r"\n|, (?=CONSTRAINT |[a-z_]+ (?:INTEGER|TEXT|BLOB))", sql)
    return sorted(piece.strip().rstrip(",") for piece in pieces if piece.strip(" ,\n\t"))


def test_the_present_revision_is_the_head(database: Database) -> None:
    """``schema.REVISION`` is the last revision there is, and there is one line of them."""
    with database.read() as connection:
        script = ScriptDirectory.from_config(alembic_configuration(connection))
        assert [schema.REVISION] == script.get_heads()


def test_the_feed_begins_at_zero(database: Database) -> None:
    """The first change takes number 1."""
    with database.read() as connection:
        assert 0 == connection.execute(select(schema.feed.c.change)).scalar_one()


def test_an_account_number_is_never_used_again(database: Database) -> None:
    """A cookie names its account by number, so a number must not come back with another owner."""
    values = {"name": "ada", "display_name": "Ada", "created": 1}
    with database.write() as connection:
        first = connection.execute(insert(schema.account).values(values)).inserted_primary_key
        connection.execute(schema.account.delete())
        second = connection.execute(insert(schema.account).values(values)).inserted_primary_key
    assert (1,) == tuple(first or ())
    assert (2,) == tuple(second or ())


def test_a_value_of_the_wrong_type_is_refused(database: Database) -> None:
    """The tables are STRICT."""
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO account (name, display_name, created) VALUES ('a', 'a', 'noon')")
