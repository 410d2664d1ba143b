"""The form of what a browser answers: the JSON that WebAuthn Level 3 (§5.1) makes of credentials.

The first look at what came, and the only one before anything is looked up: not longer than it can be, every field of
its type, every binary one in the one spelling of base64url, and both spellings of the id the same. Fields of no use
here are not read. Whatever comes, a function here returns or raises ``PasskeyWrong``, never anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import msgspec

from hardtack.login.passkey_errors import PasskeyWrong
from hardtack.seal import token
from hardtack.session.identity import UNDECODABLE

MOST_ANSWER = 16_384
"""Characters of the longest answer that is looked at; a long one has about three thousand."""

_SHORTEST_ID, _LONGEST_ID = 16, 1023
"""Bytes (§4, "Credential ID"; §7.1)."""

_UNREADABLE: tuple[type[Exception], ...] = (*UNDECODABLE, UnicodeEncodeError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attested:
    """What a browser says when a passkey was made.

    Args:
        credential_id: which it is.
        client_data: for what it was made.
        attestation_object: what the authenticator says.
        transports: how the authenticator is reached.
    """

    credential_id: bytes
    client_data: bytes
    attestation_object: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asserted:
    """What a browser says when a passkey is shown.

    Args:
        credential_id: which passkey it claims to be.
        user_handle: whose it says that it is; ``None`` where it does not say.
        client_data: what the browser has signed with it.
        authenticator_data: what the authenticator says.
        signature: of both.
    """

    credential_id: bytes
    user_handle: bytes | None
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


class _AttestedResponse(msgspec.Struct, rename="camel"):
    attestation_object: str
    client_data: str = msgspec.field(name="clientDataJSON")
    transports: list[str] = []


class _AssertedResponse(msgspec.Struct, rename="camel"):
    authenticator_data: str
    signature: str
    client_data: str = msgspec.field(name="clientDataJSON")
    user_handle: str | None = None


class _MadeAnswer(msgspec.Struct, rename="camel"):
    id: str
    raw_id: str
    type: Literal["public-key"]
    response: _AttestedResponse


class _ShownAnswer(msgspec.Struct, rename="camel"):
    id: str
    raw_id: str
    type: Literal["public-key"]
    response: _AssertedResponse


_made = msgspec.json.Decoder(_MadeAnswer)
_shown = msgspec.json.Decoder(_ShownAnswer)


def attested(answer: str) -> Attested:
    """Return what is in the answer to the making of a passkey.

    Args:
        answer: the browser's JSON, as it came.

    Raises:
        PasskeyWrong: and nothing else, whatever came.
    """
    decoded = _decoded(_made, answer)
    said = decoded.response
    return Attested(
        credential_id=_identifier(decoded.id, decoded.raw_id),
        client_data=_bytes(said.client_data),
        attestation_object=_bytes(said.attestation_object),
        transports=tuple(said.transports),
    )


def asserted(answer: str) -> Asserted:
    """Return what is in a browser's answer, so that the passkey can be looked up.

    Args:
        answer: the browser's JSON, as it came.

    Raises:
        PasskeyWrong: and nothing else, whatever came.
    """
    decoded = _decoded(_shown, answer)
    said = decoded.response
    return Asserted(
        credential_id=_identifier(decoded.id, decoded.raw_id),
        user_handle=_bytes(said.user_handle) if said.user_handle else None,
        client_data=_bytes(said.client_data),
        authenticator_data=_bytes(said.authenticator_data),
        signature=_bytes(said.signature),
    )


def _decoded(decoder: msgspec.json.Decoder[T], answer: str) -> T:
    if len(answer) > MOST_ANSWER:
        raise PasskeyWrong("oversized")
    try:
        return decoder.decode(answer.encode())
    except _UNREADABLE:
        raise PasskeyWrong("malformed") from None


def _bytes(text: str) -> bytes:
    try:
        return token.decode(text)
    except ValueError:
        raise PasskeyWrong("malformed") from None


def _identifier(text: str, again: str) -> bytes:
    identifier = _bytes(text)
    if text != again or not _SHORTEST_ID <= len(identifier) <= _LONGEST_ID:
        raise PasskeyWrong("id")
    return identifier
