"""One attempt to prove who somebody is by a password: counted, verified and written down, in the same time always.

The order is the defence. Whoever comes here has looked at the password's size already. Then a place in the hashing pool
is asked for, and only who has one is counted; then one transaction reads the account, looks whether too many attempts
have failed in a row, takes the budgets' places and counts a failure more; then one hash is verified, the account's own
or, where there is none, a decoy of the same parameters in the same pool; then one transaction reads the account again
and writes what came of it. A wrong password, a missing account and a disabled one run the same statements (a test
compares them) and get the same error. So do a name that is locked and one that is locked and nobody's.

The owner is told of many failures in a row. So that this shows nowhere, mail is ordered for every name at the same
failures, in the same statements, and an order for a name that is nobody's, or for somebody without an address, is
addressed to nobody: whoever carries orders out drops it, off the way of the request.

A right password that a second factor must follow is half a sign-in: the trail says that and no more, the client gets
its place back and the name does not, and it stays counted among the failures in a row until all is proved (``finish``).
So nobody who has a password begins sign-ins without end, or hides guesses behind them, and the owner is told.

The first transaction leaves the disk to the second: every process sees the places that it took, and no answer says
anything of the password before both are on the disk. What a loss of power takes back is an attempt of which nobody has
learned anything. Where the first one writes an event, it is on the disk by itself.

An attempt that dies before the second transaction has taken its places for no longer than the budgets need to fill up,
and stays counted until the next success. An account whose credentials changed while the hash ran (its epoch is another)
has proved nothing. What is made of a proof, and for which account it is asked, is the caller's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, factors, notices
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.factors import Need
from hardtack.login.hashing import Place
from hardtack.login.outbox import Notice, Order
from hardtack.login.passwords import HashUnreadable
from hardtack.login.second_factors import SecondFactors
from hardtack.login.services import Services
from hardtack.login.throttle import Admission, TooManyAttempts, TooManyFailures
from hardtack.store.accounts import Account, Credentials
from hardtack.store.audit import Event

FACTORS = ("password",)

_NOBODY = 0
"""An account number that is never given out."""

logger: logging.Logger = logging.getLogger("hardtack.login")


class WrongCredentials(Refused):
    """Name and password are not those of an account that may sign in; which of it, nobody is told."""

    status = 401
    slug = "wrong-credentials"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "The name or the password is not right. Please try again.",
                "zh": "用户名、邮箱或密码不正确，请重试。",
            }
        )


class Meant(NamedTuple):
    """Whom an attempt is about.

    Args:
        found: the account, if there is one.
        name: for which the attempt is counted, in its canonical form; ``None``: for the client alone.
        who: how the trail names them: by ``account_id`` or, where there is no account, by ``name``.
        epoch: the account's counter that must hold at the end; ``None`` for the one that was found.
    """

    found: Credentials | None
    name: str | None
    who: dict[str, Any]
    epoch: int | None = None


Entry = Callable[[Connection, Account], list[Event]]
"""Writes what depends on a proof; returns what is to be told of once it is committed."""


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
        known: the known devices that the browser shows.
        device: browser and system, in words of ours.
        entry: does what an attempt that fits, and is enough by itself, is made for, in the transaction that settles it.
    """

    services: Services
    client: str
    now: int
    passed: str
    refused: str
    error: Callable[[], Refused]
    known: Known = UNKNOWN
    device: str = ""
    entry: Entry | None = None

    def verify(self, secret: bytes, find: Callable[[Connection], Meant]) -> Account:
        """Return the account that *find* returns, if *secret* is its password.

        Args:
            secret: what ``passwords.as_bytes`` returned.
            find: reads in the transaction of the connection that it is given whom the attempt is about.

        Raises:
            HashingBusy: too many are waiting; nothing was counted.
            TooManyAttempts: a budget is used up.
            TooManyFailures: too many have failed in a row, and this one comes from an unknown device.
            Refused: anything else, as ``error`` makes it.
        """
        with self.services.hashing.place() as place:
            try:
                meant, admission = self._admit(find, lasting=False)
            except _WorthWriting:
                meant, admission = self._admit(find, lasting=True)
            fits = self._fits(place, meant.found, secret)
            newer = self._newer(place, meant.found, secret) if fits else None
        return self._settle(meant, admission, fits, newer)

    def _admit(self, find: Callable[[Connection], Meant], *, lasting: bool) -> tuple[Meant, Admission]:
        """Return whom the attempt is about and what it was counted for, with the budgets' places taken.

        Raises:
            _WorthWriting: there is an event to be written, and *lasting* is false; nothing was changed.
        """
        services = self.services
        event = None
        with services.database.write(lasting=lasting) as connection:
            meant = find(connection)
            device = None if meant.found is None else self.known.of(meant.found.account.id, self.now)
            admission = services.throttle.admit(connection, meant.name, self.client, device, self.now)
            refusal = admission.refusal
            if refusal is not None and refusal.first:
                if not lasting:
                    raise _WorthWriting
                event = self._write(connection, self.refused, meant, reason="throttled")
        if event is not None:
            services.trail.tell(event)
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)
        if admission.locked:
            raise TooManyFailures
        return meant, admission

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

    def _settle(self, meant: Meant, admission: Admission, fits: bool, newer: str | None) -> Account:
        """Write what came of the attempt and answer."""
        services = self.services
        found = meant.found
        with services.database.write() as connection:
            current = services.rows.by_id(connection, _NOBODY if found is None else found.account.id)
            reason = _reason(meant, current, fits)
            if found is None or current is None or reason:
                events = self._failed(connection, meant, admission, reason)
            else:
                if newer is not None and found.password_hash is not None:
                    services.rows.rehash(connection, found.account.id, old=found.password_hash, new=newer)
                events = self._passed(connection, meant, admission, current.account)
        for event in events:
            services.trail.tell(event)
        if reason or current is None:
            raise self.error()
        return current.account

    def _passed(self, connection: Connection, meant: Meant, admission: Admission, account: Account) -> list[Event]:
        """Write what the attempt has proved, and what becomes of its places."""
        services = self.services
        if self.passed == audit.SIGNED_IN:
            held = SecondFactors.counted(connection, account.id)
            if factors.needed(held, FACTORS, services.assurance) is not Need.NOTHING:
                services.throttle.half_passed(connection, admission, self.now)
                events = [self._write(connection, audit.PASSWORD_PROVED, meant, factors=FACTORS)]
                return events + self._counted(connection, meant, admission)
            self._notify(connection, account, known=admission.by_known_device)
        services.throttle.passed(connection, admission, self.now)
        events = [self._write(connection, self.passed, meant, factors=FACTORS)]
        if self.entry is not None:
            events += self.entry(connection, account)
        return events

    def _failed(self, connection: Connection, meant: Meant, admission: Admission, reason: str) -> list[Event]:
        """Write that the attempt failed, and what follows from it."""
        events = [self._write(connection, self.refused, meant, reason=reason)]
        return events + self._counted(connection, meant, admission)

    def _counted(self, connection: Connection, meant: Meant, admission: Admission) -> list[Event]:
        """Write that it was the last one of those in a row, and that the owner is to be told; as it may be."""
        services = self.services
        events = []
        if admission.locks:
            why = "known-device" if admission.by_known_device else ""
            events.append(self._write(connection, audit.LOCKED, meant, reason=why))
        if services.throttle.tells(connection, admission, self.now):
            account_id = _NOBODY if meant.found is None else meant.found.account.id
            detail = str(admission.failures)
            order = Order(
                notice=Notice.FAILURES,
                at=self.now,
                account=account_id,
                client=self.client,
                device=self.device,
                detail=detail,
            )
            services.outbox.put(connection, order)
        return events

    def _notify(self, connection: Connection, account: Account, *, known: bool) -> None:
        """Order the mail about a device that is not known; asked before the event of this sign-in is written."""
        outbox = self.services.outbox
        notices.signed_in(
            outbox, connection, account, known=known, now=self.now, client=self.client, device=self.device
        )

    def _write(self, connection: Connection, event: str, meant: Meant, **more: Any) -> Event:
        who = {**meant.who, "client": self.client, "device": self.device}
        return self.services.trail.write(connection, event, now=self.now, **who, **more)


class _WorthWriting(Exception):
    """Something happened that has to be on the disk before it is answered."""


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
