"""Mail that waits to be sent: rows put in by whoever changes something, taken out by whoever sends.

A row is put in within the transaction of the change that it tells of, so that neither happens without the other, and it
costs the same whoever it is for: what is put in is an order, and who is meant by it is looked up by the sender, off the
way of the request. The content is sealed. A process that takes a row in hand claims it for a while; if it dies, another
one takes the row after that. A row whose time is over is deleted unsent.

Whether mail goes out at all is known to every process from the rows: those that wait because nothing could be sent are
*stuck* since a certain second. The first that is sent again frees them all.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, or_, select, update

from hardtack.seal import Keyring, SealError, columns
from hardtack.store.pruning import BATCH
from hardtack.store.schema import outbox
from hardtack.store.sealed import OUTGOING

ROWS = 100_000
"""Orders that wait at a time; beyond, the newest is refused rather than the disk filled."""

_insert = insert(outbox)
_count = select(func.count()).select_from(outbox)
_ready = (outbox.c.due <= bindparam("now")) & (outbox.c.claimed <= bindparam("now"))
_over = outbox.c.until <= bindparam("now")
_any = select(exists().where(or_(_ready, _over)))
_due = select(outbox).where(_ready, ~_over).order_by(outbox.c.due).limit(bindparam("batch"))
_expire = delete(outbox).where(
    outbox.c.message_id.in_(select(outbox.c.message_id).where(_over).limit(bindparam("batch")))
)
_this = outbox.c.message_id == bindparam("taken")
_claim = update(outbox).where(_this).values(claimed=bindparam("lease_end"))
_done = delete(outbox).where(_this)
_again = update(outbox).where(_this).values(claimed=0, due=bindparam("next"), attempts=outbox.c.attempts + 1)
_stuck = outbox.c.stuck > 0
_stick = update(outbox).where(_this, ~_stuck).values(stuck=bindparam("now"))
_free = update(outbox).where(_stuck).values(stuck=0, due=bindparam("now"))
_since = select(func.min(outbox.c.stuck)).where(_stuck)
# Each in the index that counts it: looking for both at once reads every order.
_state = select(_count.scalar_subquery(), _since.scalar_subquery())


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that was taken in hand.

    Args:
        message_id: which it is.
        content: what was put in; ``None`` if no key of the ring opens it.
        attempts: how often it was tried before.
        until: when it is worth nothing any more, Unix seconds.
    """

    message_id: bytes
    content: bytes | None = field(repr=False)
    attempts: int
    until: int


@dataclass(frozen=True, slots=True)
class State:
    """How mail goes.

    Args:
        waiting: orders that wait.
        failing_since: since when nothing can be sent, Unix seconds; 0 while mail goes out.
    """

    waiting: int
    failing_since: int


def put(connection: Connection, keyring: Keyring, content: bytes, *, now: int, until: int) -> bool:
    """Put an order in; return whether there was room for it.

    Args:
        connection: one that ``Database.write`` gave.
        keyring: seals it.
        content: what is to be sent.
        now: Unix seconds.
        until: when it is worth nothing any more, Unix seconds.
    """
    if connection.execute(_count).scalar_one() >= ROWS:
        return False
    message_id = os.urandom(16)
    sealed = columns.seal(keyring, content, OUTGOING.place(message_id))
    connection.execute(_insert, {"message_id": message_id, "content": sealed, "due": now, "until": until})
    return True


def any_due(connection: Connection, *, now: int) -> bool:
    """Return whether there is anything to take in hand or to delete; it only reads."""
    return bool(connection.execute(_any, {"now": now}).scalar_one())


def expire(connection: Connection, *, now: int, batch: int = BATCH) -> int:
    """Delete orders whose time is over, up to *batch* of them; return how many went."""
    return connection.execute(_expire, {"now": now, "batch": batch}).rowcount


def claim(connection: Connection, keyring: Keyring, *, now: int, lease: int, batch: int = 10) -> tuple[Waiting, ...]:
    """Take orders in hand whose time has come, the longest due first.

    Args:
        connection: one that ``Database.write`` gave, so that no two processes take the same.
        keyring: opens them.
        now: Unix seconds.
        lease: seconds for which nobody else takes them.
        batch: how many at most.
    """
    rows = connection.execute(_due, {"now": now, "batch": batch}).all()
    for row in rows:
        connection.execute(_claim, {"taken": row.message_id, "lease_end": now + lease})
    return tuple(Waiting(row.message_id, _opened(keyring, row), row.attempts, row.until) for row in rows)


def done(connection: Connection, message_id: bytes) -> None:
    """Delete an order that was sent, or never can be."""
    connection.execute(_done, {"taken": message_id})


def again(connection: Connection, message_id: bytes, *, due: int) -> None:
    """Let an order be tried again from *due* on, Unix seconds."""
    connection.execute(_again, {"taken": message_id, "next": due})


def stick(connection: Connection, message_id: bytes, *, now: int) -> bool:
    """Note that an order waits because nothing can be sent; return whether it is the first that does."""
    first = _failing_since(connection) == 0
    connection.execute(_stick, {"taken": message_id, "now": now})
    return first


def free(connection: Connection, *, now: int) -> int:
    """Let every stuck order be tried at once; return since when they had been, 0 if there was none."""
    since = _failing_since(connection)
    if since:
        connection.execute(_free, {"now": now})
    return since


def state(connection: Connection) -> State:
    """Return how many orders wait, and since when nothing can be sent."""
    count, since = connection.execute(_state).one()
    return State(count, since or 0)


def _failing_since(connection: Connection) -> int:
    return connection.execute(_since).scalar_one() or 0


def waiting(connection: Connection) -> int:
    """Return how many orders wait."""
    return int(connection.execute(_count).scalar_one())


def _opened(keyring: Keyring, row: object) -> bytes | None:
    try:
        return columns.open(keyring, row.content, OUTGOING.place(row.message_id))  # type: ignore[attr-defined]
    except SealError:
        return None
