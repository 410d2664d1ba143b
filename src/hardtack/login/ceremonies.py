"""What the server must remember while a browser makes a passkey, answers with one, or sets up an authenticator app.

It is remembered in the page itself: sealed under a purpose of its own, for one kind of ceremony, one account and one
browser, for ten minutes. A ceremony counts once (``spend``, in the transaction of what it is for), so neither a
challenge nor a secret is used twice, and none of another browser, account or kind is taken at all (attack 26).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.seal import Keyring, Purpose, SealError
from hardtack.session.identity import UNDECODABLE
from hardtack.store import spent

LIFETIME = 600
"""Seconds."""

SIZE = 32
"""Bytes of a challenge, all random (ASVS 6.7.2 asks for 8)."""

_MAX_TOKEN = 2048


class Kind(StrEnum):
    """What a ceremony is for."""

    TOTP = "totp"
    MAKE_PASSKEY = "make-passkey"
    SHOW_PASSKEY = "show-passkey"


class Claims(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What is remembered.

    Args:
        id: which ceremony it is.
        account: whose; 0 where whoever answers says who they are.
        data: the challenge, or the secret that is being set up.
        until: until when it counts, Unix seconds.
    """

    id: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    account: Annotated[int, msgspec.Meta(ge=0)]
    data: bytes
    until: int

    def __repr__(self) -> str:
        # The data stays out: it may be a secret, and representations end up in logs.
        return f"<Claims of account {self.account}>"


class CeremonyOver(Refused):
    """What was begun is too old, was done already, or was begun elsewhere; which of it, nobody is told."""

    status = 403
    slug = "ceremony-over"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "This page is too old, or what it asks for has been done already. Please begin anew.",
                "zh": "此页面已过期，或所请求的操作已经完成，请重新开始。",
            },
            reason=f"ceremony-{reason}",
        )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Claims)


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """Begins and reads them.

    Args:
        keyring: seals them.
        realm: what this sign-in protects; those of another realm are none.
    """

    keyring: Keyring
    realm: str = "hardtack"

    def begin(self, kind: Kind, *, account: int = 0, binding: bytes, data: bytes, now: int) -> str:
        """Return what the page keeps.

        Args:
            kind: what it is for.
            account: whose; 0 where whoever answers says who they are.
            binding: what ties it to the browser: a lineage, a half-done sign-in's id, or the visitor's value.
            data: the challenge or the secret.
            now: Unix seconds.
        """
        claims = Claims(os.urandom(16), account, data, now + LIFETIME)
        return self.keyring.seal(
            _encoder.encode(claims),
            purpose=Purpose.CEREMONY,
            context=self._context(kind, binding),
            expires_at=claims.until,
        )

    def read(self, kind: Kind, token: str, *, account: int = 0, binding: bytes, now: int) -> Claims:
        """Return what was begun, consuming nothing.

        Args:
            kind: what it must be for.
            token: as it came, of any length.
            account: whose it must be.
            binding: what it must be tied to.
            now: Unix seconds.

        Raises:
            CeremonyOver: and nothing else, whatever came.
        """
        if not 0 < len(token) <= _MAX_TOKEN:
            raise CeremonyOver("malformed")
        try:
            data = self.keyring.open(token, purpose=Purpose.CEREMONY, context=self._context(kind, binding), now=now)
            claims = _decoder.decode(data)
        except SealError as error:
            raise CeremonyOver(error.reason) from None
        except UNDECODABLE:
            raise CeremonyOver("malformed") from None
        if claims.account != account:
            raise CeremonyOver("of-another-account")
        return claims

    def spend(self, connection: Connection, claims: Claims) -> None:
        """Consume it in the transaction of what it is for.

        Raises:
            CeremonyOver: it has counted already; the transaction must be given up.
        """
        mark = hashlib.sha256(b"hardtack/ceremony\0" + claims.id).digest()
        if not spent.spend(connection, mark, claims.until):
            raise CeremonyOver("used")

    def _context(self, kind: Kind, binding: bytes) -> tuple[str, ...]:
        return ("ceremony", kind.value, self.realm, binding.hex())
