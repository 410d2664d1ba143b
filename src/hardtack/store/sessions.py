"""What a session holds, kept in the database instead of in its cookie: the server-side store of the session room.

The values are sealed before they are written, so that a copy of the database tells nobody what they are (``sealed``).
Implements ``hardtack.session.ServerSide``. A row is changed by compare-and-set: whoever stores names the version that
it loaded, and of two that loaded the same one only the first succeeds, in whatever process they run. That is decided by
one statement, so there is no moment in between. Whether a session is alive is not decided here: the cookie that names
the row has its own deadline, and a row that no living cookie names is deleted by ``prune``.

Every call is a transaction of its own, on the disk before it returns. None of them touches the feed.
"""

from __future__ import annotations

import logging
import math

from sqlalchemy import Connection, bindparam, delete, select, update

from hardtack.errors import MisuseError
from hardtack.seal import Keyring, SealError, columns
from hardtack.store.database import Database
from hardtack.store.pruning import BATCH, in_batches
from hardtack.store.schema import session_data
from hardtack.store.sealed import SESSION_DATA
from hardtack.store.upsert import ByEngine

MAX_SIZE = 1 << 16
"""Octets that one session may hold, unless the table is made with another limit."""

ABSENT = 0
"""The version of a row that is not there."""

logger: logging.Logger = logging.getLogger("hardtack.store")

_load = select(session_data.c.version, session_data.c.data).where(session_data.c.session_id == bindparam("id"))
_add = ByEngine(lambda words: words.insert(session_data).on_conflict_do_nothing())
_change = (
    update(session_data)
    .where(session_data.c.session_id == bindparam("id"), session_data.c.version == bindparam("expected"))
    .values(version=session_data.c.version + 1, data=bindparam("values"), until=bindparam("deadline"))
)
_delete = delete(session_data).where(session_data.c.session_id == bindparam("id"))
_over = select(session_data.c.session_id).where(session_data.c.until < bindparam("now")).limit(bindparam("batch"))
_prune = delete(session_data).where(session_data.c.session_id.in_(_over))


class SessionDataTooLarge(MisuseError):
    """The application has put more into a session than the server-side store takes."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(
            f"the session would have {size} octets, the server-side store takes {most}",
            "keep less in the session, such as an id instead of the thing itself",
        )
        self.size = size


class SessionTable:
    """The values of sessions by session id; safe to share among threads, and whole in the child of a fork.

    Every method may raise ``StoreUnavailable`` where the database fails; nothing is written then.

    Args:
        database: the database, migrated.
        keyring: what seals the values.
        max_size: octets that one session may hold.
    """

    def __init__(self, database: Database, keyring: Keyring, *, max_size: int = MAX_SIZE) -> None:
        self._database = database
        self._keyring = keyring
        self.max_size = max_size

    def load(self, session_id: bytes) -> tuple[int, bytes] | None:
        """Return the version and the values of a session, or ``None`` where nothing is kept that can be read.

        Args:
            session_id: 16 bytes.
        """
        with self._database.read() as connection:
            row = connection.execute(_load, {"id": session_id}).one_or_none()
        if row is None:
            return None
        try:
            return row.version, columns.open(self._keyring, row.data, SESSION_DATA.place(session_id))
        except SealError as error:
            reason = {"event": "session-data-refused", "reason": error.reason}
            logger.warning("the data of a session cannot be read: %s", error.reason, extra=reason)
            return None

    def store(self, session_id: bytes, expected: int, values: bytes, until: int) -> bool:
        """Keep *values* if the row is still as it was loaded; return whether it was.

        A stored row has the version ``expected + 1``. One that was deleted meanwhile does not come back.

        Args:
            session_id: 16 bytes.
            expected: the version that ``load`` returned, 0 where it returned nothing.
            values: what to keep.
            until: the deadline of the cookie that names the row, Unix seconds.

        Raises:
            SessionDataTooLarge: the values have more than ``max_size`` octets.
        """
        if len(values) > self.max_size:
            raise SessionDataTooLarge(len(values), self.max_size)
        sealed = columns.seal(self._keyring, values, SESSION_DATA.place(session_id))
        with self._database.write() as connection:
            if expected == ABSENT:
                row = {"session_id": session_id, "version": 1, "data": sealed, "until": until}
                done = connection.execute(_add.on(connection), row)
            else:
                asked = {"id": session_id, "expected": expected, "values": sealed, "deadline": until}
                done = connection.execute(_change, asked)
        return bool(done.rowcount == 1)

    def delete(self, session_id: bytes) -> None:
        """Forget what a session holds, at whatever version; does nothing where nothing is kept."""
        with self._database.write() as connection:
            connection.execute(_delete, {"id": session_id})

    def prune(self, now: int, *, batch: int = BATCH) -> int:
        """Delete the rows that no living cookie can name; see ``prune``."""
        return prune(self._database, now, batch=batch)


def prune(database: Database, now: int, *, batch: int = BATCH, deadline: float = math.inf) -> int:
    """Delete the rows that no living cookie can name, and return how many those were.

    Args:
        database: the database.
        now: Unix seconds.
        batch: how many go in one transaction, so that writers in between never wait for long.
        deadline: as for ``in_batches``.
    """

    def step(connection: Connection, most: int) -> int:
        return connection.execute(_prune, {"now": now, "batch": most}).rowcount

    return in_batches(database, step, batch=batch, deadline=deadline)
