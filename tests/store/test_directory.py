"""Pages of accounts, and counts of what there is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen

from hardtack.seal import Keyring
from hardtack.store import AccountRows, Database, directory, outbox
from hardtack.store.accounts import Account
from hardtack.store.directory import By
from hardtack.store.streaks import LIMIT
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


@only_sqlite
def test_counting_reads_indexes_alone(database: Database) -> None:
    """A million accounts are counted without a look at one that is neither disabled nor an administrator's."""
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        plans.extend(
            row[3]
            for row in connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )

    with database.read() as connection:
        listen(connection, "before_cursor_execute", explain)
        directory.counts(connection, NOW)
    assert "SEARCH streak USING COVERING INDEX ix_streak_failures_last (failures>?)" in plans
    # The first is counted in whichever index is smallest; it is one row of it for each account, and nothing else.
    first, *others = [plan for plan in plans if plan.split()[1] == "account"]
    assert re.fullmatch(r"SCAN account USING COVERING INDEX \w+", first)
    found = [re.search(r"INDEX ix_account_(\w+)", plan) for plan in others]
    assert ["closed_at", "administrator", "disabled_at"] == [one and one[1] for one in found]


def test_counts_count(database: Database) -> None:
    """Each of them, and not what is over."""
    boss = add(database, "boss", administrator=True)
    second = add(database, "second", administrator=True)
    for name in ("ada", "bob", "eve"):
        add(database, name)
    with database.write() as connection:
        AccountRows().close(connection, second.id, NOW)
        AccountRows().disable(connection, boss.id + 2, NOW)
        outbox.put(connection, Keyring.generate(), b"order", now=NOW, until=NOW + 1)
        for number, until in enumerate((NOW + 1, NOW)):
            sign_in = "INSERT INTO signed_in VALUES (:lineage, 1, 0, 0, 0, :until, 2000000, '', '', '', 'password')"
            connection.execute(text(sign_in), {"lineage": bytes([number]) * 16, "until": until})
            invited = "INSERT INTO invitation (invitation_id, created, until) VALUES (:lineage, 0, :until)"
            connection.execute(text(invited), {"lineage": bytes([number]) * 16, "until": until})
        for number, failures in enumerate((LIMIT - 1, LIMIT, LIMIT + 1)):
            values = {"key": bytes([number]), "failures": failures}
            connection.execute(text("INSERT INTO streak (key, failures, last) VALUES (:key, :failures, 1)"), values)
        used = "INSERT INTO invitation (invitation_id, created, until, used) VALUES (:id, 0, :until, 1)"
        connection.execute(text(used), {"id": b"u" * 16, "until": NOW + 1})
    with database.read() as connection:
        expected = directory.Counts(
            accounts=4, administrators=1, disabled=1, sign_ins=1, invitations=1, mail=1, locked=2
        )
        assert expected == directory.counts(connection, NOW)
