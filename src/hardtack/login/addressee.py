"""Whom an order for mail means, and where mail to them goes: looked up when it is carried out, off every request's way.

Mail that somebody asked for by typing an address goes to the address that the account has, never to the one that was
typed (attack 10). Nobody, an account that may not sign in, and one without an address get nothing; whoever
asked is told none of it. An address that anybody may have mail sent to by typing it gets three an hour of each kind,
so that nobody's mailbox can be filled by ours; beyond that nothing is sent, and nothing is said. An address that
somebody wants for an account is counted by itself, however many accounts want it, and six times an hour: one account
alone may ask five times, and so keeps it from nobody. What many mailboxes ignore behind a ``+`` is not counted apart.

Links are made here, so that no code lies in the database. One that is sent again after a failure is a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from hardtack.errors import HardtackError
from hardtack.login import names
from hardtack.login.addresses import Address, BadAddress, identifier
from hardtack.login.links import Kind
from hardtack.login.names import BadName
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.store import invitations
from hardtack.store.accounts import Account, Credentials
from hardtack.store.throttle import Budget, Budgets

BUDGET = Budget(at_once=3, interval=1200)
"""Of mail of one kind to one address that anybody can have sent: three at once, then one in 20 minutes."""

WANTED = Budget(at_once=6, interval=600)
"""Of mail to one address that accounts want to have: more than one account may ask for (``new_address.ASKED``)."""

COUNTED = {Notice.FORGOT: BUDGET, Notice.SIGN_UP: BUDGET, Notice.RELEASE: BUDGET, Notice.VERIFY_ADDRESS: WANTED}

PURPOSE = "mail-address"
"""Of the keyed hash by which an address is counted and logged."""


class NobodyMeant(HardtackError):
    """Nothing is to be sent.

    Args:
        reason: one fixed word, for the log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Meant:
    """Who gets a mail.

    Args:
        to: the address.
        account: theirs; ``None`` where there is none (any more).
        language: in which the mail is written; ``""`` where nobody knows.
        link: what its link is for; ``None`` where it has none that is sealed.
        code: of that link.
        lifetime: seconds for which it is good.
        known: whether somebody who signs up has an account already.
        own: whether the address is the account's own at present.
    """

    to: str = field(repr=False)
    account: Account | None = None
    language: str = ""
    link: Kind | None = None
    code: str = field(default="", repr=False)
    lifetime: int = 0
    known: bool = False
    own: bool = False


