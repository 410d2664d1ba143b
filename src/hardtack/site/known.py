"""The cookie by which a browser is known in which somebody has signed in before (``login.devices``).

It carries no right: whoever has it signs in like everybody else, but is counted apart from everybody else. So it stays
through sign-outs, for 180 days, and no page asks for it. It is sealed for its purpose, name and realm, and read only
if it is the only one of its name (attack 23). Whatever is wrong with it, the browser is an unknown one, a log line says
the reason, and nothing is raised.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardtack.login import devices
from hardtack.login.devices import UNKNOWN, Known
from hardtack.seal import Keyring, Purpose, SealError
from hardtack.session import cookie
from hardtack.session.cookie import MAX_PAIR
from hardtack.session.sealed import log
from hardtack.session.visitor import Visitor


@dataclass(frozen=True, slots=True)
class KnownCookie:
    """Reads and writes it.

    Args:
        keyring: seals it.
        realm: what the sign-in protects; the cookie of another realm is none.
    """

    keyring: Keyring
    realm: str

    def read(self, visitor: Visitor) -> Known:
        """Return what a browser shows; never raises, whatever it sends."""
        name = visitor.names.known_name
        tokens = cookie.find(visitor.cookies, name)
        if not tokens:
            return UNKNOWN
        if len(tokens) != 1:
            return _refused(name, "duplicate")
        if len(tokens[0]) > MAX_PAIR:
            return _refused(name, "oversized")
        try:
            opened = self.keyring.open(
                tokens[0], purpose=Purpose.KNOWN_DEVICE, context=(name, self.realm), now=visitor.now
            )
            return devices.decode(opened)
        except SealError as error:
            return _refused(name, error.reason)
        except devices.UNDECODABLE:
            return _refused(name, "malformed")

    def put(self, known: Known, visitor: Visitor, set_cookies: list[str]) -> None:
        """Let the browser show *known* from now on.

        Args:
            known: what.
            visitor: the browser.
            set_cookies: the Set-Cookie values of the answer, to which it is added, in the place of an earlier one.
        """
        name, until = visitor.names.known_name, known.until()
        sealed = self.keyring.seal(
            devices.encode(known), purpose=Purpose.KNOWN_DEVICE, context=(name, self.realm), expires_at=until
        )
        set_cookies[:] = [value for value in set_cookies if not value.startswith(f"{name}=")]
        set_cookies.append(visitor.names.set_cookie(name, sealed, max_age=until - visitor.now))


def _refused(name: str, why: str) -> Known:
    fields = {"event": "cookie-refused", "cookie": name, "reason": why}
    log.warning("cookie refused: %s (%s)", name, why, extra=fields)
    return UNKNOWN
