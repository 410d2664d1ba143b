"""What adding and removing a factor have in common, whichever factor it is.

Both want a session that still holds, or, for adding, a half-done sign-in of an account that must have a factor and has
none; both are written down, and their owner is told (ASVS 6.3.7). Removing ends every other session: the epoch goes up,
and the caller renews the one that did it. What is asked of a removal is decided by what is left after it, in the
transaction that deletes: the last second factor goes only with the present password, which must then be good enough to
stand alone, and not at all where one is demanded. Of two removals at once the second sees what the first has left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, factor_reset, factors, passwords
from hardtack.login.confirm import WrongPassword, confirm
from hardtack.login.credentials import NoPassword, checked, require_held
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.factors import PASSKEY, TOTP, Held, Need
from hardtack.login.half import Half, HalfOver, HalfSignIns
from hardtack.login.outbox import Notice, Order
from hardtack.login.passwords import BadPassword
from hardtack.login.second_factors import SecondFactors
from hardtack.login.services import Services
from hardtack.login.sign_ins import Whence
from hardtack.session import Identity
from hardtack.store import belongings, feed, recovery_codes
from hardtack.store import sign_ins as sign_in_rows
from hardtack.store.accounts import Account


class Removal(StrEnum):
    """What removing a factor asks for beside a sign-in of a moment ago."""

    FREE = "nothing"
    PASSWORD = "password"  # noqa: S105 - what is asked for
    STAYS = "stays"


class FactorNeeded(Refused):
    """A second factor is demanded of the account, and this is the last one that is good enough."""

    status = 409
    slug = "factor-needed"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Your account must have a second factor, and this is the last one that is good enough. "
                "Set up another one first.",
                "zh": "您的账户必须有第二重验证，而这是最后一个符合要求的。请先设置另一个。",
            }
        )


class LastFactor(Refused):
    """The last second factor goes only with the present password, which was not given."""

    status = 422
    slug = "last-factor"

    def __init__(self) -> None:
        text = {
            "en": "This is your last second factor. Enter your password, which alone will sign you in afterwards.",
            "zh": "这是您最后一个第二重验证。请输入您的密码，此后仅凭密码即可登录。",
        }
        super().__init__(text, fields={"password": text})


class PasswordTooWeakAlone(Refused):
    """The present password is too short, or too easily guessed, to be the only factor."""

    status = 409
    slug: str = "password-too-short-alone"

    def __init__(self, *, short: bool) -> None:
        least = passwords.MIN_LENGTH
        text = {
            "en": f"Your password is too short to stand alone: it needs at least {least} characters. "
            "Change your password first, then remove this factor.",
            "zh": f"您的密码太短，不能单独使用：至少需要 {least} 个字符。请先修改密码，再移除此验证方式。",
        }
        if not short:
            self.slug = "password-too-weak-alone"
            text = {
                "en": "Your password is too easily guessed to stand alone. "
                "Change your password first, then remove this factor.",
                "zh": "您的密码太容易被猜到，不能单独使用。请先修改密码，再移除此验证方式。",
            }
        super().__init__(text, fields={"password": text})


class NoSuchFactor(Refused):
    """The account has no such factor, or not any more."""

    status = 404
    slug = "no-such-factor"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Your account has no such factor. It may have been removed already.",
                "zh": "您的账户没有此验证方式，它可能已被移除。",
            }
        )


def without(held: Held, factor: str) -> Held:
    """Return what is left of *held* after one *factor* is removed."""
    if factor == PASSKEY:
        return replace(held, passkeys=max(held.passkeys - 1, 0))
    return replace(held, totp=False) if factor == TOTP else held


def best(held: Held) -> int:
    """Return the highest assurance that an account's owner can reach with a password and what it has."""
    return factors.level((PASSKEY,)) if held.passkeys else 2 if held.totp else 1


