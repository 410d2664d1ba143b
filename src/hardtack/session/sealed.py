"""One sealed cookie of ours: read it from a Cookie field, write it, delete it.

A cookie is read only if it is the only one of its name, of a size that browsers keep, sealed for its purpose and bound
to this name and place, of the form that we write, and within its lifetimes. Whatever fails, the outcome is a reason:
one log line names the cookie and says it, nothing is raised, and the cookie itself is put into no log.

It is deleted with the attributes that it was set with, as browsers demand for the prefix.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from hardtack.seal import Keyring, SealError
from hardtack.session.cookie import MAX_PAIR, find, http_date
from hardtack.session.identity import UNDECODABLE
from hardtack.session.lifetimes import Dated, Lifetimes

NONE = "none"

log = logging.getLogger("hardtack.session")

_Record = TypeVar("_Record", bound=Dated)


class SealedCookie(Generic[_Record]):
    """A cookie of one name and purpose.

    Args:
        name: its name.
        purpose: what it is sealed for.
        place: what it is bound to besides its name.
        keyring: what seals it.
        lifetimes: how long it lives.
        decode: makes a record of what was sealed, or raises one of ``UNDECODABLE``.
        attributes: what follows the lifetime in a Set-Cookie value.
        persistent: whether it outlives the browser.
    """

    __slots__ = (
        "_attributes",
        "_context",
        "_decode",
        "_keyring",
        "_leeway",
        "_lifetimes",
        "_persistent",
        "_purpose",
        "_usual_tail",
        "deletion",
        "name",
    )

    def __init__(
        self,
        name: str,
        *,
        purpose: str,
        place: tuple[str, ...],
        keyring: Keyring,
        lifetimes: Lifetimes,
        decode: Callable[[Any], _Record],
        attributes: str,
        persistent: bool,
    ) -> None:
        self.name = name
        self.deletion = f"{name}=; Expires={http_date(0)}{attributes}"
        self._purpose = purpose
        self._context = (name, *place)
        self._keyring = keyring
        self._lifetimes = lifetimes
        self._leeway = lifetimes.leeway
        self._decode = decode
        self._attributes = attributes
        self._persistent = persistent
        self._usual_tail = self._tail(lifetimes.idle)

    def read(self, header: str, now: int) -> _Record | str:
        """Return the record in the one cookie of this name, or why there is none.

        Promise: returns for any *header*, never raises.
        """
        tokens = find(header, self.name)
        if not tokens:
            return NONE
        token = tokens[0]
        if len(tokens) > 1:
            why = "duplicate"
        elif len(token) > MAX_PAIR:
            why = "oversized"
        else:
            try:
                # The seal knows no leeway, so the clock is put back for it.
                opened = self._keyring.open(token, purpose=self._purpose, context=self._context, now=now - self._leeway)
            except SealError as error:
                return self.refused(error.reason)
            try:
                record = self._decode(opened)
            except UNDECODABLE:
                return self.refused("malformed")
            why = self._lifetimes.refusal(record, now)
            if not why:
                return record
        return self.refused(why)

    def write(self, plaintext: bytes, deadline: int, now: int) -> str:
        """Return the Set-Cookie value that holds *plaintext* until *deadline*."""
        token = self._keyring.seal(plaintext, purpose=self._purpose, context=self._context, expires_at=deadline)
        seconds = deadline - now
        return f"{self.name}={token}{self._usual_tail if seconds == self._lifetimes.idle else self._tail(seconds)}"

    def refused(self, why: str) -> str:
        """Log that this cookie was refused, and return *why*."""
        log.warning(
            "cookie refused: %s (%s)",
            self.name,
            why,
            extra={"event": "cookie-refused", "cookie": self.name, "reason": why},
        )
        return why

    def _tail(self, seconds: int) -> str:
        """Return what follows the value of a cookie with so long to live; within the leeway after that, the least."""
        return f"; Max-Age={max(seconds, 1)}{self._attributes}" if self._persistent else self._attributes
