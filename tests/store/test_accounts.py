"""The rows of accounts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from hardtack.store import Account, AccountRows, Database
from hardtack.store.accounts import NameIsTaken

ROWS = AccountRows()


def make(database: Database, name: str = "ada", **values: Any) -> Account:
    """Make an account."""
    given = {"forms": {name}, "display_name": name.title(), "password_hash": "hash", "now": 7, **values}
    with database.write() as connection:
        return ROWS.insert(connection, name=name, **given)


def test_an_account_comes_back_as_it_was_made(database: Database) -> None:
    """By name and by number, with its hash and without it."""
    made = make(database, administrator=True)
    expected = Account(
        id=1, name="ada", display_name="Ada", administrator=True, epoch=0, profile_version=0, created=7, disabled=False
    )
    assert expected == made
    with database.read() as connection:
        by_name, by_id = ROWS.by_name(connection, "ada"), ROWS.by_id(connection, 1)
        assert (None, None) == (ROWS.by_name(connection, "bob"), ROWS.by_id(connection, 2))
    assert by_name is not None
    assert by_name == by_id
    assert (made, "hash") == (by_name.account, by_name.password_hash)


def test_a_hash_is_in_no_representation() -> None:
    """Representations end up in logs."""
    account = Account(1, "ada", "Ada", False, 0, 0, 0, False)
    from hardtack.store.accounts import Credentials

    assert "secret" not in repr(Credentials(account, "secret"))


def test_a_name_is_taken_in_every_form(database: Database) -> None:
    """And the transaction that came second leaves nothing behind."""
    make(database, forms={"ada", "look-alike"})
    with database.read() as connection:
        assert [True, True, False] == [
            ROWS.is_taken(connection, {form, "other"}) for form in ("ada", "look-alike", "bob")
        ]
    for name, forms in (("ada", {"ada", "new"}), ("bob", {"bob", "look-alike"})):
        with pytest.raises(NameIsTaken):
            make(database, name, forms=forms)
    with database.read() as connection:
        assert ["ada"] == [account.name for account in ROWS.all(connection)]
        assert not ROWS.is_taken(connection, {"new", "bob"})


def test_accounts_are_listed_by_name(database: Database) -> None:
    """All but closed ones."""
    for name in ("eve", "ada", "bob"):
        make(database, name)
    with database.write() as connection:
        connection.execute(text("UPDATE account SET closed_at = 9 WHERE name = 'bob'"))
    with database.read() as connection:
        assert ["ada", "eve"] == [account.name for account in ROWS.all(connection)]


def test_a_closed_account_is_none_and_its_name_is_never_given_out_again(database: Database) -> None:
    """Its row stays for that."""
    make(database, administrator=True)
    with database.write() as connection:
        connection.execute(text("UPDATE account SET closed_at = 9"))
    with database.read() as connection:
        assert (None, None) == (ROWS.by_name(connection, "ada"), ROWS.by_id(connection, 1))
        assert not ROWS.has_administrator(connection)
        assert ROWS.is_taken(connection, {"ada"})
    with pytest.raises(NameIsTaken):
        make(database)


def test_whether_there_is_an_administrator(database: Database) -> None:
    """A disabled one counts."""
    make(database)
    with database.read() as connection:
        assert not ROWS.has_administrator(connection)
    boss = make(database, "boss", administrator=True)
    with database.write() as connection:
        ROWS.disable(connection, boss.id, 9)
        assert ROWS.has_administrator(connection)


def test_a_new_hash_is_written_over_the_old_one_only(database: Database) -> None:
    """A password that was changed meanwhile is not undone."""
    account = make(database)
    with database.write() as connection:
        ROWS.rehash(connection, account.id, old="other", new="stronger")
        found = ROWS.by_id(connection, account.id)
        assert found is not None
        assert "hash" == found.password_hash
        ROWS.rehash(connection, account.id, old="hash", new="stronger")
        found = ROWS.by_id(connection, account.id)
        assert found is not None
        assert "stronger" == found.password_hash


def test_disabling_ends_every_session_and_enabling_brings_none_back(database: Database) -> None:
    """The epoch only grows; the time of the first disabling is kept."""
    account = make(database)
    with database.write() as connection:
        ROWS.disable(connection, account.id, 9)
        ROWS.disable(connection, account.id, 10)
        found = ROWS.by_id(connection, account.id)
        since = connection.execute(text("SELECT disabled_at FROM account")).scalar_one()
    assert found is not None
    assert (True, 2, 9) == (found.account.disabled, found.account.epoch, since)
    assert 1 == database.generation.number
    with database.write() as connection:
        ROWS.enable(connection, account.id)
        found = ROWS.by_id(connection, account.id)
    assert found is not None
    assert (False, 2) == (found.account.disabled, found.account.epoch)