class Addressees:
    """Looks up who is meant.

    Args:
        services: the parts of the login.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._budgets = Budgets()
        self._ways: dict[Notice, Callable[[Connection, Order, int], tuple[Meant, str]]] = {
            Notice.FORGOT: self._forgot,
            Notice.SIGN_UP: self._sign_up,
            Notice.RELEASE: self._release,
            Notice.INVITATION: self._invitation,
            Notice.VERIFY_ADDRESS: self._verify,
            Notice.RESET_BY_ADMINISTRATOR: self._reset,
            Notice.FACTOR_RESET_ASKED: self._keep_factors,
        }

    def of(self, order: Order, *, now: int, first: bool) -> Meant:
        """Return who is meant by *order*.

        Args:
            order: what was put in.
            now: Unix seconds.
            first: whether it is carried out for the first time; only then it is counted.

        Raises:
            NobodyMeant: nothing is to be sent.
            StoreUnavailable: the database failed.
        """
        way = self._ways.get(order.notice, self._told)
        budget = COUNTED.get(order.notice)
        if not first or budget is None:
            with self._services.database.read() as connection:
                return way(connection, order, now)[0]
        with self._services.database.write() as connection:
            meant, counted = way(connection, order, now)
            key = self._services.keyring.lookup_hash(f"{order.notice}\0{counted}".encode(), purpose=PURPOSE)
            if self._budgets.take(connection, [(key, budget)], now) is None:
                return meant
        raise NobodyMeant("too-many")

    def hashed(self, order: Order) -> str:
        """Return what the log calls the address in *order*: a keyed hash; ``""`` without one."""
        if not order.address:
            return ""
        try:
            text = names.fold(order.address)
        except BadName:
            text = order.address
        return self._services.keyring.lookup_hash(text.encode(errors="replace"), purpose=PURPOSE).hex()

    def _forgot(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        address = _address(order)
        found = self._services.rows.by_address(connection, address.canonical)
        return self._with_link(Kind.RESET, found, order, now)

    def _release(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        try:
            meant = identifier(order.address)
        except BadName:
            raise NobodyMeant("nobody") from None
        return self._with_link(Kind.RELEASE, self._services.rows.by_identifier(connection, meant), order, now)

    def _reset(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        return self._with_link(Kind.RESET, self._services.rows.by_id(connection, order.account), order, now)

    def _verify(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        address = _address(order)
        found = self._services.rows.by_id(connection, order.account)
        return self._with_link(Kind.ADDRESS, found, order, now, to=address.typed)[0], address.mailbox

    def _sign_up(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        address = _address(order)
        found = self._services.rows.by_address(connection, address.canonical)
        if found is None:
            kind = Kind.SIGN_UP
            code = self._services.links.make(kind, now=now, email=address.typed, onward=order.onward)
            return Meant(address.typed, None, order.language, kind, code, kind.lifetime), address.mailbox
        account, to = _reachable(found)
        return Meant(to, account, account.language or order.language, known=True), address.mailbox

    def _invitation(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        address = _address(order)
        invitation = invitations.get(connection, order.identifier)
        state = "gone" if invitation is None else invitation.state(now)
        if invitation is None or state != "open":
            raise NobodyMeant(f"invitation-{state}")
        lifetime = invitation.until - now
        code = self._services.links.make(
            Kind.INVITATION,
            now=now,
            email=address.typed,
            onward=order.onward,
            identifier=order.identifier,
            lifetime=lifetime,
        )
        return Meant(address.typed, None, order.language, Kind.INVITATION, code, lifetime), address.canonical

    def _keep_factors(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        found = self._services.rows.by_id(connection, order.account)
        return self._with_link(Kind.KEEP_FACTORS, found, order, now)

    def _told(self, connection: Connection, order: Order, now: int) -> tuple[Meant, str]:
        """Return who is told of something that has happened to their account, wherever the order says."""
        found = self._services.rows.by_id(connection, order.account)
        if order.address:
            # An address that is theirs no more, or an account that is gone: they must learn of it all the same.
            address = _address(order)
            account = None if found is None else found.account
            language = None if account is None else account.language
            own = account is not None and account.email == address.typed
            return Meant(address.typed, account, language or order.language, own=own), address.canonical
        account, to = _reachable(found)
        return Meant(to, account, account.language or order.language, own=True), to

    def _with_link(
        self, kind: Kind, found: Credentials | None, order: Order, now: int, *, to: str = ""
    ) -> tuple[Meant, str]:
        account, own = _reachable(found, elsewhere=bool(to))
        to = to or own
        code = self._services.links.make(kind, now=now, account=found, email=to, onward=order.onward)
        meant = Meant(to, account, account.language or order.language, kind, code, kind.lifetime)
        return meant, f"#{account.id}"


def _reachable(found: Credentials | None, *, elsewhere: bool = False) -> tuple[Account, str]:
    """Return an account that mail may be sent to, and its address."""
    if found is None:
        raise NobodyMeant("nobody")
    if found.account.disabled:
        raise NobodyMeant("disabled")
    if found.account.email is None and not elsewhere:
        raise NobodyMeant("no-address")
    return found.account, found.account.email or ""


def _address(order: Order) -> Address:
    try:
        return Address.of(order.address)
    except BadAddress:
        raise NobodyMeant("no-address") from None
