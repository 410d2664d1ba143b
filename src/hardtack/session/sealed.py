"""One sealed cookie of ours: read it from a Cookie field, write it, delete it.

A cookie is read only if it is the only one of its name, of a size that browsers keep, sealed for its purpose and bound
to this name and place, of the form that we write, and within its lifetimes. Whatever fails, the outcome is a reason:
one log line names the cookie and says it, nothing is raised, and the cookie itself is put into no log.

It is deleted with the attributes that it was set with, as browsers demand for the prefix.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from hardtack.message import http_date
from hardtack.seal import Keyring, SealError
from hardtack.session.cookie import MAX_PAIR, find
from hardtack.session.identity import UNDECODABLE
from hardtack.session.lifetimes import Dated

NONE = "none"

log: logging.Logger = logging.getLogger("hardtack.session")

_Record = TypeVar("_Record", bound=Dated)
_Judged_contra = TypeVar("_Judged_contra", contravariant=True)


class Limits(Protocol[_Judged_contra]):
    """What decides how long a record lives."""

    @property
    def leeway(self) -> int:
        """How far the clocks of two servers may be apart, in seconds."""

    @property
    def idle(self) -> int:
        """How long most cookies live when they are written, in seconds."""

    def refusal(self, times: _Judged_contra, now: int, /) -> str:
        """Return why a record is refused for its times, or ``""``."""


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
        persistent: whether it outlives the browser, unless a write says otherwise.
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
        "_usual_seconds",
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
        lifetimes: Limits[_Record],
        decode: Callable[[Any], _Record],
        attributes: str,
        persistent: bool,
    ) -> None:
        self.name: str = name
        self.deletion: str = f"{name}=; Expires={http_date(0)}{attributes}"
        self._purpose = purpose
        self._context = (name, *place)
        self._keyring = keyring
        self._lifetimes = lifetimes
        self._leeway = lifetimes.leeway
        self._decode = decode
        self._attributes = attributes
        self._persistent = persistent
        self._usual_seconds = lifetimes.idle
        self._usual_tail = self._tail(lifetimes.idle, persistent)

    def read(self, header: str, now: int, limits: Limits[_Record] | None = None) -> _Record | str:
        """Return the record in the one cookie of this name, or why there is none.

        Promise: returns for any *header*, never raises.

        Args:
            header: the value of the Cookie field.
            now: Unix time in seconds.
            limits: how long it lives, where not as long as usual.
        """
        found = self.glance(header, now, limits)
        return self.refused(found) if isinstance(found, str) and found != NONE else found

    def glance(self, header: str, now: int, limits: Limits[_Record] | None = None) -> _Record | str:
        """Do as ``read``, without a word in the log: for who asks again before anybody is refused."""
        tokens = find(header, self.name)
        if len(tokens) != 1:
            return "duplicate" if tokens else NONE
        token = tokens[0]
        if len(token) > MAX_PAIR:
            return "oversized"
        try:
            # The seal knows no leeway, so the clock is put back for it.
            opened = self._keyring.open(token, purpose=self._purpose, context=self._context, now=now - self._leeway)
            record = self._decode(opened)
        except SealError as error:
            return error.reason
        except UNDECODABLE:
            return "malformed"
        return (limits or self._lifetimes).refusal(record, now) or record

    def write(self, plaintext: bytes, deadline: int, now: int, persistent: bool | None = None) -> str:
        """Return the Set-Cookie value that holds *plaintext* until *deadline*.

        Args:
            plaintext: the record, encoded.
            deadline: Unix time in seconds.
            now: the same.
            persistent: whether it outlives the browser; ``None`` for as usual.
        """
        token = self._keyring.seal(plaintext, purpose=self._purpose, context=self._context, expires_at=deadline)
        seconds = deadline - now
        if persistent is None or persistent is self._persistent:
            if seconds == self._usual_seconds:
                return f"{self.name}={token}{self._usual_tail}"
            persistent = self._persistent
        return f"{self.name}={token}{self._tail(seconds, persistent)}"

    def refused(self, why: str) -> str:
        """Log that this cookie was refused, and return *why*."""
        log.warning(
            "cookie refused: %s (%s)",
            self.name,
            why,
            extra={"event": "cookie-refused", "cookie": self.name, "reason": why},
        )
        return why

    def _tail(self, seconds: int, persistent: bool) -> str:
        """Return what follows the value of a cookie with so long to live; within the leeway after that, the least."""
        return f"; Max-Age={max(seconds, 1)}{self._attributes}" if persistent else self._attributes
