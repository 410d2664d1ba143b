"""What applications are told of an account, read in one statement together with the feed's number at that moment.

Whether an account is vouched for is read here as well: an administrator made it, invited its owner, or approved it by
giving it a role. Who merely signed up is not; and once the trail has forgotten that the operator made an account, it is
vouched for by a role only, so that nobody is let in by mistake.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, select

from hardtack.store.accounts import Account, as_account
from hardtack.store.prepared import Prepared
from hardtack.store.schema import account, audit, feed, invitation

_invited = exists().where(invitation.c.account_id == account.c.id, invitation.c.used.is_not(None))
_made = exists().where(audit.c.account_id == account.c.id, audit.c.event == bindparam("made"))
_profile = Prepared(
    select(
        account,
        select(feed.c.change).scalar_subquery().label("newest"),
        _invited.label("invited"),
        _made.label("made_for"),
    ).where(account.c.id == bindparam("wanted"), account.c.closed_at.is_(None))
)


class Profile(NamedTuple):
    """An account as it was at one moment.

    Args:
        account: what is known of it.
        vouched: whether an administrator made, invited or approved it, or it is one's own.
        newest: the feed's number at that moment.
    """

    account: Account
    vouched: bool
    newest: int


def read(connection: Connection, account_id: int, *, made: str) -> Profile | None:
    """Return the account as it is now; ``None`` for one that is closed, or none.

    Args:
        connection: of a transaction that reads.
        account_id: the account's number.
        made: the event that says that the operator made an account.
    """
    row = _profile.first(connection, {"wanted": account_id, "made": made})
    if row is None:
        return None
    found = as_account(row)
    vouched = found.administrator or bool(found.roles) or bool(row.invited) or bool(row.made_for)
    return Profile(found, vouched, row.newest)
