"""Somebody who was sent a link makes an account with it: whoever was invited, and whoever signs up with an address.

Asking for a link tells nobody anything: the table of accounts is not looked at, the answer is always the same, and so
are the statements (attacks 8 and 9). Whose address it is, the sender of the mail looks up later, and how much mail one
address gets is counted there. Until the link is used there is nothing in the table of accounts, so nobody keeps an
address from its owner by asking for it (attack 32).

Which of the two a link is, the seal decides. Looking at it consumes nothing. Using it happens in the transaction that
makes the account: of two at the same moment one succeeds. Its address is the account's from the start. Where somebody
has it meanwhile, the link is worth nothing, in the same words as a used one. Which links the site takes at all comes in
as ``Doors``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from hardtack.login import audit, given_names, passwords
from hardtack.login.addresses import Address
from hardtack.login.asking import ask
from hardtack.login.invitations import redeemable
from hardtack.login.links import Claims, Kind, LinkWrong
from hardtack.login.names import Name, NameTaken
from hardtack.login.outbox import Notice, Order
from hardtack.login.presented import presented, served
from hardtack.login.rules import PasswordRules
from hardtack.login.services import Services
from hardtack.login.sign_up import checked, together
from hardtack.store import invitations
from hardtack.store.accounts import Account, NameIsTaken
from hardtack.store.audit import Event

TRIES = 8
"""Names that are made up for one account before it is given up; more than one in a million million needs."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Which links the site takes.

    Args:
        invited: those of invitations.
        by_email: whether people are known by an address rather than a name of their choice.
        open: whether everybody may sign up; with ``by_email`` that takes the links that were mailed to them.
    """

    invited: bool
    by_email: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link lets somebody do.

    Args:
        email: the address that the account will have, as typed; ``""`` for none.
        named: whether they choose a name; else they get one, and may say what they are called.
        roles: what the account may do in applications.
        onward: where to go in the end, a path of ours, or ``""``.
        invitation: the id of the invitation, or ``None``.
        claims: of the link of somebody who signs up, or ``None``.
    """

    email: str
    named: bool
    roles: tuple[str, ...] = ()
    onward: str = ""
    invitation: bytes | None = None
    claims: Claims | None = None


