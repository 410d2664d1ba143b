"""Sign in with a name and a password: the same answer in the same time, whatever was wrong.

The password's size and the name's are looked at before anything else; everything after that is an ``Attempt`` at the
account of that name. A name that nobody has is counted, hashed for and answered like a wrong password.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.login import audit, names, passwords
from hardtack.login.attempt import Attempt, Meant, WrongCredentials
from hardtack.login.services import Services
from hardtack.store.accounts import Account


def sign_in(services: Services, name: str, password: str, *, client: str, now: int) -> Account:
    """Return the account that *name* and *password* belong to.

    Args:
        services: the parts to work with.
        name: as typed.
        password: as typed.
        client: the network address, after trusted proxies.
        now: Unix seconds.

    Raises:
        BadPassword: the password is so long, or so strange, that it can be nobody's.
        BadName: so is the name.
        HashingBusy: too many are waiting; nothing was counted.
        TooManyAttempts: the name's or the client's budget is used up.
        WrongCredentials: anything else.
    """
    secret = passwords.as_bytes(password)
    folded = names.fold(name)
    places = services.throttle.sign_in(folded, client)

    def find(connection: Connection) -> Meant:
        found = services.rows.by_name(connection, folded)
        return Meant(found, places, {"name": folded} if found is None else {"account_id": found.account.id})

    attempt = Attempt(services, client, now, audit.SIGNED_IN, audit.SIGN_IN_REFUSED, WrongCredentials)
    return attempt.verify(secret, find)
