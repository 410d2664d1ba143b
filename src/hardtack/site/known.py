"""The cookie by which a browser is known in which somebody has signed in before (``login.devices``).

It carries no right: whoever has it signs in like everybody else, but is counted apart from everybody else. So it stays
through sign-outs, for 180 days, and no page asks for it. How it is sealed and read is that of ``SealedValue``; whatever
is wrong with it, the browser is an unknown one.
"""

from __future__ import annotations

from hardtack.login import devices
from hardtack.login.devices import UNKNOWN, Known
from hardtack.seal import Keyring, Purpose
from hardtack.session.visitor import Visitor
from hardtack.site.sealed_value import SealedValue


class KnownCookie:
    """Reads and writes it.

    Args:
        keyring: seals it.
        realm: what the sign-in protects; the cookie of another realm is none.
    """

    def __init__(self, keyring: Keyring, realm: str) -> None:
        self._value = SealedValue(
            keyring, realm, Purpose.KNOWN_DEVICE, lambda names: names.known_name, devices.encode, devices.decode
        )

    def read(self, visitor: Visitor) -> Known:
        """Return what a browser shows; never raises, whatever it sends."""
        return self._value.read(visitor) or UNKNOWN

    def put(self, known: Known, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser show *known* from now on.

        Args:
            known: what.
            visitor: the browser.
            set_cookies: the Set-Cookie values of the answer, to which it is added, in the place of an earlier one.
        """
        self._value.put(known, known.until(), visitor, set_cookies)
