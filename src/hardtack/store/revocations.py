"""Whether a sealed identity still holds, answered from memory: the readers' side of ``feed``.

Implements ``hardtack.session.Revocations``. The rule of every check: where the mapped generation equals the number
noted at the last load, and that load is not older than ``limit``, memory decides (0.3 µs). Otherwise the number is
noted *first*, then what is new is read, then memory decides; one load serves every thread that waits for it. So a
revocation that was answered holds at the very next check in every process: there is no lag.

A poll finds what a writer left that died between its commit and the raising of the generation. What another node has
changed raises no generation here: its notification makes this process read at once, and the poll a moment later
anyway. Where the feed cannot be read, the verdict is ``unknown`` (503), never trust: at once if something is known to
be new, after ``limit`` seconds if not. After a fork the child reads by itself, and polls if its parent did.

A key that was revoked on another node is taken out of this process's ring by the same load, whatever its file says.

An id that step-up has renewed is ``superseded`` for a moment before it is revoked; only ids that are found among the
revoked ones are asked for that, so a session that holds pays nothing for it.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final
from weakref import WeakSet

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from hardtack.seal import Keyring
from hardtack.seal.key import REVOKED as REVOKED_KEY
from hardtack.store import feed as writers
from hardtack.store.changes import Changes
from hardtack.store.database import Database
from hardtack.store.epochs import Epochs
from hardtack.store.failures import StoreUnavailable
from hardtack.store.part import Listener
from hardtack.store.revoked import BUCKETS, MARKS, RevokedIds
from hardtack.store.schema import account, feed, revocation, revoked_key
from hardtack.store.steady import SteadyTime
from hardtack.store.superseded import Superseded

LIMIT = 60.0
"""Seconds since the last successful load after which identities get 503 instead of trust."""

INTERVAL = 1.0
"""Seconds between two polls."""

PATIENCE = 5.0
"""Seconds that a request waits for another one that loads; then nobody can tell."""

RETRY = 0.5
"""Seconds after a failed load during which nobody waits for another one."""

GOOD, REVOKED, SUPERSEDED, UNKNOWN = "", "revoked", "superseded", "unknown"

_CHUNK = 10_000
_NEVER = -1

# Whole, so that nothing is built anew at each load: every process loads after every sign-out.
_seen: BindParameter[int] = bindparam("seen")
_new_ids = select(revocation.c.subject, revocation.c.until, revocation.c.since).where(revocation.c.change > _seen)
_new_epochs = select(account.c.id, account.c.epoch).where(account.c.change > _seen)
_new_keys = select(revoked_key.c.key_id).where(revoked_key.c.change > _seen)
_newest = select(feed.c.change)

logger: logging.Logger = logging.getLogger("hardtack.store")


class RevocationTable:
    """What is revoked, as one process knows it; safe to share among threads.

    Args:
        database: the database, migrated.
        keyring: the ring to take revoked keys out of; ``None`` if this process opens nothing.
        limit: seconds for which a load is trusted while nothing new is announced.
        clock: seconds that only grow; for tests.
        beside: what else is to be looked after at every poll, in its thread; what it raises is logged.
    """

    lagged: Callable[[float], object] | None = None
    """Told after how many seconds a change of another node was known here, where that can be measured."""

    revoke_lineage: Final = staticmethod(writers.revoke_lineage)
    revoke_session: Final = staticmethod(writers.revoke_session)
    supersede: Final = staticmethod(writers.supersede)
    raise_epoch: Final = staticmethod(writers.raise_epoch)
    revoke_key: Final = staticmethod(writers.revoke_key)

    def __init__(
        self,
        database: Database,
        keyring: Keyring | None = None,
        *,
        limit: float = LIMIT,
        clock: Callable[[], float] = time.monotonic,
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._beside = beside
        self._keyring = keyring
        self._limit = limit
        self._clock = clock
        self._numbers = database.generation.numbers
        self._ids = RevokedIds()
        self._superseded = Superseded()
        self._epochs = Epochs()
        self._steady = SteadyTime()
        self.changes: Changes = Changes()
        """Which accounts have changed since when; another object where another database was read."""
        self._seen = 0
        self._noted = _NEVER
        self._trusted_until = -1.0
        self._not_before = -1.0
        self._interval = 0.0
        self.loaded_at: float = 0.0
        """When all that has ended was last known, Unix seconds; 0 before the first time."""
        self.failures: int = 0
        """How many loads have failed, so far."""
        self._start()
        _tables.add(self)

    def _start(self) -> None:
        self._loading = threading.Lock()
        self._stopping = threading.Event()
        self._poller: threading.Thread | None = None
        self._listener: Listener | None = None

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return ``""`` if an identity holds, or ``revoked``, ``superseded`` or, where nobody can tell, ``unknown``.

        Never raises. It may read the database: call ``is_current`` first where that would hold others up.

        Args:
            lineage: of the identity, 16 bytes.
            session_id: of the identity, 16 bytes.
            account: the identity's account.
            epoch: of the identity.
            now: Unix seconds; only a superseded id asks for it, since a row outlives every cookie that it ends.
        """
        if (self._numbers[0] != self._noted or self._clock() > self._trusted_until) and not self._catch_up():
            return UNKNOWN
        ids = self._ids
        if lineage in ids.recent or (ids.settled and ids.marks[hash(lineage) & MARKS] and ids.holds(lineage)):
            return REVOKED
        ended = session_id in ids.recent or (
            ids.settled and ids.marks[hash(session_id) & MARKS] and ids.holds(session_id)
        )
        if ended and not self._superseded.covers(session_id, now):
            return REVOKED
        dense = self._epochs.dense
        current = dense[account] if 0 <= account < len(dense) else self._epochs.sparse.get(account, 0)
        if epoch < current:
            return REVOKED
        return SUPERSEDED if ended else GOOD

    def is_current(self) -> bool:
        """Return whether ``verdict`` would decide from memory; about 0.1 µs."""
        return self._numbers[0] == self._noted and self._clock() <= self._trusted_until

    def refresh(self) -> None:
        """Read what is new, unless memory is current; a failure shows in the next verdict."""
        self._catch_up()

    @property
    def ready(self) -> bool:
        """Whether a first load succeeded and the feed has not failed for longer than the limit since."""
        failing = self._not_before >= 0 and self._clock() > self._trusted_until
        return self._noted != _NEVER and not failing

    def __len__(self) -> int:
        return len(self._ids)

    def _catch_up(self, *, poll: bool = False) -> bool:
        """Load unless another thread just did; return whether memory may decide."""
        # A database that hangs holds whoever loads up for long; nobody else waits for that.
        if not self._loading.acquire(timeout=-1 if poll else PATIENCE):
            return False
        try:
            if self._interval and self._poller is None:
                self._start_threads()
            if not poll:
                if self.is_current():
                    return True
                if self._clock() < self._not_before:
                    return False
            started, at = self._clock(), time.time()
            try:
                if poll and self._database.generation.follow():
                    self._follow(self._database.generation.numbers)
                # Noted before reading: whatever commits from here on makes it unequal again.
                noted = self._numbers[0]
                self._load()
            except (StoreUnavailable, SQLAlchemyError, OSError) as error:
                if self._not_before < 0:
                    reason = error.reason if isinstance(error, StoreUnavailable) else type(error).__name__
                    logger.warning(
                        "revocations cannot be read", extra={"event": "revocations-failed", "reason": reason}
                    )
                # From its end on: whoever has waited for a slow failure is not to wait for another.
                self._not_before = self._clock() + RETRY
                self.failures += 1
                return False
            self.loaded_at = at
            self._noted = noted
            self._trusted_until = started + self._limit
            self._not_before = -1.0
            return True
        finally:
            self._loading.release()

    def _follow(self, numbers: memoryview) -> None:
        """Look at another file from now on; what was current stays so until its time is over, or something is new."""
        if self._numbers[0] == self._noted:
            self._noted = numbers[0]
        self._numbers = numbers

    def _load(self) -> None:
        with self._database.read() as connection:
            newest = connection.execute(_newest).scalar_one()
            if newest == self._seen:
                return
            # A number lower than ours: another database has taken the place of the one we read.
            afresh = newest < self._seen
            ids, superseded, epochs = self._ids, self._superseded, self._epochs
            if afresh:
                ids, superseded, epochs = RevokedIds(), Superseded(), Epochs()
            seen = 0 if afresh else self._seen
            after = {"seen": seen}
            changes = self.changes if seen else Changes(newest)
            streamed = connection.execution_options(yield_per=_CHUNK)
            for subject, until, since in streamed.execute(_new_ids, after):
                # Before the id itself: found there and not here, it is over.
                superseded.set(subject, since)
                ids.add(subject, until)
            for account_id, epoch in streamed.execute(_new_epochs, after):
                epochs.set(account_id, epoch)
                if seen:
                    changes.note(account_id, newest)
            stolen = frozenset(connection.execute(_new_keys, after).scalars())
        if stolen and self._keyring is not None:
            self._revoke(self._keyring, stolen)
        self._epochs, self._superseded, self._ids, self._seen = epochs, superseded, ids, newest
        self.changes = changes

    @staticmethod
    def _revoke(keyring: Keyring, stolen: frozenset[bytes]) -> None:
        before = {key.id for key in keyring.keys if key.state != REVOKED_KEY}
        keyring.revoke(stolen)
        if news := " ".join(sorted(before & {identifier.hex() for identifier in stolen})):
            logger.warning("keys revoked: %s", news, extra={"event": "keys-revoked", "keys": news})
        if not keyring.seals:
            logger.error(
                "the active key was revoked, and this process has no other: give it the new keyring",
                extra={"event": "no-active-key"},
            )

    def start_polling(self, interval: float = INTERVAL) -> None:
        """Load, and from now on look for what no generation announced, in a thread.

        Args:
            interval: seconds between two looks.
        """
        self._interval = interval
        self._catch_up(poll=True)

    def stop_polling(self) -> None:
        """Stop the thread, if there is one, and wait for it."""
        self._interval = 0.0
        self._stopping.set()
        if self._poller is not None:
            self._poller.join()
        if self._listener is not None:
            self._listener.stop()
        self._poller, self._listener, self._stopping = None, None, threading.Event()

    def _start_threads(self) -> None:
        self._poller = threading.Thread(
            target=self._poll, args=(self._stopping, self._interval), name="hardtack-revocations", daemon=True
        )
        self._poller.start()
        self._listener = self._database.listen(self._hear)

    def _hear(self, since: Callable[[], float] | None) -> None:
        """Read what another node has changed; *since* returns the seconds since it did, if that can be told."""
        before = self._seen
        if self._catch_up(poll=True) and since is not None and self._seen != before and self.lagged is not None:
            self.lagged(max(since(), 0.0))

    def _poll(self, stopping: threading.Event, interval: float) -> None:
        while not stopping.wait(interval):
            try:
                self._catch_up(poll=True)
                with self._loading:
                    # A sixty-fourth of memory at a time: a look takes milliseconds even with a million ids.
                    self._ids.prune(self._steady.now(), buckets=BUCKETS // 64)
                self._beside()
            except Exception:
                # Whatever it is, who is signed in must go on being looked after.
                logger.exception("what runs beside the poll failed", extra={"event": "beside-poll-failed"})

    def _renew(self) -> None:
        """Begin afresh in the child of a fork, where neither the lock's holder nor the threads exist."""
        self._start()


_tables: WeakSet[RevocationTable] = WeakSet()


def _renew_all() -> None:
    for table in _tables:
        table._renew()


os.register_at_fork(after_in_child=_renew_all)
