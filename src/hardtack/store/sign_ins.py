"""The list of sign-ins in the database: a row for each, from its beginning until no cookie of it can be alive.

The list shows and names; what ends a sign-in is the feed. So a row that was forgotten opens nothing, and one that stays
too long shows nothing: ``living`` leaves out whatever is revoked, of an earlier epoch, or too long unused. Of a use the
row learns later, many at a time; one that is not there is added then (a sign-in from before there was a list).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, tuple_, update

from hardtack.store.database import Database
from hardtack.store.prepared import Prepared
from hardtack.store.pruning import BATCH, PAUSE, in_batches
from hardtack.store.schema import account, feed, revocation, signed_in
from hardtack.store.upsert import ByEngine, Words

_PAST_ALL = (1 << 63) - 1
"""No account has a greater number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRow:
    """One sign-in; times are Unix seconds.

    Args:
        lineage: what its cookies have in common, 16 bytes.
        account_id: whose it is.
        epoch: of its cookies.
        began: when it began.
        last_seen: when it was used last, as far as that was written.
        deadline: when it ends if it is not used again.
        until: when it ends however much it is used.
        client: the network address at its beginning.
        device: as ``device_names.name_of`` says it.
        place: where a trusted proxy saw it, or ``""``.
        factors: what the person proved.
    """

    lineage: bytes
    account_id: int
    epoch: int
    began: int
    last_seen: int
    deadline: int
    until: int
    client: str = ""
    device: str = ""
    place: str = ""
    factors: tuple[str, ...] = ()


_FIELDS = [column.name for column in signed_in.columns]
_add = Prepared(insert(signed_in), _FIELDS)
_revoked = exists().where(revocation.c.subject == signed_in.c.lineage)
_living = (
    select(signed_in)
    .join(account, account.c.id == signed_in.c.account_id)
    .where(
        signed_in.c.account_id == bindparam("whose"),
        signed_in.c.epoch >= account.c.epoch,
        signed_in.c.deadline >= bindparam("now"),
        ~_revoked,
    )
    .order_by(signed_in.c.last_seen.desc(), signed_in.c.began.desc(), signed_in.c.lineage)
)
# SQLite can skip rows only where it is told how many come after them; all.
_surplus = Prepared(_living.offset(bindparam("kept")))

# Only of accounts that there are, and of nothing that was ended meanwhile: a note may come after the end.
_noted = (
    select(*(bindparam(f"new_{column.name}", type_=column.type).label(column.name) for column in signed_in.columns))
    .select_from(account)
    .where(
        account.c.id == bindparam("new_account_id"),
        account.c.epoch <= bindparam("new_epoch"),
        ~exists().where(revocation.c.subject == bindparam("new_lineage")),
    )
)


def _noting(words: Words) -> Any:
    added = words.insert(signed_in).from_select(_FIELDS, _noted)
    later = ("epoch", "last_seen", "deadline", "until")
    new = {name: words.greater(signed_in.c[name], added.excluded[name]) for name in later}
    return added.on_conflict_do_update(index_elements=["lineage"], set_=new)


_note = ByEngine(_noting)

_earlier = exists().where(account.c.id == signed_in.c.account_id, account.c.epoch > signed_in.c.epoch)
_over = (signed_in.c.until < bindparam("now")) | _earlier | _revoked
_past = select(signed_in.c.lineage).where(signed_in.c.until < bindparam("now")).limit(bindparam("batch"))
_prune_past = delete(signed_in).where(signed_in.c.lineage.in_(_past))
# What has ended is looked for among the changes, which come in by and by, and not among all that goes on.
_ended = (
    select(revocation.c.change, signed_in.c.lineage)
    .join(signed_in, signed_in.c.lineage == revocation.c.subject)
    .where(revocation.c.change > bindparam("after"))
    .order_by(revocation.c.change)
    .limit(bindparam("batch"))
)
_outlived = (
    select(account.c.change, account.c.id, signed_in.c.lineage)
    .join(signed_in, signed_in.c.account_id == account.c.id)
    # From the account where the one before ended: it may have more.
    .where(
        tuple_(account.c.change, account.c.id) >= tuple_(bindparam("after"), bindparam("from_id")),
        signed_in.c.epoch < account.c.epoch,
    )
    .order_by(account.c.change, account.c.id)
    .limit(bindparam("batch"))
)
_prune = delete(signed_in).where(signed_in.c.lineage.in_(bindparam("lineages", expanding=True)), _over)


