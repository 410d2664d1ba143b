"""The address of an account: asked for, shown to be its owner's by the link that was sent there, changed, removed.

An address becomes the account's only by its link, in one transaction that reads the link, spends it and writes. The
link carries the address that it was sent to and a fingerprint of the account, so of two changes under way the first to
be confirmed ends the other, in whatever order and however close together, and no address is ever written to which no
link was sent (attack 20). Whoever confirms must be signed in to the account: the link alone shows who reads the
mailbox, and after a slip of the pen that is a stranger, who would get hold of the account by it. It may be in another
browser.

Whether somebody else has the address is said nowhere: asking gives the same answer, the same statements and the same
mail, from which only the reader of that mailbox learns that somebody typed it. The link is worth nothing then, in the
same words as a used one. Old and new address are told of every change.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.login.addresses import Address
from hardtack.login.asking import ask
from hardtack.login.credentials import require_held
from hardtack.login.links import Claims, Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.login.presented import presented, served
from hardtack.login.services import Services
from hardtack.session import Identity
from hardtack.store.accounts import Account, AddressIsTaken
from hardtack.store.audit import Event
from hardtack.store.throttle import Budget

ASKED = Budget(at_once=5, interval=720)
"""How often one account may ask for a link: five times at once, then five times an hour."""


class SameAddress(Refused):
    """The account has this address already."""

    status = 422
    slug = "same-address"

    def __init__(self) -> None:
        text = {
            "en": "This is the address of your account already.",
            "zh": "您的账户已经在使用这个邮箱。",
        }
        super().__init__(text, fields={"email": text})


class LinkElsewhere(LinkWrong):
    """The link is good, for another account than the one that is signed in."""

    slug = "link-of-another-account"

    def __init__(self) -> None:
        super().__init__("of-another-account")
        self.detail: dict[str, str] = {
            "en": "This link belongs to another account than the one that you are signed in to. Sign out, then open "
            "the link again.",
            "zh": "此链接属于另一个账户，不是您现在登录的账户。请先退出登录，再重新打开链接。",
        }


class Addresses:
    """Changes the addresses of accounts.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, account: Account, email: str, *, language: str, client: str, device: str = "", now: int) -> None:
        """Order the mail with the link that makes an address the account's.

        Args:
            account: whose owner is signed in, and has just proved it.
            email: as typed.
            language: of the page.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            now: Unix seconds.

        Raises:
            BadAddress: it is no address.
            SameAddress: the account has it already.
            TooManyAttempts: the account has asked too often.
        """
        services = self._services
        address = Address.of(email)
        if address.typed == account.email:
            raise SameAddress
        key = services.keyring.lookup_hash(str(account.id).encode(), purpose="throttle-address")
        order = Order(
            notice=Notice.VERIFY_ADDRESS,
            at=now,
            account=account.id,
            address=address.typed,
            language=language,
            client=client,
            device=device,
        )
        asked = audit.ADDRESS_ASKED
        ask(services, ((key, ASKED),), order, asked, refused=asked, account_id=account.id)

    def pending(self, account_id: int, code: str, *, now: int) -> str:
        """Return the address that the link with *code* makes the account's, as typed, consuming nothing.

        Args:
            account_id: who is signed in.
            code: as it came, of any length.
            now: Unix seconds.

        Raises:
            LinkWrong: the link is not good.
            LinkElsewhere: it is another account's.
        """
        with self._services.database.read() as connection:
            return self._read(connection, account_id, code, now).email

    def confirm(self, account_id: int, code: str, *, client: str, device: str = "", now: int) -> Account:
        """Make the address of the link with *code* the account's; return the account as it is now.

        Args:
            account_id: who is signed in.
            code: as it came, of any length.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            now: Unix seconds.

        Raises:
            TooManyAttempts: the client has tried too many links.
            LinkWrong: the link is not good.
            LinkElsewhere: it is another account's.
        """
        services = self._services
        presented(
            services,
            lambda connection: self._read(connection, account_id, code, now),
            client=client,
            now=now,
            account_id=account_id,
            device=device,
        )
        try:
            with services.database.write() as connection:
                claims = self._read(connection, account_id, code, now)
                services.links.spend(connection, Kind.ADDRESS, claims)
                changed, event = self._set(
                    connection, account_id, Address.of(claims.email), client=client, device=device, now=now
                )
                served(services, connection, client=client, now=now)
        except AddressIsTaken:
            raise LinkWrong("outdated") from None
        services.trail.tell(event)
        return changed

    def remove(
        self, account_id: int, *, client: str, device: str = "", now: int, identity: Identity | None = None
    ) -> Account:
        """Take the address of an account away, and tell that address; return the account as it is now.

        Args:
            account_id: whose owner is signed in, and has just proved it.
            client: the network address, after trusted proxies.
            device: browser and system, in words of ours.
            now: Unix seconds.
            identity: who does it, as a session says it.

        Raises:
            SessionOver: the session is over.
        """
        with self._services.database.write() as connection:
            require_held(self._services, connection, identity)
            changed, event = self._set(connection, account_id, None, client=client, device=device, now=now)
        self._services.trail.tell(event)
        return changed

    def _read(self, connection: Connection, account_id: int, code: str, now: int) -> Claims:
        claims, found = self._services.links.read(connection, Kind.ADDRESS, code, now=now)
        if found is None or found.account.disabled:
            raise LinkWrong("outdated")
        if found.account.id != account_id:
            raise LinkElsewhere
        return claims

    def _set(
        self, connection: Connection, account_id: int, address: Address | None, *, client: str, device: str, now: int
    ) -> tuple[Account, Event]:
        """Write the address, tell the old and the new one, and return the account as it is then.

        Raises:
            AddressIsTaken: somebody else has it; the transaction must be given up.
        """
        services = self._services
        before = _present(services, connection, account_id)
        services.rows.set_address(
            connection,
            account_id,
            email=None if address is None else address.typed,
            canonical=None if address is None else address.canonical,
        )
        # The old one by its name; without a name it is the account's own, and that is the new one.
        told = [] if before.email is None else [before.email]
        if address is not None:
            told = [*(old for old in told if Address.of(old).canonical != address.canonical), ""]
        for mailbox in told:
            order = Order(
                notice=Notice.ADDRESS_CHANGED,
                at=now,
                account=account_id,
                address=mailbox,
                client=client,
                device=device,
                detail="removed" if address is None else "",
            )
            services.outbox.put(connection, order)
        event = services.trail.write(
            connection,
            audit.ADDRESS_CHANGED,
            now=now,
            account_id=account_id,
            client=client,
            reason="removed" if address is None else "",
            device=device,
        )
        return _present(services, connection, account_id), event


def _present(services: Services, connection: Connection, account_id: int) -> Account:
    """Return an account that somebody is signed in to.

    Raises:
        LinkWrong: it was closed in this moment.
    """
    found = services.rows.by_id(connection, account_id)
    if found is None:
        raise LinkWrong("outdated")
    return found.account
