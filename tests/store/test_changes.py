"""Since when what is known of an account may be too old."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from hardtack.store import AccountRows, Database, RevocationTable, feed
from hardtack.store.changes import MOST, Changes
from hardtack.store.schema import account
from hardtack.store.schema import feed as feed_table
from tests.store.test_directory import add


def test_what_was_before_stands_for_all() -> None:
    """And a later change for its account alone."""
    changes = Changes(7)
    changes.note(3, 9)
    assert (9, 7) == (changes.last(3), changes.last(4))


def test_too_many_changes_stand_for_all_as_well() -> None:
    """More is read again, never less; the memory is bounded."""
    changes = Changes()
    for number in range(1, MOST + 3):
        changes.note(number, number)
    assert MOST + 1 == changes.last(1) == changes.last(10**9)
    assert MOST + 2 == changes.last(MOST + 2)


def number(database: Database) -> int:
    """Return the feed's number."""
    with database.read() as connection:
        return int(connection.execute(select(feed_table.c.change)).scalar_one())


def test_every_change_that_applications_learn_of_is_in_the_feed(database: Database) -> None:
    """Address, roles, enabling and what raises the epoch; another process has it at its next look."""
    anna, bob = add(database, "anna"), add(database, "bob")
    rows, table = AccountRows(), RevocationTable(database)
    with database.write() as connection:
        feed.raise_epoch(connection, bob.id)
    table.refresh()
    changes, before = table.changes, table.changes.last(anna.id)
    made: tuple[Callable[[Connection], object], ...] = (
        lambda connection: rows.set_address(connection, anna.id, email="a@b.org", canonical="a@b.org"),
        lambda connection: rows.set_roles(connection, anna.id, roles=["staff"], administrator=True),
        lambda connection: rows.disable(connection, anna.id, 5),
        lambda connection: rows.enable(connection, anna.id),
        lambda connection: rows.close(connection, anna.id, 6),
    )
    for change in made:
        with database.write() as connection:
            change(connection)
        assert not table.is_current()
        table.refresh()
        assert before < changes.last(anna.id) == number(database)
        before = changes.last(anna.id)
    assert changes is table.changes
    assert changes.last(bob.id) < before


def test_what_applications_do_not_learn_of_is_not(database: Database) -> None:
    """The language of mail is nobody's business but the postman's."""
    anna = add(database, "anna")
    before = number(database)
    with database.write() as connection:
        AccountRows().set_language(connection, anna.id, "zh")
    assert before == number(database)
    with database.read() as connection:
        assert 0 == connection.execute(select(account.c.profile_version)).scalar_one()