def add(connection: Connection, row: SignInRow) -> None:
    """Write a sign-in that begins.

    Args:
        connection: one that ``Database.write`` gave.
        row: with a lineage that was never seen.
    """
    _add.run(connection, _values(row))


def note(connection: Connection, rows: Iterable[SignInRow]) -> None:
    """Write when sign-ins were used; the later of two times stands, and a row that is missing is added.

    Args:
        connection: one that ``Database.write`` gave.
        rows: what is known of each, in any order.
    """
    noted = [{f"new_{name}": value for name, value in _values(row).items()} for row in rows]
    if noted:
        # All in one go: with a server, to wait for the answer to each would hold the writers' turn for as long.
        connection.execute(_note.on(connection), noted)


def living(connection: Connection, account_id: int, now: int) -> tuple[SignInRow, ...]:
    """Return the sign-ins of an account that hold, the one that was used last first."""
    return tuple(_row(row._asdict()) for row in connection.execute(_living, {"whose": account_id, "now": now}))


def surplus(connection: Connection, account_id: int, now: int, *, kept: int) -> tuple[SignInRow, ...]:
    """Return what ``living`` does without the first *kept* of them."""
    rows = _surplus.rows(connection, {"whose": account_id, "now": now, "kept": kept})
    return tuple(_row(row._asdict()) for row in rows)


def _values(row: SignInRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["factors"] = " ".join(row.factors)
    return values


def _row(values: Mapping[str, Any]) -> SignInRow:
    return SignInRow(**{**values, "factors": tuple(values["factors"].split())})


def renew(connection: Connection, lineage: bytes, *, epoch: int) -> None:
    """Write that the sign-in *lineage* goes on under a new epoch."""
    connection.execute(update(signed_in).where(signed_in.c.lineage == lineage).values(epoch=epoch))


def remove(connection: Connection, lineage: bytes) -> None:
    """Take a sign-in that has ended off the list."""
    connection.execute(delete(signed_in).where(signed_in.c.lineage == lineage))


def prune(database: Database, now: int, *, batch: int = BATCH, deadline: float = math.inf) -> None:
    """Delete what is over: by its time, by its epoch, or because it was ended.

    The feed's numbers tell what has ended since the last time, so a list of millions is not read through. It is looked
    for in transactions that only read, which nobody waits for, and looked at once more when it is deleted: it may have
    gone on under a new epoch.

    Args:
        database: the database.
        now: Unix seconds.
        batch: how many rows are deleted in one transaction at most.
        deadline: by the monotonic clock; past it the rest is left for the next time.
    """

    def step(connection: Connection, most: int) -> int:
        return connection.execute(_prune_past, {"now": now, "batch": most}).rowcount

    in_batches(database, step, batch=batch, deadline=deadline)
    with database.read() as connection:
        newest, swept = connection.execute(select(feed.c.change, feed.c.swept)).one()
    if newest < swept:
        # Another database's number: nothing here was looked at.
        swept = 0
    if newest > swept and _sweep(database, now, swept, batch, deadline):
        with database.write() as connection:
            connection.execute(update(feed).values(swept=newest))


def _sweep(database: Database, now: int, swept: int, batch: int, deadline: float) -> bool:
    """Delete what has ended after the change *swept*; return whether that was all."""
    for statement in (_ended, _outlived):
        after, from_id = swept, _PAST_ALL
        while True:
            with database.read() as connection:
                values = {"after": after, "from_id": from_id, "batch": batch}
                rows = connection.execute(statement, values).all()
            if rows:
                with database.write() as connection:
                    connection.execute(_prune, {"now": now, "lineages": [row.lineage for row in rows]})
                after, from_id = rows[-1].change, getattr(rows[-1], "id", 0)
            if len(rows) < batch:
                break
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
    return True
