"""What writers put into the feed."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import func, insert, select

from hardtack.session.revocation import GRACE
from hardtack.store import Database, feed
from hardtack.store.schema import account, revocation


@pytest.fixture
def account_id(database: Database) -> int:
    """An account."""
    with database.write() as connection:
        values = {"name": "ada", "display_name": "Ada", "created": 1}
        return int(connection.execute(insert(account).values(values).returning(account.c.id)).scalar_one())


def rows(database: Database) -> list[tuple[int, str, bytes, int]]:
    """Return what is revoked, in the order of change."""
    columns = (revocation.c.change, revocation.c.kind, revocation.c.subject, revocation.c.until)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(revocation.c.change))]


def test_every_change_takes_the_next_number(database: Database, account_id: int) -> None:
    """Whatever kind it is of."""
    lineage, session = os.urandom(16), os.urandom(16)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=lineage, account_id=account_id, until=1000)
        feed.revoke_session(connection, session_id=session, account_id=account_id, until=2000)
        assert 1 == feed.raise_epoch(connection, account_id)
        assert 4 == feed.next_change(connection)
    margin = feed.MARGIN
    assert [(1, "lineage", lineage, 1000 + margin), (2, "session", session, 2000 + margin)] == rows(database)
    with database.read() as connection:
        assert 3 == connection.execute(select(account.c.change)).scalar_one()


def test_revoking_again_moves_the_row_on_and_keeps_the_later_time(database: Database) -> None:
    """A reader that had it reads it again, which does no harm; one that had not finds it."""
    lineage = os.urandom(16)
    with database.write() as connection:
        for until in (2000, 1000):
            feed.revoke_lineage(connection, lineage=lineage, account_id=7, until=until)
    assert [(2, "lineage", lineage, 2000 + feed.MARGIN)] == rows(database)


def test_only_the_first_supersedes_an_id(database: Database) -> None:
    """Two that renew it at the same time must not both succeed; the second changes nothing, not even the feed."""
    with database.write() as connection:
        said = [
            feed.supersede(connection, session_id=b"s" * 16, account_id=7, at=at, until=9000) for at in (1000, 2000)
        ]
        assert [1000 + GRACE] == list(connection.execute(select(revocation.c.since)).scalars())
    assert [True, False] == said
    assert [(1, "session", b"s" * 16, 9000 + feed.MARGIN)] == rows(database)


@pytest.mark.parametrize("first", ["supersede", "revoke"])
def test_what_was_revoked_is_over_whatever_came_first(database: Database, first: str) -> None:
    """It never becomes superseded again."""
    with database.write() as connection:
        for step in (first, "revoke", "supersede"):
            if step == "revoke":
                feed.revoke_session(connection, session_id=b"s" * 16, account_id=7, until=9000)
            else:
                superseded = feed.supersede(connection, session_id=b"s" * 16, account_id=7, at=1000, until=9000)
        assert not superseded
        assert [0] == list(connection.execute(select(revocation.c.since)).scalars())
    assert [(2, "session", b"s" * 16, 9000 + feed.MARGIN)] == rows(database)


def test_an_account_that_does_not_exist_has_no_epoch(database: Database) -> None:
    """And nothing breaks."""
    with database.write() as connection:
        assert 0 == feed.raise_epoch(connection, 4711)


def test_too_many_revocations_of_one_account_become_one_epoch(
    database: Database, account_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in and out in a circle cannot fill the memory of every process."""
    monkeypatch.setattr(feed, "PER_ACCOUNT", 3)
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=os.urandom(16), account_id=account_id + 1, until=1000)
        for _ in range(4):
            feed.revoke_lineage(connection, lineage=os.urandom(16), account_id=account_id, until=1000)
        count = select(revocation.c.account_id, func.count()).group_by(revocation.c.account_id)
        assert {account_id: 1, account_id + 1: 1} == {row[0]: row[1] for row in connection.execute(count)}
        assert 1 == connection.execute(select(account.c.epoch)).scalar_one()


def test_pruning_deletes_what_no_cookie_can_name(database: Database) -> None:
    """Not before the margin is over."""
    with database.write() as connection:
        feed.revoke_lineage(connection, lineage=b"a" * 16, account_id=1, until=1000)
        feed.revoke_lineage(connection, lineage=b"b" * 16, account_id=1, until=1001)
        assert 0 == feed.prune(connection, 1000 + feed.MARGIN)
        assert 1 == feed.prune(connection, 1001 + feed.MARGIN)
    assert [b"b" * 16] == [subject for _, _, subject, _ in rows(database)]
