"""Which columns are sealed, and how their values come under another key.

Sealed is what a stolen copy of the database must not tell (``hardtack.seal.columns``): what sessions hold that is kept
on the server, what mail is about to be sent to whom, and the secrets of authenticator apps. Each value is bound to its
row, so that none can be put in another's place; that an older value of the same row is put back is not noticed. After a
rotation values stay under the key that sealed them until they are written again; ``reseal`` writes all of them at once,
and ``under`` says whether a key is still needed.

Values that open under no key of the ring are left as they are and counted: nothing is lost that a backup of the keyring
could still bring back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, bindparam, func, select, update

from hardtack.seal import Keyring, SealError, columns
from hardtack.store.database import Database
from hardtack.store.schema import account, outbox, session_data, totp

BATCH = 500
"""Rows that one transaction of ``reseal`` writes at most, so that writers in between never wait for long."""


class SealedColumn(NamedTuple):
    """A column whose values are sealed.

    Args:
        column: the column.
        row: the primary key of its table.
    """

    column: Column[Any]
    row: Column[Any]

    def place(self, row: bytes) -> tuple[str, str, str]:
        """Return what the value of one row is bound to."""
        return self.column.table.name, self.column.name, row.hex()


SESSION_DATA = SealedColumn(session_data.c.data, session_data.c.session_id)
OUTGOING = SealedColumn(outbox.c.content, outbox.c.message_id)
TOTP_SECRET = SealedColumn(totp.c.secret, totp.c.factor_id)
COLUMNS = (SESSION_DATA, OUTGOING, TOTP_SECRET)
"""Every sealed column there is."""


class Resealed(NamedTuple):
    """How far ``reseal`` has come: values that were sealed anew, and values that no key opened."""

    done: int
    unreadable: int


def under(connection: Connection) -> dict[str, int]:
    """Return how many values lie under each key, by the key's id in hexadecimal; it looks at every row."""
    counts: dict[str, int] = {}
    for sealed in COLUMNS:
        key_id = _key_id(sealed)
        for identifier, count in connection.execute(select(key_id, func.count()).group_by(key_id)):
            counts[identifier.hex()] = counts.get(identifier.hex(), 0) + count
    return counts


def owners_of_secrets_under(connection: Connection, key_id: bytes) -> list[str]:
    """Return the names of the accounts whose authenticator app has its secret under a key, in their order.

    Whoever has stolen the key and a copy of the database has those secrets, too: sealing them anew does not help.
    """
    found = (
        select(account.c.name)
        .join(totp, totp.c.account_id == account.c.id)
        .where(_key_id(TOTP_SECRET) == key_id)
        .order_by(account.c.name)
    )
    return list(connection.execute(found).scalars())


def reseal(database: Database, keyring: Keyring, *, batch: int = BATCH) -> Iterator[Resealed]:
    """Seal every value that is under another key anew under the active one, and yield after each batch how far it is.

    Servers may run meanwhile: a value that one of them has changed since it was read is left to what they wrote.

    Args:
        database: the database.
        keyring: the ring.
        batch: rows of one transaction.

    Raises:
        StoreUnavailable: the database failed; what was done stays done.
        NoActiveKey: there is no key to seal with.
    """
    active = columns.seal(keyring, b"", ())[columns.KEY_ID]
    so_far = Resealed(0, 0)
    for sealed in COLUMNS:
        for rows in _others(database, sealed, active, batch):
            changes = [change for change in (_changed(keyring, sealed, row) for row in rows) if change]
            with database.write() as connection:
                done = sum(connection.execute(_update(sealed), change).rowcount for change in changes)
            so_far = Resealed(so_far.done + done, so_far.unreadable + len(rows) - len(changes))
            yield so_far


def _others(database: Database, sealed: SealedColumn, active: bytes, batch: int) -> Iterator[list[tuple[bytes, bytes]]]:
    """Yield the rows whose value is not under the active key, in the order of their keys."""
    asked = select(sealed.row, sealed.column).where(_key_id(sealed) != active).order_by(sealed.row).limit(batch)
    last = None
    while True:
        with database.read() as connection:
            found = connection.execute(asked if last is None else asked.where(sealed.row > last))
            rows = [(key, value) for key, value in found]
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _changed(keyring: Keyring, sealed: SealedColumn, row: tuple[bytes, bytes]) -> dict[str, bytes]:
    """Return what to write in the place of one value; nothing if it cannot be read."""
    key, value = row
    place = sealed.place(key)
    try:
        data = columns.open(keyring, value, place)
    except SealError:
        return {}
    return {"key": key, "old": value, "new": columns.seal(keyring, data, place)}


def _update(sealed: SealedColumn) -> Any:
    row = sealed.row == bindparam("key")
    unchanged = sealed.column == bindparam("old")
    return update(sealed.column.table).where(row, unchanged).values({sealed.column: bindparam("new")})


def _key_id(sealed: SealedColumn) -> Any:
    return func.substr(sealed.column, columns.KEY_ID.start + 1, columns.KEY_ID.stop - columns.KEY_ID.start)
