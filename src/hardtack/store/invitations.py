"""The rows of invitations: one for each, until long after nobody can use it any more.

Of who was invited a row keeps the address only as long as it is needed: what was used forgets it, since the account has
it then, and what was never used is deleted ``KEPT`` seconds after its end. Using one is a single statement that changes
the row or finds it used, withdrawn or over, so of two at the same moment one succeeds.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from hardtack.store.pruning import ALL
from hardtack.store.schema import invitation

KEPT = 30 * 86_400
"""Seconds for which one that nobody used can still be seen after its end."""

State = Literal["open", "used", "withdrawn", "expired"]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation.

    Args:
        id: 16 random bytes.
        created: Unix seconds.
        until: until when it is good, Unix seconds.
        invited_by: the account that made it; ``None`` for the operator.
        email: the only address that it is good for; ``None`` for whoever has the link, and for one that was used.
        roles: what the account may do in applications, in alphabetical order.
        withdrawn: when it was taken back, Unix seconds, or ``None``.
        used: when an account was made with it, Unix seconds, or ``None``.
        account_id: that account.
    """

    id: bytes
    created: int
    until: int
    invited_by: int | None
    email: str | None
    roles: tuple[str, ...]
    withdrawn: int | None
    used: int | None
    account_id: int | None

    def state(self, now: int) -> State:
        """Return what the invitation is worth.

        Args:
            now: Unix seconds.
        """
        if self.used is not None:
            return "used"
        if self.withdrawn is not None:
            return "withdrawn"
        return "open" if now < self.until else "expired"


def put(
    connection: Connection,
    *,
    invited_by: int | None,
    email: str | None,
    roles: Collection[str],
    now: int,
    until: int,
) -> Invitation:
    """Write a new invitation and return it.

    Args:
        connection: one that ``Database.write`` gave.
        invited_by: the account that makes it; ``None`` for the operator.
        email: the only address that it is good for, as typed.
        roles: what the account may do in applications.
        now: Unix seconds.
        until: until when it is good, Unix seconds.
    """
    values = {
        "invitation_id": os.urandom(16),
        "created": now,
        "until": until,
        "invited_by": invited_by,
        "email": email,
        "roles": " ".join(sorted(set(roles))),
    }
    return _invitation(connection.execute(insert(invitation).values(values).returning(invitation)).one())


def get(connection: Connection, identifier: bytes) -> Invitation | None:
    """Return the invitation with the id *identifier*, or ``None``."""
    found = connection.execute(select(invitation).where(invitation.c.invitation_id == identifier)).one_or_none()
    return None if found is None else _invitation(found)


def newest(connection: Connection, limit: int) -> tuple[Invitation, ...]:
    """Return invitations, the newest first.

    Args:
        connection: of a transaction that reads.
        limit: at most so many.
    """
    ordered = select(invitation).order_by(invitation.c.created.desc(), invitation.c.invitation_id)
    return tuple(_invitation(row) for row in connection.execute(ordered.limit(limit)))


def withdraw(connection: Connection, identifier: bytes, now: int) -> bool:
    """Take an invitation back; return whether there was one that somebody could have used.

    Args:
        connection: one that ``Database.write`` gave.
        identifier: which one.
        now: Unix seconds.
    """
    changed = update(invitation).where(*_is_open(identifier, now)).values(withdrawn=now)
    return connection.execute(changed).rowcount == 1


def use(connection: Connection, identifier: bytes, *, account_id: int, now: int) -> bool:
    """Write down which account was made with an invitation; return whether it was still good for one.

    Args:
        connection: one that ``Database.write`` gave.
        identifier: which one.
        account_id: the account.
        now: Unix seconds.
    """
    changed = update(invitation).where(*_is_open(identifier, now)).values(used=now, account_id=account_id, email=None)
    return connection.execute(changed).rowcount == 1


def prune(connection: Connection, now: int, *, batch: int | None = ALL) -> int:
    """Delete those that nobody used and nobody can use any more, some time after their end; return how many went."""
    over = select(invitation.c.invitation_id).where(invitation.c.used.is_(None), invitation.c.until < now - KEPT)
    return connection.execute(delete(invitation).where(invitation.c.invitation_id.in_(over.limit(batch)))).rowcount


def _is_open(identifier: bytes, now: int) -> tuple[Any, ...]:
    return (
        invitation.c.invitation_id == identifier,
        invitation.c.used.is_(None),
        invitation.c.withdrawn.is_(None),
        invitation.c.until > now,
    )


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.invitation_id,
        created=row.created,
        until=row.until,
        invited_by=row.invited_by,
        email=row.email,
        roles=tuple(row.roles.split()),
        withdrawn=row.withdrawn,
        used=row.used,
        account_id=row.account_id,
    )
