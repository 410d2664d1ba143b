"""Known devices: browsers in which the owner of an account has proved to be it before.

It gives no right at all: a known device has a budget of its own for attempts at its own account, so that nobody else's
attempts keep the owner out (attack 13). A browser shows up to five records, the latest first, since several people may
share it; a record is good for its own account, for 180 days. It is made at a sign-in and by a release,
kept by later sign-ins for 30 days and then made anew. After too many failures in a row it is spent: whoever has copied
it has 100 guesses, and the owner's next sign-in gives the browser another one.

Which cookie carries the records is the site's matter; here they are values. The server keeps nothing of a record but
the keyed hashes in the tables of budgets and of failures.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from hardtack.session.identity import UNDECODABLE

if TYPE_CHECKING:
    from hardtack.login.services import Services

LIFETIME = 180 * 86_400
RENEWED_AFTER = 30 * 86_400
MOST = 5
"""Accounts that one browser is known for at a time."""


__all__ = ["UNDECODABLE", "UNKNOWN", "Device", "Devices", "Known", "decode", "encode", "made"]


class Device(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """One browser, known for one account.

    Args:
        account: the number of the account.
        id: 16 random bytes.
        since: when the record was made, Unix seconds.
    """

    account: Annotated[int, msgspec.Meta(ge=1, le=(1 << 63) - 1)]
    id: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    since: Annotated[int, msgspec.Meta(ge=0)]

    def __repr__(self) -> str:
        # The id stays out: representations end up in logs.
        return f"<Device of account {self.account} since {self.since}>"

    def is_good(self, now: int) -> bool:
        """Return whether the record is young enough."""
        return now - self.since < LIFETIME


class Known(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What one browser shows.

    Args:
        devices: the latest first.
    """

    devices: Annotated[tuple[Device, ...], msgspec.Meta(max_length=MOST)] = ()

    def of(self, account_id: int, now: int) -> Device | None:
        """Return the record for the account, if there is one that is young enough."""
        return next((one for one in self.devices if one.account == account_id and one.is_good(now)), None)

    def until(self) -> int:
        """Return when the last of the records ends, Unix seconds."""
        return max((one.since + LIFETIME for one in self.devices), default=0)

    def showing(self, device: Device, now: int) -> Known:
        """Return these records with *device* before them, and none that is over or of the same account."""
        others = (one for one in self.devices if one.account != device.account and one.is_good(now))
        return Known((device, *others)[:MOST])


UNKNOWN = Known()
"""What a browser shows that shows nothing."""

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], Known] = msgspec.msgpack.Decoder(Known).decode
"""Return what bytes show, or raise one of ``UNDECODABLE``, never anything else."""


class Devices:
    """Makes browsers known.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def remember(self, known: Known, account_id: int, now: int) -> Known:
        """Return what a browser shows from now on, in which the owner of the account has just signed in.

        Args:
            known: what it has shown.
            account_id: the account.
            now: Unix seconds.
        """
        device = known.of(account_id, now)
        if device is None or now - device.since > RENEWED_AFTER or self._is_spent(device, now):
            device = made(account_id, now)
        return known.showing(device, now)

    def _is_spent(self, device: Device, now: int) -> bool:
        with self._services.database.read() as connection:
            return self._services.throttle.is_spent(connection, device, now)


def made(account_id: int, now: int) -> Device:
    """Return a new record for the account."""
    return Device(account_id, os.urandom(16), now)
