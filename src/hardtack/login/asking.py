"""How somebody who may ask for it gets mail with a link: counted, ordered and written down in one transaction.

Whether anybody has the address plays no part: the mail is written later, by ``postman``. Of those who have asked too
often, the first is written into the trail, and the others are refused alike.
"""

from __future__ import annotations

from hardtack.login.outbox import Order
from hardtack.login.services import Services
from hardtack.login.throttle import Places, TooManyAttempts


def ask(
    services: Services,
    places: Places,
    order: Order,
    event: str,
    *,
    refused: str,
    account_id: int | None = None,
    name: str | None = None,
) -> None:
    """Put *order* into the outbox, if there is a place left.

    Args:
        services: the parts to work with.
        places: what it takes of the budgets.
        order: the mail, and with it who asks, when, and from where.
        event: what the trail calls it.
        refused: the same, where there was no place.
        account_id: the account that is meant, if it is known.
        name: an address that matches no account as yet, in its canonical form.

    Raises:
        TooManyAttempts: there was none.
    """
    written = None
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, places, order.at)
        if refusal is None:
            services.outbox.put(connection, order)
        if refusal is None or refusal.first:
            written = services.trail.write(
                connection,
                event if refusal is None else refused,
                now=order.at,
                account_id=account_id,
                name=name,
                client=order.client,
                reason="" if refusal is None else "throttled",
                device=order.device,
            )
    if written is not None:
        services.trail.tell(written)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
