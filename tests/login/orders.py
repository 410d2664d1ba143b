"""What mail is ordered, for tests that look into the outbox."""

from __future__ import annotations

from hardtack.login import Accounts
from hardtack.login.outbox import Order, Outbox
from hardtack.store import outbox as rows


def orders(accounts: Accounts, now: int) -> list[Order]:
    """Return the orders that wait, without taking any in hand."""
    with accounts._database.write() as connection:
        waiting = rows.claim(connection, accounts._services.keyring, now=now, lease=0, batch=1000)
    found = [Outbox.decode(each.content or b"") for each in waiting]
    assert None not in found
    return [order for order in found if order is not None]
