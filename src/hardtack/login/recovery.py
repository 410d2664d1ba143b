"""A forgotten password: asking for a link, and setting a new one by it.

Asking never looks an account up. It takes a place from the client's budget, orders the mail and writes down that
somebody asked; who is meant, and whether they have got enough mail already, is found out off the request's way, and
mail goes only to the address that an account has (attacks 8, 9, 10). So existing and unknown addresses run the same
statements.

A link is good once, for half an hour, and only while the password and the address are what they were. Looking at it
consumes nothing. Using it sets the password and ends every session; it signs nobody in and proves no second factor
(attack 19; ASVS 6.4.3). An administrator can start the same, and can neither see nor choose a password (ASVS 6.4.6):
the link goes to the owner's mailbox or, where there is none, is handed over.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection

from hardtack.login import audit, guesses
from hardtack.login.addresses import Address
from hardtack.login.administration import UnknownAccount
from hardtack.login.asking import ask
from hardtack.login.credentials import checked, has_second_factor, tell
from hardtack.login.links import Claims, Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.login.throttle import Places, TooManyAttempts
from hardtack.store import belongings, tokens
from hardtack.store.accounts import Account, Credentials

FACTORS = ("link",)


class WasReset(NamedTuple):
    """What a link has done.

    Args:
        account: whose password is another one now.
        onward: where they were going when they asked, a path of ours, or ``""``.
    """

    account: Account
    onward: str


class Recovery:
    """Links that set a new password.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, typed: str, *, client: str, now: int, device: str = "", language: str = "", onward: str = "") -> None:
        """Order a link for whoever has the address *typed*; nothing tells whether anybody has.

        Args:
            typed: an address, as typed.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in our words.
            language: of the request.
            onward: where the reader goes in the end, a path of ours.

        Raises:
            BadAddress: it is no address.
            TooManyAttempts: the client's budget is used up.
        """
        services = self._services
        wanted = Address.of(typed)
        order = Order(
            notice=Notice.FORGOT,
            at=now,
            address=wanted.typed,
            language=language,
            onward=onward,
            client=client,
            device=device,
        )
        places = services.throttle.asking(client)
        ask(services, places, order, audit.FORGOT, refused=audit.FORGOT, name=wanted.canonical)

    def look(self, code: str, now: int) -> Account:
        """Return whose password the link *code* can set, consuming nothing.

        Raises:
            LinkWrong: it is good no more.
        """
        with self._services.database.read() as connection:
            return self._meant(connection, code, now)[1].account

    def reset(self, code: str, new: str, *, client: str, now: int, device: str = "", language: str = "") -> WasReset:
        """Set a new password by the link *code* and end every session; return whose, and where they were going.

        Args:
            code: of the link.
            new: the password, as typed.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in our words.
            language: of the request.

        Raises:
            LinkWrong: the link is good no more.
            BadPassword: the password cannot be used; the link can, still.
            HashingBusy: too many are waiting; the link is good still.
            TooManyAttempts: the client has tried too many links.
        """
        services = self._services
        who: dict[str, Any] = {"client": client, "device": device}
        places = services.throttle.client(client)
        try:
            found = self._admit(code, places, now=now, **who)
            secret = checked(services, new, found, beside=self._beside(found.account))
            with services.hashing.place() as place:
                encoded = place.hash(secret)
            with services.database.write() as connection:
                claims, found = self._meant(connection, code, now)
                services.links.spend(connection, Kind.RESET, claims)
                account = found.account
                epoch = services.rows.set_password(connection, account.id, encoded=encoded, now=now)
                belongings.end_sign_ins(connection, account.id)
                # Whoever had the password may have made tokens, too.
                tokens.end_all(connection, account.id)
                services.throttle.give_back(connection, places, now)
                # Whatever was guessed before was guessed at another password.
                services.throttle.release(connection, account.name)
                guesses.forget(services, connection, account.id, by_link=True)
                event = services.trail.write(
                    connection, audit.RESET, now=now, account_id=account.id, factors=FACTORS, **who
                )
                tell(services, connection, account, now=now, language=language, **who)
        except LinkWrong as wrong:
            self._note(wrong, now=now, **who)
            raise
        services.trail.tell(event)
        return WasReset(replace(account, epoch=epoch), claims.onward)

    def start(
        self,
        account_id: int,
        actor_id: int,
        now: int,
        *,
        forget_password: bool = False,
        by_mail: bool = True,
        whence: Whence = NOWHERE,
    ) -> str | None:
        """Let the owner of an account set a new password, because an administrator says so.

        Args:
            account_id: whose account it is.
            actor_id: the administrator; 0 for the operator.
            now: Unix seconds.
            forget_password: whether the present password, every session and every token end at once, as after a theft.
            by_mail: whether mail is sent at all.
            whence: where whoever does it is.

        Returns:
            ``None`` where the link is on its way to the account's address; else its code, to be handed to the owner.

        Raises:
            UnknownAccount: there is no such account.
        """
        services = self._services
        with services.database.write() as connection:
            if forget_password:
                services.rows.set_password(connection, account_id, encoded=None, now=now)
                belongings.end_sign_ins(connection, account_id)
                tokens.end_all(connection, account_id)
            # Read only now: the link rests on what the account has become.
            found = services.rows.by_id(connection, account_id)
            if found is None:
                raise UnknownAccount
            if found.account.email is None or not by_mail:
                code = services.links.make(Kind.RESET, now=now, account=found)
            else:
                code = None
                order = Order(notice=Notice.RESET_BY_ADMINISTRATOR, at=now, account=account_id)
                services.outbox.put(connection, order)
            event = services.trail.write(
                connection,
                audit.RESET_STARTED,
                now=now,
                account_id=account_id,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
                reason="password-forgotten" if forget_password else "",
            )
        services.trail.tell(event)
        return code

    def _beside(self, account: Account) -> bool:
        # Who removes the last factor meanwhile raises the epoch, and with that the link is good no more.
        with self._services.database.read() as connection:
            return has_second_factor(connection, account.id)

    def _meant(self, connection: Connection, code: str, now: int) -> tuple[Claims, Credentials]:
        """Return what a link says, and whose password it sets.

        Raises:
            LinkWrong: it is good no more.
        """
        claims, found = self._services.links.read(connection, Kind.RESET, code, now=now)
        if found is None:
            raise LinkWrong("of-nobody")
        return claims, found

    def _admit(self, code: str, places: Places, *, now: int, client: str, device: str) -> Credentials:
        """Count the attempt for the client and look at the link, before anything is hashed.

        Raises:
            LinkWrong: it is good no more.
            TooManyAttempts: the client has tried too many.
        """
        services = self._services
        event = None
        with services.database.write() as connection:
            refusal = services.throttle.take(connection, places, now)
            if refusal is not None and refusal.first:
                event = services.trail.write(
                    connection, audit.RESET_REFUSED, now=now, client=client, device=device, reason="throttled"
                )
        if event is not None:
            services.trail.tell(event)
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)
        with services.database.read() as connection:
            return self._meant(connection, code, now)[1]

    def _note(self, wrong: LinkWrong, *, now: int, client: str, device: str) -> None:
        """Write a link down that was used and is good no more; there is a place in the budget for each."""
        services = self._services
        with services.database.write() as connection:
            event = services.trail.write(
                connection, audit.RESET_REFUSED, now=now, client=client, device=device, reason=wrong.reason
            )
        services.trail.tell(event)
