"""How long a session lives: an idle and an absolute lifetime, both inside the seal, with leeway for skewed clocks.

A cookie carries when its session was born, when the cookie was issued, and the deadline that was true then. What
counts is the earliest of that deadline and of what today's policy makes of born and issued: a policy made stricter
holds for the cookies that are out, one made laxer does not revive them. Idle time is renewed lazily, after a quarter of
it, so that most answers carry no Set-Cookie; birth never is.

Whoever asks to be kept signed in gets longer lifetimes of their own; the identity says so under the seal.

Nothing here reads a clock: ``now`` is whole Unix seconds, and so is every time; every duration is in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hardtack.errors import MisuseError
from hardtack.session.cookie import MAX_LIFETIME

LEEWAY = 60
"""How far the clocks of two servers may be apart, in seconds."""


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


class Keepable(Dated, Protocol):
    """What also says whether its owner asked to be kept signed in."""

    @property
    def kept(self) -> bool | None:
        """Whether the longer lifetimes are its own."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """The lifetimes that a site gives its sessions, in seconds.

    Args:
        idle: a session ends when it was not used for so long.
        absolute: a session ends so long after it began, however much it is used.
        leeway: how far the clocks of two servers may be apart.
        reissue_after: a cookie older than this is written anew; ``None`` for a quarter of the idle time.

    Raises:
        MisuseError: if one of them is not a whole number of seconds, or a browser would forget the cookie before.
    """

    idle: int = 86_400
    absolute: int = 30 * 86_400
    leeway: int = LEEWAY
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
        if min(self.idle, self.absolute) > MAX_LIFETIME:
            raise MisuseError(
                f"idle={self.idle} is over 400 days, and browsers keep no cookie longer",
                f"give at most {MAX_LIFETIME} seconds; whoever comes back in time is renewed",
            )
        object.__setattr__(self, "renew_after", seconds)

    def deadline_of(self, born: int, issued: int) -> int:
        """Return when a cookie issued then, for a session born then, ends by this policy."""
        idle = issued + self.idle
        absolute = born + self.absolute
        return idle if idle < absolute else absolute

    def refusal(self, times: Dated, now: int) -> str:
        """Return why a cookie with these times is refused (``"expired"`` or ``"future"``), or ``""`` if it is not."""
        leeway = self.leeway
        # Written out instead of min(...) and max(...): this runs for every cookie of every request.
        unused = now - times.issued
        age = now - times.born
        if unused + leeway < 0 or age + leeway < 0:
            return "future"
        if unused - leeway >= self.idle or age - leeway >= self.absolute or now - leeway >= times.deadline:
            return "expired"
        return ""

    def is_due(self, times: Dated, now: int) -> bool:
        """Say whether a cookie is old enough to be written anew, and would live longer for it."""
        if now - times.issued < self.renew_after:
            return False
        return self.deadline_of(times.born, now) > min(times.deadline, times.issued + self.idle)


KEPT_IDLE = 30 * 86_400
"""How long a person who is kept signed in may stay away, unless the site says otherwise."""
KEPT_ABSOLUTE = 90 * 86_400
"""How long they are kept signed in, however often they come, unless the site says otherwise."""


class KeptLifetimes:
    """The two sets of lifetimes that identities have: the usual, and that of people who are kept signed in.

    Args:
        usual: for everybody else.
        kept: for them; ``None`` for a month idle and three months in all, or the usual where that is longer.

    Raises:
        MisuseError: if they would be signed out sooner than others, or the clocks differ only for them.
    """

    __slots__ = ("kept", "leeway", "usual")

    def __init__(self, usual: Lifetimes, kept: Lifetimes | None) -> None:
        if kept is None:
            idle, absolute = max(usual.idle, KEPT_IDLE), max(usual.absolute, KEPT_ABSOLUTE)
            kept = Lifetimes(idle=idle, absolute=absolute, leeway=usual.leeway)
        if kept.idle < usual.idle or kept.absolute < usual.absolute:
            raise MisuseError("people who are kept signed in would be signed out sooner than others", "give them more")
        if kept.leeway != usual.leeway:
            raise MisuseError("the leeway is for the clocks of servers, whoever is signed in", "give both the same")
        self.usual: Lifetimes = usual
        self.kept: Lifetimes = kept
        self.leeway: int = usual.leeway

    @property
    def idle(self) -> int:
        """The idle time that most identities have."""
        return self.usual.idle

    def of(self, identity: Keepable | None) -> Lifetimes:
        """Return the lifetimes of an identity, or of whoever has none."""
        return self.kept if identity is not None and identity.kept else self.usual

    def refusal(self, identity: Keepable, now: int) -> str:
        """Return why an identity is refused, as ``Lifetimes.refusal``."""
        return (self.kept if identity.kept else self.usual).refusal(identity, now)
