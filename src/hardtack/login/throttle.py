"""How often somebody may try: the budgets of sign-in and sign-up, and whom each attempt is counted for.

A sign-in takes a place from two budgets before the password is hashed: the canonical name's (10 at once, then one in 6
seconds; the same whether the name exists) and the client's (30 at once, then one in 2 seconds). A success gives back
the two places that it took and nothing more: earlier failures stay counted, so signing in to an account of one's own
buys no guesses at another (attack 12). A sign-up takes one of 20 an hour from its client and gives nothing back.

An IPv6 client is its /64, since that is what one household or server has; an IPv4 address inside IPv6 is that IPv4
address; everything that is no address shares one budget, so leaving the address out gains nobody anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.seal import Keyring
from hardtack.store.throttle import Budget, Budgets, Refusal

NAME = Budget(at_once=10, interval=6)
CLIENT = Budget(at_once=30, interval=2)
SIGN_UP = Budget(at_once=20, interval=180)

UNKNOWN_CLIENT = "unknown"

Places = Sequence[tuple[bytes, Budget]]


class TooManyAttempts(Refused):
    """The budget is used up; whether the password was right was not looked at."""

    status = 429
    slug = "too-many-attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            {
                "en": "Too many attempts in a short time, so this one was not looked at.",
                "zh": "短时间内尝试次数过多，这一次没有处理。",
            },
            retry_after=retry_after,
        )


class Throttle:
    """The budgets, by name and by client.

    Args:
        keyring: hashes the keys, so that the table tells nobody who tried what.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._budgets = Budgets()

    def sign_in(self, name: str, client: str) -> Places:
        """Return the places that one attempt to sign in needs.

        Args:
            name: as ``names.fold`` returned it.
            client: the network address.
        """
        return ((self._key("throttle-name", name), NAME), *self.client(client))

    def client(self, client: str) -> Places:
        """Return the place that an attempt without a name needs."""
        return ((self._key("throttle-client", group(client)), CLIENT),)

    def sign_up(self, client: str) -> Places:
        """Return the place that one sign-up needs."""
        return ((self._key("throttle-sign-up", group(client)), SIGN_UP),)

    def take(self, connection: Connection, places: Places, now: int) -> Refusal | None:
        """Take all of *places* or none; return why not."""
        return self._budgets.take(connection, places, now)

    def give_back(self, connection: Connection, places: Places, taken_at: int) -> None:
        """Give back what one ``take`` took."""
        self._budgets.give_back(connection, places, taken_at)

    def prune(self, connection: Connection, now: int) -> None:
        """Delete what is counted no more."""
        self._budgets.prune(connection, now)

    def _key(self, purpose: str, text: str) -> bytes:
        return self._keyring.lookup_hash(text.encode(), purpose=purpose)


def address(client: str) -> IPv4Address | IPv6Address | None:
    """Return the network address in *client*, or ``None`` if there is none, whatever is given."""
    try:
        found = ip_address(client)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def group(client: str) -> str:
    """Return whom an attempt is counted for: an IPv4 address, an IPv6 /64, or all the unknown together."""
    found = address(client)
    if isinstance(found, IPv6Address):
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return UNKNOWN_CLIENT if found is None else str(found)
