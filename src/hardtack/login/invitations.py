"""Invitations: somebody who may administer lets somebody else make one account, with the roles that they choose.

The row decides, not the link: it says until when the invitation is good, for which address, with which roles, and
whether it was used or withdrawn; a link only names the row. One that names an address vouches for it, so the account
has it from the start. Whoever made the invitation must still be an administrator when it is used, so that nobody whose
rights were taken away leaves a back door (the operator on the command line always may).

The link is made when it is asked for and kept nowhere. Making the account is ``joining``'s.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from hardtack.errors import MisuseError
from hardtack.login import audit
from hardtack.login.addresses import Address
from hardtack.login.links import Kind, LinkWrong
from hardtack.login.outbox import Notice, Order
from hardtack.login.roles import checked
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.store import invitations as rows
from hardtack.store.invitations import Invitation

SHORTEST = 60
LONGEST = 90 * 86_400
"""Seconds for which an invitation may be good."""

_OPERATOR = 0


class Invitations:
    """Makes, lists and withdraws invitations.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def make(
        self,
        inviter: int | None = None,
        *,
        email: str | None = None,
        roles: Collection[str] = (),
        lifetime: int = Kind.INVITATION.lifetime,
        by_mail: bool = False,
        language: str = "",
        whence: Whence = NOWHERE,
        now: int,
    ) -> tuple[bytes, str]:
        """Make an invitation and return its id and the code of its link, which is shown to whoever made it.

        Args:
            inviter: the account that makes it, an administrator's; ``None`` for the operator.
            email: the only address that it is good for, as typed; ``None`` for whoever has the link.
            roles: what the account may do in applications.
            lifetime: seconds for which it is good.
            by_mail: whether it is sent to the address, too.
            language: in which that mail is written.
            whence: where whoever makes it is.
            now: Unix seconds.

        Raises:
            BadAddress: the address is none.
            BadRoles: one of the roles is none.
            MisuseError: the lifetime is too short or too long.
        """
        if not SHORTEST <= lifetime <= LONGEST:
            raise MisuseError(
                f"lifetime: an invitation cannot be good for {lifetime} seconds",
                f"choose {SHORTEST} seconds to {LONGEST // 86_400} days",
            )
        address = None if email is None else Address.of(email)
        allowed = checked(roles)
        with self._services.database.write() as connection:
            made = rows.put(
                connection,
                invited_by=inviter,
                email=None if address is None else address.typed,
                roles=allowed,
                now=now,
                until=now + lifetime,
            )
            event = self._services.trail.write(
                connection,
                audit.INVITED,
                now=now,
                actor_id=_OPERATOR if inviter is None else inviter,
                client=whence.client,
                device=whence.device,
            )
            if by_mail and address is not None:
                by = None if inviter is None else self._services.rows.by_id(connection, inviter)
                order = Order(
                    notice=Notice.INVITATION,
                    at=now,
                    address=address.typed,
                    language=language,
                    identifier=made.id,
                    detail="" if by is None else by.account.display_name,
                )
                self._services.outbox.put(connection, order)
        self._services.trail.tell(event)
        return made.id, self.code(made, now=now)

    def code(self, invitation: Invitation, *, now: int) -> str:
        """Return the code of a link to *invitation*; every one is as good as the first, and all together good once.

        Args:
            invitation: which one.
            now: Unix seconds.
        """
        return self._services.links.make(
            Kind.INVITATION,
            now=now,
            email=invitation.email or "",
            identifier=invitation.id,
            lifetime=invitation.until - now,
        )

    def get(self, identifier: bytes) -> Invitation | None:
        """Return the invitation with the id *identifier*, whatever became of it, or ``None``."""
        with self._services.database.read() as connection:
            return rows.get(connection, identifier)

    def list(self, limit: int = 1000) -> tuple[Invitation, ...]:
        """Return invitations, the newest first; see ``Invitation.state`` for what one is worth.

        Args:
            limit: at most so many.
        """
        with self._services.database.read() as connection:
            return rows.newest(connection, limit)

    def withdraw(self, identifier: bytes, *, actor: int | None = None, whence: Whence = NOWHERE, now: int) -> bool:
        """Take an invitation back; return whether there was one that somebody could have used.

        Args:
            identifier: which one.
            actor: who does; ``None`` for the operator.
            whence: where they are.
            now: Unix seconds.
        """
        with self._services.database.write() as connection:
            if not rows.withdraw(connection, identifier, now):
                return False
            actor_id = _OPERATOR if actor is None else actor
            event = self._services.trail.write(
                connection,
                audit.INVITATION_WITHDRAWN,
                now=now,
                actor_id=actor_id,
                client=whence.client,
                device=whence.device,
            )
        self._services.trail.tell(event)
        return True


def redeemable(services: Services, connection: Connection, code: str, *, now: int) -> Invitation:
    """Return the invitation that *code* names, if an account can be made with it; it consumes nothing.

    Args:
        services: the parts to work with.
        connection: of a transaction that reads or writes.
        code: as it came, of any length.
        now: Unix seconds.

    Raises:
        LinkWrong: it cannot, for whatever reason.
    """
    claims, _ = services.links.read(connection, Kind.INVITATION, code, now=now)
    found = rows.get(connection, claims.id)
    if found is None:
        raise LinkWrong("unknown")
    state = found.state(now)
    if state != "open":
        raise LinkWrong(state)
    if found.invited_by is not None:
        inviter = services.rows.by_id(connection, found.invited_by)
        if inviter is None or inviter.account.disabled or not inviter.account.administrator:
            raise LinkWrong("inviter")
    if found.email is not None and services.rows.by_address(connection, Address.of(found.email).canonical) is not None:
        raise LinkWrong("outdated")
    return found
