"""The values of sessions on the server instead of in the cookie, for what outgrows a cookie or must not be lost.

Opt-in, by ``Sessions(server_side=…)``: the cookie then carries the head alone, sealed as ever, and the head's id names
the row. Everything else stays: who may open it, lifetimes, revocation, adopting, and the same ``Session``. The row is
read when somebody asks for a value (that waits for the store, and may raise what the store raises), never by ``open``.

Two requests that are under way at once load the same version; the store takes only one of the two that are written
(compare-and-set), and saving the other raises ``SessionConflict``: nothing is lost without a word. A change of values
alone sets no cookie. A cookie from before the switch still opens; its values move to a row of a new id when they are
next written. So do those of nobody that become somebody's: whoever has a copy of the cookie from before must not read
or change what comes after. A row that was moved, signed out, emptied or revoked is deleted; others are kept until no
cookie that names them can be good, and a head whose row is gone opens an empty session (``why`` is ``"gone"``).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, NoReturn, Protocol, runtime_checkable

import msgspec

from hardtack.errors import Refused
from hardtack.session import data as form
from hardtack.session.data import EMPTY, Data
from hardtack.session.identity import ID_SIZE
from hardtack.session.sealed import NONE, log

if TYPE_CHECKING:
    from hardtack.session.session import Session
    from hardtack.session.sessions import Sessions

ELSEWHERE = b"\xc0"
"""What stands in a cookie for values that are on the server; no session's values look like it."""
FRESH = frozenset({"in", "out"})
"""The changes after which data begins anew, under an id of its own."""


class SessionConflict(Refused):
    """Another request of the same session has changed its values meanwhile; this one's change was not kept."""

    status = 409
    slug = "session-conflict"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Another request of yours changed the same thing at the same time, so this one was not carried "
                "out to the end. Please check and try again.",
                "zh": "您的另一个请求同时更改了相同的内容，所以这次请求没有全部完成。请检查后再试一次。",
            }
        )


@runtime_checkable
class ServerSide(Protocol):
    """Where values are kept by session id, each with a version."""

    def load(self, session_id: bytes) -> tuple[int, bytes] | None:
        """Return the version and the values, or ``None`` where nothing is kept."""
        ...

    def store(self, session_id: bytes, expected: int, values: bytes, until: int) -> bool:
        """Keep values, if the version is the expected one; say whether it was, and make it one higher.

        Args:
            session_id: 16 bytes.
            expected: the version that was loaded; 0 where nothing was kept.
            values: what to keep.
            until: from when on no cookie that names them can be good (Unix time in seconds).
        """
        ...

    def delete(self, session_id: bytes) -> None:
        """Forget values at whatever version; do nothing where nothing is kept."""
        ...


class Row(NamedTuple):
    """Which row a session's values came from."""

    id: bytes
    version: int


class Write(NamedTuple):
    """What one save does: delete the row and the cookie, or store the values and perhaps write the cookie."""

    data: Data | None
    expected: int
    cookie: bool
    changed: bool


class KeptValues:
    """Reads and writes the values of sessions in a store.

    Args:
        sessions: whose sessions they are.
        store: where they are.
    """

    __slots__ = ("_sessions", "_store")

    def __init__(self, sessions: Sessions, store: ServerSide) -> None:
        self._sessions = sessions
        self._store = store

    def fetch(self, session: Session) -> bool:
        """Put the values that a head names into it, and return whether they are there."""
        head = session._head
        if head is None or bytes(head.values) != ELSEWHERE:
            return True
        found = self._store.load(head.id)
        if found is None:
            return False
        session._row = Row(head.id, found[0])
        session._head = msgspec.structs.replace(head, values=msgspec.Raw(found[1]))
        return True

    def plan(self, session: Session, renew: bool, now: int) -> Write | None:
        """Return what saving a session does, or ``None`` for nothing; nothing is done yet."""
        lifetimes = self._sessions.lifetimes_of(session._identity)
        change = session._change
        due = session._head is not None and lifetimes.is_due(session._head, now)
        must = renew or due or bool(change) or session._adopting or session._forced
        if session._values is None and (session._head is None or not must):
            return None
        values = form.encode_values(session._load())
        head, row = session._head, session._row
        if values == EMPTY:
            came = head is not None or (session._forgotten and session._why != NONE)
            return Write(None, 0, True, True) if came or change == "out" else None
        changed = head is None or values != bytes(head.values)
        if not (changed or must):
            return None
        form.check_inside(session._load())
        fresh = head is None or change in FRESH
        moves = fresh or row is None or session._adopting
        own_id = os.urandom(ID_SIZE) if moves or head is None else head.id
        sequence, born = (0, now) if fresh or head is None else (head.sequence + 1, head.born)
        account = None if session._identity is None else session._identity.account
        data = Data(own_id, account, sequence, born, now, lifetimes.deadline_of(born, now), msgspec.Raw(values))
        return Write(data, 0 if moves or row is None else row.version, moves or must, changed or moves)

    def carry_out(self, session: Session, write: Write, now: int) -> str | None:
        """Do what was planned, and return the Set-Cookie value that goes with it, if one does.

        Raises:
            SessionConflict: if another request has stored something meanwhile.
        """
        cookie = session._cookies.data
        data, row = write.data, session._row
        if data is None:
            self.forget(session)
            return cookie.deletion
        lifetimes = self._sessions.lifetimes_of(session._identity)
        # Longer than the cookie: a renewal that finds the row newer than it was leaves its time as that write set it.
        until = data.deadline + lifetimes.renew_after + lifetimes.leeway
        if self._store.store(data.id, write.expected, bytes(data.values), until):
            if row is not None and row.id != data.id:
                # Taken as it was loaded, or not at all: what somebody has put into it since would be lost.
                if not self._store.store(row.id, row.version, EMPTY, until):
                    self._store.delete(data.id)
                    self._conflict(cookie.name)
                self._store.delete(row.id)
            session._row = Row(data.id, write.expected + 1)
            session._head = data
        elif write.changed:
            self._conflict(cookie.name)
        elif self._store.load(data.id) is None:
            return None  # moved or emptied meanwhile: a cookie that names it would take the place of a better one
        if not write.cookie:
            return None
        kept = session.persistent
        if kept is None and session._identity is not None:
            kept = session._identity.kept
        head = msgspec.structs.replace(data, values=msgspec.Raw(ELSEWHERE))
        return cookie.write(form.encode(head), data.deadline, now, kept)

    def _conflict(self, name: str) -> NoReturn:
        log.warning(
            "session conflict: %s was changed by two requests at once; one of them was refused",
            name,
            extra={"event": "session-conflict", "cookie": name},
        )
        raise SessionConflict

    def forget(self, session: Session) -> None:
        """Delete the row that a session's values came from, if they came from one."""
        if session._row is not None:
            self._store.delete(session._row.id)
            session._row = None
