"""The end of a sign-in that took more than one proof: all is proved, and nobody else has used the same proofs.

Of two requests that end one half-done sign-in one goes on, in one transaction with the event that names every factor,
the notice of a new device, and the end of the failures in a row: a known device's, and so the name's. What is enough
by itself, a password or a passkey, has had all of that with its proof (``attempt``, ``passkey_sign_in``).
"""

from __future__ import annotations

from hardtack.login import audit, notices
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.half import Half, HalfOver, HalfSignIns
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.store import half as rows
from hardtack.store.accounts import Account


def finish(
    services: Services,
    account: Account,
    factors: tuple[str, ...],
    *,
    half: Half | None,
    now: int,
    known: Known = UNKNOWN,
    whence: Whence = NOWHERE,
) -> None:
    """Write down that *account* is signed in to.

    Args:
        services: the parts to work with.
        account: whose sign-in it is.
        factors: everything that was proved.
        half: the half-done sign-in that ends with it; ``None`` in a trusted browser, which needs none.
        now: Unix seconds.
        known: the known devices that the browser shows.
        whence: where it is.

    Raises:
        HalfOver: the half-done sign-in is good no more, or somebody was quicker; nothing was written.
    """
    device = known.of(account.id, now)
    with services.database.write() as connection:
        if half is not None:
            present = HalfSignIns(services).require(connection, half, now)
            # What was proved is what is written there, for whom it is written: a page cannot say more.
            own = present.account.id == account.id and set(factors) <= set(present.factors)
            if not (rows.spend(connection, half.row.half_id) and own):
                raise HalfOver
        is_known = device is not None and not services.throttle.is_spent(connection, device, now)
        notices.signed_in(
            services.outbox,
            connection,
            account,
            known=is_known,
            now=now,
            client=whence.client,
            device=whence.device,
        )
        services.throttle.finished(connection, account.name, device)
        event = services.trail.write(
            connection,
            audit.SIGNED_IN,
            now=now,
            account_id=account.id,
            client=whence.client,
            device=whence.device,
            factors=factors,
        )
    services.trail.tell(event)
