"""The rows of accounts: reading and writing them, one statement each, inside the caller's transaction.

Nothing is decided here about who may do what: names come in canonical form, passwords as hashes. What raises an
account's epoch, or changes what applications know of it, takes a number from the feed, so every process learns of it
before the caller answers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hardtack.store import feed
from hardtack.store.prepared import Prepared
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
        email: the address, which its owner has shown to be theirs; ``None`` without one.
        language: in which mail is written to its owner; ``None`` where nobody knows.
        roles: what an application may go by, in alphabetical order; ``administrator`` is none of them.
    """

    id: int
    name: str
    display_name: str
    administrator: bool
    epoch: int
    profile_version: int
    created: int
    disabled: bool
    email: str | None = None
    language: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account together with the hash that its password is checked against, or ``None`` if no password signs in."""

    account: Account
    password_hash: str | None = field(repr=False)


class NameIsTaken(Exception):
    """One of the forms of a name belongs to an account, present or past."""


class AddressIsTaken(Exception):
    """Another account has the address."""


_present = select(account).where(account.c.closed_at.is_(None))
_by_name = Prepared(_present.where(account.c.name == bindparam("wanted")))
_by_id = Prepared(_present.where(account.c.id == bindparam("wanted")))
_by_identifier = Prepared(
    _present.where(
        or_(account.c.email_canonical == bindparam("wanted"), account.c.name == bindparam("wanted"))
    ).order_by((account.c.email_canonical == bindparam("wanted")).desc().nulls_last())
)
_by_address = Prepared(_present.where(account.c.email_canonical == bindparam("wanted")))


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
        email: str | None = None,
        email_canonical: str | None = None,
        language: str | None = None,
        roles: Collection[str] = (),
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
            email: an address that its owner has shown to be theirs.
            email_canonical: the same as it is compared.
            language: in which mail is written to its owner.
            roles: what it may do in applications.
            now: Unix seconds.

        Raises:
            NameIsTaken: somebody has or had one of the forms; the transaction must be given up.
            AddressIsTaken: somebody has the address; the same.
        """
        if email_canonical is not None and self.by_address(connection, email_canonical) is not None:
            raise AddressIsTaken
        values = {
            "name": name,
            "display_name": display_name,
            "password_hash": password_hash,
            "password_changed": now,
            "administrator": int(administrator),
            "email": email,
            "email_canonical": email_canonical,
            "language": language,
            "roles": " ".join(sorted(set(roles))),
            "created": now,
        }
        try:
            row = connection.execute(insert(account).values(values).returning(account)).one()
            connection.execute(insert(name_form), [{"form": form, "account_id": row.id} for form in sorted(set(forms))])
        except IntegrityError:
            # Which statement it was is of no use to anybody; the text of the error names the value.
            raise NameIsTaken from None
        return as_account(row)

    def is_taken(self, connection: Connection, forms: Collection[str]) -> bool:
        """Return whether an account, present or past, has one of *forms*."""
        found = select(name_form.c.account_id).where(name_form.c.form.in_(list(forms))).limit(1)
        return connection.execute(found).scalar() is not None

    def by_name(self, connection: Connection, name: str) -> Credentials | None:
        """Return the account with the canonical *name*; a closed one is none."""
        return _wanted(_by_name, connection, name)

    def by_id(self, connection: Connection, account_id: int) -> Credentials | None:
        """Return the account with the number *account_id*; a closed one is none."""
        return _credentials(_by_id.first(connection, {"wanted": account_id}))

    def several(self, connection: Connection, ids: Collection[int]) -> dict[int, Account]:
        """Return the accounts with the numbers *ids*, by these; closed ones are none."""
        found = connection.execute(_present.where(account.c.id.in_(sorted(set(ids)))))
        return {row.id: as_account(row) for row in found}

    def by_identifier(self, connection: Connection, identifier: str) -> Credentials | None:
        """Return the account that a person may mean by *identifier*: by its address first, then by its name.

        An address goes first because its owner has shown that it is theirs; anybody may have taken it for a name.
        """
        return _wanted(_by_identifier, connection, identifier)

    def by_address(self, connection: Connection, canonical: str) -> Credentials | None:
        """Return the account whose address is *canonical*, as it is compared; a closed one has none."""
        return _wanted(_by_address, connection, canonical)

    def all(self, connection: Connection) -> tuple[Account, ...]:
        """Return every account that is not closed, by name."""
        return tuple(as_account(row) for row in connection.execute(_present.order_by(account.c.name)))

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

    def set_password(self, connection: Connection, account_id: int, *, encoded: str | None, now: int) -> int:
        """Write a new password's hash and end all sessions at the commit; return the new epoch.

        Args:
            connection: one that ``Database.write`` gave.
            account_id: the account.
            encoded: as argon2 writes it; ``None``: no password signs in until there is a new one.
            now: Unix seconds.
        """
        values = {"password_hash": encoded, "password_changed": now}
        connection.execute(update(account).where(account.c.id == account_id).values(values))
        return feed.raise_epoch(connection, account_id)

    def set_address(self, connection: Connection, account_id: int, *, email: str | None, canonical: str | None) -> None:
        """Write the address that the owner has shown to be theirs; what applications know of them has changed.

        Raises:
            AddressIsTaken: another account has it; the transaction must be given up.
        """
        try:
            self._set_profile(connection, account_id, email=email, email_canonical=canonical)
        except IntegrityError:
            raise AddressIsTaken from None

    def set_roles(
        self, connection: Connection, account_id: int, *, roles: Collection[str], administrator: bool
    ) -> None:
        """Write what the account may do; it counts for the next request of any application."""
        written = " ".join(sorted(set(roles)))
        self._set_profile(connection, account_id, roles=written, administrator=int(administrator))

    def set_language(self, connection: Connection, account_id: int, language: str) -> None:
        """Write in which language mail is written to the owner."""
        connection.execute(update(account).where(account.c.id == account_id).values(language=language))

    def close(self, connection: Connection, account_id: int, now: int) -> None:
        """Close the account for ever: nobody signs in to it, and its sessions end in every process at the commit.

        The row and the name's forms stay, so that neither name nor number is ever given out again; what is known of
        its owner beyond the name goes.
        """
        feed.raise_epoch(connection, account_id)
        gone = {
            "closed_at": now,
            "password_hash": None,
            "email": None,
            "email_canonical": None,
            "language": None,
            "display_name": account.c.name,
            "administrator": 0,
            "roles": "",
        }
        connection.execute(update(account).where(account.c.id == account_id).values(gone))

    def _set_profile(self, connection: Connection, account_id: int, **values: Any) -> None:
        """Write what applications know of an account, in every process at the commit."""
        change = feed.next_change(connection)
        changed = update(account).where(account.c.id == account_id)
        connection.execute(changed.values(profile_version=account.c.profile_version + 1, change=change, **values))

    def enable(self, connection: Connection, account_id: int) -> None:
        """Let the account sign in again; the sessions that ended stay ended."""
        values = {"disabled_at": None, "change": feed.next_change(connection)}
        connection.execute(update(account).where(account.c.id == account_id).values(values))


def _wanted(statement: Prepared, connection: Connection, wanted: str) -> Credentials | None:
    # No text of PostgreSQL's holds a NUL, and it takes none to compare with; so nobody is called that.
    return None if "\0" in wanted else _credentials(statement.first(connection, {"wanted": wanted}))


def _credentials(row: Any) -> Credentials | None:
    return None if row is None else Credentials(as_account(row), row.password_hash)


def as_account(row: Any) -> Account:
    """Return the account in a whole row of the table."""
    return Account(
        id=row.id,
        name=row.name,
        display_name=row.display_name,
        administrator=bool(row.administrator),
        epoch=row.epoch,
        profile_version=row.profile_version,
        created=row.created,
        disabled=row.disabled_at is not None,
        email=row.email,
        language=row.language,
        roles=tuple(row.roles.split()),
    )
