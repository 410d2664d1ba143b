"""What a program may demand of somebody who is to have proved a moment ago who they are; looked at when it starts.

A wrong word would otherwise be found by the first visitor, or worse, by nobody. What the words mean, and when somebody
has done what they say, is decided by ``site.step_up`` and ``login.factors`` for all frameworks.
"""

from __future__ import annotations

from hardtack.errors import MisuseError
from hardtack.login import factors


def check_recent(max_age: int | None, factor: str | None) -> None:
    """Refuse an age within which nobody could come back from the page that asks for a proof, and a factor that is none.

    Raises:
        MisuseError: *max_age* is neither a whole number of seconds above zero nor ``None``, or *factor* is neither
            ``"second"`` nor ``"passkey"`` nor ``None``.
    """
    if max_age is not None and (type(max_age) is not int or max_age <= 0):
        raise MisuseError(f"max_age={max_age!r:.80} is no time", "give whole seconds, such as max_age=300")
    factors.check_strength(factor)
