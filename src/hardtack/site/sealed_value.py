"""A cookie of ours beside the identity: one value, sealed for its purpose, name and realm, that is no session.

It is read only if it is the only one of its name (attack 23) and no longer than browsers keep. Whatever is wrong with
it, it is as if none had come, a log line says the reason, and nothing is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hardtack.seal import Keyring, Purpose, SealError
from hardtack.session import cookie
from hardtack.session.cookie import MAX_PAIR
from hardtack.session.identity import UNDECODABLE
from hardtack.session.policy import CookiePolicy
from hardtack.session.sealed import log
from hardtack.session.visitor import Visitor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SealedValue(Generic[T]):
    """Reads and writes one such cookie.

    Args:
        keyring: seals it.
        realm: what the sign-in protects; the cookie of another realm is none.
        purpose: of its own.
        name: returns what it is called.
        encode: makes bytes of a value.
        decode: makes a value of bytes, or raises one of ``UNDECODABLE``.
    """

    keyring: Keyring
    realm: str
    purpose: Purpose
    name: Callable[[CookiePolicy], str]
    encode: Callable[[T], bytes]
    decode: Callable[[bytes], T]

    def came(self, visitor: Visitor) -> bool:
        """Return whether any came along, good or not."""
        return bool(cookie.find(visitor.cookies, self.name(visitor.names)))

    def read(self, visitor: Visitor) -> T | None:
        """Return what a browser shows; never raises, whatever it sends."""
        name = self.name(visitor.names)
        tokens = cookie.find(visitor.cookies, name)
        if not tokens:
            return None
        why: str
        if len(tokens) != 1:
            why = "duplicate"
        elif len(tokens[0]) > MAX_PAIR:
            why = "oversized"
        else:
            try:
                opened = self.keyring.open(tokens[0], purpose=self.purpose, context=(name, self.realm), now=visitor.now)
                return self.decode(opened)
            except SealError as error:
                why = error.reason
            except UNDECODABLE:
                why = "malformed"
        log.warning(
            "cookie refused: %s (%s)", name, why, extra={"event": "cookie-refused", "cookie": name, "reason": why}
        )
        return None

    def put(self, value: T, until: int, visitor: Visitor, set_cookies: list[str], *, lasting: bool = True) -> None:
        """Let the browser show *value* from now on.

        Args:
            value: what.
            until: until when it counts, Unix seconds.
            visitor: the browser.
            set_cookies: the Set-Cookie values of the answer, to which it is added, in the place of an earlier one.
            lasting: whether it outlives the browser.
        """
        name = self.name(visitor.names)
        sealed = self.keyring.seal(
            self.encode(value), purpose=self.purpose, context=(name, self.realm), expires_at=until
        )
        self._take_back(name, set_cookies)
        max_age = until - visitor.now if lasting else None
        set_cookies.append(visitor.names.set_cookie(name, sealed, max_age=max_age))

    def delete(self, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser forget it, if it has one."""
        name = self.name(visitor.names)
        self._take_back(name, set_cookies)
        if self.came(visitor):
            set_cookies.append(visitor.names.delete_cookie(name))

    @staticmethod
    def _take_back(name: str, set_cookies: list[str]) -> None:
        set_cookies[:] = [value for value in set_cookies if not value.startswith(f"{name}=")]
