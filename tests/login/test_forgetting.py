"""What is over is deleted from every table, a little at a time, and nobody who signs in waits for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text

from hardtack.login import Accounts
from hardtack.login.forgetting import prune
from hardtack.seal import Keyring
from hardtack.store import Database, pruning, schema
from hardtack.store.audit import Kept
from tests.login.conftest import NOW

FOR_EVER = 800 * 86_400


def filled(accounts: Accounts, rows: int) -> None:
    """Put *rows* rows that end by themselves into every table that has such rows."""
    account = accounts.add("anna", "a long walk 到海边", now=NOW)

    def many(row: Callable[[int], dict[str, object]]) -> list[dict[str, object]]:
        return [row(number) for number in range(rows)]

    with accounts._database.write() as connection:
        for table, row in {
            schema.revocation: lambda n: {
                "change": n + 1,
                "kind": "lineage",
                "subject": os.urandom(16),
                "account_id": 1,
                "until": NOW,
            },
            schema.throttle: lambda n: {"key": os.urandom(32), "arrival": NOW + n, "since": NOW},
            schema.streak: lambda n: {"key": os.urandom(32), "failures": n, "last": NOW},
            schema.audit: lambda _: {"at": NOW, "event": "sign-in", "client": "", "reason": "", "factors": ""},
            schema.outbox: lambda _: {"message_id": os.urandom(16), "content": b"", "due": NOW, "until": NOW},
            schema.invitation: lambda _: {"invitation_id": os.urandom(16), "created": NOW, "until": NOW},
            schema.access_token: lambda _: {
                "account_id": account.id,
                "hash": os.urandom(32),
                "label": "",
                "scopes": "",
                "created": NOW,
                "until": NOW,
            },
            schema.signed_in: lambda _: {
                "lineage": os.urandom(16),
                "account_id": account.id,
                "epoch": 0,
                "began": NOW,
                "last_seen": NOW,
                "deadline": NOW,
                "until": NOW,
                "client": "",
                "device": "",
                "place": "",
                "factors": "",
            },
            schema.session_data: lambda _: {"session_id": os.urandom(16), "version": 1, "data": b"", "until": NOW},
            schema.spent: lambda _: {"mark": os.urandom(32), "until": NOW},
        }.items():
            connection.execute(insert(table), many(row))


def counts(database: Database) -> dict[str, int]:
    """Return how many rows each table has."""
    with database.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in schema.metadata.tables.items()
        }


def test_nothing_that_ends_by_itself_stays(accounts: Accounts) -> None:
    """Every table that has a time at which its rows end is pruned; what never ends stays."""
    filled(accounts, 7)
    accounts.prune(NOW + FOR_EVER)
    left = {name for name, count in counts(accounts._database).items() if count}
    assert {"account", "name_form", "feed"} == left
    ends = {
        name for name, table in schema.metadata.tables.items() if {"until", "arrival", "last"} & set(table.c.keys())
    }
    assert ends <= set(schema.metadata.tables) - left


def test_no_transaction_deletes_many_rows(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a sign-in waits for one batch and not for a table; the budgets' tables are small by themselves."""
    filled(accounts, pruning.BATCH + 1)
    database, deleted = accounts._database, []
    write = database.write

    @contextmanager
    def watched() -> Iterator[Connection]:
        with write() as connection:
            changes = text("SELECT total_changes()")
            before = connection.execute(changes).scalar_one()
            yield connection
            deleted.append(connection.execute(changes).scalar_one() - before)

    monkeypatch.setattr(database, "write", watched)
    prune(accounts._services, NOW + FOR_EVER)
    assert 0 == sum(counts(database)[name] for name in ("outbox", "audit", "signed_in", "spent", "access_token"))
    budgets, *others = deleted
    assert (True, pruning.BATCH) == (budgets > 0, max(others))


def test_others_write_while_much_is_pruned(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two transactions the pruning thread steps aside."""
    filled(accounts, pruning.BATCH * 2)
    database, turns = accounts._database, []

    def sleep(seconds: float) -> None:
        assert pruning.PAUSE == seconds
        with database.write() as connection:
            turns.append(connection.execute(select(func.count()).select_from(schema.audit)).scalar_one())

    monkeypatch.setattr(time, "sleep", sleep)
    accounts.prune(NOW + FOR_EVER)
    assert pruning.BATCH + 1 in turns


def test_a_start_does_not_wait_until_everything_is_gone(accounts: Accounts) -> None:
    """What is left goes the next time."""
    filled(accounts, pruning.BATCH * 2)
    before = counts(accounts._database)
    prune(accounts._services, NOW + FOR_EVER, patience=0)
    left = counts(accounts._database)
    assert [pruning.BATCH] * 2 == [before[name] - left[name] for name in ("audit", "spent")]
    accounts.prune(NOW + FOR_EVER)
    assert 0 == sum(counts(accounts._database)[name] for name in ("audit", "spent", "session_data"))


def test_events_stay_for_as_long_as_the_operator_has_said(accounts: Accounts) -> None:
    """By age and by number; revocations and all else are kept as ever."""
    database = accounts._database
    for kept, expected in ((Kept(age=100), 100), (Kept(rows=3), 3), (Kept(), 200)):
        with database.write() as connection:
            connection.execute(delete(schema.audit))
        with database.write() as connection:
            for at in range(200):
                accounts._services.trail.write(connection, "sign-in", now=NOW + at)
        Accounts(database, Keyring.generate(), accounts.hashing, kept=kept).prune(NOW + 200)
        assert expected == counts(database)["audit"]
