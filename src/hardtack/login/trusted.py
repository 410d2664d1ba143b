"""Trusted devices: browsers in which, for 30 days, the password is enough where a second factor is needed otherwise.

What a browser shows is a token of a family. Each use makes the next token of the family, and the one that was shown
counts no more. So a copy that somebody has taken is found out as soon as both it and the original are used: whoever
comes second shows a token that was used already, the family ends, and the owner is told (attack 7). One exception: the
token before the present one, within 30 seconds of the change, may be the same browser's second request; it is not
trusted, and that is all.

A family belongs to one account and one epoch of it, so a new password, or a factor that is removed or reset, ends it;
and an authenticator app that takes an older one's place ends all of the account.
It is looked at only after the right password, and it is worth as much as a second factor at sign-in alone: it is
nothing that somebody has proved a moment ago, so no step-up takes it. It is not the *known device*, which carries no
right.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from hardtack.login import audit
from hardtack.login.outbox import Notice, Order
from hardtack.login.services import Services
from hardtack.login.sign_ins import NOWHERE, Whence
from hardtack.login.throttle import address
from hardtack.session.identity import UNDECODABLE
from hardtack.store import trusted as rows
from hardtack.store.accounts import Account
from hardtack.store.audit import Event
from hardtack.store.trusted import TrustedRow

LIFETIME = 30 * 86_400
"""Seconds; no use makes it longer."""

LEEWAY = 30
"""Seconds for which the token before the present one is no theft."""

MOST = 5
"""Accounts that one browser is trusted for at a time."""

PURPOSE = "trusted-device"
ID_PURPOSE = "trusted-device-id"

__all__ = ["LIFETIME", "NOTHING", "UNDECODABLE", "Shown", "Trust", "Trusted", "TrustedDevice", "decode", "encode"]

_Bytes16 = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]


class Trust(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """One token of one family.

    Args:
        account: the number of the account.
        family: 16 random bytes.
        token: 16 random bytes, good once.
        until: when the family ends, Unix seconds.
    """

    account: Annotated[int, msgspec.Meta(ge=1, le=(1 << 63) - 1)]
    family: _Bytes16
    token: _Bytes16
    until: Annotated[int, msgspec.Meta(ge=0)]

    def __repr__(self) -> str:
        # What opens something stays out: representations end up in logs.
        return f"<Trust for account {self.account} until {self.until}>"


class Shown(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What one browser shows.

    Args:
        tokens: the latest first, one for an account.
    """

    tokens: Annotated[tuple[Trust, ...], msgspec.Meta(max_length=MOST)] = ()

    def of(self, account_id: int) -> Trust | None:
        """Return the token for the account, if there is one."""
        return next((one for one in self.tokens if one.account == account_id), None)

    def until(self) -> int:
        """Return when the last of them ends, Unix seconds."""
        return max((one.until for one in self.tokens), default=0)

    def showing(self, trust: Trust, now: int) -> Shown:
        """Return these with *trust* before them, and none that is over or for the same account."""
        others = (one for one in self.without(trust.account).tokens if one.until > now)
        return Shown((trust, *others)[:MOST])

    def without(self, account_id: int) -> Shown:
        """Return these without that for the account."""
        return Shown(tuple(one for one in self.tokens if one.account != account_id))


NOTHING = Shown()
"""What a browser shows that shows nothing."""

encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], Shown] = msgspec.msgpack.Decoder(Shown).decode
"""Return what bytes show, or raise one of ``UNDECODABLE``, never anything else."""


@dataclass(frozen=True, slots=True)
class TrustedDevice:
    """One trusted browser as the owner of the account sees it; times are Unix seconds.

    Args:
        id: by which it is ended; says nothing of the cookie.
        created: when it was made.
        used: when it was used last; ``None``: never.
        until: when it ends.
        whence: where that was.
    """

    id: str
    created: int
    used: int | None
    until: int
    whence: Whence


