"""Who is signed in: what the identity cookie carries, and nothing more.

An identity is a fixed record, sealed for the purpose ``identity``; it is written only by sign-in, step-up, re-issue
and sign-out. It names an account and says how and when its owner proved to be it; it holds no name, no address and no
right. The session id is drawn anew at every sign-in and step-up; the lineage is drawn at sign-in and kept, and is what
a list of sessions shows and "end this session" names. The epoch is the account's counter: one step up ends every
identity that carries an earlier one.

Decoding is strict: a field too many, too few, of another type or out of bounds is refused, never guessed at. A field
that a newer version has added would be lost when this one re-issues the cookie, so it must not be overlooked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from hardtack.session.assurance import level
from hardtack.session.cookie import MAX_PAIR, CookieTooLarge

ID_SIZE = 16
"""The size in bytes of a session id and of a lineage: random, too many to guess."""

Id = Annotated[bytes, msgspec.Meta(min_length=ID_SIZE, max_length=ID_SIZE)]
Count = Annotated[int, msgspec.Meta(ge=0)]
"""A number that is never negative; Unix times in seconds are such numbers."""


class Identity(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Who is signed in, since when and how.

    Args:
        session_id: 16 random bytes, new at each sign-in and step-up.
        lineage: 16 random bytes, kept through step-up.
        account: the number of the account.
        epoch: the account's counter at sign-in.
        profile_version: the version of the account's profile that was read last; it grants nothing.
        factors: what the person proved, such as ``("password",)``; the latest last.
        authenticated_at: when they proved the last of them (Unix time in seconds, as every time here); the others at
            that time or before, which nobody knows.
        born: when the session began.
        issued: when this cookie was written.
        deadline: when it ends.
        device: room for the key that a session may be bound to; empty if it is not.
        kept: whether the person asked to be kept signed in: ``True`` for the longer lifetimes and a cookie that
            outlives the browser, ``False`` for one that ends with it; ``None`` if nobody was asked.
    """

    session_id: Id
    lineage: Id
    account: Count
    epoch: Count
    profile_version: Count
    factors: tuple[str, ...]
    authenticated_at: Count
    born: Count
    issued: Count
    deadline: Count
    device: bytes = b""
    kept: bool | None = None

    @property
    def assurance(self) -> int:
        """What the factors are worth together: 1 for a password alone, 2 with a second factor, 3 with a passkey."""
        return level(self.factors)

    def __repr__(self) -> str:
        # Ids stay out: representations end up in logs, and a lineage is what a form's token is bound to.
        return f"<Identity of account {self.account} by {'+'.join(self.factors) or 'nothing'}, epoch {self.epoch}>"


encode: Callable[[Any], bytes] = msgspec.msgpack.Encoder().encode
decode: Callable[[bytes], Identity] = msgspec.msgpack.Decoder(Identity).decode
"""Return the Identity that bytes hold, or raise one of ``UNDECODABLE``, never anything else."""
UNDECODABLE: tuple[type[Exception], ...] = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for bytes of another form, broken text, and what is nested too deep."""


def sized(field: str) -> str:
    """Return the Set-Cookie value of an identity, if browsers keep it.

    Raises:
        CookieTooLarge: if it is too long; only the factors have no bound of their own.
    """
    if len(field) > MAX_PAIR:
        raise CookieTooLarge(
            f"the identity cookie {field.partition('=')[0]} would have {len(field)} octets; browsers drop what has "
            f"more than {MAX_PAIR}",
            "name fewer factors, each by one short word",
        )
    return field
