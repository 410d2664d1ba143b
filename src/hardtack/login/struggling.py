"""Which accounts somebody is trying to get into, or has been locked out of: failures in a row, by account.

What is counted is kept under keyed hashes, which name nobody. So the way leads from the newest refusals of the trail to
the accounts that they are about, and from the name of each to its count: a few statements, and bounded work, however
many accounts there are and however many names that are nobody's were tried. Such names are never shown, being known to
nobody.
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
    last: dict[int, tuple[str, int]] = {}
    with services.database.read() as connection:
        for event, limit in LOOKED_AT.items():
            for number, (name, at) in rows.newest_of_accounts(connection, event, limit=limit).items():
                _, before = last.get(number, (name, 0))
                last[number] = name, max(at, before)
        failures = services.throttle.failures_of(connection, [name for name, _ in last.values()], now)
        counted = [(-count, name, number) for count, (number, (name, _)) in zip(failures, last.items(), strict=True)]
        most = sorted(each for each in counted if -each[0] >= LEAST)[:MOST]
        accounts = services.rows.several(connection, [number for _, _, number in most])
    return tuple(Struggling(accounts[number], -count, last[number][1]) for count, _, number in most)
