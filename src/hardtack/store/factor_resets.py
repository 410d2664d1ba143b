"""The rows of resets of second factors that are under way, one for an account, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from hardtack.store.schema import factor_reset
from hardtack.store.upsert import ByEngine

_add = ByEngine(lambda words: words.insert(factor_reset).on_conflict_do_nothing(index_elements=["account_id"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetRow:
    """One reset; times are Unix seconds.

    Args:
        account_id: whose factors.
        asked: when somebody began it.
        due: from when on it holds.
        actor_id: who began it; 0 for the operator.
    """

    account_id: int
    asked: int
    due: int
    actor_id: int


def add(connection: Connection, row: ResetRow) -> bool:
    """Write one down; return ``False`` if one is under way already, which stays as it is."""
    values = {"account_id": row.account_id, "asked": row.asked, "due": row.due, "actor_id": row.actor_id}
    return bool(connection.execute(_add.on(connection), values).rowcount == 1)


def find(connection: Connection, account_id: int) -> ResetRow | None:
    """Return the one of an account, due or not."""
    found = connection.execute(select(factor_reset).where(factor_reset.c.account_id == account_id)).first()
    return None if found is None else ResetRow(**found._mapping)


def remove(connection: Connection, account_id: int) -> bool:
    """Delete the one of an account; return whether there was one."""
    return connection.execute(delete(factor_reset).where(factor_reset.c.account_id == account_id)).rowcount == 1


def prune(connection: Connection, due_before: int, *, batch: int) -> int:
    """Delete up to *batch* of those that were due before *due_before* and not used; return how many those were."""
    over = select(factor_reset.c.account_id).where(factor_reset.c.due < due_before).limit(batch)
    return connection.execute(delete(factor_reset).where(factor_reset.c.account_id.in_(over))).rowcount
