"""What happened to an account, for its owner and for administrators: the audit trail, read in pages.

Accounts and whoever acted come with their names, closed accounts too; a name that matched no account is a keyed hash
and stays one. What each event is called is the site's. Whoever asks here may see it: that is decided before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hardtack.login import audit
from hardtack.store import Database, directory
from hardtack.store import audit as rows
from hardtack.store.audit import Event, Position

PAGE = 50
"""Events on a page."""

MOST = 999
"""Where counting failures ends."""

_POSITION = re.compile(r"(\d{1,12})-(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event with its names.

    Args:
        event: as the trail has it.
        account: the account's name; ``None`` where there is none, or nobody knows any more.
        actor: the name of the administrator who did it; ``None`` where it was the owner or the operator.
    """

    event: Event
    account: str | None = None
    actor: str | None = None

    @property
    def by_operator(self) -> bool:
        """Whether it was done on the command line."""
        return self.event.actor_id == audit.OPERATOR


@dataclass(frozen=True, slots=True)
class Page:
    """Events, the newest first.

    Args:
        entries: at most as many as a page holds.
        older: what to ask the page after this one with; ``None`` where this is the last.
    """

    entries: tuple[Entry, ...] = field(default_factory=tuple)
    older: str | None = None


@dataclass(frozen=True, slots=True)
class Failures:
    """How often somebody tried and failed to sign in to an account.

    Args:
        count: how often, at most ``MOST``.
        since: the sign-in after which it was counted, Unix seconds; 0: there was none.
    """

    count: int
    since: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads the trail.

    Args:
        database: where it is.
    """

    database: Database

    def of(self, account_id: int, *, before: str | None = None, limit: int = PAGE) -> Page:
        """Return what happened to one account.

        Args:
            account_id: the account.
            before: as the page before this one has it in ``older``; anything else begins at the newest.
            limit: events on the page.
        """
        return self.all(account_id=account_id, before=before, limit=limit)

    def all(
        self,
        *,
        account_id: int | None = None,
        event: str | None = None,
        since: int | None = None,
        until: int | None = None,
        before: str | None = None,
        limit: int = PAGE,
    ) -> Page:
        """Return what happened to anybody, or what of it is asked for.

        Args:
            account_id: only this account's.
            event: only this event, one of ``audit.EVENTS``.
            since: only from this time on, Unix seconds.
            until: only before this time, Unix seconds.
            before: as for ``of``.
            limit: events on the page.
        """
        with self.database.read() as connection:
            found = rows.page(
                connection,
                account_id=account_id,
                event=event,
                since=since,
                until=until,
                before=_position(before),
                limit=limit + 1,
            )
            shown = found[:limit]
            events = [event for _, event in shown]
            meant = {number for one in events for number in (one.account_id, one.actor_id) if number}
            names = directory.names(connection, meant)
        entries = tuple(
            Entry(event=one, account=names.get(one.account_id or 0), actor=names.get(one.actor_id or 0))
            for one in events
        )
        last = shown[-1][0] if len(found) > limit else None
        return Page(entries, None if last is None else f"{last.at}-{last.id}")

    def failures(self, account_id: int, *, born: int) -> Failures:
        """Return how often signing in to an account has failed since the sign-in before the present one.

        Args:
            account_id: the account.
            born: when the present sign-in was, Unix seconds.
        """
        with self.database.read() as connection:
            earlier = rows.page(connection, account_id=account_id, event=audit.SIGNED_IN, until=born, limit=1)
            since = earlier[0][1].at if earlier else 0
            count = rows.happened(connection, account_id, audit.SIGN_IN_REFUSED, since=since, limit=MOST)
        return Failures(count, since)


def _position(text: str | None) -> Position | None:
    found = _POSITION.fullmatch(text or "")
    return None if found is None else Position(int(found[1]), int(found[2]))
