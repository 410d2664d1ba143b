"""When the owner of an account is told by mail that somebody has signed in to it from a device that is not known.

The order is put in the transaction that settles the sign-in, so there is mail for exactly the sign-ins that there were,
and writing and sending it are nobody's wait (``outbox``). There is none without an address, none for a known device,
and none for the first sign-in of an account: the browser in which it was made is the owner's own. What is told of
other changes is ordered where they are made, in their transactions.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.login import audit
from hardtack.login.outbox import Notice, Order, Outbox
from hardtack.store import audit as rows
from hardtack.store.accounts import Account

BEGINNINGS = (audit.SIGNED_IN, audit.SIGNED_UP, audit.WELCOMED)
"""After any of these the account has been signed in to."""


def signed_in(
    outbox: Outbox,
    connection: Connection,
    account: Account,
    *,
    known: bool,
    now: int,
    client: str = "",
    device: str = "",
) -> bool:
    """Order the notice of a new device, if there is to be one; return whether there is.

    Args:
        outbox: takes the order.
        connection: of the sign-in's transaction, before its event is written.
        account: who has signed in.
        known: whether the browser is a known device of theirs.
        now: Unix seconds.
        client: the network address.
        device: browser and system, in words of ours.
    """
    if known or account.email is None:
        return False
    if not any(rows.happened(connection, account.id, event) for event in BEGINNINGS):
        return False
    order = Order(notice=Notice.NEW_DEVICE, at=now, account=account.id, client=client, device=device)
    outbox.put(connection, order)
    return True
