"""The sign-ins of an account: written down as they begin, listed with device, place and last use, and ended.

Every sign-in goes through ``begin``, or ``entry`` in the transaction that settles who somebody is, before its cookie is
made: one that its owner could not see and end is none. Each
ending is a revocation or a new epoch, in force in every process before the method returns, with an event that says who
did it. "All" is always the epoch, because a sign-in may be missing in the list, and nothing may outlive that word.

Outside this room a sign-in is named by a keyed hash of its lineage, looked for among those of the account alone: so a
page shows nothing that a form's token is bound to, and naming somebody else's ends nothing (attack 28).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.login.attempt import Entry
from hardtack.login.credentials import require_held
from hardtack.login.last_use import LastUse, Policy, row_of
from hardtack.login.services import Services
from hardtack.login.throttle import address
from hardtack.session import Identity
from hardtack.store import StoreUnavailable, feed
from hardtack.store import sign_ins as rows
from hardtack.store.accounts import Account
from hardtack.store.audit import Event
from hardtack.store.pruning import PAUSE
from hardtack.store.sign_ins import SignInRow

MOST = 200
"""Sign-ins that an account may have at a time; one more ends the one that was unused for the longest."""

AT_ONCE = 5000
"""Accounts whose sign-ins end in one transaction, where those of everybody do."""

TOO_MANY = "too-many"
"""Why a sign-in was ended that nobody has ended."""

PURPOSE = "sign-in-id"


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a request comes from, as far as it can be told.

    Args:
        client: the network address, after trusted proxies.
        device: as ``device_names.name_of`` says it.
        place: as a trusted proxy says it, such as a country; ``""`` if none does.
    """

    client: str = ""
    device: str = ""
    place: str = ""


NOWHERE = Whence()


