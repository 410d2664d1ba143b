"""The cookie of a browser in which the second factor is not asked for (``login.trusted``).

It is looked at only after the right password, and by the page that lists trusted devices. It stays through sign-outs,
until its end. Whatever is wrong with it, the browser is not trusted.
"""

from __future__ import annotations

from hardtack.login import trusted
from hardtack.login.trusted import NOTHING, Shown
from hardtack.seal import Keyring, Purpose
from hardtack.session.visitor import Visitor
from hardtack.site.sealed_value import SealedValue


class TrustedCookie:
    """Reads and writes it.

    Args:
        keyring: seals it.
        realm: what the sign-in protects; the cookie of another realm is none.
    """

    def __init__(self, keyring: Keyring, realm: str) -> None:
        self._value = SealedValue(
            keyring, realm, Purpose.TRUSTED_DEVICE, lambda names: names.trusted_name, trusted.encode, trusted.decode
        )

    def read(self, visitor: Visitor) -> Shown:
        """Return what a browser shows; never raises, whatever it sends. Whether it is good, the store knows."""
        return self._value.read(visitor) or NOTHING

    def put(self, shown: Shown, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser show *shown* from now on; nothing at all, where that is empty."""
        if shown.tokens:
            self._value.put(shown, shown.until(), visitor, set_cookies)
        else:
            self._value.delete(visitor, set_cookies)
