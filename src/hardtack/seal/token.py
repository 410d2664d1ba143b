"""The format of a sealed token, version 1, as ``docs/spec/seal.md`` specifies it.

A token is unpadded base64url (RFC 4648 §5) of version, key id, nonce, ciphertext and tag. This module holds what the
format is made of, each part a pure function: the canonical text form, the derived keys (HKDF-SHA256, RFC 5869), the
associated data and the names of purposes. It never chooses a key, draws no
randomness, keeps nothing between calls and reads no clock; ``keyring`` does the choosing, drawing and keeping.

Whatever text comes in as a token, opening it returns bytes or raises ``SealError``, never anything else. A wrong
type, purpose or context is the programmer's doing and raises ``MisuseError``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import DecodeError, json

from hardtack.errors import HardtackError, MisuseError
from hardtack.seal import xaes

VERSION = b"\x01"
SECRET_SIZE = 32
KEY_ID_SIZE = 4
EXPIRY_SIZE = 5

MAX_TOKEN = 65536
"""The longest token in characters; far above what a cookie may hold, and short enough to refuse junk cheaply."""

Reason = Literal["malformed", "unknown-key", "forged", "expired"]


class Purpose(StrEnum):
    """What a token of Hardtack's own is for; an application's purposes are strings that begin with ``app-``."""

    IDENTITY = "identity"
    SESSION = "session"
    HALF_SIGNED_IN = "half-signed-in"
    TRUSTED_DEVICE = "trusted-device"
    KNOWN_DEVICE = "known-device"
    RESET = "reset"
    VERIFY = "verify"
    INVITATION = "invitation"
    CSRF = "csrf"
    HAND_OFF = "hand-off"
    GATE = "gate"
    CEREMONY = "ceremony"


COLUMN = b"column"
"""The purpose of what a database holds (``columns``). It is no token's: no token can be opened or sealed for it."""


