"""Invitations as rows: each is used once, and what is kept of people is kept no longer than needed."""

from __future__ import annotations

import pytest

from hardtack.store import AccountRows, Database, invitations
from hardtack.store.invitations import KEPT, Invitation

NOW = 1_800_000_000


@pytest.fixture
def account_id(database: Database) -> int:
    """An account's number."""
    with database.write() as connection:
        made = AccountRows().insert(
            connection, name="ada", forms={"ada"}, display_name="Ada", password_hash="x", now=NOW
        )
    return made.id


def put(database: Database, *, email: str | None = "a@example.org", until: int = NOW + 100) -> Invitation:
    """Write an invitation."""
    with database.write() as connection:
        return invitations.put(
            connection, invited_by=None, email=email, roles=("writer", "editor", "writer"), now=NOW, until=until
        )


def use(database: Database, made: Invitation, account_id: int, now: int = NOW) -> bool:
    """Use an invitation."""
    with database.write() as connection:
        return invitations.use(connection, made.id, account_id=account_id, now=now)


def withdraw(database: Database, made: Invitation, now: int = NOW) -> bool:
    """Take an invitation back."""
    with database.write() as connection:
        return invitations.withdraw(connection, made.id, now)


def get(database: Database, made: Invitation) -> Invitation:
    """Return an invitation as it is now."""
    with database.read() as connection:
        found = invitations.get(connection, made.id)
    assert found is not None
    return found


def test_a_new_one_is_open_until_its_end(database: Database) -> None:
    """With its roles in order, each once."""
    made = put(database)
    assert made == get(database, made)
    assert (16, None, "a@example.org", ("editor", "writer")) == (len(made.id), made.invited_by, made.email, made.roles)
    assert ("open", "open", "expired") == tuple(made.state(now) for now in (NOW, NOW + 99, NOW + 100))


def test_one_is_used_once_and_forgets_the_address(database: Database, account_id: int) -> None:
    """The account has it then."""
    made = put(database)
    assert [True, False] == [use(database, made, account_id), use(database, made, account_id)]
    used = get(database, made)
    assert ("used", None, account_id, NOW) == (used.state(NOW + 1000), used.email, used.account_id, used.used)
    assert not withdraw(database, made)


def test_one_that_was_withdrawn_or_is_over_is_not_used(database: Database, account_id: int) -> None:
    """Nor is one withdrawn twice, or one that never was."""
    made, late = put(database), put(database)
    assert [True, False] == [withdraw(database, made), withdraw(database, made)]
    assert "withdrawn" == get(database, made).state(NOW + 1000)
    assert [False, False] == [use(database, made, account_id), use(database, late, account_id, NOW + 100)]
    assert not withdraw(database, late, NOW + 100)
    with database.write() as connection:
        assert invitations.get(connection, bytes(16)) is None
        assert not invitations.use(connection, bytes(16), account_id=account_id, now=NOW)
        assert not invitations.withdraw(connection, bytes(16), NOW)


def test_they_come_newest_first_and_no_more_than_asked_for(database: Database) -> None:
    """As an administrator reads them."""
    first = put(database)
    with database.write() as connection:
        second = invitations.put(connection, invited_by=None, email=None, roles=(), now=NOW + 1, until=NOW + 9)
    with database.read() as connection:
        assert [second, first] == list(invitations.newest(connection, 9))
        assert [second] == list(invitations.newest(connection, 1))


def test_what_nobody_used_goes_some_time_after_its_end(database: Database, account_id: int) -> None:
    """What was used stays: it says where an account comes from."""
    used, over, withdrawn = put(database), put(database), put(database)
    use(database, used, account_id)
    withdraw(database, withdrawn)
    left = []
    for now in (NOW + 100 + KEPT, NOW + 101 + KEPT):
        with database.write() as connection:
            invitations.prune(connection, now)
            left.append({found.id for found in invitations.newest(connection, 9)})
    assert [{used.id, over.id, withdrawn.id}, {used.id}] == left
