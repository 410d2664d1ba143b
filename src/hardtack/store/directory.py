"""What an administrator sees of all accounts: pages of them, names by number, counts.

Nothing here reads more rows than it returns, however many accounts there are: a page is found by an index and begins
where the one before it ended, and what is counted is counted in an index. Nobody is let in or kept out by any of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, select

from hardtack.store.accounts import Account, as_account
from hardtack.store.schema import account, invitation, outbox, signed_in, streak
from hardtack.store.streaks import LIMIT

By = Literal["name", "address"]

_COLUMNS = {"name": account.c.name, "address": account.c.email_canonical}
_PAST_ALL = "\U0010ffff"
"""Greater than whatever follows a prefix, as SQLite compares: no name and no address holds it."""


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
    """

    accounts: int
    administrators: int
    disabled: int
    sign_ins: int
    invitations: int
    mail: int
    locked: int


def page(
    connection: Connection, *, by: By = "name", prefix: str = "", after: str = "", limit: int
) -> tuple[Account, ...]:
    """Return accounts that are not closed, in the order of their names, or of their addresses.

    Args:
        connection: of a transaction that reads.
        by: what *prefix* is the beginning of, and what they are in the order of.
        prefix: as names and addresses are compared.
        after: where the page before ended: its last name or address.
        limit: at most so many.
    """
    if "\0" in prefix + after:
        # PostgreSQL takes none to compare with.
        return ()
    column = _COLUMNS[by]
    # What stands before "after" is no smaller than the prefix, since it was on a page of it.
    wanted = select(account).where(column > after if after else column >= prefix)
    if prefix:
        wanted = wanted.where(column >= prefix, column < prefix + _PAST_ALL)
    rows = connection.execute(wanted.where(account.c.closed_at.is_(None)).order_by(column).limit(limit))
    return tuple(as_account(row) for row in rows)


def names(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return the names of accounts, closed ones too, by their numbers.

    Args:
        connection: of a transaction that reads.
        ids: as many as a page shows.
    """
    found = select(account.c.id, account.c.display_name).where(account.c.id.in_(sorted(set(ids))))
    return {row.id: row.display_name for row in connection.execute(found)}


def counts(connection: Connection, now: int) -> Counts:
    """Return how much there is of everything.

    Args:
        connection: of a transaction that reads.
        now: Unix seconds.
    """
    number = select(func.count())
    present = account.c.closed_at.is_(None)
    closed = account.c.closed_at.is_not(None)
    open_ones = (invitation.c.until > now) & invitation.c.used.is_(None) & invitation.c.withdrawn.is_(None)
    counted = connection.execute(
        select(
            number.select_from(account).scalar_subquery(),
            number.select_from(account).where(closed).scalar_subquery(),
            number.select_from(account).where(account.c.administrator == 1, present).scalar_subquery(),
            number.select_from(account).where(account.c.disabled_at.is_not(None), present).scalar_subquery(),
            number.select_from(signed_in).where(signed_in.c.deadline > now).scalar_subquery(),
            number.select_from(invitation).where(open_ones).scalar_subquery(),
            number.select_from(outbox).scalar_subquery(),
            number.select_from(streak).where(streak.c.failures >= LIMIT).scalar_subquery(),
        )
    ).one()
    every, closed_ones, administrators, disabled, sign_ins, invitations, mail, locked = counted
    return Counts(
        accounts=every - closed_ones,
        administrators=administrators,
        disabled=disabled,
        sign_ins=sign_ins,
        invitations=invitations,
        mail=mail,
        locked=locked,
    )
