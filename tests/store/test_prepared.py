"""Statements that are compiled once and given to the driver itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, event, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hardtack.store import Database, StoreUnavailable
from hardtack.store.prepared import Prepared
from hardtack.store.schema import spent

PUT_IN = Prepared(insert(spent), ["mark", "until"])
ALL = Prepared(select(spent).order_by(spent.c.until))
LATER = Prepared(update(spent).where(spent.c.until > bindparam("after")).values(until=7))
MARKS = [bytes([number]) * 32 for number in range(3)]


def put_in(database: Database, *untils: int) -> None:
    """Make rows."""
    with database.write() as connection:
        PUT_IN.run_each(connection, [{"mark": MARKS[until], "until": until} for until in untils])


def test_rows_have_the_names_of_the_columns(database: Database) -> None:
    """All of them, the first, and none."""
    with database.read() as connection:
        assert None is ALL.first(connection, {})
    put_in(database, 0, 1, 2)
    with database.read() as connection:
        assert [(MARKS[until], until) for until in range(3)] == [(r.mark, r.until) for r in ALL.rows(connection, {})]
        assert (MARKS[0], 0) == ALL.first(connection, {})


def test_a_change_says_how_many_rows_it_was(database: Database) -> None:
    """With what is part of the statement as well as what is given."""
    put_in(database, 0, 1, 2)
    with database.write() as connection:
        assert 2 == LATER.run(connection, {"after": 0})
        assert [0, 7, 7] == [row.until for row in ALL.rows(connection, {})]


def test_a_value_that_is_missing_is_never_a_null(database: Database) -> None:
    """A mistake of ours is found at once."""
    with database.write() as connection, pytest.raises(KeyError):
        PUT_IN.run(connection, {"mark": MARKS[0]})


def test_a_reader_is_in_a_transaction_from_the_first_statement_on(database: Database) -> None:
    """It sees one state, as with any other statement."""
    with database.read() as connection:
        assert [] == ALL.rows(connection, {})
        put_in(database, 0)
        assert [] == ALL.rows(connection, {})


def test_whoever_listens_hears_of_it(database: Database, engine: str) -> None:
    """Nothing runs that a test or a trace of the engine would not see."""
    heard: list[tuple[str, Any, bool]] = []

    def note(*given: Any) -> None:
        heard.append((given[2].split()[0], given[3], given[5]))

    event.listen(database._engine, "before_cursor_execute", note)
    put_in(database, 0, 1)
    with database.write() as connection:
        LATER.run(connection, {"after": 0})
    positional = [("INSERT", [(MARKS[0], 0), (MARKS[1], 1)], True), ("UPDATE", (7, 0), False)]
    named = [
        ("INSERT", [{"mark": MARKS[0], "until": 0}, {"mark": MARKS[1], "until": 1}], True),
        ("UPDATE", {"until": 7, "after": 0}, False),
    ]
    assert (positional if engine == "sqlite" else named) == heard


def test_a_failure_is_the_drivers_without_a_value(database: Database, engine: str) -> None:
    """A broken constraint is told apart, and no error's text or cause shows what was given."""
    put_in(database, 0)
    with pytest.raises(IntegrityError) as caught, database.write() as connection:
        PUT_IN.run(connection, {"mark": MARKS[0], "until": 4711})
    assert "4711" not in f"{caught.value}{caught.value!r}{caught.value.__cause__}"
    nowhere = Prepared(select(func.no_such_function(bindparam("secret"))))
    with pytest.raises(DBAPIError) as failed, database._engine.connect() as connection:
        nowhere.first(connection, {"secret": "hunter2"})
    assert "hunter2" not in f"{failed.value}{failed.value!r}{failed.value.__cause__}"
    with pytest.raises(StoreUnavailable) as refused, database.write() as connection:
        nowhere.first(connection, {"secret": "hunter2"})
    assert {"sqlite": "SQLITE_ERROR", "postgresql": "UndefinedFunction (42883)"}[engine] == refused.value.reason


def test_a_failure_at_a_later_row_is_the_same_failure(database: Database) -> None:
    """The statement has run, and the second row is one that the database cannot make."""
    least = -(2**63)
    with database.write() as connection:
        PUT_IN.run_each(connection, [{"mark": MARKS[0], "until": 1}, {"mark": MARKS[1], "until": least}])
    fails = Prepared(select(func.abs(spent.c.until).label("far")).order_by(spent.c.mark))
    for read in (fails.first, fails.rows):
        with pytest.raises(StoreUnavailable), database.write() as connection:
            read(connection, {})
    with database.write() as connection:
        assert 2 == len(ALL.rows(connection, {}))
