"""Change one's password: with the present one and the new one, and every other session ends (ASVS 6.2.3, 7.4.3).

The new password is looked at first, since that costs nothing and tells nothing. The present one then goes the way of
every proof, with the same budgets. At the end one transaction looks whether the session is still good, in
the database itself: of two changes at once one wins, and a cookie that was renewed or ended meanwhile changes nothing.
The epoch goes up, so that every session ends in every process before the answer; the one that did it is for the caller
to renew. Links from before rest on the old password and die with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, guesses, passwords
from hardtack.login.confirm import WrongPassword, confirm
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.outbox import Notice, Order
from hardtack.login.passwords import BadPassword
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store import belongings, factors, feed
from hardtack.store.accounts import Account, Credentials

NEW = "new_password"
"""The form's field of the new password."""


class SamePassword(Refused):
    """The new password is the present one."""

    status = 422
    slug = "same-password"

    def __init__(self) -> None:
        text = {
            "en": "This is the password that you have already. Please choose another one.",
            "zh": "这就是您现在的密码，请换一个。",
        }
        super().__init__(text, fields={NEW: text})


class NoPassword(Refused):
    """The account has no password that could be changed."""

    status = 409
    slug = "no-password"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Your account has no password just now. "
                "To set one, ask for a link on the page “Forgot your password?”, or ask an administrator.",
                "zh": "您的账户目前没有密码。要设置密码，请在“忘记密码”页面索取链接，或联系管理员。",
            }
        )


class SessionOver(Refused):
    """The session ended, or went on under another id, while its request was on the way: nothing was changed."""

    status = 401
    slug = "session-over"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This sign-in has ended meanwhile, so nothing was changed. Please sign in again.",
                "zh": "这次登录在此期间已经结束，因此没有做任何更改。请重新登录。",
            }
        )


class PasswordChange:
    """Changes the password of whoever is signed in.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def has_password(self, account_id: int) -> bool:
        """Return whether a password signs in to the account."""
        with self._services.database.read() as connection:
            found = self._services.rows.by_id(connection, account_id)
        return found is not None and found.password_hash is not None

    def change(
        self,
        identity: Identity,
        current: str,
        new: str,
        *,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        known: Known = UNKNOWN,
    ) -> Account:
        """Set a new password and end every session; return the account with its new epoch.

        Args:
            identity: who is signed in, as a session says it.
            current: the present password, as typed.
            new: the new one, as typed.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in our words.
            language: of the request.
            known: the known devices that the browser shows.

        Raises:
            BadPassword: the new one cannot be used, or the present one can be nobody's; ``fields`` says which.
            SamePassword: it is the present one again.
            NoPassword: there is none to change.
            HashingBusy: too many are waiting; nothing was changed.
            TooManyAttempts: the account's or the client's budget is used up.
            TooManyFailures: too many attempts at the account have failed in a row, and this browser is not known.
            WrongPassword: the present one is not right, or the session ended meanwhile.
        """
        services = self._services
        passwords.as_bytes(current)
        with services.database.read() as connection:
            found = services.rows.by_id(connection, identity.account)
            beside = has_second_factor(connection, identity.account)
        if found is not None and found.password_hash is None:
            raise NoPassword
        try:
            secret = checked(services, new, found, beside=beside)
        except BadPassword as bad:
            bad.fields = {NEW: bad.detail or ""}
            raise
        if new == current:
            raise SamePassword
        try:
            confirm(
                services,
                identity,
                current,
                client=client,
                now=now,
                refused=audit.PASSWORD_REFUSED,
                known=known,
                device=device,
            )
            with services.hashing.place() as place:
                encoded = place.hash(secret)
            return self._write(identity, encoded, client=client, now=now, device=device, language=language)
        except WrongPassword as wrong:
            wrong.fields = {"password": wrong.detail or ""}
            raise

    def _write(self, identity: Identity, encoded: str, *, client: str, now: int, device: str, language: str) -> Account:
        services = self._services
        changed = None
        who: dict[str, Any] = {"account_id": identity.account, "client": client, "device": device}
        with services.database.write() as connection:
            if holds(services, connection, identity):
                services.rows.set_password(connection, identity.account, encoded=encoded, now=now)
                belongings.end_sign_ins(connection, identity.account, keep=identity.lineage)
                # Whoever guessed at codes had the old password.
                guesses.forget(services, connection, identity.account)
                changed = services.rows.by_id(connection, identity.account)
            if changed is None:
                reason = "changed-meanwhile"
                event = services.trail.write(connection, audit.PASSWORD_REFUSED, now=now, reason=reason, **who)
            else:
                event = services.trail.write(connection, audit.PASSWORD_CHANGED, now=now, factors=("password",), **who)
                tell(services, connection, changed.account, client=client, now=now, device=device, language=language)
        services.trail.tell(event)
        if changed is None:
            raise WrongPassword
        return changed.account


def checked(services: Services, new: str, found: Credentials | None, *, beside: bool = False) -> bytes:
    """Return the bytes of a new password for an account, whose name and address nobody should make it of.

    Args:
        services: the parts to work with.
        new: as typed.
        found: whose it will be.
        beside: whether the account has a second factor, beside which it may be shorter. None can go between this and
            the writing: whatever removes the last one raises the epoch, and asks for a password that is long enough.

    Raises:
        BadPassword: it cannot be used.
    """
    context = () if found is None else (found.account.name, found.account.display_name, found.account.email or "")
    return services.passwords.as_new(new, context=context, beside=beside)


def has_second_factor(connection: Connection, account_id: int) -> bool:
    """Return whether an account has a second factor; recovery codes alone are none."""
    held = factors.count(connection, account_id)
    return held.totp > 0 or held.passkeys > 0


def holds(services: Services, connection: Connection, identity: Identity) -> bool:
    """Return whether a session is good still, as the caller's transaction sees it: not as memory knew it before."""
    found = services.rows.by_id(connection, identity.account)
    if found is None or found.account.disabled or found.account.epoch != identity.epoch:
        return False
    return not feed.is_over(connection, session_id=identity.session_id, lineage=identity.lineage)


def require_held(services: Services, connection: Connection, identity: Identity | None) -> None:
    """Refuse a change by a session that is not good any more, in the transaction of the change.

    Args:
        services: the parts to work with.
        connection: one that ``Database.write`` gave.
        identity: who is signed in, as a session says it; ``None`` where nobody does it by a session.

    Raises:
        SessionOver: it is over; the transaction must be given up.
    """
    if identity is not None and not holds(services, connection, identity):
        raise SessionOver


def tell(
    services: Services, connection: Connection, account: Account, *, client: str, now: int, device: str, language: str
) -> None:
    """Order the mail that tells the owner of a new password, where the account has an address (ASVS 6.3.7)."""
    if account.email is None:
        return
    order = Order(
        notice=Notice.PASSWORD_CHANGED, at=now, account=account.id, client=client, device=device, language=language
    )
    services.outbox.put(connection, order)
