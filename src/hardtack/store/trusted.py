"""The rows of trusted devices: one family of tokens for each, inside the caller's transaction.

A family is good for as long as its row is there, until its end, and while its account is of the epoch in which it was
made. The row has the keyed hash of the token that is good now and of the one before it; every older one is told from
those by being neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from hardtack.store.schema import account, trusted_device


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRow:
    """One browser that is trusted.

    Args:
        family: 16 random bytes, kept through every renewal of its token.
        account_id: for whom.
        epoch: the account's, when it was made.
        hash: keyed, of the token that is good now.
        before: keyed, of the one before it, if there was one.
        renewed: when the present token was made, Unix seconds.
        created: when the family began.
        until: when it ends.
        client: the network address of whoever made it.
        device: browser and system, as ``device_names`` stores them.
    """

    family: bytes
    account_id: int
    epoch: int
    hash: bytes = field(repr=False)
    before: bytes | None = field(default=None, repr=False)
    renewed: int
    created: int
    until: int
    client: str
    device: str


MOST = 20
"""Trusted devices that an account may have at a time; one more takes the place of the one that ends first."""

_good = (
    select(trusted_device)
    .join(account, account.c.id == trusted_device.c.account_id)
    .where(
        trusted_device.c.account_id == bindparam("whose"),
        trusted_device.c.until > bindparam("now"),
        trusted_device.c.epoch == account.c.epoch,
        account.c.disabled_at.is_(None),
        account.c.closed_at.is_(None),
    )
)
_one = _good.where(trusted_device.c.family == bindparam("wanted"))
_all = _good.order_by(trusted_device.c.created.desc(), trusted_device.c.family.desc())


def add(connection: Connection, row: TrustedRow) -> None:
    """Write one down."""
    of_account = trusted_device.c.account_id == row.account_id
    surplus = select(trusted_device.c.family).where(of_account).order_by(trusted_device.c.until.desc()).offset(MOST - 1)
    connection.execute(delete(trusted_device).where(trusted_device.c.family.in_(surplus)))
    connection.execute(
        insert(trusted_device).values({name: getattr(row, name) for name in TrustedRow.__dataclass_fields__})
    )


def find(connection: Connection, account_id: int, family: bytes, now: int) -> TrustedRow | None:
    """Return the *family* of the account, if it is good."""
    found = connection.execute(_one, {"whose": account_id, "wanted": family, "now": now}).first()
    return None if found is None else _row(found)


def of(connection: Connection, account_id: int, now: int) -> tuple[TrustedRow, ...]:
    """Return the good ones of an account, the newest first."""
    return tuple(_row(found) for found in connection.execute(_all, {"whose": account_id, "now": now}))


def renew(connection: Connection, row: TrustedRow, hashed: bytes, now: int) -> bool:
    """Let another token be the good one of a family; return whether *row* was its state still."""
    one = (trusted_device.c.family == row.family) & (trusted_device.c.hash == row.hash)
    changed = update(trusted_device).where(one).values(hash=hashed, before=row.hash, renewed=now)
    return connection.execute(changed).rowcount == 1


def end(connection: Connection, account_id: int, family: bytes) -> bool:
    """Let a family of an account be over; return whether it was there."""
    owned = (trusted_device.c.family == family) & (trusted_device.c.account_id == account_id)
    return connection.execute(delete(trusted_device).where(owned)).rowcount == 1


def end_all(connection: Connection, account_id: int) -> int:
    """Let every family of an account be over; return how many there were."""
    return connection.execute(delete(trusted_device).where(trusted_device.c.account_id == account_id)).rowcount


def prune(connection: Connection, now: int, *, batch: int) -> int:
    """Delete up to *batch* that are over, and return how many those were."""
    over = select(trusted_device.c.family).where(trusted_device.c.until <= now).limit(batch)
    return connection.execute(delete(trusted_device).where(trusted_device.c.family.in_(over))).rowcount


def _row(found: Row[Any]) -> TrustedRow:
    return TrustedRow(**{name: getattr(found, name) for name in TrustedRow.__dataclass_fields__})