class FactorChanges:
    """Adds and removes factors.

    Args:
        services: the parts to work with.
        half: the half-done sign-ins.
        second_factors: what accounts have, and must have.
    """

    def __init__(self, services: Services, half: HalfSignIns, second_factors: SecondFactors) -> None:
        self._services = services
        self._half = half
        self._second_factors = second_factors

    def owner(self, connection: Connection, who: Identity | Half, now: int) -> Account:
        """Return whose factor is about to be added, as the caller's transaction sees it.

        Args:
            connection: one that ``Database.write`` gave.
            who: who asks: a session, or a half-done sign-in that must enrol a factor.
            now: Unix seconds.

        Raises:
            SessionOver: the session is over.
            HalfOver: the half-done sign-in is, or it has a factor to prove instead: enrolling is no way around that.
        """
        if isinstance(who, Half):
            half = self._half.require(connection, who, now)
            held = self._second_factors.counted(connection, half.account.id)
            if factors.needed(held, half.factors, self._second_factors.assurance) is not Need.ENROL:
                raise HalfOver
            return half.account
        require_held(self._services, connection, who)
        found = self._services.rows.by_id(connection, who.account)
        assert found is not None  # noqa: S101 - a session that holds has an account
        return found.account

    def added(
        self,
        connection: Connection,
        account: Account,
        factor: str,
        *,
        label: str = "",
        replaced: bool = False,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
    ) -> None:
        """Write down that *factor* was added, tell the owner, and call a reset off that was asked for meanwhile.

        Args:
            connection: of the transaction in which it was added.
            account: whose it is.
            factor: which kind.
            label: what its owner calls it.
            replaced: whether it has taken an older one's place.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.
        """
        # Its owner has one that works: what was asked for meanwhile would take it away again.
        whence = Whence(client=client, device=device)
        factor_reset.end(self._services, connection, account.id, now=now, whence=whence, reason="factor-added")
        reason = "factor-replaced" if replaced else ""
        self._write(connection, audit.FACTOR_ADDED, account, factor, reason, client=client, now=now, device=device)
        order = Order(notice=Notice.FACTOR_ADDED, at=now, language=language, client=client, device=device)
        self._tell(connection, account, order, f"{factor} {label}".strip())

    def remove(
        self,
        identity: Identity,
        factor: str,
        delete: Callable[[Connection], bool],
        *,
        password: str = "",
        label: str = "",
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        known: Known = UNKNOWN,
    ) -> Account:
        """Remove a factor and end every session; return the account with its new epoch, for the caller to renew.

        Args:
            identity: who is signed in, as a session says it.
            factor: which kind it is.
            delete: deletes its row in the transaction that it is given; returns whether there was one.
            password: the present one, as typed; looked at for the last second factor alone.
            label: what its owner calls it.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.
            language: of the request.
            known: the known devices that the browser shows.

        Raises:
            FactorNeeded: it must stay.
            LastFactor: it is the last one, and no password was given.
            PasswordTooWeakAlone: the present password must be changed first.
            NoPassword: the account has none that could stand alone.
            NoSuchFactor: there was none.
            SessionOver: the session is over.
            Refused: the password is not looked at, or is wrong, as in ``confirm``.
        """
        services = self._services
        with services.database.read() as connection:
            left = self._left(connection, identity.account, factor)
        if last := not left.second:
            self._check_password(identity, password, client=client, now=now, device=device, known=known)
        with services.database.write() as connection:
            require_held(services, connection, identity)
            left = self._left(connection, identity.account, factor)
            if not left.second and not last:
                raise LastFactor
            if not delete(connection):
                raise NoSuchFactor
            if not left.second:
                # They stand in for a factor, and there is none left.
                recovery_codes.remove(connection, identity.account)
            epoch = feed.raise_epoch(connection, identity.account)
            belongings.end_sign_ins(connection, identity.account, keep=identity.lineage)
            sign_in_rows.renew(connection, identity.lineage, epoch=epoch)
            found = services.rows.by_id(connection, identity.account)
            assert found is not None  # noqa: S101 - the session holds
            self._write(
                connection, audit.FACTOR_REMOVED, found.account, factor, "", client=client, now=now, device=device
            )
            order = Order(notice=Notice.FACTOR_REMOVED, at=now, language=language, client=client, device=device)
            self._tell(connection, found.account, order, f"{factor} {label}".strip())
        return found.account

    def removal(self, account_id: int, factor: str) -> Removal:
        """Return what removing one *factor* of an account would ask for, for a page that offers it."""
        with self._services.database.read() as connection:
            try:
                left = self._left(connection, account_id, factor)
            except FactorNeeded:
                return Removal.STAYS
        return Removal.FREE if left.second else Removal.PASSWORD

    def _left(self, connection: Connection, account_id: int, factor: str) -> Held:
        left = without(self._second_factors.counted(connection, account_id), factor)
        if best(left) < max(self._second_factors.assurance, 2 if left.demanded else 1):
            raise FactorNeeded
        return left

    def _check_password(
        self, identity: Identity, password: str, *, client: str, now: int, device: str, known: Known
    ) -> None:
        with self._services.database.read() as connection:
            found = self._services.rows.by_id(connection, identity.account)
        if found is not None and found.password_hash is None:
            raise NoPassword
        if not password:
            raise LastFactor
        try:
            confirm(self._services, identity, password, client=client, now=now, device=device, known=known)
        except WrongPassword as wrong:
            wrong.fields = {"password": wrong.detail or ""}
            raise
        try:
            # By the rules that a new one would have to keep that stands alone.
            checked(self._services, password, found)
        except BadPassword:
            raise PasswordTooWeakAlone(short=len(password) < passwords.MIN_LENGTH) from None

    def _write(
        self,
        connection: Connection,
        event: str,
        account: Account,
        factor: str,
        reason: str,
        *,
        client: str,
        now: int,
        device: str,
    ) -> None:
        trail = self._services.trail
        written = trail.write(
            connection,
            event,
            now=now,
            account_id=account.id,
            client=client,
            device=device,
            factors=(factor,),
            reason=reason,
        )
        trail.tell_after_commit(connection, written)

    def _tell(self, connection: Connection, account: Account, order: Order, detail: str) -> None:
        if account.email is not None:
            made = msgspec.structs.replace(order, account=account.id, detail=detail)
            self._services.outbox.put(connection, made)
