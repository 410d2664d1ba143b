"""Pages of accounts, found by an index."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.event import listen

from hardtack.store import AccountRows, Database, directory
from hardtack.store.accounts import Account
from hardtack.store.directory import By
from tests.store.conftest import only_sqlite

NOW = 1_000_000


def add(database: Database, name: str, *, email: str | None = None, administrator: bool = False) -> Account:
    """Make an account."""
    with database.write() as connection:
        return AccountRows().insert(
            connection,
            name=name,
            forms=[name],
            display_name=name.title(),
            password_hash="x",
            administrator=administrator,
            email=email,
            email_canonical=email,
            now=NOW,
        )


def found(database: Database, **asked: Any) -> list[str]:
    """Return the names on a page."""
    with database.read() as connection:
        return [one.name for one in directory.page(connection, **{"limit": 100, **asked})]


def test_a_page_begins_where_the_one_before_it_ended(database: Database) -> None:
    """By name; nobody is left out and nobody comes twice."""
    names = ["ada", "adam", "bob", "bo", "李雷", "zoe", "Ångström".casefold()]
    for name in names:
        add(database, name)
    pages, after = [], ""
    while one := found(database, after=after, limit=2):
        pages += one
        after = one[-1]
    assert sorted(names) == pages
    assert ["ada", "adam"] == found(database, prefix="ada")
    assert ["adam"] == found(database, prefix="ada", after="ada")
    assert ["李雷"] == found(database, prefix="李")
    assert [] == found(database, prefix="adb")


def test_addresses_are_searched_by_their_beginnings_too(database: Database) -> None:
    """In their own order; whoever has none is not among them."""
    add(database, "ada", email="zebra@example.org")
    add(database, "bob", email="anna@example.org")
    add(database, "eve")
    assert ["bob", "ada"] == found(database, by="address")
    assert ["ada"] == found(database, by="address", prefix="zeb")
    assert ["ada"] == found(database, by="address", after="anna@example.org")


def test_a_closed_account_is_on_no_page_but_keeps_its_name(database: Database) -> None:
    """The trail still says who it was."""
    gone = add(database, "ada", email="ada@example.org")
    bob = add(database, "bob")
    with database.write() as connection:
        AccountRows().close(connection, gone.id, NOW)
    assert ["bob"] == found(database)
    with database.read() as connection:
        assert {gone.id: "ada", bob.id: "Bob"} == directory.names(connection, [gone.id, bob.id, bob.id, 99])
        assert {} == directory.names(connection, [])


@pytest.mark.parametrize("by", ["name", "address"])
@pytest.mark.parametrize("prefix", ["", "ab"])
@pytest.mark.parametrize("after", ["", "abc"])
@only_sqlite
def test_an_index_leads_to_every_page(database: Database, by: By, prefix: str, after: str) -> None:
    """A page of a million accounts reads no more rows than it shows: nothing is scanned whole, nothing sorted."""
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        plans.extend(
            row[3]
            for row in connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )

    with database.read() as connection:
        listen(connection, "before_cursor_execute", explain)
        directory.page(connection, by=by, prefix=prefix, after=after, limit=50)
    column = {"name": "name", "address": "email_canonical"}[by]
    both = f" AND {column}<?" if prefix else ""
    (plan,) = plans
    assert re.fullmatch(rf"SEARCH account USING INDEX \w+ \({re.escape(f'{column}>?{both}')}\)", plan), plan
