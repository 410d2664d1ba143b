"""Which accounts somebody is trying to get into, or has been locked out of: failures in a row, by account.

What is counted is kept under keyed hashes, which name nobody. So the way leads from the newest refusals of the trail to
the accounts that they are about, and from the name of each to its count: the work is bounded however many accounts
there are and however many names that are nobody's were tried. Such names are never shown, being known to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardtack.login import audit
from hardtack.login.services import Services
from hardtack.store import audit as rows
from hardtack.store.accounts import Account
from hardtack.store.streaks import LIMIT

LEAST = 10
"""Failures in a row from which on an account is shown."""

LOOKED_AT = {audit.LOCKED: 500, audit.SIGN_IN_REFUSED: 2000}
"""How many of the newest events of each kind are looked through."""

MOST = 200
"""Accounts that are shown."""


@dataclass(frozen=True, slots=True)
class Struggling:
    """An account with failures in a row.

    Args:
        account: which one.
        failures: how many there are, from devices that are not known.
        last: when it was refused last, Unix seconds.
    """

    account: Account
    failures: int
    last: int

    @property
    def locked(self) -> bool:
        """Whether no unknown device is looked at any more."""
        return self.failures >= LIMIT


def struggling(services: Services, now: int) -> tuple[Struggling, ...]:
    """Return the accounts that have ``LEAST`` failures in a row or more, the most first.

    Args:
        services: the parts to work with.
        now: Unix seconds.
    """
    found = []
    with services.database.read() as connection:
        last: dict[int, int] = {}
        for event, limit in LOOKED_AT.items():
            for position, one in rows.page(connection, event=event, limit=limit):
                if one.account_id is not None:
                    last[one.account_id] = max(position.at, last.get(one.account_id, 0))
        for account_id, at in last.items():
            credentials = services.rows.by_id(connection, account_id)
            if credentials is None:
                continue
            account = credentials.account
            failures = services.throttle.failures(connection, account.name, now)
            if failures >= LEAST:
                found.append(Struggling(account, failures, at))
    found.sort(key=lambda one: (-one.failures, one.account.name))
    return tuple(found[:MOST])
