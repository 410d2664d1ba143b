"""How often somebody may try: the budgets of sign-in and what ends them, and whom each attempt is counted for.

An attempt from an unknown device takes a place from two budgets before the password is hashed: the canonical name's (10
at once, then one in 6 seconds; the same whether the name exists) and the client's (30 at once, then one in 2 seconds).
A browser that shows a known device of the account that is meant takes its place from that device's own budget (10 at
once, then one in 6 seconds) in the stead of both, so nobody can use up the owner's. A success gives back
the places that it took and nothing more: earlier failures stay counted, so signing in to an account of one's own
buys no guesses at another (attack 12). A sign-up, or a request for a link by mail, takes one of 20 an hour from its
client and gives nothing back.

Where a second factor follows, the password alone is no success: the client's place comes back, the name's and the
device's do not, and the attempt stays counted in the row below until all is proved.

Beside the budgets failures in a row are counted, the name's from unknown devices and each known device's. At
``LIMIT`` of a name no unknown device reaches the hash any more, whatever its password; at ``LIMIT`` of a device it is a
known one no longer. A success begins anew: from a known device for the device and the name, so the owner unlocks the
name by signing in. Passed time does not.

One budget for an account: its name and its address are the same key. Somebody who has guessed both could see that they
belong together, from the one being used up by the other; two keys would give every attacker twice the guesses.

An IPv6 client is its /64, since that is what one household or server has; an IPv4 address inside IPv6 is that IPv4
address; everything that is no address shares one budget, so leaving the address out gains nobody anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.login.devices import Device
from hardtack.seal import Keyring
from hardtack.store.streaks import LIMIT, Streaks
from hardtack.store.throttle import Budget, Budgets, Refusal

NAME = Budget(at_once=10, interval=6)
DEVICE = Budget(at_once=10, interval=6)
CLIENT = Budget(at_once=30, interval=2)
SIGN_UP = Budget(at_once=20, interval=180)
RELEASE = Budget(at_once=20, interval=180)

BURSTS = (10, 50, LIMIT)
"""Failures in a row at which the owner is told."""

UNKNOWN_CLIENT = "unknown"

_LONGEST = 120
"""Characters of an address with its zone, at most."""

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


class TooManyFailures(Refused):
    """Too many failures in a row: no attempt from an unknown device is looked at, and waiting does not help."""

    status = 429
    slug = "too-many-failures"

    def __init__(self) -> None:
        super().__init__(
            {
                "en": "There were too many wrong passwords for this name in a row. Until its owner signs in, no "
                "password is looked at that comes from an unknown device, not even the right one. Three ways are "
                "open: a browser in which the owner has signed in before; a link that is sent to the address of "
                "the account, where this service sends mail; or a link from an administrator.",
                "zh": "此用户名连续输错密码的次数过多。在本人登录之前，来自未知设备的密码一律不再处理，即使正确。"
                "仍有三条途径：本人曾经登录过的浏览器；发送到账户邮箱的链接（若本服务能发送邮件）；由管理员提供的链接。",
            }
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """What one attempt was counted for, or why it was not let in.

    Args:
        places: what it took from the budgets.
        name: the key of the name's streak.
        counted: the key of the streak that it was counted in: the name's, or the known device's.
        failures: how many in a row there are, if this is one more.
        refusal: a budget was used up, and nothing was counted.
        locked: there were too many failures in a row, and nothing was counted.
    """

    places: Places
    name: bytes
    counted: bytes
    failures: int = 0
    refusal: Refusal | None = None
    locked: bool = False

    @property
    def by_known_device(self) -> bool:
        """Whether it came from a known device."""
        return self.counted != self.name

    @property
    def locks(self) -> bool:
        """Whether it is the last one before none is looked at any more."""
        return self.failures == LIMIT


class Throttle:
    """The budgets and the failures in a row, by name, by device and by client.

    Args:
        keyring: hashes the keys, so that the table tells nobody who tried what.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._budgets = Budgets()
        self._streaks = Streaks()

    def admit(
        self, connection: Connection, name: str | None, client: str, device: Device | None, now: int
    ) -> Admission:
        """Let one attempt in and count it, or say why not. The statements are the same for every name.

        Args:
            connection: one that ``Database.write`` gave.
            name: as ``names.fold`` returned it, or the account's own; ``None`` where there is none.
            client: the network address.
            device: the known device that the browser shows for the account that is meant.
            now: Unix seconds.
        """
        named = self._key("streak-name", name or "")
        shown = named if device is None else self._device_key("streak-device", device)
        by_name, by_device = self._streaks.read(connection, (named, shown), now)
        known = device is not None and by_device.failures < LIMIT
        if device is not None and known:
            places: Places = ((self._device_key("throttle-device", device), DEVICE),)
        else:
            places, shown, by_device = (
                self.client(client) if name is None else self.sign_in(name, client),
                named,
                by_name,
            )
        if by_device.failures >= LIMIT:
            return Admission((), named, shown, locked=True)
        refusal = self._budgets.take(connection, places, now)
        if refusal is not None:
            return Admission((), named, shown, refusal=refusal)
        return Admission(places, named, shown, self._streaks.count(connection, shown, by_device, now))

    def passed(self, connection: Connection, admission: Admission, now: int) -> None:
        """Give back what a success took, and let there be no failures: of its device, and so of the name.

        Args:
            connection: one that ``Database.write`` gave.
            admission: as ``admit`` returned it.
            now: when it was admitted, Unix seconds.
        """
        self._budgets.give_back(connection, admission.places, now)
        self._streaks.reset(connection, (admission.name, admission.counted))

    def half_passed(self, connection: Connection, admission: Admission, now: int) -> None:
        """Give back the client's place alone, after a right password that a second factor must follow.

        Those of one household or office sign in at the same hour; the name's place and the count stay as they are.

        Args:
            connection: one that ``Database.write`` gave.
            admission: as ``admit`` returned it.
            now: when it was admitted, Unix seconds.
        """
        clients = [(key, budget) for key, budget in admission.places if budget is CLIENT]
        if clients:
            self._budgets.give_back(connection, clients, now)

    def finished(self, connection: Connection, name: str, device: Device | None) -> None:
        """Let there be no failures of a name and of the device from which its owner has proved all that is needed.

        Args:
            connection: one that ``Database.write`` gave.
            name: the account's own.
            device: the known device that the browser shows for the account.
        """
        shown = () if device is None else (self._device_key("streak-device", device),)
        self._streaks.reset(connection, (self._key("streak-name", name), *shown))

    def tells(self, connection: Connection, admission: Admission, now: int) -> bool:
        """Return whether an attempt that failed is one of which the owner is to be told; once a day at most."""
        burst = not admission.by_known_device and admission.failures in BURSTS
        return burst and self._streaks.tell(connection, admission.name, now)

    def failures(self, connection: Connection, name: str, now: int) -> int:
        """Return how many failures in a row a name has from unknown devices; at ``LIMIT`` it is locked for them."""
        return self._streaks.read(connection, (self._key("streak-name", name),), now)[0].failures

    def failures_of(self, connection: Connection, names: Sequence[str], now: int) -> list[int]:
        """Return what ``failures`` does for each of *names*, in their order, however many there are."""
        keys = [self._key("streak-name", name) for name in names]
        return [streak.failures for streak in self._streaks.read_many(connection, keys, now)]

    def is_spent(self, connection: Connection, device: Device, now: int) -> bool:
        """Return whether a device is a known one no longer, after too many failures."""
        return self._streaks.read(connection, (self._device_key("streak-device", device),), now)[0].failures >= LIMIT

    def release(self, connection: Connection, name: str) -> None:
        """Let there be no failures of a name."""
        self._streaks.reset(connection, (self._key("streak-name", name),))

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

    def asking(self, client: str) -> Places:
        """Return the place that a request for a link by mail needs."""
        return ((self._key("throttle-release", group(client)), RELEASE),)

    def take(self, connection: Connection, places: Places, now: int) -> Refusal | None:
        """Take all of *places* or none; return why not."""
        return self._budgets.take(connection, places, now)

    def give_back(self, connection: Connection, places: Places, taken_at: int) -> None:
        """Give back what one ``take`` took."""
        self._budgets.give_back(connection, places, taken_at)

    def prune(self, connection: Connection, now: int) -> None:
        """Delete what is counted no more."""
        self._budgets.prune(connection, now)
        self._streaks.prune(connection, now)

    def _device_key(self, purpose: str, device: Device) -> bytes:
        # The account is part of it: a device is known for one account only, whatever a record claims.
        return self._key(purpose, f"{device.account} {device.id.hex()}")

    def _key(self, purpose: str, text: str) -> bytes:
        return self._keyring.lookup_hash(text.encode(), purpose=purpose)


def address(client: str) -> IPv4Address | IPv6Address | None:
    """Return the network address in *client*, or ``None`` if there is none, whatever is given."""
    # One request asks several times; what is longer is no address, and not kept.
    return _address(client) if len(client) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _address(client: str) -> IPv4Address | IPv6Address | None:
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
