"""What the session room asks of whoever knows which sessions have been ended.

A sealed cookie cannot be taken back, so somebody must remember what was ended: the store does, and this room only
declares what it needs of it. The answers come from memory; reading is one operation of its own, so that an
asynchronous adapter can do it off its event loop before it opens a session, and then no answer here waits.

The order is the point: ``is_current`` is asked on every request, before the verdict, so that what one process has
ended is ended in every process of the node by the time its answer is out. Whatever goes wrong, nobody is trusted.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

Verdict = Literal["", "revoked", "unknown"]
"""Good; ended; or nobody can tell, because what is known is too old to be trusted."""


@runtime_checkable
class Revocations(Protocol):
    """The sessions that have been ended, as far as this process knows."""

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return a ``Verdict`` on a session from memory; raise nothing, wait for nothing.

        Args:
            lineage: what an ended session was named by.
            session_id: the id of this cookie, which step-up may have superseded.
            account: the number of the account.
            epoch: the account's counter that the session carries; an earlier one than the account's is ended.
            now: Unix time in seconds.
        """
        ...

    def is_current(self) -> bool:
        """Say whether memory holds everything that has been written on this node; costs well below a microsecond."""
        ...

    def refresh(self) -> None:
        """Read what is missing in memory; may wait for a disk, and may raise, after which the verdict is unknown."""
        ...
