"""The ways back in for an owner whose name is locked by others' failures, and who has no known device (attack 13).

A link makes the browser in which it is used known for the account, and there are no failures in a row any more. It
signs nobody in: the password is still asked for, and so a mailbox alone opens no account (ASVS 6.3.6). It is good for
an hour and once (``login.links``), and worth nothing after any change of the credentials or the address.

``ask`` orders one by mail. It never looks the account up, so that its answer, its statements and its time are the same
whether there is one, and whether it has an address. Requests are counted by client; how much mail one address gets is
the sender's matter.
Using one is counted by client as well, and written down where it fails, as with every other link.
``make`` is for administrators and the operator, who hand the link on themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardtack.login import addresses, audit, devices
from hardtack.login.devices import Known
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.names import BadName, NoSuchAccount
from hardtack.login.outbox import Notice, Order
from hardtack.login.presented import presented, served
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.login.throttle import TooManyAttempts
from hardtack.store.streaks import LIMIT

if TYPE_CHECKING:
    from hardtack.login.services import Services


class Release:
    """Makes links that make a browser known, and carries them out.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, identifier: str, *, client: str, now: int, language: str = "", device: str = "") -> None:
        """Order a link by mail for whoever is called *identifier*, if anybody is.

        Args:
            identifier: a name or an address, as typed.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            language: of the request.
            device: browser and system of the request, in words of ours.

        Raises:
            BadName: it is so long that it can be nobody's.
            TooManyAttempts: the client's budget is used up.
        """
        services = self._services
        folded = addresses.identifier(identifier)
        event = None
        with services.database.write() as connection:
            refusal = services.throttle.take(connection, services.throttle.asking(client), now)
            if refusal is None:
                order = Order(
                    notice=Notice.RELEASE, at=now, address=identifier, language=language, client=client, device=device
                )
                services.outbox.put(connection, order)
                event = services.trail.write(
                    connection, audit.RELEASE_ASKED, now=now, name=folded, client=client, device=device
                )
        if event is not None:
            services.trail.tell(event)
        if refusal is not None:
            raise TooManyAttempts(refusal.retry_after)

    def make(self, name: str, *, now: int, actor_id: int = audit.OPERATOR) -> str:
        """Return the code of a link for the account called *name*; whoever acts hands it to the owner.

        Args:
            name: a name or an address.
            now: Unix seconds.
            actor_id: the administrator who acts; 0: the operator.

        Raises:
            NoSuchAccount: there is none.
        """
        try:
            folded = addresses.identifier(name)
        except BadName:
            raise NoSuchAccount(name) from None
        with self._services.database.read() as connection:
            found = self._services.rows.by_identifier(connection, folded)
        if found is None:
            raise NoSuchAccount(name)
        return self.make_for(found.account.id, now=now, actor_id=actor_id)

    def make_for(self, account_id: int, *, now: int, actor_id: int, whence: Whence = NOWHERE) -> str:
        """Return the code of a link for the account with the number *account_id*; as ``make``.

        By the number, since one account's name may be another's address.

        Args:
            account_id: the account.
            now: Unix seconds.
            actor_id: the administrator who acts; 0: the operator.
            whence: where they are.

        Raises:
            NoSuchAccount: there is none.
        """
        services = self._services
        with services.database.write() as connection:
            found = services.rows.by_id(connection, account_id)
            if found is None:
                raise NoSuchAccount(str(account_id))
            code = services.links.make(Kind.RELEASE, now=now, account=found)
            event = services.trail.write(
                connection,
                audit.RELEASE_ASKED,
                now=now,
                account_id=account_id,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
            )
        services.trail.tell(event)
        return code

    def look(self, code: str, now: int) -> None:
        """Say whether a link is good, consuming nothing.

        Raises:
            LinkWrong: it is not.
        """
        with self._services.database.read() as connection:
            self._services.links.read(connection, Kind.RELEASE, code, now=now)

    def use(self, code: str, known: Known, *, client: str, now: int, device: str = "") -> Known:
        """Consume a link; return what the browser shows from now on.

        Args:
            code: as it came.
            known: the known devices that the browser has shown.
            client: the network address, after trusted proxies.
            now: Unix seconds.
            device: browser and system, in words of ours.

        Raises:
            TooManyAttempts: the client has tried too many links.
            LinkWrong: the link is not good, or somebody was quicker.
        """
        services = self._services
        presented(
            services,
            lambda connection: services.links.read(connection, Kind.RELEASE, code, now=now),
            client=client,
            now=now,
            device=device,
        )
        with services.database.write() as connection:
            claims, found = services.links.read(connection, Kind.RELEASE, code, now=now)
            if found is None:
                raise LinkWrong("of-nobody")
            services.links.spend(connection, Kind.RELEASE, claims)
            account = found.account
            services.throttle.release(connection, account.name)
            served(services, connection, client=client, now=now)
            event = services.trail.write(
                connection, audit.RELEASED, now=now, account_id=account.id, client=client, device=device
            )
        services.trail.tell(event)
        return known.showing(devices.made(account.id, now), now)

    def is_locked(self, name: str, now: int) -> bool:
        """Return whether unknown devices are not looked at any more for the account or name *name* (canonical)."""
        with self._services.database.read() as connection:
            return self._services.throttle.failures(connection, name, now) >= LIMIT
