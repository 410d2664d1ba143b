"""What every process must learn of at once: the writers' side.

Each change takes the next number from one row, inside the transaction that makes it. Writers run one after another, so
numbers become visible in their order, and a reader that has seen number n has seen every change up to n. Taking a
number marks the transaction: ``Database.write`` raises the generation after its commit.

A lineage or session id is kept until ``until``, when no cookie that names it can be alive. An account has room for
``PER_ACCOUNT`` of them; past that its epoch is raised instead, which ends all its sessions, so that signing in and out
in a circle cannot fill anybody's memory. Epochs only grow; they are kept with the account and never expire.

A key that was stolen is kept for ever, as four bytes: an old copy of a keyring may turn up at any time.

A session id that step-up has renewed is superseded for ``GRACE`` seconds, in which requests that were on their way with
the old cookie end well, and over after that. Nothing that was over ever becomes superseded.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hardtack.session.revocation import GRACE
from hardtack.store.part import FEED_CHANGED
from hardtack.store.pruning import ALL
from hardtack.store.schema import account, feed, revocation, revoked_key
from hardtack.store.upsert import ByEngine, Words

PER_ACCOUNT = 1000
"""Revoked lineages and session ids that one account may have at a time."""

MARGIN = 86400
"""Seconds that a row outlives the deadline it was made with: clocks differ, and lifetimes allow for that."""

LINEAGE = "lineage"
SESSION = "session"


def _moved_to_the_end(words: Words) -> Any:
    """Write a row; one that is there moves to the end of the feed.

    So a reader which missed nothing reads it once more. It lives longer, and what was superseded until now is over.
    """
    added = words.insert(revocation)
    new = added.excluded
    again = {"change": new.change, "until": words.greater(revocation.c.until, new.until), "since": new.since}
    return added.on_conflict_do_update(index_elements=["subject"], set_=again)


_end = ByEngine(_moved_to_the_end)

# Built once: every sign-out asks for both.
_next = update(feed).where(feed.c.id == 1).values(change=feed.c.change + 1).returning(feed.c.change)
_held = select(func.count()).select_from(revocation).where(revocation.c.account_id == bindparam("account"))


def next_change(connection: Connection) -> int:
    """Take the next number, and let the commit of this transaction be announced to every process.

    Args:
        connection: one that ``Database.write`` gave.
    """
    connection.info[FEED_CHANGED] = True
    return int(connection.execute(_next).scalar_one())


def revoke_lineage(connection: Connection, *, lineage: bytes, account_id: int, until: int) -> None:
    """End every session of *lineage*, in every process, when this transaction commits.

    Args:
        connection: one that ``Database.write`` gave.
        lineage: 16 bytes.
        account_id: whose sessions they are.
        until: the absolute deadline of the lineage's cookies, Unix seconds.
    """
    _revoke(connection, LINEAGE, lineage, account_id, until)


def revoke_session(connection: Connection, *, session_id: bytes, account_id: int, until: int) -> None:
    """End the one session *session_id*, in every process, when this transaction commits; arguments as above."""
    _revoke(connection, SESSION, session_id, account_id, until)


def supersede(connection: Connection, *, session_id: bytes, account_id: int, at: int, until: int) -> bool:
    """Let *session_id* be superseded for ``GRACE`` seconds and then over, in every process; return whether it was good.

    Of two requests that renew the same id at the same time only the first gets ``True``; the other must not hand out
    its new id.

    Args:
        connection: one that ``Database.write`` gave.
        session_id: the old id, 16 bytes.
        account_id: whose session it is.
        at: when it was renewed, Unix seconds.
        until: the absolute deadline of the old id's cookies, Unix seconds.
    """
    if connection.execute(select(revocation.c.change).where(revocation.c.subject == session_id)).first() is not None:
        return False
    _revoke(connection, SESSION, session_id, account_id, until, since=at + GRACE)
    return True


def is_over(connection: Connection, *, session_id: bytes, lineage: bytes) -> bool:
    """Return whether a session was ended by its id or lineage, or renewed, as the transaction sees it.

    For changes that must not rest on what memory knew when the request began. An epoch is not looked at.
    """
    found = select(revocation.c.change).where(revocation.c.subject.in_((session_id, lineage))).limit(1)
    return connection.execute(found).first() is not None


def revoke_key(connection: Connection, *, key_id: bytes, at: int) -> bool:
    """Let no token open under a key in any process, when this transaction commits; return whether that is news.

    Args:
        connection: one that ``Database.write`` gave.
        key_id: 4 bytes.
        at: Unix seconds.
    """
    if connection.execute(select(revoked_key.c.change).where(revoked_key.c.key_id == key_id)).first() is not None:
        return False
    connection.execute(insert(revoked_key), {"change": next_change(connection), "key_id": key_id, "at": at})
    return True


def _revoke(connection: Connection, kind: str, subject: bytes, account_id: int, until: int, *, since: int = 0) -> None:
    if connection.execute(_held, {"account": account_id}).scalar_one() >= PER_ACCOUNT:
        connection.execute(delete(revocation).where(revocation.c.account_id == account_id))
        raise_epoch(connection, account_id)
    values = {
        "change": next_change(connection),
        "kind": kind,
        "subject": subject,
        "account_id": account_id,
        "until": until + MARGIN,
        "since": since,
    }
    connection.execute(_end.on(connection), values)


def raise_epoch(connection: Connection, account_id: int) -> int:
    """End every session of an account, in every process, when this transaction commits; return the new epoch.

    Args:
        connection: one that ``Database.write`` gave.
        account_id: the account; 0 is returned where there is none.
    """
    change = next_change(connection)
    raised = update(account).where(account.c.id == account_id).values(epoch=account.c.epoch + 1, change=change)
    return int(connection.execute(raised.returning(account.c.epoch)).scalar() or 0)


def raise_epochs(connection: Connection, *, after: int = 0, most: int) -> int:
    """End every session of the accounts that follow a number, in every process, when this transaction commits.

    Args:
        connection: one that ``Database.write`` gave.
        after: the account's number.
        most: how many accounts; a million in one transaction would keep everybody else waiting for too long.

    Returns:
        The number of the last of them; 0 where there is none any more.
    """
    following = select(account.c.id).where(account.c.id > after).order_by(account.c.id).limit(most).subquery()
    last = connection.execute(select(func.max(following.c.id))).scalar()
    if last is None:
        return 0
    these = (account.c.id > after) & (account.c.id <= last)
    connection.execute(update(account).where(these).values(epoch=account.c.epoch + 1, change=next_change(connection)))
    return int(last)


def prune(connection: Connection, now: int, *, batch: int | None = ALL) -> int:
    """Delete what no living cookie can name any more, up to *batch* rows; return how much that was."""
    over = select(revocation.c.change).where(revocation.c.until < now).limit(batch)
    return connection.execute(delete(revocation).where(revocation.c.change.in_(over))).rowcount
