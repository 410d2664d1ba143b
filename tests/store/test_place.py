"""A database file that is moved away, deleted or replaced: nobody goes on with what they have open."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select

from hardtack.store import Database, DatabaseError, StoreUnavailable, place, schema

VALUES = {"name": "ada", "display_name": "Ada", "created": 1}


@pytest.fixture
def engine() -> str:
    """Only SQLite's database is a file."""
    return "sqlite"


def test_a_file_that_is_away_is_neither_read_nor_written_and_back_again_both(database: Database) -> None:
    """The same connections go on, since it is the same file."""
    away = database.path.with_name("away")
    with database.write() as connection:
        connection.execute(insert(schema.account).values(VALUES))
    database.path.rename(away)
    for transaction in (database.read, database.write):
        with pytest.raises(StoreUnavailable, match="is gone"), transaction():
            raise AssertionError("there is no transaction")
    away.rename(database.path)
    with database.read() as connection:
        assert ["ada"] == list(connection.execute(select(schema.account.c.name)).scalars())


def test_attack_10_what_was_written_into_a_file_that_went_meanwhile_is_no_success(database: Database) -> None:
    """It is in a file that nobody will find."""

    def write() -> None:
        with database.write() as connection:
            connection.execute(insert(schema.account).values(VALUES))
            database.path.unlink()

    with pytest.raises(StoreUnavailable, match="is gone"):
        write()


def test_another_file_in_its_place_is_not_taken_for_it(database: Database) -> None:
    """Even where it is a database of ours."""
    other = database.path.with_name("other")
    other.write_bytes(database.path.read_bytes())
    other.rename(database.path)
    with pytest.raises(StoreUnavailable, match="another file"), database.read():
        raise AssertionError("there is no transaction")


def test_where_there_must_be_a_database_none_is_made(tmp_path: Path) -> None:
    """One line and a hint."""
    with pytest.raises(DatabaseError, match="is gone") as caught:
        place.require(tmp_path / "hardtack.db")
    assert "put it back" in caught.value.hint
    (tmp_path / "hardtack.db").touch()
    place.require(tmp_path / "hardtack.db")
