"""What the session room asks of whoever knows which sessions have been ended.

A sealed cookie cannot be taken back, so somebody must remember what was ended: the store does, and this room only
declares what it needs of it. The answers come from memory; reading is one operation of its own, so that an
asynchronous adapter can do it off its event loop before it opens a session, and then no answer here waits.

The order is the point: ``is_current`` is asked on every request, before the verdict, so that what one process has
ended is ended in every process of the node by the time its answer is out. Whatever goes wrong, nobody is trusted.

An id that step-up has replaced is superseded first and revoked later: requests that are under way with the old cookie
are still answered, by the old rights, and none of those answers touches the cookies that the step-up has set.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from hardtack.errors import Refused

Verdict = Literal["", "superseded", "revoked", "unknown"]
"""Good; replaced a moment ago; ended; or nobody can tell, because what is known is too old to be trusted."""

GRACE = 30
"""For how many seconds an id that step-up has replaced still names its owner."""


RETRY_AFTER = 5
"""Seconds until the ended sessions are likely to be known again, where nobody can tell."""


class SupersededSession(Refused):
    """The request came with the cookie from before a step-up, which cannot be raised again."""

    status = 401
    slug = "superseded-session"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "Your sign-in was renewed while this request was under way, so nothing was changed. "
                "Please try again.",
                "zh": "此请求处理期间您的登录状态已更新，因此没有做任何更改。请再试一次。",
            }
        )


@runtime_checkable
class Revocations(Protocol):
    """The sessions that have been ended, as far as this process knows."""

    def verdict(self, lineage: bytes, session_id: bytes, account: int, epoch: int, now: int) -> str:
        """Return a ``Verdict`` on a session from memory; raise nothing, wait for nothing.

        Args:
            lineage: what an ended session was named by.
            session_id: the id of this cookie; one that step-up has replaced is ``"superseded"`` for ``GRACE`` seconds,
                then ``"revoked"``.
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
