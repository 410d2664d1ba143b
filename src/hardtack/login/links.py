"""Links that are sent to somebody: sealed, good once and for a while, and only until what they rest on changes.

A link is a token under the purpose of what it is for and a context of its own, so that none passes for another kind.
It names the account and carries a fingerprint of what the account was when it was made: the credential, the address,
the epoch, whether it may sign in, and the number of changes of its profile, so that a change and its undoing are two.
After any of these changes every older link is worth nothing (attack 18), and so is every other one as soon as one was
used for a change.

Looking at a link consumes nothing, so that previews and prefetches do no harm; ``spend`` consumes it in the transaction
of what it was for, and only for one of several who try. The server keeps nothing of a link before that.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

import msgspec
from sqlalchemy import Connection

from hardtack.errors import Refused
from hardtack.seal import Keyring, SealError
from hardtack.seal.token import Purpose
from hardtack.session.identity import UNDECODABLE
from hardtack.store import spent
from hardtack.store.accounts import AccountRows, Credentials

_MAX_CODE = 2048

LONGEST_ONWARD = 512
"""Characters of a path that a link carries along; a longer one is left out, so that every link can be read again."""
_NOTHING = bytes(16)


class Kind(Enum):
    """What a link is for: its purpose, its name in the seal, and for how many seconds it is good."""

    RESET = (Purpose.RESET, "reset", 1800)
    SIGN_UP = (Purpose.VERIFY, "sign-up", 86_400)
    ADDRESS = (Purpose.VERIFY, "address", 86_400)
    RELEASE = (Purpose.VERIFY, "release", 3600)
    # As long as the longest waiting time, and the week after it.
    KEEP_FACTORS = (Purpose.VERIFY, "keep-factors", 37 * 86_400)
    INVITATION = (Purpose.INVITATION, "invitation", 7 * 86_400)

    @property
    def purpose(self) -> Purpose:
        """The purpose that it is sealed for."""
        return self.value[0]

    @property
    def lifetime(self) -> int:
        """Seconds."""
        return self.value[2]


class Claims(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a link says.

    Args:
        id: which link it is, 16 random bytes; an invitation's is that of its row.
        account: whom it is about; 0: an account that is yet to be made.
        fingerprint: what the account was, 16 bytes.
        until: until when it is good, Unix seconds.
        email: the address that it was sent to, as typed; ``""`` where it does not matter.
        onward: where to go in the end, a path of ours; ``""`` for nowhere in particular.
    """

    id: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    account: Annotated[int, msgspec.Meta(ge=0)]
    fingerprint: Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
    until: int
    email: str = ""
    onward: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Claims)


class LinkWrong(Refused):
    """The link is damaged, expired, used, or from before a change; which of it, nobody is told."""

    status = 403
    slug = "link-wrong"

    def __init__(self, reason: str) -> None:
        super().__init__(
            {
                "en": "This link is not good any more. It may have been used already, be too old, or be incomplete.",
                "zh": "此链接已失效：可能已经用过、已过期，或者不完整。",
            },
            reason=f"link-{reason}",
        )


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links.

    Args:
        keyring: seals them.
        rows: the table of accounts.
        realm: what this sign-in protects; a link of another realm is none.
    """

    keyring: Keyring
    rows: AccountRows
    realm: str = "hardtack"

    def make(
        self,
        kind: Kind,
        *,
        now: int,
        account: Credentials | None = None,
        email: str = "",
        onward: str = "",
        identifier: bytes | None = None,
        lifetime: int | None = None,
    ) -> str:
        """Return the code of a new link.

        Args:
            kind: what it is for.
            now: Unix seconds.
            account: whom it is about; ``None`` for an account that is yet to be made.
            email: the address that it is sent to.
            onward: where to go in the end, a path of ours in ASCII.
            identifier: which link it is; by default a new one.
            lifetime: seconds, where it is not the kind's own.
        """
        until = now + (kind.lifetime if lifetime is None else lifetime)
        claims = Claims(
            id=os.urandom(16) if identifier is None else identifier,
            account=0 if account is None else account.account.id,
            fingerprint=_NOTHING if account is None else self._fingerprint(kind, account),
            until=until,
            email=email,
            onward=onward if len(onward) <= LONGEST_ONWARD else "",
        )
        return self.keyring.seal(
            _encoder.encode(claims), purpose=kind.purpose, context=self._context(kind), expires_at=until
        )

    def read(self, connection: Connection, kind: Kind, code: str, *, now: int) -> tuple[Claims, Credentials | None]:
        """Return what a link says and the account that it is about, consuming nothing.

        Args:
            connection: of a transaction that reads or writes.
            kind: what it must be for.
            code: as it came, of any length.
            now: Unix seconds.

        Raises:
            LinkWrong: and nothing else, whatever came.
        """
        claims = self.opened(kind, code, now=now)
        if spent.is_spent(connection, self._mark(kind, claims)):
            raise LinkWrong("used")
        if claims.account == 0:
            return claims, None
        found = self.rows.by_id(connection, claims.account)
        if found is None or not hmac.compare_digest(self._fingerprint(kind, found), claims.fingerprint):
            raise LinkWrong("outdated")
        return claims, found

    def opened(self, kind: Kind, code: str, *, now: int) -> Claims:
        """Return what a link says, without a look at what became of it.

        Raises:
            LinkWrong: it is none of *kind*, damaged or expired.
        """
        if not 0 < len(code) <= _MAX_CODE:
            raise LinkWrong("malformed")
        try:
            data = self.keyring.open(code, purpose=kind.purpose, context=self._context(kind), now=now)
            claims = _decoder.decode(data)
        except SealError as error:
            raise LinkWrong(error.reason) from None
        except UNDECODABLE:
            raise LinkWrong("malformed") from None
        return claims

    def spend(self, connection: Connection, kind: Kind, claims: Claims) -> None:
        """Consume a link in the transaction of what it is for.

        Raises:
            LinkWrong: somebody was quicker; the transaction must be given up.
        """
        if not spent.spend(connection, self._mark(kind, claims), claims.until):
            raise LinkWrong("used")

    def _context(self, kind: Kind) -> tuple[str, ...]:
        return ("link", kind.value[1], self.realm)

    @staticmethod
    def _mark(kind: Kind, claims: Claims) -> bytes:
        return hashlib.sha256(b"hardtack/link\0" + kind.value[1].encode() + b"\0" + claims.id).digest()

    def _fingerprint(self, kind: Kind, found: Credentials) -> bytes:
        account = found.account
        if kind is Kind.KEEP_FACTORS:
            # All that it does is that nothing changes: an alarmed owner may set a new password first.
            return self.keyring.lookup_hash(_encoder.encode([account.id]), purpose="link")[:16]
        rests_on = [
            account.id,
            found.password_hash,
            account.email,
            account.epoch,
            account.profile_version,
            account.disabled,
        ]
        return self.keyring.lookup_hash(_encoder.encode(rests_on), purpose="link")[:16]
