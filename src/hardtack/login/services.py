"""What every way to sign in or up works with: the database, the budgets, the trail, the pool and the password rules.

Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hardtack.login.audit import Trail
from hardtack.login.ceremonies import Ceremonies
from hardtack.login.hashing import HashingPool
from hardtack.login.links import Links
from hardtack.login.outbox import Outbox
from hardtack.login.rules import PasswordRules
from hardtack.login.throttle import Throttle
from hardtack.seal import Keyring
from hardtack.store import AccountRows, Database
from hardtack.store.audit import Kept


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
        links: makes and reads what is sent to people.
        ceremonies: what is remembered while a factor is set up or shown.
        outbox: takes orders for mail.
        passwords: the rules for a new password.
        assurance: what every sign-in must reach: 1, 2 or 3.
        kept: how long events of the trail stay.
    """

    database: Database
    rows: AccountRows
    throttle: Throttle
    trail: Trail
    hashing: HashingPool
    keyring: Keyring
    links: Links
    ceremonies: Ceremonies
    outbox: Outbox
    passwords: PasswordRules
    assurance: int = 1
    kept: Kept = field(default_factory=Kept)
