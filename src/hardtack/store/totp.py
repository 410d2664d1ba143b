"""The secrets of authenticator apps, sealed, and which time step counted last.

All of it in the caller's transaction. An account has one app at most; a new one takes the old one's place. A step
counts once and never after a later one: that is one statement, so that of any number of requests in any number of
processes that show the same code, one succeeds (attack 24).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from hardtack.seal import Keyring, columns
from hardtack.store.schema import totp
from hardtack.store.sealed import TOTP_SECRET

_find = select(totp).where(totp.c.account_id == bindparam("whose"))
_spend = (
    update(totp)
    .where(totp.c.account_id == bindparam("whose"), totp.c.last_step < bindparam("step"))
    .values(last_step=bindparam("step"))
)


@dataclass(frozen=True, slots=True)
class App:
    """An authenticator app as it is kept.

    Args:
        factor_id: 16 random bytes, to which the sealed secret is bound.
        sealed: the secret, sealed.
        last_step: the time step of the last code that counted.
        created: Unix seconds.
    """

    factor_id: bytes
    sealed: bytes = field(repr=False)
    last_step: int
    created: int

    def secret(self, keyring: Keyring) -> bytes:
        """Return the secret.

        Raises:
            SealError: it lies under a key that is gone, or was changed.
        """
        return columns.open(keyring, self.sealed, TOTP_SECRET.place(self.factor_id))


def put(connection: Connection, keyring: Keyring, account_id: int, secret: bytes, *, step: int, now: int) -> bool:
    """Write the app of an account down; return whether it takes another one's place.

    Args:
        connection: one that ``Database.write`` gave.
        keyring: seals the secret.
        account_id: whose it is.
        secret: what the app makes its codes of.
        step: the time step of the code that confirmed it, which counts no second time.
        now: Unix seconds.
    """
    replaced = remove(connection, account_id)
    factor_id = os.urandom(16)
    sealed = columns.seal(keyring, secret, TOTP_SECRET.place(factor_id))
    values = {"factor_id": factor_id, "account_id": account_id, "secret": sealed, "last_step": step, "created": now}
    connection.execute(insert(totp).values(values))
    return replaced


def find(connection: Connection, account_id: int) -> App | None:
    """Return the app of an account."""
    row = connection.execute(_find, {"whose": account_id}).one_or_none()
    return None if row is None else App(row.factor_id, row.secret, row.last_step, row.created)


def spend(connection: Connection, account_id: int, step: int) -> bool:
    """Let a time step count; return ``False`` if it, or a later one, has counted already."""
    return connection.execute(_spend, {"whose": account_id, "step": step}).rowcount == 1


def remove(connection: Connection, account_id: int) -> bool:
    """Delete the app of an account; return whether it had one."""
    return connection.execute(delete(totp).where(totp.c.account_id == account_id)).rowcount == 1
