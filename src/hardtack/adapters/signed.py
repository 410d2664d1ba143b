"""Sessions that a framework has signed, taken over while a site changes to sealed ones: which, until when, how often.

They count until a date, only where no sealed cookie came along, and one at a time. Where there is a store to write down
what was used, each counts once, in whatever process: it is spent as soon as the request is opened, before anybody reads
a value. If the store fails, nothing is given out, and the cookie may be tried again. What is in a session is never
looked into here, and nothing here writes a cookie.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hardtack.errors import MisuseError
from hardtack.seal.token import MIN_TOKEN
from hardtack.session import upgrade

REPLAYED = "replayed"
"""Why a cookie does not count that was taken over before."""
UNAVAILABLE = "store-unavailable"
"""Why a cookie does not count yet: the store did not say whether it was taken over before."""

_SEALED = re.compile(rf"[0-9A-Za-z_-]{{{MIN_TOKEN},}}")  # what a framework has signed has dots in it

Read = Callable[[str, int], dict[str, Any] | None]
"""Returns what the value of a cookie holds at that time, or ``None`` if it is not signed as it should be."""


class Taken(NamedTuple):
    """A session that a framework has signed: its values, or why they are not given out."""

    values: dict[str, Any]
    once: bool = False
    """Whether the cookie counts no second time, so that the values are lost unless they are written."""
    why: str = ""
    error: str = ""
    """What the store raised: the name of its class."""


class SignedSessions:
    """Which signed sessions count.

    Args:
        until: the last second, Unix time.
        spent: where those that were taken over are written down; ``None`` for nowhere.

    Raises:
        MisuseError: if *until* is no whole number, or *spent* cannot spend.
    """

    def __init__(self, until: int, spent: upgrade.Spent | None) -> None:
        if type(until) is not int:
            raise MisuseError(
                f"accept_signed_until={until!r} is no time",
                "give whole Unix seconds, such as int(datetime(2027, 3, 1, tzinfo=UTC).timestamp())",
            )
        # A class has the method too; every cookie would be refused, and nobody would know why.
        if spent is not None and (isinstance(spent, type) or not isinstance(spent, upgrade.Spent)):
            raise MisuseError(f"spent={spent!r} cannot write down what was used", "give spent=SpentTable(database)")
        self._until = until
        self._spent = spent

    @classmethod
    def of(cls, until: int | None, spent: upgrade.Spent | None) -> SignedSessions | None:
        """Return which signed sessions count by a drop-in's settings; ``None`` without a date.

        Raises:
            MisuseError: as the class does, and if *spent* is given without a date.
        """
        if until is not None:
            return cls(until, spent)
        if spent is not None:
            raise MisuseError(
                "spent= is for signed cookies, and without a date none is accepted",
                "give accept_signed_until= as well, or leave spent= out",
            )
        return None

    def may_wait(self, tokens: Sequence[str]) -> bool:
        """Say whether ``take`` may ask a store for one of these, and so wait for it."""
        return self._spent is not None and bool(tokens) and self._may_count(tokens, int(time.time()))

    def _may_count(self, tokens: Sequence[str], now: int) -> bool:
        # Beside a sealed cookie, even one that is refused, nothing that is only signed counts.
        return now <= self._until and not any(map(_SEALED.fullmatch, tokens))

    def take(self, tokens: Sequence[str], read: Read) -> Taken | None:
        """Return the session among the values of the session cookie; ``None`` if there is none that counts.

        Args:
            tokens: the values, as the Cookie field has them.
            read: reads one of them.
        """
        now = int(time.time())
        if not self._may_count(tokens, now):
            return None
        found = []
        for token in tokens:
            values = read(token, now)
            if values is not None:
                found.append((token, values))
        if len(found) != 1:
            return None
        token, values = found[0]
        if self._spent is None:
            return Taken(values)
        try:
            first = self._spent.spend(upgrade.mark_of(token), self._until)
        except Exception as error:
            # Whatever the store raises: without its word the values are not given out.
            return Taken({}, why=UNAVAILABLE, error=type(error).__name__)
        return Taken(values, once=True) if first else Taken({}, why=REPLAYED)
