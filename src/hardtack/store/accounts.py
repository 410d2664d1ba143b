"""The rows of accounts: reading and writing them, one statement each, inside the caller's transaction.

Nothing is decided here about who may do what: names come in canonical form, passwords as hashes. What raises an
account's epoch takes a number from the feed, so every process learns of it before the caller answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from hardtack.store import feed
from hardtack.store.schema import account, name_form


@dataclass(frozen=True, slots=True)
class Account:
    """What the rest of the program may know of an account; it holds no credential.

    Args:
        id: the account's number, never used again.
        name: the canonical name, by which it is found.
        display_name: the name as it was typed.
        administrator: whether it may administer.
        epoch: sessions of a lower one are over.
        profile_version: raised when name, address or roles change.
        created: Unix seconds.
        disabled: whether it may not sign in.
    """

    id: int
    name: str
    display_name: str
    administrator: bool
    epoch: int
    profile_version: int
    created: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account together with the hash that its password is checked against, or ``None`` if no password signs in."""

    account: Account
    password_hash: str | None = field(repr=False)


class NameIsTaken(Exception):
    """One of the forms of a name belongs to an account, present or past."""


# Statements of every sign-in are built once: building costs more than running.
_present = select(account).where(account.c.closed_at.is_(None))
_by_name = _present.where(account.c.name == bindparam("wanted"))
_by_id = _present.where(account.c.id == bindparam("wanted"))


class AccountRows:
    """The table of accounts; every method takes the connection of the caller's transaction."""

    def insert(
        self,
        connection: Connection,
        *,
        name: str,
        forms: Collection[str],
        display_name: str,
        password_hash: str,
        administrator: bool = False,
        now: int,
    ) -> Account:
        """Make an account.

        Args:
            connection: one that ``Database.write`` gave.
            name: the canonical name.
            forms: every form in which the name is taken from now on, the canonical one among them.
            display_name: the name as it was typed.
            password_hash: as argon2 writes it.
            administrator: whether it may administer.
            now: Unix seconds.

        Raises:
            NameIsTaken: somebody has or had one of the forms; the transaction must be given up.
        """
        values = {
            "name": name,
            "display_name": display_name,
            "password_hash": password_hash,
            "password_changed": now,
            "administrator": int(administrator),
            "created": now,
        }
        try:
            row = connection.execute(insert(account).values(values).returning(account)).one()
            connection.execute(insert(name_form), [{"form": form, "account_id": row.id} for form in sorted(set(forms))])
        except IntegrityError:
            # Which statement it was is of no use to anybody; the text of the error names the value.
            raise NameIsTaken from None
        return _account(row)

    def is_taken(self, connection: Connection, forms: Collection[str]) -> bool:
        """Return whether an account, present or past, has one of *forms*."""
        found = select(name_form.c.account_id).where(name_form.c.form.in_(list(forms))).limit(1)
        return connection.execute(found).scalar() is not None

    def by_name(self, connection: Connection, name: str) -> Credentials | None:
        """Return the account with the canonical *name*; a closed one is none."""
        return _credentials(connection.execute(_by_name, {"wanted": name}).one_or_none())

    def by_id(self, connection: Connection, account_id: int) -> Credentials | None:
        """Return the account with the number *account_id*; a closed one is none."""
        return _credentials(connection.execute(_by_id, {"wanted": account_id}).one_or_none())

    def all(self, connection: Connection) -> tuple[Account, ...]:
        """Return every account that is not closed, by name."""
        return tuple(_account(row) for row in connection.execute(_present.order_by(account.c.name)))

    def has_administrator(self, connection: Connection) -> bool:
        """Return whether there is an administrator; a disabled one counts, since it can be enabled again."""
        found = select(account.c.id).where(account.c.administrator == 1, account.c.closed_at.is_(None)).limit(1)
        return connection.execute(found).scalar() is not None

    def rehash(self, connection: Connection, account_id: int, *, old: str, new: str) -> None:
        """Write the same password's hash with other parameters, unless the password was changed meanwhile."""
        unchanged = (account.c.id == account_id) & (account.c.password_hash == old)
        connection.execute(update(account).where(unchanged).values(password_hash=new))

    def disable(self, connection: Connection, account_id: int, now: int) -> None:
        """Let the account sign in no more, and end all its sessions in every process at the commit."""
        already = account.c.disabled_at.is_not(None)
        connection.execute(update(account).where(account.c.id == account_id, ~already).values(disabled_at=now))
        feed.raise_epoch(connection, account_id)

    def enable(self, connection: Connection, account_id: int) -> None:
        """Let the account sign in again; the sessions that ended stay ended."""
        connection.execute(update(account).where(account.c.id == account_id).values(disabled_at=None))


def _credentials(row: Row[Any] | None) -> Credentials | None:
    return None if row is None else Credentials(_account(row), row.password_hash)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        administrator=bool(row.administrator),
        epoch=row.epoch,
        profile_version=row.profile_version,
        created=row.created,
        disabled=row.disabled_at is not None,
    )
