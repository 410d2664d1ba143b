"""The code by which a browser that is signed in here is let in by the application of another host.

It is sealed for the purpose ``hand-off``, bound to that host and to the hash of a random value that the very browser
keeps there, good for half a minute and for one use: whoever steals it on its way, or sends their own to somebody else,
has nothing (attack 21). Looking at it consumes nothing; ``enter`` spends it in the transaction that writes the event.

A code says as whom, with what they have proved and since when. What the gate that is made of it may do, the rules say
at every request; whether its sign-in holds, whoever makes it asks just before.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec

from hardtack.errors import Refused
from hardtack.login import audit
from hardtack.seal import Purpose, SealError
from hardtack.session import Identity
from hardtack.session.identity import UNDECODABLE
from hardtack.store import spent

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hardtack.login.services import Services
    from hardtack.login.sign_ins import Whence
    from hardtack.store.audit import Event

LIFETIME = 30
"""Seconds."""

_ID_SIZE = 16
_LONGEST = 2048


class Claims(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a code says.

    Args:
        id: which one it is.
        identity: whose sign-in it was made from.
    """

    id: Annotated[bytes, msgspec.Meta(min_length=_ID_SIZE, max_length=_ID_SIZE)]
    identity: Identity

    def __repr__(self) -> str:
        # The id stays out: representations end up in logs.
        return f"<Claims of {self.identity!r}>"


class HandOffOver(Refused):
    """A code is too old, was used, or belongs to another browser or host; which of it, nobody is told."""

    status = 403
    slug = "hand-off-over"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "This way in was for one browser and half a minute, and cannot be used now. Nothing has changed; "
                "please begin again.",
                "zh": "此入口只对一个浏览器在半分钟内有效，现在已不能使用。一切保持原样，请重新开始。",
            },
            reason=f"hand-off-{reason}",
        )


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Claims).decode


@dataclass(frozen=True, slots=True)
class HandOffs:
    """Makes and takes codes.

    Args:
        services: the parts to work with.
        realm: what this sign-in protects; the codes of another realm are none.
    """

    services: Services
    realm: str = "hardtack"

    def begin(self, identity: Identity, *, host: str, start: str, now: int) -> str:
        """Return a code for somebody who is signed in.

        Args:
            identity: theirs, which no step-up has superseded.
            host: the host that it is good for.
            start: the hash of the value that the browser keeps there.
            now: Unix seconds.
        """
        return self.services.keyring.seal(
            _encode(Claims(os.urandom(_ID_SIZE), identity)),
            purpose=Purpose.HAND_OFF,
            context=self._context(host, start),
            expires_at=now + LIFETIME,
        )

    def read(self, code: str, *, host: str, start: str, now: int) -> Claims:
        """Return what *code* says, consuming nothing.

        Args:
            code: as it came, of any length.
            host: the host that it came to.
            start: the hash of the value that the browser keeps there.
            now: Unix seconds.

        Raises:
            HandOffOver: and nothing else, whatever came.
        """
        if not 0 < len(code) <= _LONGEST:
            raise HandOffOver("malformed")
        try:
            opened = self.services.keyring.open(
                code, purpose=Purpose.HAND_OFF, context=self._context(host, start), now=now
            )
            return _decode(opened)
        except SealError as error:
            raise HandOffOver(error.reason) from None
        except UNDECODABLE:
            raise HandOffOver("malformed") from None

    def enter(self, claims: Claims, *, host: str, now: int, whence: Whence) -> None:
        """Consume a code, and write down that its owner was handed off, in one transaction.

        Args:
            claims: as ``read`` returned them.
            host: the host.
            now: Unix seconds.
            whence: where the browser is.

        Raises:
            HandOffOver: it has been used already, in whatever process.
            StoreUnavailable: it could not be written down, so nobody is let in.
        """
        mark = hashlib.sha256(b"hardtack/hand-off\0" + claims.id).digest()
        with self.services.database.write() as connection:
            if not spent.spend(connection, mark, now + LIFETIME):
                raise HandOffOver("used")
            event = self._write(connection, claims.identity, host, now, whence)
        self.services.trail.tell(event)

    def note(self, identity: Identity, *, host: str, now: int, whence: Whence) -> None:
        """Write down that somebody was handed off without a code, to a host that shares its cookie with the portal's.

        Args:
            identity: theirs.
            host: the host.
            now: Unix seconds.
            whence: where the browser is.

        Raises:
            StoreUnavailable: it could not be written down, so nobody is let in.
        """
        with self.services.database.write() as connection:
            event = self._write(connection, identity, host, now, whence)
        self.services.trail.tell(event)

    def _write(self, connection: Connection, identity: Identity, host: str, now: int, whence: Whence) -> Event:
        return self.services.trail.write(
            connection,
            audit.HANDED_OFF,
            now=now,
            account_id=identity.account,
            client=whence.client,
            device=whence.device,
            # A host that a rule of the operator's names, and so no word of a visitor's.
            reason=host,
            factors=identity.factors,
        )

    def _context(self, host: str, start: str) -> tuple[str, ...]:
        return ("hand-off", self.realm, host, start)
