"""Sign in with a name, or an address, and a password: the same answer in the same time, whatever was wrong.

The password's size and the name's are looked at before anything else; everything after that is an ``Attempt`` at the
account of that name. A name that nobody has is counted, hashed for and answered like a wrong password.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.login import addresses, audit, passwords
from hardtack.login.attempt import Attempt, Entry, Meant, WrongCredentials
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.services import Services
from hardtack.store.accounts import Account


def sign_in(
    services: Services,
    name: str,
    password: str,
    *,
    client: str,
    now: int,
    known: Known = UNKNOWN,
    device: str = "",
    entry: Entry | None = None,
) -> Account:
    """Return the account that *name* and *password* belong to.

    Args:
        services: the parts to work with.
        name: the name or the address, as typed.
        password: as typed.
        client: the network address, after trusted proxies.
        now: Unix seconds.
        known: the known devices that the browser shows.
        device: browser and system, in words of ours.
        entry: writes down what depends on it, in the transaction in which it is settled that name and password belong
            to an account; returns the events of that.

    Raises:
        BadPassword: the password is so long, or so strange, that it can be nobody's.
        BadName: so is the name.
        HashingBusy: too many are waiting; nothing was counted.
        TooManyAttempts: the name's or the client's budget is used up.
        TooManyFailures: too many attempts at the name have failed in a row, and this one is from an unknown device.
        WrongCredentials: anything else.
    """
    secret = passwords.as_bytes(password)
    folded = addresses.identifier(name)

    def find(connection: Connection) -> Meant:
        found = services.rows.by_identifier(connection, folded)
        if found is None:
            return Meant(None, folded, {"name": folded})
        # One budget for an account, whichever of its two names is used.
        return Meant(found, found.account.name, {"account_id": found.account.id})

    attempt = Attempt(
        services, client, now, audit.SIGNED_IN, audit.SIGN_IN_REFUSED, WrongCredentials, known, device, entry
    )
    return attempt.verify(secret, find)
