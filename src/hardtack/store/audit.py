"""The audit trail in the database: one row per authentication event, written in the event's own transaction.

A row names the account by its number, or a name that matches none by a keyed hash; it never holds a secret, a password
or a name that somebody merely typed. Old rows go: after ``AGE``, and the oldest first where there are more than
``ROWS``, so that nobody can fill the disk with failed attempts.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from hardtack.store.schema import audit

AGE = 400 * 86400
ROWS = 1_000_000

_insert = insert(audit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One authentication event.

    Args:
        event: what happened, a fixed word such as ``sign-in``.
        at: Unix seconds.
        account_id: the account, where one is meant.
        name_hash: the keyed hash of a name that matches no account.
        client: the network address, or ``""``.
        reason: why it was refused, a fixed word; ``""`` where it was not.
        factors: what the person signed in with.
    """

    event: str
    at: int
    account_id: int | None = None
    name_hash: bytes | None = None
    client: str = ""
    reason: str = ""
    factors: tuple[str, ...] = ()


def write(connection: Connection, event: Event) -> None:
    """Add *event* to the trail.

    Args:
        connection: one that ``Database.write`` gave.
        event: what happened.
    """
    row = {
        "at": event.at,
        "event": event.event,
        "account_id": event.account_id,
        "name_hash": event.name_hash,
        "client": event.client,
        "reason": event.reason,
        "factors": " ".join(event.factors),
    }
    connection.execute(_insert, row)


def read(connection: Connection, *, last: int = 1000) -> tuple[Event, ...]:
    """Return the *last* events, the oldest first."""
    newest = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(last)).all()
    return tuple(
        Event(
            event=row.event,
            at=row.at,
            account_id=row.account_id,
            name_hash=row.name_hash,
            client=row.client,
            reason=row.reason,
            factors=tuple(row.factors.split()),
        )
        for row in reversed(newest)
    )


def prune(connection: Connection, now: int, *, age: int = AGE, rows: int = ROWS) -> None:
    """Delete what is older than *age* seconds, and the oldest above *rows*."""
    connection.execute(delete(audit).where(audit.c.at < now - age))
    newest = connection.execute(select(func.max(audit.c.id))).scalar()
    if newest is not None:
        connection.execute(delete(audit).where(audit.c.id <= newest - rows))