class Joining:
    """Makes accounts for whoever has a link.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, email: str, *, language: str, onward: str = "", client: str, device: str = "", now: int) -> None:
        """Order the mail with which whoever reads the mailbox of an address makes an account.

        Args:
            email: as typed.
            language: of the page.
            onward: where to go in the end, a path of ours.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            now: Unix seconds.

        Raises:
            BadAddress: it is no address.
            TooManyAttempts: the client's budget is used up.
        """
        services = self._services
        address = Address.of(email)
        order = Order(
            notice=Notice.SIGN_UP,
            at=now,
            address=address.typed,
            language=language,
            onward=onward,
            client=client,
            device=device,
        )
        places = services.throttle.sign_up(client)
        ask(services, places, order, audit.SIGN_UP_ASKED, refused=audit.SIGN_UP_REFUSED, name=address.canonical)

    def offer(self, code: str, doors: Doors, *, now: int) -> Offer:
        """Return what the link with *code* offers, consuming nothing.

        Args:
            code: as it came, of any length.
            doors: which links are taken.
            now: Unix seconds.

        Raises:
            LinkWrong: nothing.
        """
        with self._services.database.read() as connection:
            return self._offer(connection, code, doors, now)

    def join(
        self,
        code: str,
        doors: Doors,
        *,
        name: str = "",
        display_name: str = "",
        password: str,
        language: str | None = None,
        client: str,
        device: str = "",
        now: int,
    ) -> tuple[Account, Offer]:
        """Make the account that the link with *code* offers; return it and what was offered.

        Args:
            code: as it came, of any length.
            doors: which links are taken.
            name: as typed, where the offer asks for one; not looked at otherwise.
            display_name: what they are called, where it does not; may be empty.
            password: as typed.
            language: of the page.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            now: Unix seconds.

        Raises:
            BadName, BadDisplayName, BadPassword: what was typed cannot be used.
            LinkWrong: the link is none, or somebody was quicker.
            TooManyAttempts: the client has tried too many links.
            HashingBusy: too many are waiting.
            NameTaken: somebody has the name, or one that looks like it.
        """
        services = self._services
        # What is no password for its size costs nothing (attack 15).
        passwords.as_bytes(password)
        offer = presented(
            services,
            lambda connection: self._offer(connection, code, doors, now),
            client=client,
            now=now,
            device=device,
        )
        make_name, shown, secret = _typed(self._services.passwords, offer, name, display_name, password)
        with services.hashing.place() as place:
            encoded = place.hash(secret)

        def make() -> tuple[Account, Offer, Event]:
            chosen = make_name()
            with services.database.write() as connection:
                # Once more, since time has passed: this is the look that counts.
                good = self._offer(connection, code, doors, now)
                address = Address.of(good.email) if good.email else None
                account = services.rows.insert(
                    connection,
                    name=chosen.canonical,
                    forms=chosen.forms,
                    display_name=shown or chosen.display,
                    password_hash=encoded,
                    email=None if address is None else address.typed,
                    email_canonical=None if address is None else address.canonical,
                    language=language,
                    roles=good.roles,
                    now=now,
                )
                self._use(connection, good, account, now)
                served(services, connection, client=client, now=now)
                event = services.trail.write(
                    connection,
                    audit.SIGNED_UP,
                    now=now,
                    account_id=account.id,
                    client=client,
                    reason="by-email" if good.invitation is None else "by-invitation",
                    device=device,
                )
            return account, good, event

        for _ in range(1 if offer.named else TRIES):
            with suppress(NameIsTaken):
                account, offer, event = make()
                services.trail.tell(event)
                return account, offer
        raise NameTaken

    def _offer(self, connection: Connection, code: str, doors: Doors, now: int) -> Offer:
        try:
            self._services.links.opened(Kind.INVITATION, code, now=now)
        except LinkWrong as wrong:
            if wrong.reason == "link-expired":
                raise
            return self._by_email(connection, code, doors, now)
        if not doors.invited:
            raise LinkWrong("closed")
        found = redeemable(self._services, connection, code, now=now)
        email = found.email or ""
        return Offer(email, named=not (email and doors.by_email), roles=found.roles, invitation=found.id)

    def _by_email(self, connection: Connection, code: str, doors: Doors, now: int) -> Offer:
        claims, _ = self._services.links.read(connection, Kind.SIGN_UP, code, now=now)
        if not (doors.open and doors.by_email):
            raise LinkWrong("closed")
        if self._services.rows.by_address(connection, Address.of(claims.email).canonical) is not None:
            raise LinkWrong("outdated")
        return Offer(claims.email, named=False, onward=claims.onward, claims=claims)

    def _use(self, connection: Connection, offer: Offer, account: Account, now: int) -> None:
        """Consume the link.

        Raises:
            LinkWrong: somebody was quicker; the transaction must be given up.
        """
        if offer.claims is not None:
            self._services.links.spend(connection, Kind.SIGN_UP, offer.claims)
        elif not invitations.use(connection, offer.invitation or b"", account_id=account.id, now=now):
            raise LinkWrong("used")


def _typed(
    rules: PasswordRules, offer: Offer, name: str, display_name: str, password: str
) -> tuple[Callable[[], Name], str, bytes]:
    """Return what makes the account's name, what is shown in its place, and the password's bytes.

    Raises:
        Refused: something cannot be used; its ``fields`` say everything that is wrong.
    """
    if offer.named:
        good, secret = checked(rules, name, password, made=Name.chosen)
        return lambda: good, "", secret
    context = (offer.email, display_name[: given_names.MAX_DISPLAY])
    shown, secret = together(lambda: given_names.display(display_name), lambda: rules.as_new(password, context=context))
    return lambda: given_names.for_address(offer.email), shown, secret
