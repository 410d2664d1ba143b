"""One attempt to prove who somebody is by a password: counted, verified and written down, in the same time always.

The order is the defence. Whoever comes here has looked at the password's size already. Then a place in the hashing pool
is asked for, and only who has one is counted; then one transaction reads the account and takes the budgets' places;
then one hash is verified, the account's own or, where there is none, a decoy of the same parameters in the same pool;
then one transaction reads the account again and writes what came of it. A wrong password, a missing account and a
disabled one run the same statements (a test compares them) and get the same error.

An account whose credentials changed while the hash ran (its epoch is another) has proved nothing. What is made of a
proof, and for which account it is asked, is the caller's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from hardtack.errors import Refused
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


class Meant(NamedTuple):
    """Whom an attempt is about.

    Args:
        found: the account, if there is one.
        places: what the attempt takes from the budgets.
        who: how the trail names them: by ``account_id`` or, where there is no account, by ``name``.
        epoch: the account's counter that must hold at the end; ``None`` for the one that was found.
    """

    found: Credentials | None
    places: Places
    who: dict[str, Any]
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries.

    Args:
        services: the parts to work with.
        client: the network address, after trusted proxies.
        now: Unix seconds.
        passed: the event of an attempt that fits.
        refused: the event of one that does not.
        error: makes what is raised then.
    """

    services: Services
    client: str
    now: int
    passed: str
    refused: str
    error: Callable[[], Refused]

    def verify(self, secret: bytes, find: Callable[[Connection], Meant]) -> Account:
        """Return the account that *find* returns, if *secret* is its password.

        Args:
            secret: what ``passwords.as_bytes`` returned.
            find: reads in the transaction of the connection that it is given whom the attempt is about.

        Raises:
            HashingBusy: too many are waiting; nothing was counted.
            TooManyAttempts: a budget is used up.
            Refused: anything else, as ``error`` makes it.
        """
        with self.services.hashing.place() as place:
            meant = self._admit(find)
            fits = self._fits(place, meant.found, secret)
            newer = self._newer(place, meant.found, secret) if fits else None
        return self._settle(meant, fits, newer)

    def _admit(self, find: Callable[[Connection], Meant]) -> Meant:
        """Return whom the attempt is about, with the budgets' places taken."""
        services = self.services
        event = None
        with services.database.write() as connection:
            meant = find(connection)
            refusal = services.throttle.take(connection, meant.places, self.now)
            if refusal is not None and refusal.first:
                event = services.trail.write(
                    connection, self.refused, now=self.now, client=self.client, reason="throttled", **meant.who
                )
        if event is not None:
            services.trail.tell(event)
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)
        return meant

    def _fits(self, place: Place, found: Credentials | None, secret: bytes) -> bool:
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
        return place.verify(self.services.hashing.decoy, secret)

    def _newer(self, place: Place, found: Credentials | None, secret: bytes) -> str | None:
        """Return a hash under the present parameters, if the stored one has others."""
        hasher = self.services.hashing.hasher
        if found is None or found.password_hash is None or not hasher.is_outdated(found.password_hash):
            return None
        return place.hash(secret)

    def _settle(self, meant: Meant, fits: bool, newer: str | None) -> Account:
        """Write what came of the attempt and answer."""
        services = self.services
        found = meant.found
        with services.database.write() as connection:
            current = services.rows.by_id(connection, _NOBODY if found is None else found.account.id)
            reason = _reason(meant, current, fits)
            if found is None or current is None or reason:
                event = services.trail.write(
                    connection, self.refused, now=self.now, client=self.client, reason=reason, **meant.who
                )
            else:
                services.throttle.give_back(connection, meant.places, self.now)
                if newer is not None and found.password_hash is not None:
                    services.rows.rehash(connection, found.account.id, old=found.password_hash, new=newer)
                event = services.trail.write(
                    connection, self.passed, now=self.now, client=self.client, factors=FACTORS, **meant.who
                )
        services.trail.tell(event)
        if reason or current is None:
            raise self.error()
        return current.account


def _reason(meant: Meant, current: Credentials | None, fits: bool) -> str:
    """Return why nothing was proved, for the trail alone; ``""`` if it was."""
    found = meant.found
    if found is None:
        return "unknown-name" if "name" in meant.who else "unknown-account"
    if found.password_hash is None:
        return "no-password"
    if not fits:
        return "wrong-password"
    if found.account.disabled:
        return "disabled"
    # Whatever changes an account's credentials or disables it raises its epoch.
    epoch = found.account.epoch if meant.epoch is None else meant.epoch
    if current is None or current.account.epoch != epoch:
        return "changed-meanwhile"
    return ""
