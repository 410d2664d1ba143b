"""The mail that was ordered and not yet written, and the links that go into it."""

from __future__ import annotations

from hardtack.login import Accounts
from hardtack.login.links import Kind
from hardtack.login.outbox import Notice, Order
from hardtack.store import outbox

KINDS = {Notice.SIGN_UP: Kind.SIGN_UP, Notice.VERIFY_ADDRESS: Kind.ADDRESS, Notice.INVITATION: Kind.INVITATION}


def orders(accounts: Accounts, now: int) -> list[Order]:
    """Return every order that has come in since the last call, the oldest first."""
    services = accounts._services
    found: list[Order] = []
    with services.database.write() as connection:
        for waiting in outbox.claim(connection, services.keyring, now=now, lease=1, batch=1000):
            assert waiting.content is not None
            order = services.outbox.decode(waiting.content)
            assert order is not None
            found.append(order)
            outbox.done(connection, waiting.message_id)
    return found


def code_of(accounts: Accounts, order: Order, now: int) -> str:
    """Return the code of the link that the sender of *order* makes."""
    services = accounts._services
    with services.database.read() as connection:
        account = services.rows.by_id(connection, order.account)
    return services.links.make(
        KINDS[order.notice],
        now=now,
        account=account,
        email=order.address,
        onward=order.onward,
        identifier=order.identifier or None,
    )
