"""What belongs to an account: read whole, without what could be used, and let go."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from hardtack.store import AccountRows, Database, audit, belongings
from hardtack.store.audit import Event
from hardtack.store.schema import access_token, invitation, signed_in

NOW = 1_800_000_000
ROWS = AccountRows()


def add(connection: Connection, name: str, *, administrator: bool = False) -> int:
    """Make an account."""
    return ROWS.insert(
        connection,
        name=name,
        forms=[name],
        display_name=name,
        password_hash="x",
        administrator=administrator,
        now=NOW,
    ).id


def equip(connection: Connection, account_id: int) -> None:
    """Give an account two sign-ins, a token, an open and a used invitation and three events."""
    columns = set(signed_in.c.keys())
    for number in (1, 2):
        row = {
            "lineage": bytes([account_id, number] * 8),
            "account_id": account_id,
            "epoch": 0,
            "began": NOW + number,
            "last_seen": NOW + number,
            "deadline": NOW + 900,
            "until": NOW + 900,
            "client": "192.0.2.7",
            "device": "firefox/linux",
            "place": "",
            "factors": "password",
        }
        connection.execute(insert(signed_in), {name: value for name, value in row.items() if name in columns})
        row = {
            "invitation_id": bytes([account_id, number] * 8),
            "created": NOW,
            "until": NOW + 900,
            "invited_by": account_id,
            "used": NOW + 5 if number == 1 else None,
            "roles": "",
        }
        connection.execute(insert(invitation), row)
    token = {
        "account_id": account_id,
        "hash": bytes([account_id]) * 32,
        "label": "deploy",
        "scopes": "read",
        "created": NOW,
    }
    connection.execute(insert(access_token), token)
    for event in ("account-added", "sign-in", "sign-out"):
        audit.write(connection, Event(event=event, at=NOW, account_id=account_id))


@pytest.fixture
def database(database: Database) -> Database:
    """Two accounts that have the same things."""
    with database.write() as connection:
        for name in ("ada", "eve"):
            equip(connection, add(connection, name))
    return database


def test_all_of_it_is_read_and_nothing_of_anybody_else(database: Database) -> None:
    """The newest first."""
    with database.read() as connection:
        found = belongings.read(connection, 1)

    assert [NOW + 2, NOW + 1] == [row["began"] for row in found.sign_ins]
    assert ["deploy"] == [row["label"] for row in found.tokens]
    assert [NOW + 5, None] == [row["used"] for row in found.invitations]
    assert ["sign-out", "sign-in", "account-added"] == [row["event"] for row in found.events]
    assert (3, NOW) == (found.events_in_all, found.password_changed)


def test_nothing_that_could_be_used_is_read(database: Database) -> None:
    """No hash of a token, no lineage, no id of an invitation: no bytes at all."""
    with database.read() as connection:
        found = belongings.read(connection, 1)
    values = [
        value
        for rows in (found.sign_ins, found.tokens, found.invitations, found.events)
        for row in rows
        for value in row.values()
    ]

    assert len(values) > 30
    assert [] == [value for value in values if isinstance(value, bytes)]


def test_only_so_many_events_are_read_and_all_are_counted(database: Database) -> None:
    """The newest are."""
    with database.read() as connection:
        found = belongings.read(connection, 1, events=2)
        nobody = belongings.read(connection, 77)

    assert (["sign-out", "sign-in"], 3) == ([row["event"] for row in found.events], found.events_in_all)
    nothing = dict.fromkeys(("sign_ins", "tokens", "invitations", "apps", "passkeys", "codes", "trusted", "events"), ())
    assert belongings.Belongings(**nothing, events_in_all=0, password_changed=None) == nobody


def test_sign_ins_go_and_one_may_stay(database: Database) -> None:
    """That of the session which did it; nobody else's go."""
    with database.write() as connection:
        belongings.end_sign_ins(connection, 1, keep=b"\1\2" * 8)
        left = list(connection.execute(select(signed_in.c.lineage)).scalars())
        belongings.end_sign_ins(connection, 1)
        then = list(connection.execute(select(signed_in.c.lineage)).scalars())

    assert ([b"\1\2" * 8, b"\2\1" * 8, b"\2\2" * 8], [b"\2\1" * 8, b"\2\2" * 8]) == (sorted(left), sorted(then))


def test_everything_is_let_go_but_what_was_used(database: Database) -> None:
    """A used invitation says who brought somebody in; an open one is withdrawn."""
    with database.write() as connection:
        belongings.let_go(connection, 1, NOW + 9)
        found = belongings.read(connection, 1)
        other = belongings.read(connection, 2)

    assert ((), ()) == (found.sign_ins, found.tokens)
    assert [(NOW + 5, None), (None, NOW + 9)] == [(row["used"], row["withdrawn"]) for row in found.invitations]
    assert (2, 1) == (len(other.sign_ins), len(other.tokens))
    assert [None, None] == [row["withdrawn"] for row in other.invitations]


def test_the_only_administrator_is_one_beside_whom_nobody_may_sign_in(database: Database) -> None:
    """A disabled or closed one is no help."""
    with database.write() as connection:
        assert not belongings.is_the_only_administrator(connection, 1)
        first, second, third = (add(connection, name, administrator=True) for name in ("bo", "cy", "di"))
        assert not belongings.is_the_only_administrator(connection, first)
        ROWS.disable(connection, second, NOW)
        assert not belongings.is_the_only_administrator(connection, first)
        ROWS.close(connection, third, NOW)
        assert belongings.is_the_only_administrator(connection, first)
        assert not belongings.is_the_only_administrator(connection, third)
