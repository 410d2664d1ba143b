"""When sign-ins were used last: noted in memory on every request, written to the list about once a minute.

A request costs one entry in a dictionary and never waits for a disk. The list may so be a minute behind, and what was
noted in a process that dies at once is lost; nothing but what the list shows depends on it. Where several processes
have seen a sign-in, the latest time stands.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from hardtack.session import Identity, Lifetimes
from hardtack.store import Database, StoreUnavailable, sign_ins
from hardtack.store.sign_ins import SignInRow

EVERY = 60.0
"""Seconds between two writes."""

MOST = 50_000
"""Sign-ins that are noted between two writes; further ones are not, and stay in the list as they were."""

BATCH = 500
"""Sign-ins that are written in one transaction, so that nobody waits long for its end."""

logger: logging.Logger = logging.getLogger("hardtack.login")


class Policy(Protocol):
    """What says how long a sign-in lives: ``hardtack.session.Sessions``."""

    def lifetimes_of(self, identity: Identity | None) -> Lifetimes:
        """Return the lifetimes of a session."""
        ...

    def last_end(self, identity: Identity) -> int:
        """Return from when on no cookie of a session is good."""
        ...


Noted = tuple[Identity, int, Policy]


def row_of(identity: Identity, now: int, policy: Policy) -> SignInRow:
    """Return what the list knows of *identity* from its cookie, when it was used *now*.

    Its deadline is that of a cookie written at this moment, whether the answer renews the cookie or not, and later by
    as much as the list may be behind: a sign-in that is used is never missing in it, however short its idle time is.
    """
    lifetimes = policy.lifetimes_of(identity)
    return SignInRow(
        lineage=identity.lineage,
        account_id=identity.account,
        epoch=identity.epoch,
        began=identity.born,
        last_seen=now,
        deadline=lifetimes.deadline_of(identity.born, now) + max(lifetimes.leeway, int(EVERY)),
        until=policy.last_end(identity),
        factors=identity.factors,
    )


class LastUse:
    """What was seen since the last write; safe to share among threads.

    Args:
        database: where the list is.
        clock: seconds that only grow; for tests.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._noted: dict[bytes, Noted] = {}
        self._due = clock() + EVERY

    def note(self, identity: Identity, now: int, policy: Policy) -> None:
        """Remember that *identity* was used; costs well below a microsecond, raises nothing, waits for nothing.

        Args:
            identity: who is signed in, as the cookie says it.
            now: Unix seconds.
            policy: how long it lives.
        """
        noted = self._noted
        noted[identity.lineage] = (identity, now, policy)
        if len(noted) > MOST:
            noted.popitem()  # the newest one: this, if it was not there

    def of(self, lineage: bytes) -> int:
        """Return when *lineage* was used last, as far as this process has not written it; 0 if it has."""
        noted = self._noted.get(lineage)
        return 0 if noted is None else noted[1]

    def write_when_due(self) -> None:
        """Write what was noted, if the last time is long enough ago; never raises for a database that fails."""
        if self._clock() >= self._due:
            self.write()

    def write(self) -> None:
        """Write what was noted; what a database that fails does not take is kept for the next time."""
        self._due = self._clock() + EVERY
        left = len(self._noted)
        while left > 0:
            batch = self._taken(min(left, BATCH))
            left -= BATCH
            try:
                with self._database.write() as connection:
                    sign_ins.note(connection, (row_of(*noted) for noted in batch))
            except StoreUnavailable as error:
                for noted in batch:
                    self._noted.setdefault(noted[0].lineage, noted)
                logger.warning(
                    "when sign-ins were used could not be written",
                    extra={"event": "last-use-not-written", "reason": error.reason},
                )
                return

    def _taken(self, most: int) -> list[Noted]:
        """Take up to *most* out; one at a time, since requests go on noting meanwhile. One thread writes, no more."""
        taken: list[Noted] = []
        while self._noted and len(taken) < most:
            taken.append(self._noted.popitem()[1])
        return taken
