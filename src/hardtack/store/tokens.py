"""Personal access tokens by the SHA-256 of their text: rows of an account, inside the caller's transaction.

A token has 160 random bits, so that its hash gives nothing back and nothing slower is needed (ASVS 6.5.2). A row that
is deleted is a token that opens nothing from then on: each use looks here, in whatever process. When it was used last
is written at most once in ``TOUCH`` seconds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from hardtack.store.pruning import ALL
from hardtack.store.schema import access_token

TOUCH = 60
"""Seconds for which the last use is not written again."""

_by_hash = select(access_token).where(access_token.c.hash == bindparam("wanted"))
_touch = update(access_token).where(access_token.c.id == bindparam("used")).values(last_used=bindparam("at"))


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its text, which nobody but its owner has.

    Args:
        id: its number, never used again.
        account_id: whose it is.
        label: what its owner called it.
        scopes: what it may be used for.
        created: Unix seconds.
        until: when it ends, Unix seconds; ``None``: never.
        last_used: Unix seconds, not exact; ``None``: never yet.
    """

    id: int
    account_id: int
    label: str
    scopes: tuple[str, ...]
    created: int
    until: int | None
    last_used: int | None

    def due(self, now: int) -> bool:
        """Return whether its last use should be written."""
        return self.last_used is None or now - self.last_used >= TOUCH


def add(
    connection: Connection,
    *,
    account_id: int,
    hashed: bytes,
    label: str,
    scopes: Collection[str],
    created: int,
    until: int | None,
) -> Token:
    """Write a new token; *hashed* is the SHA-256 of its text."""
    values = {
        "account_id": account_id,
        "hash": hashed,
        "label": label,
        "scopes": " ".join(sorted(set(scopes))),
        "created": created,
        "until": until,
    }
    return _token(connection.execute(insert(access_token).values(values).returning(access_token)).one())


def by_hash(connection: Connection, hashed: bytes) -> Token | None:
    """Return the token whose text has the SHA-256 *hashed*, ended or not yet."""
    row = connection.execute(_by_hash, {"wanted": hashed}).one_or_none()
    return None if row is None else _token(row)


def of(connection: Connection, account_id: int) -> tuple[Token, ...]:
    """Return the tokens of an account, the newest first."""
    wanted = select(access_token).where(access_token.c.account_id == account_id).order_by(access_token.c.id.desc())
    return tuple(_token(row) for row in connection.execute(wanted))


def count(connection: Connection, account_id: int) -> int:
    """Return how many tokens an account has."""
    found = select(func.count()).select_from(access_token).where(access_token.c.account_id == account_id)
    return int(connection.execute(found).scalar_one())


def touch(connection: Connection, token: Token, now: int) -> None:
    """Write that *token* was used."""
    connection.execute(_touch, {"used": token.id, "at": now})


def end(connection: Connection, account_id: int, token_id: int) -> bool:
    """Delete a token of an account; return whether it had it."""
    owned = (access_token.c.id == token_id) & (access_token.c.account_id == account_id)
    return connection.execute(delete(access_token).where(owned)).rowcount == 1


def end_all(connection: Connection, account_id: int) -> int:
    """Delete every token of an account; return how many there were."""
    return connection.execute(delete(access_token).where(access_token.c.account_id == account_id)).rowcount


def prune(connection: Connection, now: int, *, batch: int | None = ALL) -> int:
    """Delete what has ended by itself, up to *batch* tokens; return how many went."""
    over = select(access_token.c.id).where(access_token.c.until <= now).limit(batch)
    return connection.execute(delete(access_token).where(access_token.c.id.in_(over))).rowcount


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        account_id=row.account_id,
        label=row.label,
        scopes=tuple(row.scopes.split()),
        created=row.created,
        until=row.until,
        last_used=row.last_used,
    )
