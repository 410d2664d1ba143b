"""How long a session lives: an idle and an absolute lifetime, both inside the seal, with leeway for skewed clocks.

A cookie carries when its session was born, when the cookie was issued, and the deadline that was true then. What
counts is the earliest of that deadline and of what today's policy makes of born and issued: a policy made stricter
holds for the cookies that are out, one made laxer does not revive them. Idle time is renewed lazily, after a quarter of
it, so that most answers carry no Set-Cookie; birth never is.

Nothing here reads a clock: ``now`` is whole Unix seconds, and so is every time; every duration is in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hardtack.errors import MisuseError


class Dated(Protocol):
    """What carries the three times of a session."""

    @property
    def born(self) -> int:
        """When the session began."""

    @property
    def issued(self) -> int:
        """When this cookie was written."""

    @property
    def deadline(self) -> int:
        """When it ends, as it was decided at issue."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The lifetimes that a site gives its sessions, in seconds.

    Args:
        idle: a session ends when it was not used for so long.
        absolute: a session ends so long after it began, however much it is used.
        leeway: how far the clocks of two servers may be apart.
        reissue_after: a cookie older than this is written anew; ``None`` for a quarter of the idle time.

    Raises:
        MisuseError: if one of them is not a whole number of seconds.
    """

    idle: int = 86_400
    absolute: int = 30 * 86_400
    leeway: int = 60
    reissue_after: int | None = None
    renew_after: int = field(init=False, repr=False, compare=False)
    """What ``reissue_after`` comes to."""

    def __post_init__(self) -> None:
        for name, least in (("idle", 1), ("absolute", 1), ("leeway", 0), ("reissue_after", 0)):
            seconds = getattr(self, name)
            if name == "reissue_after" and seconds is None:
                seconds = self.idle // 4
            if type(seconds) is not int or seconds < least:
                raise MisuseError(f"{name}={seconds!r} is not a duration", f"give whole seconds, at least {least}")
        object.__setattr__(self, "renew_after", seconds)

    def deadline_of(self, born: int, issued: int) -> int:
        """Return when a cookie issued then, for a session born then, ends by this policy."""
        idle = issued + self.idle
        absolute = born + self.absolute
        return idle if idle < absolute else absolute

    def refusal(self, times: Dated, now: int) -> str:
        """Return why a cookie with these times is refused (``"expired"`` or ``"future"``), or ``""`` if it is not."""
        issued = times.issued
        born = times.born
        latest = now + self.leeway
        if issued > latest or born > latest:
            return "future"
        # Written out instead of min(...): this runs for every cookie of every request.
        earliest = now - self.leeway
        if earliest >= times.deadline or earliest >= issued + self.idle or earliest >= born + self.absolute:
            return "expired"
        return ""

    def is_due(self, times: Dated, now: int) -> bool:
        """Say whether a cookie is old enough to be written anew, and would live longer for it."""
        if now - times.issued < self.renew_after:
            return False
        return self.deadline_of(times.born, now) > min(times.deadline, times.issued + self.idle)
