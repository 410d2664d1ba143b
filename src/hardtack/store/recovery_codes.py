"""Recovery codes by keyed hash: rows of an account, in the caller's transaction.

A code has 120 random bits, so that nothing slower than one hash is needed (ASVS 6.5.2), and the account is part of what
is hashed: nobody's code is anybody else's. One that was used stays until the next ones are made, so that its owner can
see how many are left; using it is one statement, of which one succeeds (attack 24).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from hardtack.store.schema import recovery_code

_use = (
    update(recovery_code)
    .where(
        recovery_code.c.hash == bindparam("wanted"),
        recovery_code.c.account_id == bindparam("whose"),
        recovery_code.c.used.is_(None),
    )
    .values(used=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Codes:
    """What is known of the codes of an account.

    Args:
        left: how many can be used still.
        created: when they were made, Unix seconds; ``None`` where there are none.
    """

    left: int
    created: int | None


def replace(connection: Connection, account_id: int, hashes: Collection[bytes], now: int) -> None:
    """Write new codes in the place of all that the account had."""
    remove(connection, account_id)
    connection.execute(
        insert(recovery_code), [{"hash": each, "account_id": account_id, "created": now} for each in hashes]
    )


def use(connection: Connection, account_id: int, wanted: bytes, now: int) -> bool:
    """Use the code with the hash *wanted* up; return whether the account had it, and nobody had used it."""
    return connection.execute(_use, {"wanted": wanted, "whose": account_id, "now": now}).rowcount == 1


def of(connection: Connection, account_id: int) -> Codes:
    """Return what is known of the codes of an account."""
    counted = select(func.count() - func.count(recovery_code.c.used), func.max(recovery_code.c.created))
    left, created = connection.execute(counted.where(recovery_code.c.account_id == account_id)).one()
    return Codes(left, created)


def has(connection: Connection, account_id: int, hashes: Collection[bytes]) -> bool:
    """Return whether each of *hashes* is one of the account's that nobody has used."""
    mine = (recovery_code.c.account_id == account_id) & recovery_code.c.used.is_(None)
    found = select(func.count()).select_from(recovery_code).where(mine, recovery_code.c.hash.in_(hashes))
    return bool(hashes) and connection.execute(found).scalar_one() == len(set(hashes))


def remove(connection: Connection, account_id: int) -> int:
    """Delete every code of an account, used or not; return how many there were."""
    return connection.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id)).rowcount
