"""Make an account from a name and a password.

By name, names are public: a taken one is said to be taken (``hardtack asvs`` counts 6.3.8 as not met in this mode), and
asking costs a place of the client's budget each time. Whether sign-up is open is the site's to decide. Two people who
ask for one name at the same moment get one account: the table's constraint decides (attack 32).
"""

from __future__ import annotations

from hardtack.login import audit, passwords
from hardtack.login.names import BadName, Name, NameTaken
from hardtack.login.passwords import BadPassword
from hardtack.login.services import Services
from hardtack.login.throttle import TooManyAttempts
from hardtack.store.accounts import Account, NameIsTaken


def checked(name: str, password: str) -> tuple[Name, bytes]:
    """Return the name and the password's bytes, if both may be used for a new account.

    Args:
        name: as typed.
        password: as typed.

    Raises:
        BadName: the name cannot be used; its ``fields`` say too what is wrong with the password.
        BadPassword: the password cannot be used.
    """
    try:
        good = Name.of(name)
    except BadName as bad:
        try:
            passwords.as_new(password)
        except BadPassword as also:
            bad.fields.update(also.fields)
        raise
    return good, passwords.as_new(password, context=(good.canonical,))


def sign_up(services: Services, name: str, password: str, *, client: str, now: int) -> Account:
    """Make an account for a visitor.

    Args:
        services: the parts to work with.
        name: as typed.
        password: as typed.
        client: the network address, after trusted proxies.
        now: Unix seconds.

    Raises:
        BadName, BadPassword: what was typed cannot be used.
        HashingBusy: too many are waiting; nothing was counted.
        TooManyAttempts: the client's budget is used up.
        NameTaken: somebody has the name, or one that looks like it.
    """
    good, secret = checked(name, password)
    with services.hashing.place() as place:
        _admit(services, good, client=client, now=now)
        encoded = place.hash(secret)
    return insert(services, good, encoded, event=audit.SIGNED_UP, client=client, now=now)


def add(services: Services, name: str, password: str, *, administrator: bool, now: int) -> Account:
    """Make an account for the operator, who is not throttled.

    Raises:
        BadName, BadPassword, HashingBusy, NameTaken: as for a visitor.
    """
    good, secret = checked(name, password)
    with services.hashing.place() as place:
        encoded = place.hash(secret)
    return insert(services, good, encoded, event=audit.ADDED, administrator=administrator, now=now)


def insert(
    services: Services,
    name: Name,
    encoded: str,
    *,
    event: str,
    administrator: bool = False,
    client: str = "",
    now: int,
) -> Account:
    """Write the account and its event in one transaction.

    Raises:
        NameTaken: somebody was quicker.
    """
    try:
        with services.database.write() as connection:
            account = services.rows.insert(
                connection,
                name=name.canonical,
                forms=name.forms,
                display_name=name.display,
                password_hash=encoded,
                administrator=administrator,
                now=now,
            )
            written = services.trail.write(connection, event, now=now, account_id=account.id, client=client)
    except NameIsTaken:
        raise NameTaken from None
    services.trail.tell(written)
    return account


def _admit(services: Services, name: Name, *, client: str, now: int) -> None:
    """Take a place of the client's budget, and see at once whether the name is taken."""
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, services.throttle.sign_up(client), now)
        taken = refusal is None and services.rows.is_taken(connection, name.forms)
        event = None
        if taken or (refusal is not None and refusal.first):
            reason = "name-taken" if taken else "throttled"
            event = services.trail.write(connection, audit.SIGN_UP_REFUSED, now=now, client=client, reason=reason)
    if event is not None:
        services.trail.tell(event)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
    if taken:
        raise NameTaken
