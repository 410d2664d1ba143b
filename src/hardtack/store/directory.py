"""What an administrator sees of all accounts: pages of them, and names by number.

Nothing here reads more rows than it returns, however many accounts there are: a page is found by an index and begins
where the one before it ended. Nobody is let in or kept out by any of it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import Connection, select

from hardtack.store.accounts import Account, as_account
from hardtack.store.schema import account

By = Literal["name", "address"]

_COLUMNS = {"name": account.c.name, "address": account.c.email_canonical}
_PAST_ALL = "\U0010ffff"
"""Greater than whatever follows a prefix, as SQLite compares: no name and no address holds it."""


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
