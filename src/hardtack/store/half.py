"""The rows of half-done sign-ins: one-time ids, each for a few minutes, in the caller's transaction.

A row is what makes its cookie good: it is deleted at success, at cancelling and after too many wrong answers, and one
that is of an earlier epoch than its account's is none. Of two requests that spend the same one, one succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hardtack.store.schema import account, half_signed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfRow:
    """One half-done sign-in.

    Args:
        half_id: 16 random bytes.
        account_id: whose.
        epoch: the account's, when the first factor was proved.
        factors: what was proved so far.
        until: until when it is good, Unix seconds.
        failures: wrong answers so far.
    """

    # Whoever has it can go on: representations end up in logs.
    half_id: bytes = field(repr=False)
    account_id: int
    epoch: int
    factors: tuple[str, ...]
    until: int
    failures: int = 0


MOST = 20
"""Half-done sign-ins that one account may have at a time; one more takes the place of the one that ends first."""

_living = (
    select(half_signed_in)
    .join(account, account.c.id == half_signed_in.c.account_id)
    .where(
        half_signed_in.c.half_id == bindparam("id"),
        half_signed_in.c.until > bindparam("now"),
        half_signed_in.c.epoch == account.c.epoch,
        account.c.disabled_at.is_(None),
        account.c.closed_at.is_(None),
    )
)


def add(connection: Connection, row: HalfRow) -> None:
    """Write one down."""
    of_account = half_signed_in.c.account_id == row.account_id
    surplus = (
        select(half_signed_in.c.half_id).where(of_account).order_by(half_signed_in.c.until.desc()).offset(MOST - 1)
    )
    connection.execute(delete(half_signed_in).where(half_signed_in.c.half_id.in_(surplus)))
    connection.execute(
        insert(half_signed_in).values(
            half_id=row.half_id,
            account_id=row.account_id,
            epoch=row.epoch,
            factors=" ".join(row.factors),
            until=row.until,
            failures=row.failures,
        )
    )


def find(connection: Connection, half_id: bytes, now: int) -> HalfRow | None:
    """Return the one with *half_id*, if it is good."""
    found = connection.execute(_living, {"id": half_id, "now": now}).first()
    if found is None:
        return None
    return HalfRow(
        half_id=found.half_id,
        account_id=found.account_id,
        epoch=found.epoch,
        factors=tuple(found.factors.split()),
        until=found.until,
        failures=found.failures,
    )


def prove(connection: Connection, half_id: bytes, factors: tuple[str, ...]) -> None:
    """Write what was proved so far, where something is still missing."""
    one = half_signed_in.c.half_id == half_id
    connection.execute(update(half_signed_in).where(one).values(factors=" ".join(factors)))


def fail(connection: Connection, half_id: bytes, most: int) -> bool:
    """Count a wrong answer; return whether that was one too many, and it is over."""
    one = half_signed_in.c.half_id == half_id
    connection.execute(update(half_signed_in).where(one).values(failures=half_signed_in.c.failures + 1))
    return connection.execute(delete(half_signed_in).where(one, half_signed_in.c.failures >= most)).rowcount == 1


def spend(connection: Connection, half_id: bytes) -> bool:
    """Let it be over; return whether it was there still."""
    return connection.execute(delete(half_signed_in).where(half_signed_in.c.half_id == half_id)).rowcount == 1


def prune(connection: Connection, now: int, *, batch: int) -> int:
    """Delete up to *batch* that are over, and return how many those were."""
    over = select(half_signed_in.c.half_id).where(half_signed_in.c.until <= now).limit(batch)
    return connection.execute(delete(half_signed_in).where(half_signed_in.c.half_id.in_(over))).rowcount
