"""The audit trail's rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.event import listen

from hardtack.store import Database, audit
from hardtack.store.audit import Event
from tests.store.conftest import only_sqlite

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


def test_pages_follow_one_another_without_gap_or_double(database: Database) -> None:
    """The newest first; within one second in the order of commit; whatever is written meanwhile."""
    write(database, *(Event(event="sign-in", at=100 + number // 5, account_id=number % 3) for number in range(30)))
    with database.read() as connection:
        whole = audit.page(connection, limit=100)
    seen: list[audit.Position] = []
    before = None
    while True:
        with database.read() as connection:
            found = audit.page(connection, before=before, limit=7)
        if not found:
            break
        seen += [position for position, _ in found]
        before = seen[-1]
        write(database, Event(event="sign-in", at=200))
    assert [position for position, _ in whole] == seen
    assert sorted(seen, reverse=True) == seen


def test_a_page_holds_what_was_asked_for(database: Database) -> None:
    """By account, by event, by time, and all of them together."""
    write(
        database,
        *(
            Event(event=event, at=at, account_id=account_id)
            for at in range(10)
            for event in ("sign-in", "sign-out")
            for account_id in (1, 2)
        ),
    )
    with database.read() as connection:
        assert 20 == len(audit.page(connection, account_id=1, limit=100))
        assert 20 == len(audit.page(connection, event="sign-in", limit=100))
        assert 4 * 4 == len(audit.page(connection, since=3, until=7, limit=100))
        found = audit.page(connection, account_id=2, event="sign-out", since=3, until=7, limit=100)
        assert [(6, 2), (5, 2), (4, 2), (3, 2)] == [(event.at, event.account_id) for _, event in found]
        rest = audit.page(connection, account_id=2, event="sign-out", since=3, before=found[1][0], limit=1)
        assert [4] == [event.at for _, event in rest]
        assert 10 == audit.happened(connection, 1, "sign-in", limit=100)
        assert 4 == audit.happened(connection, 1, "sign-in", limit=4)
        assert 2 == audit.happened(connection, 1, "sign-in", since=7, until=9, limit=100)
        assert 0 == audit.happened(connection, 3, "sign-in", limit=100)


def test_a_page_begins_wherever_it_is_told(database: Database) -> None:
    """Beyond the year 2038, and after more events than half of what 32 bits count."""
    write(database, Event(event="sign-in", at=2**33))
    with database.read() as connection:
        assert 1 == len(audit.page(connection, before=audit.Position(2**33, 2**40), limit=9))
        assert 1 == len(audit.page(connection, since=2**33, until=2**33 + 1, limit=9))
        assert 0 == len(audit.page(connection, until=2**33, limit=9))


@pytest.mark.parametrize("before", [None, audit.Position(500, 7)])
@pytest.mark.parametrize("account_id", [None, 7])
@pytest.mark.parametrize("event", [None, "sign-in"])
@pytest.mark.parametrize(("since", "until"), [(None, None), (10, None), (None, 900), (10, 900)])
@only_sqlite
def test_an_index_leads_to_every_page(
    database: Database,
    account_id: int | None,
    event: str | None,
    since: int | None,
    until: int | None,
    before: audit.Position | None,
) -> None:
    """So that a page of a million rows reads no more than it shows: SQLite neither scans the table nor sorts."""
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        found = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plans.extend(row[3] for row in found)

    with database.read() as connection:
        listen(connection, "before_cursor_execute", explain)
        audit.page(connection, account_id=account_id, event=event, since=since, until=until, before=before, limit=50)
    (plan,) = plans
    columns = [f"{name}=?" for name, given in (("account_id", account_id), ("event", event)) if given is not None]
    limited = before is not None or since is not None or until is not None
    assert "USING INDEX ix_audit" in plan
    assert plan.startswith("SEARCH") == (limited or bool(columns))
    assert all(column in plan for column in columns), plan
    assert limited == (re.search(r"\(?\bat[<>),]|\(at,", plan) is not None), plan
