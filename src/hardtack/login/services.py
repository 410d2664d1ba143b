"""What every way to sign in or up works with: the database, the throttle, the trail and the hashing pool.

Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardtack.login.audit import Trail
from hardtack.login.hashing import HashingPool
from hardtack.login.throttle import Throttle
from hardtack.seal import Keyring
from hardtack.store import AccountRows, Database


@dataclass(frozen=True, slots=True)
class Services:
    """The parts, made once by ``Accounts``.

    Args:
        database: where everything is kept.
        rows: the table of accounts.
        throttle: the budgets.
        trail: the audit trail.
        hashing: the pool.
        keyring: for hashes that are looked up.
    """

    database: Database
    rows: AccountRows
    throttle: Throttle
    trail: Trail
    hashing: HashingPool
    keyring: Keyring
