"""A link that somebody presents to have something done: counted for their client, read, and written down if it is none.

This comes before anything that costs more, such as a hash. What is refused here is told by ``LinkWrong`` alone; the
trail says why, and the first refusal of a client whose budget is used up is the last that it says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from hardtack.login import audit
from hardtack.login.links import LinkWrong
from hardtack.login.services import Services
from hardtack.login.throttle import TooManyAttempts

_T = TypeVar("_T")


def presented(
    services: Services,
    read: Callable[[Connection], _T],
    *,
    client: str,
    now: int,
    account_id: int | None = None,
    device: str = "",
) -> _T:
    """Return what *read* returns, having taken a place of the client's budget.

    Args:
        services: the parts to work with.
        read: reads the link in the transaction of the connection that it is given.
        client: the network address, after trusted proxies.
        now: Unix seconds.
        account_id: who is signed in, if anybody is.
        device: browser and system, in words of ours.

    Raises:
        TooManyAttempts: the budget is used up; the link was not looked at.
        LinkWrong: *read* raised it.
    """
    found: _T | None = None
    wrong: LinkWrong | None = None
    event = None
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, services.throttle.client(client), now)
        if refusal is None:
            try:
                found = read(connection)
            except LinkWrong as error:
                wrong = error
        if wrong is not None or (refusal is not None and refusal.first):
            event = services.trail.write(
                connection,
                audit.LINK_REFUSED,
                now=now,
                account_id=account_id,
                client=client,
                reason="throttled" if wrong is None else wrong.reason,
                device=device,
            )
    if event is not None:
        services.trail.tell(event)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
    if wrong is not None:
        raise wrong
    return found  # type: ignore[return-value] # what read returned, since it has not raised


def served(services: Services, connection: Connection, *, client: str, now: int) -> None:
    """Give the client's place back in the transaction of what the link was for."""
    services.throttle.give_back(connection, services.throttle.client(client), now)
