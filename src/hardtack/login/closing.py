"""Close one's account for ever.

Three things show that the owner means it: a recent sign-in, which is the page's to ask for, the password once more, and
the account's name or address, typed. Then one transaction ends everything: no session, link, token or invitation of it
is good after the answer, in any process. The row stays without what is known of its owner, so that the name, whatever
looks like it, and the number are never given out again. What happened stays in the trail.

An administrator beside whom nobody else may administer cannot close: nobody could let anybody in any more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit, names
from hardtack.login.addresses import identifier
from hardtack.login.administration import LastAdministrator, UnknownAccount
from hardtack.login.confirm import WrongPassword, confirm
from hardtack.login.credentials import holds
from hardtack.login.devices import UNKNOWN, Known
from hardtack.login.names import BadName
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store import belongings
from hardtack.store.accounts import Account
from hardtack.store.audit import Event


class WrongName(Refused):
    """What was typed is neither the name nor the address of the account."""

    status = 422
    slug = "wrong-name"

    def __init__(self) -> None:
        text = {
            "en": "This is neither the name nor the address of your account. Nothing was closed.",
            "zh": "这不是您账户的用户名或电子邮箱，没有注销任何账户。",
        }
        super().__init__(text, fields={"username": text})


class Closing:
    """Closes accounts.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, account_id: int) -> None:
        """See whether the account may be closed at all.

        Raises:
            LastAdministrator: it may not.
        """
        with self._services.database.read() as connection:
            if belongings.is_the_only_administrator(connection, account_id):
                raise LastAdministrator

    def close(
        self,
        identity: Identity,
        password: str,
        name: str,
        *,
        client: str,
        now: int,
        device: str = "",
        language: str = "",
        known: Known = UNKNOWN,
    ) -> Account:
        """Close the account of *identity*; return what it was.

        Args:
            identity: who is signed in, as a session says it.
            password: as typed.
            name: the account's name or address, as typed.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in our words.
            language: of the request.
            known: the known devices that the browser shows.

        Raises:
            WrongName: it is neither the account's name nor its address.
            LastAdministrator: nobody else could administer.
            BadPassword: the password is so long, or so strange, that it can be nobody's.
            HashingBusy: too many are waiting; nothing was counted.
            TooManyAttempts: the account's or the client's budget is used up.
            TooManyFailures: too many attempts at the account have failed in a row, and this browser is not known.
            WrongPassword: it is not the account's, or the session ended meanwhile.
        """
        services = self._services
        with services.database.read() as connection:
            found = services.rows.by_id(connection, identity.account)
        if found is not None and not _means(name, found.account):
            raise WrongName
        self.check(identity.account)
        try:
            confirm(services, identity, password, client=client, now=now, known=known, device=device)
            return self._write(identity, client=client, now=now, device=device, language=language)
        except WrongPassword as wrong:
            wrong.fields = {"password": wrong.detail or ""}
            raise

    def close_for(self, account_id: int, *, actor_id: int, now: int) -> Account:
        """Close an account for its owner; return what it was. The operator alone does so.

        Args:
            account_id: the account.
            actor_id: 0 for the operator.
            now: Unix seconds.

        Raises:
            UnknownAccount: there is no such account.
            LastAdministrator: nobody else could administer.
        """
        services = self._services
        who: dict[str, Any] = {"account_id": account_id, "actor_id": actor_id, "now": now}
        with services.database.write() as connection:
            found = services.rows.by_id(connection, account_id)
            if found is None:
                raise UnknownAccount
            event = self._end(connection, found.account, who, language="")
        services.trail.tell(event)
        return found.account

    def _write(self, identity: Identity, *, client: str, now: int, device: str, language: str) -> Account:
        services = self._services
        who: dict[str, Any] = {"account_id": identity.account, "client": client, "device": device, "now": now}
        with services.database.write() as connection:
            found = services.rows.by_id(connection, identity.account)
            if found is None or not holds(services, connection, identity):
                event = services.trail.write(connection, audit.CONFIRM_REFUSED, reason="changed-meanwhile", **who)
                found = None
            else:
                event = self._end(connection, found.account, {**who, "factors": ("password",)}, language=language)
        services.trail.tell(event)
        if found is None:
            raise WrongPassword
        return found.account

    def _end(self, connection: Connection, account: Account, who: dict[str, Any], *, language: str) -> Event:
        """Close the account in the caller's transaction, and order the last mail to its owner."""
        services = self._services
        # Of two administrators who go at once, the second is the last one by now.
        if belongings.is_the_only_administrator(connection, account.id):
            raise LastAdministrator
        services.rows.close(connection, account.id, who["now"])
        belongings.let_go(connection, account.id, who["now"])
        if account.email is not None:
            # The row has lost the address by the time that the mail is written.
            order = Order(
                notice=Notice.ACCOUNT_CLOSED,
                at=who["now"],
                address=account.email,
                language=account.language or language,
                client=who.get("client", ""),
                device=who.get("device", ""),
                detail=account.display_name,
            )
            services.outbox.put(connection, order)
        return services.trail.write(connection, audit.CLOSED, **who)


def _means(typed: str, account: Account) -> bool:
    """Return whether somebody has typed the account's name, or its address."""
    try:
        folded = identifier(typed)
        return folded == account.name or (account.email is not None and folded == names.fold(account.email))
    except BadName:
        return False
