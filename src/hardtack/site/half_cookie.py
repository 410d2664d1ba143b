"""The cookie of somebody who has proved one factor and not yet the other (``login.half``).

Only the pages of the second factor and, where the assurance demands one that the account does not have, its enrolment
read it; for every other page whoever shows it is signed out (attack 25). It ends with the browser, and with the half
done sign-in.
"""

from __future__ import annotations

from hardtack.login import half
from hardtack.login.half import Half, Shown
from hardtack.seal import Keyring, Purpose
from hardtack.session.visitor import Visitor
from hardtack.site.sealed_value import SealedValue


class HalfCookie:
    """Reads and writes it.

    Args:
        keyring: seals it.
        realm: what the sign-in protects; the cookie of another realm is none.
    """

    def __init__(self, keyring: Keyring, realm: str) -> None:
        self._value = SealedValue(
            keyring, realm, Purpose.HALF_SIGNED_IN, lambda names: names.half_name, half.encode, half.decode
        )

    def read(self, visitor: Visitor) -> Shown | None:
        """Return what a browser shows; never raises, whatever it sends. Whether it is good, the store knows."""
        return self._value.read(visitor)

    def put(self, begun: Half, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser show *begun* from now on."""
        self._value.put(begun.shown, begun.row.until, visitor, set_cookies, lasting=False)

    def delete(self, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser forget it."""
        self._value.delete(visitor, set_cookies)
