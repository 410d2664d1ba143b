"""The audit trail's rows."""

from __future__ import annotations

from hardtack.store import Database, audit
from hardtack.store.audit import Event

FULL = Event(
    event="sign-in",
    at=1000,
    account_id=7,
    name_hash=b"h" * 32,
    client="2001:db8::1",
    reason="none",
    factors=("password", "totp"),
)


def write(database: Database, *events: Event) -> None:
    """Write *events*."""
    with database.write() as connection:
        for event in events:
            audit.write(connection, event)


def test_an_event_comes_back_as_it_was_written(database: Database) -> None:
    """With everything, and with nothing but what happened and when."""
    bare = Event(event="sign-out", at=1001)
    write(database, FULL, bare)
    with database.read() as connection:
        assert (FULL, bare) == audit.read(connection)
        assert (bare,) == audit.read(connection, last=1)


def test_old_events_go(database: Database) -> None:
    """After so many seconds, and the oldest above so many; an empty trail stays empty."""
    with database.write() as connection:
        audit.prune(connection, 5000)
    write(database, *(Event(event="sign-in", at=at) for at in range(10)))
    with database.write() as connection:
        audit.prune(connection, 100, age=97)
        assert [3, 4, 5, 6, 7, 8, 9] == [event.at for event in audit.read(connection)]
        audit.prune(connection, 100, rows=2)
        assert [8, 9] == [event.at for event in audit.read(connection)]