class SealError(HardtackError):
    """A token does not open; the only error that a text presented as a token can cause.

    Args:
        reason: ``malformed`` (not a token of this version), ``unknown-key`` (its key id is not in the ring),
            ``forged`` (it was not sealed so: changed, or for another purpose or context) or ``expired``. For the log;
            the visitor's outcome is the same for all.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


# The text form ------------------------------------------------------------------------------------------------------

_URLSAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PADDING = (b'"', b'"', b'=="', b'="')
# By length modulo 4: the characters that may come last, whose unused low bits are zero (RFC 4648 §3.5). Decoders take
# any, even strict ones, which would give one token several spellings. One left-over character holds less than a byte,
# so nothing may come last there. For the rest msgspec writes and reads standard base64, strictly, and quickest in a
# JSON string; what has a meaning there, or in standard base64 alone, becomes a character that has none anywhere.
_LAST = tuple(frozenset(last) for last in ([*_URLSAFE, ""], "", _URLSAFE[::16], _URLSAFE[::4]))
_TO_STANDARD = bytes.maketrans(b'-_+/="\\', b"+/" + bytes(5))
_to_json = json.Encoder().encode
_from_json = json.Decoder(bytes).decode


def encode(data: bytes) -> str:
    """Return *data* as canonical unpadded base64url."""
    # Two characters of 64 change: looking for them takes less than a table that is asked for every one.
    return _to_json(data).replace(b"+", b"-").replace(b"/", b"_").strip(b'"=').decode()


def decode(text: str) -> bytes:
    """Return the bytes whose canonical unpadded base64url *text* is.

    Raises:
        ValueError: for every other text, and nothing else; so ``encode(decode(text)) == text`` always holds.
    """
    left_over = len(text) & 3
    if text[-1:] not in _LAST[left_over]:
        raise ValueError("not canonical base64url")
    try:
        return _from_json(b'"' + text.encode().translate(_TO_STANDARD) + _PADDING[left_over])
    except (DecodeError, UnicodeEncodeError):
        raise ValueError("not base64url") from None


# The parts of a token -----------------------------------------------------------------------------------------------

HEAD_SIZE = len(VERSION) + KEY_ID_SIZE + xaes.PREFIX_SIZE
"""Version, key id and the half of the nonce that derives a key: what many tokens have in common."""
SUFFIX_SIZE = xaes.NONCE_SIZE - xaes.PREFIX_SIZE
"""The other half of the nonce, drawn for each token."""
NONCE_END = HEAD_SIZE + SUFFIX_SIZE
_OVERHEAD = NONCE_END + EXPIRY_SIZE + xaes.TAG_SIZE
MIN_TOKEN = len(encode(bytes(_OVERHEAD)))
"""The length in characters of a token that seals no data at all."""
MAX_DATA = MAX_TOKEN * 3 // 4 - _OVERHEAD
"""The most data in bytes that a token holds."""
NO_EXPIRY = bytes(EXPIRY_SIZE)
LAST_SECOND = 2 ** (8 * EXPIRY_SIZE) - 1
"""The latest time at which a token can end (Unix time)."""
_MAX_LENGTH = 0xFFFF

_OWN_PURPOSES = frozenset(Purpose)
_PURPOSE_NAME = re.compile(r"[a-z0-9-]{1,32}")
_APPLICATION_PREFIX = "app-"


def purpose_name(purpose: str) -> bytes:
    """Return the name of a purpose as bytes: 1 to 32 of ``[a-z0-9-]``.

    Raises:
        MisuseError: if *purpose* is no such name.
    """
    try:
        named = _PURPOSE_NAME.fullmatch(purpose)
    except TypeError:
        named = None
    if named is None:
        raise MisuseError("that is not the name of a purpose", "write 1 to 32 of a-z, 0-9 and the hyphen")
    return purpose.encode()


def token_purpose(purpose: str) -> bytes:
    """Return the name of a token's purpose as bytes: one of ``Purpose``, or an application's ``app-…``.

    Raises:
        MisuseError: if *purpose* is neither.
    """
    name = purpose_name(purpose)
    if purpose not in _OWN_PURPOSES and not purpose.startswith(_APPLICATION_PREFIX):
        raise MisuseError(
            f"{purpose!r} is not a purpose of Hardtack's own",
            f"write one of hardtack.seal.Purpose, or begin it with {_APPLICATION_PREFIX}",
        )
    return name


def length_prefixed(value: bytes) -> bytes:
    """Return *value* after its length in 2 bytes, big-endian; at most 65535 bytes."""
    return len(value).to_bytes(2, "big") + value


def key_id(secret: bytes) -> bytes:
    """Return the id of the key with this *secret*: 4 bytes that say nothing else about it."""
    return _hkdf(secret, b"hardtack/v1/key-id", KEY_ID_SIZE)


def aead_key(secret: bytes, purpose: bytes) -> bytes:
    """Return the XAES-256-GCM key (32 bytes) under which tokens for *purpose* are sealed."""
    return _hkdf(secret, b"hardtack/v1/aead\x00" + length_prefixed(purpose), xaes.KEY_SIZE)


def host_secret(framework: bytes, secret: bytes) -> bytes:
    """Return a key's secret (32 bytes) derived from a *framework*'s own secret, whatever its length."""
    return _hkdf(secret, b"hardtack/v1/host-secret/" + framework, SECRET_SIZE)


def _hkdf(secret: bytes, info: bytes, size: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=size, salt=None, info=info).derive(secret)


def associated_data(identifier: bytes, purpose: bytes, context: Sequence[str]) -> bytes:
    """Return the associated data of a token: version, key id, purpose, and the context with its count.

    Every part has a fixed size or its length before it, so no two different inputs give the same bytes.

    Args:
        identifier: the id of the key, 4 bytes.
        purpose: the name of the purpose.
        context: what else the token is bound to, such as the cookie's name and the realm; at most 65535 strings.

    Raises:
        MisuseError: if *context* is not a sequence of strings of at most 65535 bytes of UTF-8 each.
    """
    elements = [length_prefixed(element) for element in _strings(context)]
    return b"".join((VERSION, identifier, length_prefixed(purpose), len(elements).to_bytes(2, "big"), *elements))


def _strings(context: object) -> list[bytes]:
    # A single string is a sequence of strings too, but never what was meant.
    if isinstance(context, str) or not isinstance(context, Sequence) or len(context) > _MAX_LENGTH:
        raise MisuseError("a context must be a sequence of strings", 'write context=("name",) for one string')
    elements = []
    for element in context:
        try:
            elements.append(element.encode())
        except (AttributeError, UnicodeEncodeError):
            raise MisuseError("a context must consist of strings that have an encoding in UTF-8") from None
        if len(elements[-1]) > _MAX_LENGTH:
            raise MisuseError(f"a string of a context must not be longer than {_MAX_LENGTH} bytes")
    return elements


def expiry_field(expires_at: int | None) -> bytes:
    """Return the 5 bytes that say when a token ends; all zero for ``None``, never.

    Args:
        expires_at: Unix time in seconds, 1 to 2^40 - 1.

    Raises:
        MisuseError: if *expires_at* is no such number.
    """
    if expires_at is None:
        return NO_EXPIRY
    try:
        if expires_at > 0:
            return expires_at.to_bytes(EXPIRY_SIZE)
    except (TypeError, AttributeError, OverflowError):
        pass
    raise MisuseError(
        f"expires_at={expires_at!r} is not a time",
        "write whole Unix seconds above zero, or None for a token without end",
    )