class Entering(NamedTuple):
    """Who is to be signed in if a password fits.

    Args:
        identify: makes the identity that the cookie is going to say.
        whence: where the person is.
        policy: how long it lives.
    """

    identify: Callable[[Account], Identity]
    whence: Whence
    policy: Policy


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One sign-in as its owner sees it; times are Unix seconds.

    Args:
        id: by which it is ended; says nothing of the cookie.
        lineage: what its cookies have in common.
        began: when.
        last_seen: when it was used last; may be a minute behind.
        whence: where it began.
        factors: what the person proved.
    """

    id: str
    lineage: bytes = field(repr=False)
    began: int
    last_seen: int
    whence: Whence
    factors: tuple[str, ...]


class NoSuchSignIn(Refused):
    """The account has no such sign-in, or not any more."""

    status = 404
    slug = "no-such-sign-in"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "This sign-in is not in your list. It may have ended already.",
                "zh": "您的列表中没有此登录，它可能已经结束。",
            },
            reason="no-such-sign-in",
        )


class SignIns:
    """Every sign-in that was begun here; safe to share among threads.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.last_use: LastUse = LastUse(services.database)
        self.note: Callable[[Identity, int, Policy], None] = self.last_use.note

    def begin(self, identity: Identity, whence: Whence, policy: Policy, now: int) -> None:
        """Write a sign-in down, before its cookie is made.

        Args:
            identity: as the cookie is going to say it.
            whence: where the person is.
            policy: how long it lives.
            now: Unix seconds.

        Raises:
            StoreUnavailable: it could not be written, so nobody may be signed in.
        """
        with self._services.database.write() as connection:
            ended = self._add(connection, identity, whence, policy, now)
        for event in ended:
            self._services.trail.tell(event)

    def entry(self, entering: Entering, now: int) -> Entry:
        """Return what begins a sign-in in the transaction in which it is settled who somebody is.

        Args:
            entering: who is to be signed in; not before that transaction is committed.
            now: Unix seconds.
        """

        def write(connection: Connection, account: Account) -> list[Event]:
            return self._add(connection, entering.identify(account), entering.whence, entering.policy, now)

        return write

    def _add(self, connection: Connection, identity: Identity, whence: Whence, policy: Policy, now: int) -> list[Event]:
        """Write a sign-in down and return the events of what it ended."""
        found = address(whence.client)
        row = replace(
            row_of(identity, now, policy),
            client="" if found is None else str(found),
            device=whence.device,
            place=whence.place,
        )
        surplus = rows.surplus(connection, row.account_id, now, kept=MOST - 1)
        ended = [self._end(connection, other, now, reason=TOO_MANY) for other in surplus]
        rows.add(connection, row)
        return ended

    def list(self, account_id: int, now: int, *, present: Identity | None = None) -> tuple[SignedIn, ...]:
        """Return the sign-ins of an account that hold, the one that was used last first.

        Args:
            account_id: the account.
            now: Unix seconds.
            present: who asks; theirs comes first, whether it was written down or not.
        """
        with self._services.database.read() as connection:
            found = rows.living(connection, account_id, now)
        shown = [self._shown(row) for row in found]
        shown.sort(key=lambda each: (present is None or each.lineage != present.lineage, -each.last_seen))
        if present is not None and (not shown or shown[0].lineage != present.lineage):
            shown.insert(0, self._unwritten(present, now))
        return tuple(shown)

    def end(
        self,
        account_id: int,
        identifier: str,
        now: int,
        *,
        whence: Whence = NOWHERE,
        actor_id: int | None = None,
    ) -> SignedIn:
        """End one sign-in of an account in every process before this returns, and return what it was.

        Args:
            account_id: the account; no other's sign-in is ever meant.
            identifier: the sign-in's ``id``.
            now: Unix seconds.
            whence: where whoever does it is.
            actor_id: who does it, where that is not the account's owner; 0 for the operator.

        Raises:
            NoSuchSignIn: the account has none of that id.
        """
        with self._services.database.write() as connection:
            living = rows.living(connection, account_id, now)
            row = next((row for row in living if self.id_of(row.lineage) == identifier), None)
            if row is None:
                raise NoSuchSignIn
            event = self._end(connection, row, now, whence=whence, actor_id=actor_id)
        self._services.trail.tell(event)
        return self._shown(row)

    def end_all(self, account_id: int, now: int, *, whence: Whence = NOWHERE, actor_id: int | None = None) -> Account:
        """End every sign-in of an account in every process before this returns, and return the account as it is then.

        Args:
            account_id: the account.
            now: Unix seconds.
            whence: where whoever does it is.
            actor_id: who does it, where that is not the account's owner; 0 for the operator.

        Raises:
            NoSuchSignIn: there is no such account, or it is closed.
        """
        return self._end_by_epoch(account_id, now, whence, actor_id, None)

    def end_others(self, present: Identity, now: int, *, whence: Whence = NOWHERE) -> Account:
        """End every sign-in of an account but one, and return the account, under whose new epoch that one may go on.

        Its cookie has to be renewed in the same answer: the one that came along is over, too. If it was over before,
        by a new password that was set meanwhile, nothing is ended, or the new epoch would bring it back.

        Args:
            present: who does it.
            now: Unix seconds.
            whence: where they are.

        Raises:
            SessionOver: that one is over itself, or the account is closed.
        """
        return self._end_by_epoch(present.account, now, whence, None, present)

    def end_everybody(self, now: int, *, whence: Whence = NOWHERE, actor_id: int) -> None:
        """End every sign-in of every account in every process before this returns.

        It goes through the accounts some thousands at a time, so that others can sign in meanwhile. Where it fails half
        way, what has ended has ended, and the trail says who began.

        Args:
            now: Unix seconds.
            whence: where whoever does it is.
            actor_id: who does it; 0 for the operator.
        """
        services = self._services
        with services.database.write() as connection:
            last = feed.raise_epochs(connection, most=AT_ONCE)
            event = services.trail.write(
                connection,
                audit.SESSIONS_ENDED,
                now=now,
                client=whence.client,
                device=whence.device,
                reason="everybody",
                actor_id=actor_id,
            )
        services.trail.tell(event)
        while last:
            time.sleep(PAUSE)
            with services.database.write() as connection:
                last = feed.raise_epochs(connection, after=last, most=AT_ONCE)

    def renewed(self, identity: Identity) -> None:
        """Write that a sign-in goes on under a new epoch, so that the list shows it at once and not at its next use.

        Args:
            identity: the new one.
        """
        try:
            with self._services.database.write() as connection:
                rows.renew(connection, identity.lineage, epoch=identity.epoch)
        except StoreUnavailable:
            # The change that it follows is done, and the next use will write the same.
            return

    def _end_by_epoch(
        self, account_id: int, now: int, whence: Whence, actor_id: int | None, kept: Identity | None
    ) -> Account:
        services = self._services
        with services.database.write() as connection:
            require_held(services, connection, kept)
            epoch = feed.raise_epoch(connection, account_id)
            found = services.rows.by_id(connection, account_id)
            if found is None:
                raise NoSuchSignIn
            if kept is not None:
                rows.renew(connection, kept.lineage, epoch=epoch)
            event = services.trail.write(
                connection,
                audit.SESSIONS_ENDED,
                now=now,
                account_id=account_id,
                client=whence.client,
                device=whence.device,
                reason="" if kept is None else "others",
                actor_id=actor_id,
            )
        services.trail.tell(event)
        return found.account

    def _end(
        self,
        connection: Connection,
        row: SignInRow,
        now: int,
        *,
        whence: Whence = NOWHERE,
        reason: str = "",
        actor_id: int | None = None,
    ) -> Event:
        feed.revoke_lineage(connection, lineage=row.lineage, account_id=row.account_id, until=max(row.until, now))
        rows.remove(connection, row.lineage)
        return self._services.trail.write(
            connection,
            audit.SESSION_ENDED,
            now=now,
            account_id=row.account_id,
            client=whence.client,
            device=whence.device,
            reason=reason,
            actor_id=actor_id,
        )

    def id_of(self, lineage: bytes) -> str:
        """Return the ``id`` of the sign-in *lineage*."""
        return self._services.keyring.lookup_hash(lineage, purpose=PURPOSE)[:12].hex()

    def _shown(self, row: SignInRow) -> SignedIn:
        return SignedIn(
            id=self.id_of(row.lineage),
            lineage=row.lineage,
            began=row.began,
            last_seen=max(row.last_seen, self.last_use.of(row.lineage)),
            whence=Whence(row.client, row.device, row.place),
            factors=row.factors,
        )

    def _unwritten(self, identity: Identity, now: int) -> SignedIn:
        """Return what the cookie alone says of a sign-in that is not in the list yet."""
        return SignedIn(
            id=self.id_of(identity.lineage),
            lineage=identity.lineage,
            began=identity.born,
            last_seen=now,
            whence=NOWHERE,
            factors=identity.factors,
        )
