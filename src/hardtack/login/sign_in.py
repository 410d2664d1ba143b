"""Sign in with a name and a password: the same answer in the same time, whatever was wrong.

The order is the defence. The password's size is looked at before anything else; then a place in the hashing pool is
asked for, and only who has one is counted; then one transaction takes the budgets' places and reads the account; then
one hash is verified, the account's own or, for a name without one, a decoy of the same parameters in the same pool;
then one transaction reads the account again and writes what came of it. A wrong password, an unknown name and a
disabled account run the same statements (a test compares them) and get ``WrongCredentials``.

An account whose credentials changed while the hash ran (its epoch is another) is not signed in.
"""

from __future__ import annotations

import logging

from hardtack.errors import Refused
from hardtack.login import audit, names, passwords
from hardtack.login.hashing import Place
from hardtack.login.passwords import HashUnreadable
from hardtack.login.services import Services
from hardtack.login.throttle import Places, TooManyAttempts
from hardtack.store.accounts import Account, Credentials

FACTORS = ("password",)

_NOBODY = 0
"""An account number that is never given out."""

logger = logging.getLogger("hardtack.login")


class WrongCredentials(Refused):
    """Name and password are not those of an account that may sign in; which of it, nobody is told."""

    status = 401
    slug = "wrong-credentials"

    def __init__(self) -> None:
        super().__init__(
            {"en": "The name or the password is not right. Please try again.", "zh": "名字或密码不正确，请重试。"}
        )


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
    with services.hashing.place() as place:
        found = _admit(services, folded, places, client=client, now=now)
        fits = _verify(services, place, found, secret)
        newer = _newer(services, place, found, secret) if fits else None
    return _settle(services, found, fits, newer, folded, places, client=client, now=now)


def _admit(services: Services, name: str, places: Places, *, client: str, now: int) -> Credentials | None:
    """Take the budgets' places and return the account, if there is one."""
    event = None
    with services.database.write() as connection:
        refusal = services.throttle.take(connection, places, now)
        found = services.rows.by_name(connection, name)
        if refusal is not None and refusal.first:
            who = {"name": name} if found is None else {"account_id": found.account.id}
            event = services.trail.write(
                connection, audit.SIGN_IN_REFUSED, now=now, client=client, reason="throttled", **who
            )
    if event is not None:
        services.trail.tell(event)
    if refusal is not None:
        raise TooManyAttempts(refusal.retry_after)
    return found


def _verify(services: Services, place: Place, found: Credentials | None, secret: bytes) -> bool:
    encoded = None if found is None else found.password_hash
    if found is not None and encoded is not None:
        try:
            return place.verify(encoded, secret)
        except HashUnreadable:
            logger.error(
                "a password hash is damaged",
                extra={"event": "password-hash-damaged", "account": found.account.id},
            )
    # Nothing fits the decoy; it is there for its time.
    return place.verify(services.hashing.decoy, secret)


def _newer(services: Services, place: Place, found: Credentials | None, secret: bytes) -> str | None:
    """Return a hash under the present parameters, if the stored one has others."""
    if found is None or found.password_hash is None or not services.hashing.hasher.is_outdated(found.password_hash):
        return None
    return place.hash(secret)


def _settle(
    services: Services,
    found: Credentials | None,
    fits: bool,
    newer: str | None,
    name: str,
    places: Places,
    *,
    client: str,
    now: int,
) -> Account:
    """Write what came of the attempt and answer."""
    with services.database.write() as connection:
        current = services.rows.by_id(connection, _NOBODY if found is None else found.account.id)
        reason = _reason(found, current, fits)
        if found is None or current is None or reason:
            who = {"name": name} if found is None else {"account_id": found.account.id}
            event = services.trail.write(
                connection, audit.SIGN_IN_REFUSED, now=now, client=client, reason=reason, **who
            )
        else:
            services.throttle.give_back(connection, places, now)
            if newer is not None and found.password_hash is not None:
                services.rows.rehash(connection, found.account.id, old=found.password_hash, new=newer)
            event = services.trail.write(
                connection,
                audit.SIGNED_IN,
                now=now,
                account_id=current.account.id,
                client=client,
                factors=FACTORS,
            )
    services.trail.tell(event)
    if reason or current is None:
        raise WrongCredentials
    return current.account


def _reason(found: Credentials | None, current: Credentials | None, fits: bool) -> str:
    """Return why nobody is signed in, for the trail alone; ``""`` if somebody is."""
    if found is None:
        return "unknown-name"
    if found.password_hash is None:
        return "no-password"
    if not fits:
        return "wrong-password"
    if found.account.disabled:
        return "disabled"
    # Whatever changes an account's credentials or disables it raises its epoch.
    if current is None or current.account.epoch != found.account.epoch:
        return "changed-meanwhile"
    return ""
