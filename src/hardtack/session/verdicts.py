"""Whether a session has been ended, as ``Sessions`` asks it: in order, and never trusting where nobody can tell.

``look`` comes before anything is opened: what it reads may be that a key is stolen under which a cookie lies. Whoever
knows the ended sessions may raise whatever they like; then the verdict is ``UNAVAILABLE``, and one log line says what
was raised. Nothing is kept here.
"""

from __future__ import annotations

import msgspec

from hardtack.session.identity import ID_SIZE, Identity
from hardtack.session.revocation import Revocations
from hardtack.session.sealed import log
from hardtack.session.session import REVOKED, SUPERSEDED, UNAVAILABLE

NO_EPOCH = 2**63 - 1
"""Later than every epoch, so that only what ended the session itself counts."""

_KNOWN = frozenset({"", REVOKED, SUPERSEDED})


class Verdicts:
    """What ``Sessions`` asks of whoever knows the ended sessions.

    Args:
        revocations: who knows them; ``None`` if nobody does, and none can be ended.
    """

    __slots__ = ("_revocations",)

    def __init__(self, revocations: Revocations | None) -> None:
        self._revocations = revocations

    def are_current(self) -> bool:
        """Say whether memory holds everything, so that no answer waits for a disk."""
        try:
            return self._revocations is None or self._revocations.is_current()
        except Exception:
            return False  # ``look`` says it in the log

    def look(self) -> bool:
        """Let what others have ended be in memory, and return whether it is."""
        revocations = self._revocations
        try:
            if revocations is not None and not revocations.is_current():
                revocations.refresh()
        except Exception as error:
            log.error("the revocations cannot be read: %s", type(error).__name__)
            return False
        return True

    def on(self, identity: Identity, now: int) -> str:
        """Return ``""`` for a session that nobody has ended, ``SUPERSEDED``, or why it is not to be trusted."""
        revocations = self._revocations
        if revocations is None:
            return ""
        try:
            verdict = revocations.verdict(identity.lineage, identity.session_id, identity.account, identity.epoch, now)
        except Exception as error:
            # Whatever it is that failed, nobody can tell now whether the session has been ended.
            log.error("the revocations cannot be read: %s", type(error).__name__)
            return UNAVAILABLE
        return verdict if verdict in _KNOWN else UNAVAILABLE

    def now_on(self, identity: Identity, now: int) -> str:
        """Look first, then return the verdict."""
        return self.on(identity, now) if self.look() else UNAVAILABLE

    def another_is_good(self, identity: Identity, now: int, epoch: int | None = None) -> bool:
        """Say of an id that is revoked whether it is the id alone, or its epoch, so that another cookie is good."""
        another = msgspec.structs.replace(identity, session_id=bytes(ID_SIZE), epoch=epoch or identity.epoch)
        return not self.on(another, now)