class Trusted:
    """Makes browsers trusted, and knows which are.

    Args:
        services: the parts to work with.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def begin(self, shown: Shown, account: Account, now: int, *, whence: Whence = NOWHERE) -> Trust:
        """Let a browser be trusted from now on; return what it shows for the account.

        Args:
            shown: what it has shown; a family of the account that is in it ends.
            account: whose owner has proved a second factor in it just now, as they were then.
            now: Unix seconds.
            whence: where they are.
        """
        earlier = shown.of(account.id)
        trust = Trust(account.id, os.urandom(16), os.urandom(16), now + LIFETIME)
        found = address(whence.client)
        row = TrustedRow(
            family=trust.family,
            account_id=account.id,
            epoch=account.epoch,
            hash=self._hash(trust),
            renewed=now,
            created=now,
            until=trust.until,
            client="" if found is None else str(found),
            device=whence.device,
        )
        with self._services.database.write() as connection:
            if earlier is not None:
                rows.end(connection, account.id, earlier.family)
            rows.add(connection, row)
            event = self._write(connection, audit.DEVICE_TRUSTED, account.id, now, whence)
        self._services.trail.tell(event)
        return trust

    def use(self, shown: Shown, account: Account, now: int, *, whence: Whence = NOWHERE) -> tuple[bool, Shown]:
        """Return whether the browser is trusted for the account, and what it shows from now on.

        What may be its own second request leaves that as it is: the answer to the first has just changed it.

        Args:
            shown: what it has shown.
            account: whose password was right just now.
            now: Unix seconds.
            whence: where that was.
        """
        trust = shown.of(account.id)
        if trust is None:
            return False, shown
        event = None
        good, after = False, shown.without(account.id)
        with self._services.database.write() as connection:
            row = rows.find(connection, account.id, trust.family, now)
            if row is not None:
                hashed = self._hash(trust)
                if hmac.compare_digest(hashed, row.hash):
                    renewed = msgspec.structs.replace(trust, token=os.urandom(16))
                    rows.renew(connection, row, self._hash(renewed), now)
                    good, after = True, shown.showing(renewed, now)
                elif _may_be_parallel(row, hashed, now):
                    after = shown
                else:
                    rows.end(connection, account.id, trust.family)
                    event = self._write(connection, audit.DEVICE_STOLEN, account.id, now, whence)
                    self._tell_owner(connection, account, now, whence)
        if event is not None:
            self._services.trail.tell(event)
        return good, after

    def list(self, account_id: int, now: int) -> tuple[TrustedDevice, ...]:
        """Return the trusted browsers of an account, the newest first."""
        with self._services.database.read() as connection:
            found = rows.of(connection, account_id, now)
        return tuple(self._described(row) for row in found)

    def present(self, shown: Shown, account_id: int) -> str:
        """Return the ``id`` of what a browser shows for the account; ``""`` if it shows nothing."""
        trust = shown.of(account_id)
        return "" if trust is None else self._id(trust.family)

    def end(self, account_id: int, wanted: str, now: int, *, whence: Whence = NOWHERE) -> bool:
        """Let a browser be trusted no more; return whether it was.

        Args:
            account_id: whose; another's is not found.
            wanted: the ``id``, as it came.
            now: Unix seconds.
            whence: where whoever does it is.
        """
        with self._services.database.write() as connection:
            named = [row for row in rows.of(connection, account_id, now) if self._id(row.family) == wanted]
            for row in named:
                rows.end(connection, account_id, row.family)
            events = [self._write(connection, audit.DEVICE_FORGOTTEN, account_id, now, whence) for _ in named]
        for event in events:
            self._services.trail.tell(event)
        return bool(named)

    def end_all(self, account_id: int, now: int, *, whence: Whence = NOWHERE) -> int:
        """Let no browser be trusted for the account any more; return how many were."""
        with self._services.database.write() as connection:
            ended = rows.end_all(connection, account_id)
            events = [self._write(connection, audit.DEVICE_FORGOTTEN, account_id, now, whence)] if ended else []
        for event in events:
            self._services.trail.tell(event)
        return ended

    def _write(self, connection: Connection, event: str, account_id: int, now: int, whence: Whence) -> Event:
        return self._services.trail.write(
            connection, event, now=now, account_id=account_id, client=whence.client, device=whence.device
        )

    def _tell_owner(self, connection: Connection, account: Account, now: int, whence: Whence) -> None:
        if account.email is None:
            return
        order = Order(
            notice=Notice.TRUSTED_DEVICE_STOLEN, at=now, account=account.id, client=whence.client, device=whence.device
        )
        self._services.outbox.put(connection, order)

    def _described(self, row: TrustedRow) -> TrustedDevice:
        return TrustedDevice(
            id=self._id(row.family),
            created=row.created,
            used=None if row.before is None else row.renewed,
            until=row.until,
            whence=Whence(row.client, row.device),
        )

    def _id(self, family: bytes) -> str:
        return self._services.keyring.lookup_hash(family, purpose=ID_PURPOSE)[:12].hex()

    def _hash(self, trust: Trust) -> bytes:
        # The account is part of it: a token is good for its own account only, whatever a cookie claims.
        told = trust.account.to_bytes(8, "big") + trust.family + trust.token
        return self._services.keyring.lookup_hash(told, purpose=PURPOSE)


def _may_be_parallel(row: TrustedRow, hashed: bytes, now: int) -> bool:
    """Return whether a used token may come from a second request of the same browser."""
    return row.before is not None and now - row.renewed <= LEEWAY and hmac.compare_digest(hashed, row.before)
