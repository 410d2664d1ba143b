"""Sessions that Flask itself has signed, taken over while a site changes to sealed ones: which, until when, how often.

They count until a date, only where no sealed cookie came along, and one at a time. Where there is a store to write down
what was used, each counts once, in whatever process: it is spent as soon as the request is opened, before anybody reads
a value. If the store fails, nothing is given out, and the cookie may be tried again. What is in a session is never
looked into here, and nothing here writes a cookie.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hardtack.errors import MisuseError
from hardtack.seal.token import MIN_TOKEN
from hardtack.session import upgrade

if TYPE_CHECKING:
    from flask import Flask

MAX_COOKIES = 8
"""Of one name: more do not come from paths and sub-domains, but from somebody who tries something."""

REPLAYED = "replayed"
"""Why a cookie does not count that was taken over before."""
UNAVAILABLE = "store-unavailable"
"""Why a cookie does not count yet: the store did not say whether it was taken over before."""

_SEALED = re.compile(rf"[0-9A-Za-z_-]{{{MIN_TOKEN},}}")  # what Flask has signed has dots in it


class Taken(NamedTuple):
    """A session that Flask has signed: its values, or why they are not given out."""

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

    def take(self, app: Flask, tokens: Sequence[str], salt: str, untag: Callable[[str], Any]) -> Taken | None:
        """Return the session among the values of the session cookie; ``None`` if there is none that counts.

        Args:
            app: whose secrets and lifetime count.
            tokens: the values, as the Cookie field has them.
            salt: what the sessions were signed under.
            untag: makes values of the JSON.
        """
        now = int(time.time())
        # Beside a sealed cookie, even one that is refused, nothing that is only signed counts.
        if now > self._until or any(map(_SEALED.fullmatch, tokens)):
            return None
        secrets = [secret for secret in (app.secret_key, *(app.config["SECRET_KEY_FALLBACKS"] or ())) if secret]
        max_age = int(app.permanent_session_lifetime.total_seconds())
        found = []
        for token in tokens:
            values = upgrade.read_flask(token, secrets, salt=salt, now=now, max_age=max_age, untag=untag)
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
