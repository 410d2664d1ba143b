"""How much there is of what an administrator looks after: exactly while it is little, as last counted when it is much.

Counting a million rows takes longer than the rest of a page, and a number of that size is another one by the time it is
read. So a page counts no further than ``MOST``, and what is more than that is shown as it was counted whole, with the
time. ``count`` does that every hour, beside the deleting of what is over; until it has run once for something, all that
is known is that there is more. What was far more than ``MOST`` a while ago is not counted by a page at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from hardtack.store.database import Database
from hardtack.store.schema import account, counted, invitation, outbox, signed_in, streak
from hardtack.store.streaks import LIMIT

MOST = 1000
"""As far as a page counts."""

KEPT = 1800
"""Seconds for which nothing is counted whole again."""

TRUSTED = 7200
"""Seconds for which a number that was counted whole, and is twice ``MOST`` or more, spares a page its own count."""


class Earlier(NamedTuple):
    """A number that was counted before.

    Args:
        number: how much there was.
        at: when, Unix seconds; 0: never, and there is more than the number.
    """

    number: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is of what an administrator looks after.

    Args:
        accounts: that are not closed.
        administrators: of them who may administer.
        disabled: of them that may not sign in.
        sign_ins: that have not reached their end; those that a new epoch has ended are among them for a while.
        invitations: that can still be used.
        mail: that waits to be sent.
        locked: names, whether anybody's or not, and known devices with too many failures in a row.
        earlier: which of these were not counted now, and when they were, Unix seconds; 0: never, there is more.
    """

    accounts: int
    administrators: int
    disabled: int
    sign_ins: int
    invitations: int
    mail: int
    locked: int
    earlier: Mapping[str, int] = field(default_factory=dict)


_present = account.c.closed_at.is_(None)
_open = (invitation.c.until > bindparam("now")) & invitation.c.used.is_(None) & invitation.c.withdrawn.is_(None)

_THINGS: Mapping[str, Select[Any]] = {
    "accounts": select(account.c.name).where(_present),
    "administrators": select(account.c.administrator).where(account.c.administrator == 1, _present),
    "disabled": select(account.c.disabled_at).where(account.c.disabled_at.is_not(None), _present),
    # No deadline lies after the last end, by which an index leaves out what is long over.
    "sign_ins": select(signed_in.c.until).where(
        signed_in.c.until > bindparam("now"), signed_in.c.deadline > bindparam("now")
    ),
    "invitations": select(invitation.c.until).where(_open),
    "mail": select(outbox.c.due),
    "locked": select(streak.c.failures).where(streak.c.failures >= LIMIT),
}


def _number(rows: Select[Any]) -> Any:
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


_little = {name: _number(rows.limit(MOST + 1)).label(name) for name, rows in _THINGS.items()}
# Nearly all of the list is not over yet: the index would lead to every row of it, one by one.
_most_of = {**_THINGS, "sign_ins": select(signed_in.c.deadline).where(signed_in.c.deadline > bindparam("now"))}
_whole = {name: select(_number(rows)) for name, rows in _most_of.items()}
_earlier = select(counted)


def counts(connection: Connection, now: int) -> Counts:
    """Return how much there is of everything.

    Args:
        connection: of a transaction that reads.
        now: Unix seconds.
    """
    known = _known(connection)
    large = {name for name, each in known.items() if each.number >= 2 * MOST and _is_fresh(each, now, TRUSTED)}
    numbers = _bounded(connection, _THINGS.keys() - large, now)
    # What was less when it was counted says nothing of now.
    earlier = {
        name: max(known.get(name, Earlier(0, 0)), Earlier(MOST, 0))
        for name in _THINGS
        if name in large or numbers[name] > MOST
    }
    numbers.update((name, each.number) for name, each in earlier.items())
    return Counts(**numbers, earlier={name: each.at for name, each in earlier.items()})


def count(database: Database, now: int) -> None:
    """Count whole what is too much for a page, unless that was done a while ago only.

    Nobody waits for it: it is counted in a transaction that reads.

    Args:
        database: the database.
        now: Unix seconds.

    Raises:
        StoreUnavailable: the database failed.
    """
    with database.read() as connection:
        known = _known(connection)
        due = {name for name in _THINGS if name not in known or not _is_fresh(known[name], now, KEPT)}
        many = [name for name, number in _bounded(connection, due, now).items() if number > MOST or name in known]
        found = {name: connection.execute(_whole[name], {"now": now}).scalar_one() for name in many}
    if not found:
        return
    with database.write() as connection:
        connection.execute(delete(counted).where(counted.c.name.in_(list(found))))
        connection.execute(
            insert(counted), [{"name": name, "number": number, "at": now} for name, number in found.items()]
        )


def _bounded(connection: Connection, names: Collection[str], now: int) -> dict[str, int]:
    """Count these, each no further than one more than ``MOST``."""
    if not names:
        return {}
    row = connection.execute(select(*(_little[name] for name in sorted(names))), {"now": now}).one()
    return dict(row._mapping)


def _known(connection: Connection) -> dict[str, Earlier]:
    # What a later version counts is nothing to us.
    return {row.name: Earlier(row.number, row.at) for row in connection.execute(_earlier) if row.name in _THINGS}


def _is_fresh(known: Earlier, now: int, seconds: int) -> bool:
    # Clocks of nodes differ; a time far ahead was written by one that has been put back.
    return abs(now - known.at) < seconds
