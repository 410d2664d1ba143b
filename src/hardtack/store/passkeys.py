"""Passkeys by the id that their authenticator chose, in the caller's transaction.

A row holds a public key and what the authenticator said of itself, nothing that could sign. An id is there once for all
accounts. When a passkey was used, how often it has signed and whether it is copied is written with each use.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from hardtack.store.schema import passkey
from hardtack.store.upsert import ByEngine

_add = ByEngine(lambda words: words.insert(passkey).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey.

    Args:
        credential_id: as its authenticator chose it.
        account_id: whose it is.
        public_key: COSE in CBOR.
        sign_count: signatures so far, as it said last; 0 where it does not count.
        user_verified: whether its person was verified when it was made: then they must be always, and it may be the
            only factor.
        backup_eligible: whether it may be copied to other devices.
        backed_up: whether it was, when it was used last.
        transports: how the authenticator is reached.
        aaguid: which model it is, where it says so; 16 bytes.
        label: what its owner calls it.
        created: Unix seconds.
        last_used: Unix seconds; ``None``: never yet.
    """

    credential_id: bytes
    account_id: int
    public_key: bytes
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    transports: tuple[str, ...]
    aaguid: bytes
    label: str
    created: int
    last_used: int | None = None

    @property
    def id(self) -> str:
        """By which its owner's forms name it: 32 digits, however long the other id is."""
        return hashlib.sha256(self.credential_id).hexdigest()[:32]


def add(connection: Connection, made: Passkey) -> bool:
    """Write a new one; return whether there was none of its id, whoever's."""
    values = {name: getattr(made, name) for name in passkey.c.keys()}  # noqa: SIM118 - a collection, no mapping
    values |= {name: int(values[name]) for name in ("user_verified", "backup_eligible", "backed_up")}
    values["transports"] = " ".join(made.transports)
    return bool(connection.execute(_add.on(connection), values).rowcount == 1)


def find(connection: Connection, credential_id: bytes) -> Passkey | None:
    """Return the one of that id, whoever's it is."""
    row = connection.execute(select(passkey).where(passkey.c.credential_id == credential_id)).one_or_none()
    return None if row is None else _passkey(row)


def of(connection: Connection, account_id: int) -> tuple[Passkey, ...]:
    """Return those of an account, the oldest first."""
    wanted = select(passkey).where(passkey.c.account_id == account_id)
    rows = connection.execute(wanted.order_by(passkey.c.created, passkey.c.credential_id))
    return tuple(_passkey(row) for row in rows)


def count(connection: Connection, account_id: int) -> int:
    """Return how many an account has."""
    found = select(func.count()).select_from(passkey).where(passkey.c.account_id == account_id)
    return int(connection.execute(found).scalar_one())


def used(connection: Connection, credential_id: bytes, *, sign_count: int, backed_up: bool, now: int) -> None:
    """Write that one has signed, and what it said of itself."""
    values = {"sign_count": sign_count, "backed_up": int(backed_up), "last_used": now}
    connection.execute(update(passkey).where(passkey.c.credential_id == credential_id).values(values))


def rename(connection: Connection, credential_id: bytes, label: str) -> None:
    """Call one *label*."""
    connection.execute(update(passkey).where(passkey.c.credential_id == credential_id).values(label=label))


def remove(connection: Connection, credential_id: bytes) -> bool:
    """Delete one; return whether it was there."""
    return connection.execute(delete(passkey).where(passkey.c.credential_id == credential_id)).rowcount == 1


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        credential_id=row.credential_id,
        account_id=row.account_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        user_verified=bool(row.user_verified),
        backup_eligible=bool(row.backup_eligible),
        backed_up=bool(row.backed_up),
        transports=tuple(row.transports.split()),
        aaguid=row.aaguid,
        label=row.label,
        created=row.created,
        last_used=row.last_used,
    )
