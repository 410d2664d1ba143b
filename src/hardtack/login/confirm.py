"""The password again, of whoever is signed in: a proof that the person at the browser is still the same.

Whose password it must be is said by the identity alone: the form has no name, so nobody's own password opens another's
account, and a stolen cookie is no way around the budgets, since a guess here takes its places from the same ones as a
guess at the sign-in. The identity must belong to the account as it is at the end: after a new password or a disabling
the old session confirms nothing.

What follows from the proof is the session's (``step_up``); ``supersede`` records that the old session id is over, in
one transaction that only one of several requests wins.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.login import audit, passwords
from hardtack.login.attempt import Attempt, Meant, WrongCredentials
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store import feed
from hardtack.store.accounts import Account


class WrongPassword(WrongCredentials):
    """The password is not that of the account that is signed in, or that account may not sign in any more."""

    def __init__(self) -> None:
        super().__init__()
        self.detail: dict[str, str] = {
            "en": "The password is not right. Please try again.",
            "zh": "密码不正确，请重试。",
        }


def confirm(
    services: Services,
    identity: Identity,
    password: str,
    *,
    client: str,
    now: int,
    known: Known = UNKNOWN,
    refused: str = audit.CONFIRM_REFUSED,
    device: str = "",
) -> Account:
    """Return the account of *identity*, if *password* is its password.

    Args:
        services: the parts to work with.
        identity: who is signed in, as a session says it.
        password: as typed.
        client: the network address, after trusted proxies.
        now: Unix seconds.
        known: the known devices that the browser shows.
        refused: the event of a password that does not fit; it says what it was asked for.
        device: browser and system, in words of ours.

    Raises:
        BadPassword: the password is so long, or so strange, that it can be nobody's.
        HashingBusy: too many are waiting; nothing was counted.
        TooManyAttempts: the account's or the client's budget is used up.
        TooManyFailures: too many attempts at the account have failed in a row, and this one is from an unknown device.
        WrongPassword: anything else.
    """
    secret = passwords.as_bytes(password)

    def find(connection: Connection) -> Meant:
        found = services.rows.by_id(connection, identity.account)
        name = None if found is None else found.account.name
        return Meant(found, name, {"account_id": identity.account}, identity.epoch)

    attempt = Attempt(services, client, now, audit.CONFIRMED, refused, WrongPassword, known, device)
    return attempt.verify(secret, find)


def supersede(services: Services, identity: Identity, now: int, *, until: int) -> bool:
    """Record in every process that the session id of *identity* was renewed; return whether it was still good.

    Args:
        services: the parts to work with.
        identity: the old one.
        now: Unix seconds.
        until: when the last cookie of this session would end, as ``Sessions.last_end`` says it, Unix seconds.
    """
    with services.database.write() as connection:
        return feed.supersede(
            connection,
            session_id=identity.session_id,
            account_id=identity.account,
            at=now,
            until=max(until, now),
        )
