"""Columns that are sealed, and how they come under another key."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from sqlalchemy import text

from hardtack.seal import Key, Keyring, NoActiveKey, SealError, columns
from hardtack.store import Database, SessionTable, StoreUnavailable, sealed
from hardtack.store.schema import metadata, session_data

OLD, NEW, GONE = (Key(os.urandom(32)) for _ in range(3))
BEFORE = Keyring([OLD], None)
AFTER = Keyring([Key(OLD.secret, "revoked"), NEW], None)
UNTIL = 2_000_000_000
OWN = {"session_data.data", "outbox.content", "totp.secret"}


def row(number: int) -> bytes:
    """Return the id of a row."""
    return number.to_bytes(16, "big")


def fill(database: Database, number: int, ring: Keyring = BEFORE, start: int = 0) -> None:
    """Keep that many values under a ring's key."""
    table = SessionTable(database, ring)
    for one in range(start, start + number):
        assert table.store(row(one), 0, b"%d" % one, UNTIL)


def held(database: Database) -> dict[str, int]:
    """Return how many values lie under each key."""
    with database.read() as connection:
        return sealed.under(connection)


@pytest.mark.asvs("11.2.2")
@pytest.mark.parametrize("batch", [1, 4, 5, 6, 500])
def test_everything_comes_under_the_active_key(database: Database, batch: int) -> None:
    """However it divides into batches; what lies under it already is left alone."""
    fill(database, 10)
    fill(database, 3, AFTER, start=10)
    assert {OLD.id.hex(): 10, NEW.id.hex(): 3} == held(database)
    steps = list(sealed.reseal(database, AFTER, batch=batch))
    assert (-(-10 // batch), (10, 0)) == (len(steps), steps[-1])
    assert {NEW.id.hex(): 13} == held(database)
    alone = SessionTable(database, Keyring([NEW], None))
    assert [(1, b"%d" % one) for one in range(13)] == [alone.load(row(one)) for one in range(13)]
    assert [] == list(sealed.reseal(database, AFTER))


def test_what_no_key_opens_is_counted_and_left_as_it_is(database: Database) -> None:
    """A backup of the keyring may still have its key; and a value that was tampered with stays evidence."""
    fill(database, 2)
    fill(database, 2, Keyring([GONE], None), start=2)
    with database.write() as connection:
        connection.execute(session_data.update().where(session_data.c.session_id == row(1)).values(session_id=row(9)))
    assert (1, 3) == list(sealed.reseal(database, AFTER, batch=2))[-1]
    assert {OLD.id.hex(): 1, GONE.id.hex(): 2, NEW.id.hex(): 1} == held(database)
    assert (1, b"2") == SessionTable(database, Keyring([GONE], None)).load(row(2))


def test_a_value_that_a_server_changes_meanwhile_is_the_servers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it wrote is not undone, and no compare-and-set of a server fails for what was sealed anew."""
    fill(database, 3)
    server = SessionTable(database, AFTER)
    real = sealed._changed
    read: list[object] = []

    def read_then_changed(*given: Any) -> dict[str, bytes]:
        read.append(given)
        if len(read) == 3:
            assert server.store(row(1), 1, b"newer", UNTIL)
        return real(*given)

    monkeypatch.setattr(sealed, "_changed", read_then_changed)
    assert (2, 0) == list(sealed.reseal(database, AFTER))[-1]
    assert (2, b"newer") == server.load(row(1))
    assert server.store(row(0), 1, b"after", UNTIL)


def test_servers_that_write_all_the_time_lose_nothing(database: Database) -> None:
    """Every increment of every thread is there afterwards, under the new key."""
    fill(database, 4)
    server = SessionTable(database, AFTER)
    stop = threading.Event()
    counts = [0] * 4

    def count(one: int) -> None:
        while not stop.is_set():
            found = server.load(row(one))
            assert found is not None
            assert server.store(row(one), found[0], b"%d" % (int(found[1]) + 1), UNTIL)
            counts[one] += 1

    threads = [threading.Thread(target=count, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        list(sealed.reseal(database, AFTER, batch=1))
    stop.set()
    for thread in threads:
        thread.join()
    assert [b"%d" % (one + counts[one]) for one in range(4)] == [
        (server.load(row(one)) or (0, b""))[1] for one in range(4)
    ]
    assert {NEW.id.hex(): 4} == held(database)


def test_without_a_key_to_seal_with_nothing_is_touched(database: Database) -> None:
    """It says so before it reads."""
    fill(database, 1)
    ring = Keyring([OLD], None)
    ring.revoke([OLD.id])
    with pytest.raises(NoActiveKey):
        list(sealed.reseal(database, ring))
    assert {OLD.id.hex(): 1} == held(database)


def test_a_database_that_fails_is_a_503(database: Database) -> None:
    """What was done before stays done."""
    with database.write() as connection:
        connection.execute(text("ALTER TABLE session_data RENAME TO away"))
    with pytest.raises(StoreUnavailable):
        list(sealed.reseal(database, AFTER))


def test_every_column_of_bytes_is_known_to_be_sealed_or_to_need_none() -> None:
    """Whoever adds one that a copy of the database must not tell is asked here."""
    open_to_see = {
        "revocation.subject": "an id that is over",
        "revoked_key.key_id": "an id, in every token",
        "session_data.session_id": "an id; no cookie can be made of it",
        "spent.mark": "a hash of something signed",
        "throttle.key": "a keyed hash",
        "welcome.code_hash": "a keyed hash",
        "audit.name_hash": "a keyed hash",
        "streak.key": "a keyed hash",
        "signed_in.lineage": "an id; no cookie can be made of it",
        "outbox.message_id": "an id",
        "invitation.invitation_id": "an id; no link can be made of it",
        "access_token.hash": "SHA-256 of 160 random bits",
        "half_signed_in.half_id": "an id; no cookie can be made of it",
        "totp.factor_id": "an id",
        "passkey.credential_id": "an id; it signs nothing",
        "passkey.public_key": "public",
        "passkey.aaguid": "public",
        "recovery_code.hash": "a keyed hash",
        "trusted_device.family": "an id; no cookie can be made of it",
        "trusted_device.hash": "a keyed hash",
        "trusted_device.before": "a keyed hash",
    }
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.type.python_type is bytes
    }
    assert {f"{one.column.table.name}.{one.column.name}" for one in sealed.COLUMNS} == OWN
    assert found == OWN | set(open_to_see)


def test_a_stolen_key_and_a_moved_value_open_nothing(database: Database) -> None:
    """The thief has the key and may write to the database: still no row's value serves another row."""
    fill(database, 2)
    with database.read() as connection:
        values = dict(
            connection.execute(
                session_data.select().with_only_columns(session_data.c.session_id, session_data.c.data)
            ).all()
        )
    with pytest.raises(SealError, match="forged"):
        columns.open(BEFORE, values[row(0)], sealed.SESSION_DATA.place(row(1)))
