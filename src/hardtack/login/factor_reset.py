"""A lost second factor, of somebody who has no recovery code left: an administrator takes it away, after a while.

It is no way around the second factor for whoever has stolen a password and talks an administrator round. Between the
asking and the taking away lies a waiting time, of which the owner is told at once, and at any moment of which they can
call it off: by the link in the mail, on their account page, or simply by showing the factor, which is not lost then, or
by adding another one. What is left afterwards is what an account has before its first enrolment: the password is asked
for as ever (attack 19), every session has ended, and nobody is signed in before a second factor is enrolled anew,
whatever the assurance. So the reset is never a weaker door than enrolment is. One that nobody uses within a week after
it is due is off.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.login.administration import UnknownAccount
from hardtack.login.links import Claims, Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.login.second_factors import SecondFactors
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.store import belongings, factor_resets, factors, feed
from hardtack.store.accounts import Account
from hardtack.store.factor_resets import ResetRow

WAIT = 86_400
"""Seconds from the asking until it holds, where the operator has set nothing else."""

OPEN = 7 * 86_400
"""Seconds for which a reset that is due waits for its owner."""


class NothingToReset(Refused):
    """The account has no second factor."""

    status = 409
    slug = "nothing-to-reset"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This account has no second factor that could be reset.",
                "zh": "此账户没有可以重置的第二重验证。",
            }
        )


class FactorReset:
    """Resets second factors.

    Args:
        services: the parts to work with.
        wait: seconds from the asking until it holds.
    """

    def __init__(self, services: Services, wait: int = WAIT) -> None:
        self._services = services
        self.wait = wait

    def ask(self, account_id: int, *, actor_id: int, now: int, whence: Whence = NOWHERE) -> ResetRow:
        """Begin a reset and tell the owner; one that is under way stays as it is.

        Args:
            account_id: whose factors.
            actor_id: who asks; 0 for the operator.
            now: Unix seconds.
            whence: where they are.

        Raises:
            UnknownAccount: there is no such account.
            NothingToReset: it has no second factor.
        """
        services = self._services
        with services.database.write() as connection:
            found = services.rows.by_id(connection, account_id)
            if found is None:
                raise UnknownAccount
            if not SecondFactors.counted(connection, account_id).second:
                raise NothingToReset
            # One that its owner has let lapse is none.
            under_way = _find(connection, account_id, now)
            if under_way is not None:
                return under_way
            factor_resets.remove(connection, account_id)
            row = ResetRow(account_id=account_id, asked=now, due=now + self.wait, actor_id=actor_id)
            factor_resets.add(connection, row)
            event = services.trail.write(
                connection,
                audit.FACTOR_RESET_ASKED,
                now=now,
                account_id=account_id,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
            )
            _tell(services, connection, found.account, Notice.FACTOR_RESET_ASKED, now, detail=str(row.due))
        services.trail.tell(event)
        return row

    def pending(self, account_id: int, now: int) -> ResetRow | None:
        """Return the reset of an account that is under way, due or not yet."""
        with self._services.database.read() as connection:
            return _find(connection, account_id, now)

    def call_off(
        self,
        account_id: int,
        *,
        now: int,
        whence: Whence = NOWHERE,
        actor_id: int | None = None,
        reason: str = "",
    ) -> bool:
        """Call a reset off; return whether there was one.

        Args:
            account_id: whose factors stay.
            now: Unix seconds.
            whence: where whoever does it is.
            actor_id: who does it, where that is not the owner; 0 for the operator.
            reason: how it came to that, a fixed word.
        """
        with self._services.database.write() as connection:
            return end(self._services, connection, account_id, now=now, whence=whence, actor_id=actor_id, reason=reason)

    def look(self, code: str, now: int) -> Account:
        """Return the account that the link in a mail is about, consuming nothing.

        Raises:
            LinkWrong: the link is not good, or there is nothing to call off any more.
        """
        services = self._services
        with services.database.read() as connection:
            return self._meant(connection, code, now)[1]

    def code_for(self, account_id: int, now: int) -> str:
        """Return the code of a link as the mail has it, for whoever is signed in; it is worth what the mail's is.

        Raises:
            UnknownAccount: there is no such account.
        """
        with self._services.database.read() as connection:
            found = self._services.rows.by_id(connection, account_id)
        if found is None:
            raise UnknownAccount
        return self._services.links.make(Kind.KEEP_FACTORS, now=now, account=found)

    def call_off_by_link(self, code: str, *, now: int, whence: Whence = NOWHERE) -> Account:
        """Call off the reset that the link in a mail is about.

        Raises:
            LinkWrong: the link is not good, or there is nothing to call off any more.
        """
        services = self._services
        with services.database.write() as connection:
            claims, account = self._meant(connection, code, now)
            services.links.spend(connection, Kind.KEEP_FACTORS, claims)
            factor_resets.remove(connection, account.id)
            event = services.trail.write(
                connection,
                audit.FACTOR_RESET_CALLED_OFF,
                now=now,
                account_id=account.id,
                client=whence.client,
                device=whence.device,
                reason="by-link",
            )
            _tell(services, connection, account, Notice.FACTOR_RESET_CALLED_OFF, now, whence=whence)
        services.trail.tell(event)
        return account

    def take_effect(self, account: Account, *, now: int, whence: Whence = NOWHERE) -> Account | None:
        """Take the second factors away of an account whose password was proved just now, if a reset of them is due.

        Args:
            account: as it was when the password was proved.
            now: Unix seconds.
            whence: where its owner is.

        Returns:
            The account with its new epoch, or ``None`` where nothing is due.
        """
        services = self._services
        with services.database.write() as connection:
            under_way = _find(connection, account.id, now)
            found = services.rows.by_id(connection, account.id)
            if under_way is None or under_way.due > now or found is None or found.account.epoch != account.epoch:
                return None
            factors.let_go(connection, account.id)
            factors.demand(connection, account.id, True)
            feed.raise_epoch(connection, account.id)
            belongings.end_sign_ins(connection, account.id)
            changed = services.rows.by_id(connection, account.id)
            event = services.trail.write(
                connection,
                audit.FACTORS_RESET,
                now=now,
                account_id=account.id,
                actor_id=under_way.actor_id,
                client=whence.client,
                device=whence.device,
            )
            _tell(services, connection, found.account, Notice.FACTORS_RESET, now, whence=whence)
        services.trail.tell(event)
        return None if changed is None else changed.account

    def _meant(self, connection: Connection, code: str, now: int) -> tuple[Claims, Account]:
        claims, found = self._services.links.read(connection, Kind.KEEP_FACTORS, code, now=now)
        if found is None or _find(connection, found.account.id, now) is None:
            raise LinkWrong("outdated")
        return claims, found.account


def end(
    services: Services,
    connection: Connection,
    account_id: int,
    *,
    now: int,
    whence: Whence = NOWHERE,
    actor_id: int | None = None,
    reason: str = "",
) -> bool:
    """Call a reset off in the caller's transaction; as ``FactorReset.call_off``.

    Whoever shows a factor, or adds one, has one that works: nothing has to be taken away any more.

    Args:
        services: the parts to work with.
        connection: one that ``Database.write`` gave.
        account_id: whose factors stay.
        now: Unix seconds.
        whence: where whoever does it is.
        actor_id: who does it, where that is not the owner; 0 for the operator.
        reason: how it came to that, a fixed word.
    """
    under_way = _find(connection, account_id, now)
    factor_resets.remove(connection, account_id)
    found = services.rows.by_id(connection, account_id)
    if under_way is None or found is None:
        return False
    event = services.trail.write(
        connection,
        audit.FACTOR_RESET_CALLED_OFF,
        now=now,
        account_id=account_id,
        actor_id=actor_id,
        client=whence.client,
        device=whence.device,
        reason=reason,
    )
    _tell(services, connection, found.account, Notice.FACTOR_RESET_CALLED_OFF, now, whence=whence)
    services.trail.tell_after_commit(connection, event)
    return True


def _find(connection: Connection, account_id: int, now: int) -> ResetRow | None:
    row = factor_resets.find(connection, account_id)
    return None if row is None or row.due + OPEN <= now else row


def _tell(
    services: Services,
    connection: Connection,
    account: Account,
    notice: Notice,
    now: int,
    *,
    whence: Whence = NOWHERE,
    detail: str = "",
) -> None:
    """Order the mail that tells the owner, where the account has an address (ASVS 6.3.7)."""
    if account.email is None:
        return
    order = Order(notice=notice, at=now, account=account.id, client=whence.client, device=whence.device, detail=detail)
    services.outbox.put(connection, order)
