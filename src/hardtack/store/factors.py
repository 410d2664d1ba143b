"""What an account has beside its password, in one look, and letting go of all of it.

The rows of each factor are read and written by the module of that factor (``totp``, ``passkeys``, ``recovery_codes``,
``trusted_devices``); here is only what concerns all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    ScalarSelect,
    Table,
    bindparam,
    delete,
    func,
    select,
    update,
)

from hardtack.store.prepared import Prepared
from hardtack.store.schema import account, factor_reset, half_signed_in, passkey, recovery_code, totp, trusted_device


@dataclass(frozen=True, slots=True)
class Counted:
    """How much of each there is.

    Args:
        totp: authenticator apps: 0 or 1.
        passkeys: passkeys.
        recovery_codes: codes that are not used yet.
        demanded: whether a second factor is demanded of this account.
        reset_due: from when on a reset of its factors holds, Unix seconds; ``None``: none was asked for.
    """

    totp: int
    passkeys: int
    recovery_codes: int
    demanded: bool
    reset_due: int | None


_whose: BindParameter[int] = bindparam("whose")


def _how_many(table: Table, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(table.c.account_id == _whose, *where).scalar_subquery()


_counted = Prepared(
    select(
        _how_many(totp).label("totp"),
        _how_many(passkey).label("passkeys"),
        _how_many(recovery_code, recovery_code.c.used.is_(None)).label("recovery_codes"),
        func.coalesce(select(account.c.second_factor).where(account.c.id == _whose).scalar_subquery(), 0).label(
            "demanded"
        ),
        select(factor_reset.c.due).where(factor_reset.c.account_id == _whose).scalar_subquery().label("reset_due"),
    )
)


def count(connection: Connection, account_id: int) -> Counted:
    """Return what the account has; nothing, for one that does not exist."""
    row = _counted.first(connection, {"whose": account_id})
    return Counted(row.totp, row.passkeys, row.recovery_codes, bool(row.demanded), row.reset_due)


def demand(connection: Connection, account_id: int, demanded: bool) -> None:
    """Write whether a password alone is never enough for the account."""
    connection.execute(update(account).where(account.c.id == account_id).values(second_factor=int(demanded)))


def let_go(connection: Connection, account_id: int) -> None:
    """Delete every second factor of the account, and its codes, trusted devices, half-done sign-ins and resets."""
    for table in (totp, passkey, recovery_code, trusted_device, half_signed_in, factor_reset):
        connection.execute(delete(table).where(table.c.account_id == account_id))
