"""What applications are told of an account, and who vouched for it."""

from __future__ import annotations

from sqlalchemy import delete

from hardtack.store import AccountRows, Database, audit, invitations, profiles
from hardtack.store.schema import audit as trail
from tests.store.test_directory import NOW, add

MADE = "account-added"


def vouched(database: Database, account_id: int) -> bool:
    """Return whether somebody vouched for an account."""
    with database.read() as connection:
        found = profiles.read(connection, account_id, made=MADE)
    assert found is not None
    return found.vouched


def test_an_account_as_it_is_with_the_number_of_the_feed(database: Database) -> None:
    """Both of one moment."""
    anna = add(database, "anna", email="a@b.org")
    with database.write() as connection:
        AccountRows().set_roles(connection, anna.id, roles=["staff", "editor"], administrator=False)
    with database.read() as connection:
        found = profiles.read(connection, anna.id, made=MADE)
    assert found is not None
    assert (("editor", "staff"), 1, "a@b.org", 1) == (
        found.account.roles,
        found.account.profile_version,
        found.account.email,
        found.newest,
    )


def test_who_is_vouched_for(database: Database) -> None:
    """Made, invited or approved by an administrator, or one; not whoever has signed up."""
    stranger = add(database, "stranger")
    assert not vouched(database, stranger.id)
    assert vouched(database, add(database, "root", administrator=True).id)

    rows = AccountRows()
    with database.write() as connection:
        rows.set_roles(connection, stranger.id, roles=["reader"], administrator=False)
    assert vouched(database, stranger.id)
    with database.write() as connection:
        rows.set_roles(connection, stranger.id, roles=[], administrator=False)
    assert not vouched(database, stranger.id)

    invited, made = add(database, "invited"), add(database, "made")
    with database.write() as connection:
        invitation = invitations.put(connection, invited_by=None, email=None, roles=(), until=NOW + 9, now=NOW)
        assert invitations.use(connection, invitation.id, account_id=invited.id, now=NOW)
        audit.write(connection, audit.Event(event="sign-up", at=NOW, account_id=stranger.id))
        audit.write(connection, audit.Event(event=MADE, at=NOW, account_id=made.id, actor_id=0))
    assert [True, True, False] == [vouched(database, one.id) for one in (invited, made, stranger)]
    with database.write() as connection:
        connection.execute(delete(trail))
    assert [True, False] == [vouched(database, one.id) for one in (invited, made)]


def test_a_closed_account_is_none(database: Database) -> None:
    """And so is one that never was."""
    anna = add(database, "anna")
    with database.write() as connection:
        AccountRows().close(connection, anna.id, NOW)
    with database.read() as connection:
        assert profiles.read(connection, anna.id, made=MADE) is None
        assert profiles.read(connection, 99, made=MADE) is None
