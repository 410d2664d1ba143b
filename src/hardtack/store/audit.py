"""The audit trail in the database: one row per authentication event, written in the event's own transaction.

A row names the account by its number, or a name that matches none by a keyed hash; it never holds a secret, a password
or a name that somebody merely typed. Old rows go: after ``AGE``, and the oldest first where there are more than
``ROWS``, or as the operator has set it (``Kept``), so that nobody can fill the disk with failed attempts.

The trail is read in pages, the newest first, each beginning after the position where the one before it ended. So a page
of a million events costs what a page of ten costs, and nothing is shown twice while new events come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, literal, select, tuple_

from hardtack.store.prepared import Prepared
from hardtack.store.pruning import ALL
from hardtack.store.schema import account, audit

AGE = 400 * 86400
ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """How long events stay.

    Args:
        age: seconds after which one goes.
        rows: how many stay at most; the oldest go first.
    """

    age: int = AGE
    rows: int = ROWS


_insert = Prepared(insert(audit).inline(), [column.name for column in audit.columns if column.name != "id"])


_SEVERAL = 500
_names = select(account.c.id, account.c.name).where(
    account.c.id.in_(bindparam("numbers", expanding=True)), account.c.closed_at.is_(None)
)


class Position(NamedTuple):
    """Where an event stands in the trail: by time, and within a second in the order of commit."""

    at: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One authentication event.

    Args:
        event: what happened, a fixed word such as ``sign-in``.
        at: Unix seconds.
        account_id: the account, where one is meant.
        name_hash: the keyed hash of a name that matches no account.
        client: the network address, or ``""``.
        reason: why it was refused, a fixed word; ``""`` where it was not; of a hand-off the host.
        factors: what the person signed in with.
        actor_id: who did it, where that is somebody else than the account's owner; 0 for the operator.
        device: browser and system, in words of ours.
    """

    event: str
    at: int
    account_id: int | None = None
    name_hash: bytes | None = None
    client: str = ""
    reason: str = ""
    factors: tuple[str, ...] = ()
    actor_id: int | None = None
    device: str = ""


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
        "actor_id": event.actor_id,
        "device": event.device,
    }
    _insert.run(connection, row)


def read(connection: Connection, *, last: int = 1000) -> tuple[Event, ...]:
    """Return the *last* events, the oldest first."""
    newest = connection.execute(select(audit).order_by(audit.c.id.desc()).limit(last)).all()
    return tuple(_event(row) for row in reversed(newest))


def page(
    connection: Connection,
    *,
    account_id: int | None = None,
    event: str | None = None,
    since: int | None = None,
    until: int | None = None,
    before: Position | None = None,
    limit: int,
) -> tuple[tuple[Position, Event], ...]:
    """Return events with their positions, the newest first, reading no row but these (an index leads to them).

    Args:
        connection: of a transaction that reads.
        account_id: only events of this account.
        event: only this one.
        since: only from this time on, Unix seconds.
        until: only before this time, Unix seconds.
        before: only what comes after this position in that order, which is what is older.
        limit: at most so many.
    """
    wanted = select(audit)
    if account_id is not None:
        wanted = wanted.where(audit.c.account_id == account_id)
    if event is not None:
        wanted = wanted.where(audit.c.event == event)
    if since is not None:
        wanted = wanted.where(audit.c.at >= since)
    # One upper end, not two: with more conditions SQLite takes another index and reads everybody's events.
    ends = [end for end in (before, None if until is None else Position(until, 0)) if end is not None]
    if ends:
        # Numbers of the columns' own size: by themselves they would be taken for smaller ones.
        end = (literal(value, column.type) for value, column in zip(min(ends), (audit.c.at, audit.c.id), strict=True))
        wanted = wanted.where(tuple_(audit.c.at, audit.c.id) < tuple_(*end))
    rows = connection.execute(wanted.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)).all()
    return tuple((Position(row.at, row.id), _event(row)) for row in rows)


def newest_of_accounts(connection: Connection, event: str, *, limit: int) -> dict[int, tuple[str, int]]:
    """Return which accounts the newest *limit* times that *event* happened were about: their names, and when it was.

    Args:
        connection: of a transaction that reads.
        event: one word.
        limit: events that are looked at.
    """
    newest = select(audit.c.account_id, audit.c.at).where(audit.c.event == event)
    last = newest.order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit).subquery()
    of_accounts = select(last.c.account_id, func.max(last.c.at)).where(last.c.account_id.is_not(None))
    times = {row[0]: row[1] for row in connection.execute(of_accounts.group_by(last.c.account_id))}
    # By number, and not by a join: PostgreSQL would read every account where there are some hundred thousand.
    numbers, found = list(times), dict[int, tuple[str, int]]()
    for first in range(0, len(numbers), _SEVERAL):
        for number, name in connection.execute(_names, {"numbers": numbers[first : first + _SEVERAL]}):
            found[number] = (name, times[number])
    return found


def happened(
    connection: Connection, account_id: int, event: str, *, since: int = 0, until: int | None = None, limit: int = 1
) -> int:
    """Return how often *event* happened to an account, counting no further than *limit*.

    Args:
        connection: of a transaction.
        account_id: the account.
        event: one word.
        since: from this time on, Unix seconds.
        until: before this time; ``None`` for no end.
        limit: where counting ends.
    """
    found = page(connection, account_id=account_id, event=event, since=since, until=until, limit=limit)
    return len(found)


def prune(connection: Connection, now: int, *, age: int = AGE, rows: int = ROWS, batch: int | None = ALL) -> int:
    """Delete what is older than *age* seconds, and the oldest above *rows*; return how many events went.

    Args:
        connection: one that ``Database.write`` gave.
        now: Unix seconds.
        age: seconds.
        rows: how many stay.
        batch: how many go at most.
    """
    old = select(audit.c.id, audit.c.at).where(audit.c.at < now - age).order_by(audit.c.at)
    pruned = _delete(connection, old, batch)
    newest = connection.execute(select(func.max(audit.c.id))).scalar()
    if newest is None or pruned == batch:
        return pruned
    left = None if batch is None else batch - pruned
    above = select(audit.c.id, audit.c.at).where(audit.c.id <= newest - rows).order_by(audit.c.id)
    return pruned + _delete(connection, above, left)


def _delete(connection: Connection, chosen: Select[tuple[int, int]], batch: int | None) -> int:
    """Delete the first of what was chosen; return how many events went.

    What is limited is read first and deleted by its numbers and times: so PostgreSQL looks into those parts alone that
    hold it, where the table has parts, and an index leads to each.
    """
    if batch is ALL:
        return connection.execute(delete(audit).where(audit.c.id.in_(chosen.with_only_columns(audit.c.id)))).rowcount
    rows = connection.execute(chosen.limit(batch)).all()
    if not rows:
        return 0
    times = [row.at for row in rows]
    these = audit.c.id.in_([row.id for row in rows]) & audit.c.at.between(min(times), max(times))
    return connection.execute(delete(audit).where(these)).rowcount


def _event(row: Row[Any]) -> Event:
    return Event(
        event=row.event,
        at=row.at,
        account_id=row.account_id,
        name_hash=row.name_hash,
        client=row.client,
        reason=row.reason,
        factors=tuple(row.factors.split()),
        actor_id=row.actor_id,
        device=row.device,
    )
