"""The row of the first administrator's link: at most one, holding only the code's keyed hash and when it expires."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select

from hardtack.store.schema import welcome


@dataclass(frozen=True, slots=True)
class WelcomeRow:
    """The link that is valid.

    Args:
        code_hash: the keyed hash of its code.
        expires: Unix seconds.
    """

    code_hash: bytes = field(repr=False)
    expires: int


def replace(connection: Connection, row: WelcomeRow) -> None:
    """Make *row* the only link; an earlier one is worth nothing from the commit on."""
    clear(connection)
    connection.execute(insert(welcome).values(id=1, code_hash=row.code_hash, expires=row.expires))


def read(connection: Connection) -> WelcomeRow | None:
    """Return the link, if there is one."""
    row = connection.execute(select(welcome.c.code_hash, welcome.c.expires)).one_or_none()
    return None if row is None else WelcomeRow(row.code_hash, row.expires)


def clear(connection: Connection) -> None:
    """Delete the link."""
    connection.execute(delete(welcome))
