"""What a browser says when a passkey is made or shown, and whether that is good (WebAuthn Level 3, §7.1 and §7.2).

The verification is fido2's; what it leaves open is looked at here: that the page was not inside somebody else's, that
the identifiers agree, that the key is one of three kinds and lies on its curve, and that what may be copied stays what
may be copied. Whatever comes, a function here returns or raises
``PasskeyWrong``, never anything else; the visitor is told one thing, the log which check it was. Nothing here knows an
account, a clock or a database, and no attestation is asked for: who makes authenticators is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import msgspec
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
)

from hardtack.login import webauthn_json, webauthn_keys
from hardtack.login.passkey_errors import PasskeyUnfit, PasskeyWrong
from hardtack.login.webauthn import Party
from hardtack.login.webauthn_json import Asserted, Attested
from hardtack.seal import token
from hardtack.session.identity import UNDECODABLE
from hardtack.store.passkeys import Passkey

TRANSPORTS = frozenset({"ble", "hybrid", "internal", "nfc", "smart-card", "usb"})


_SAYS = {
    "Incorrect type in CollectedClientData.": "type",
    "Invalid origin in CollectedClientData.": "origin",
    "Wrong challenge in response.": "challenge",
    "Wrong RP ID hash in response.": "rp-id",
    "User Present flag not set.": "not-present",
    "User verification required, but user verified flag not set.": "not-verified",
    "Invalid signature.": "signature",
}
"""fido2's words, and ours for the log; whatever it says otherwise is ``malformed``."""


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was made and fits.

    Args:
        credential_id: as the authenticator chose it.
        public_key: COSE in CBOR, what a key of its kind needs and nothing else.
        sign_count: of signatures so far; 0 where the authenticator does not count.
        user_verified: whether it has verified the person.
        backup_eligible: whether it may be copied to other devices.
        backed_up: whether it is.
        transports: how the authenticator is reached.
        aaguid: which model it is, where it says so.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    transports: tuple[str, ...]
    aaguid: bytes


@dataclass(frozen=True, slots=True)
class Used:
    """What a passkey says of itself while it is used.

    Args:
        sign_count: of signatures so far.
        user_verified: whether the authenticator has verified the person, this time.
        backed_up: whether it is copied to other devices.
    """

    sign_count: int
    user_verified: bool
    backed_up: bool


class _ClientData(msgspec.Struct, rename="camel"):
    cross_origin: bool = False
    top_origin: str | None = None


_client_data = msgspec.json.Decoder(_ClientData)


def made(party: Party, challenge: bytes, answer: str) -> Made:
    """Return the passkey that a browser has made.

    Args:
        party: who has asked.
        challenge: what was asked with.
        answer: the browser's JSON, as it came.

    Raises:
        PasskeyUnfit: and nothing else, whatever came.
    """
    try:
        return _registered(party, challenge, webauthn_json.attested(answer))
    except PasskeyWrong as wrong:
        raise PasskeyUnfit(wrong.why) from None


def verify(party: Party, challenge: bytes, answer: Asserted, passkey: Passkey, *, verified: bool) -> Used:
    """Return what *passkey* says of itself, if it has signed *answer*.

    Args:
        party: who has asked.
        challenge: what was asked with.
        answer: as ``webauthn_json.asserted`` returned it.
        passkey: the one that is meant.
        verified: whether the authenticator must have verified the person.

    Raises:
        PasskeyWrong: and nothing else, whatever came.
    """
    _check_page(answer.client_data)
    state = {"challenge": token.encode(challenge), "user_verification": "required" if verified else "preferred"}
    try:
        said = AuthenticatorData(answer.authenticator_data)
        key = CoseKey.parse(_cbor(passkey.public_key))
        credential = AttestedCredentialData.create(passkey.aaguid, passkey.credential_id, key)
        response = AuthenticatorAssertionResponse(
            client_data=CollectedClientData(answer.client_data),
            authenticator_data=said,
            signature=answer.signature,
        )
        whole = AuthenticationResponse(raw_id=answer.credential_id, response=response)
        _server(party).authenticate_complete(state, [credential], whole)
    except Exception as error:
        raise _refusal(error) from None
    _check_backup(said)
    if said.is_backup_eligible() != passkey.backup_eligible:
        raise PasskeyWrong("backup")
    return Used(said.counter, said.is_user_verified(), said.is_backed_up())


def _registered(party: Party, challenge: bytes, answer: Attested) -> Made:
    _check_page(answer.client_data)
    state = {"challenge": token.encode(challenge), "user_verification": "preferred"}
    try:
        response = AuthenticatorAttestationResponse(
            client_data=CollectedClientData(answer.client_data),
            attestation_object=AttestationObject(answer.attestation_object),
        )
        whole = RegistrationResponse(raw_id=answer.credential_id, response=response)
        said = _server(party).register_complete(state, whole)
        credential = said.credential_data
    except Exception as error:
        raise _refusal(error) from None
    _check_backup(said)
    if credential is None or credential.credential_id != answer.credential_id:
        raise PasskeyWrong("id")
    try:
        public_key = webauthn_keys.fitting(credential.public_key)
    except ValueError:
        raise PasskeyWrong("key") from None
    return Made(
        credential_id=answer.credential_id,
        public_key=public_key,
        sign_count=said.counter,
        user_verified=said.is_user_verified(),
        backup_eligible=said.is_backup_eligible(),
        backed_up=said.is_backed_up(),
        transports=tuple(sorted(TRANSPORTS.intersection(answer.transports))),
        aaguid=bytes(credential.aaguid),
    )


def _check_page(client_data: bytes) -> None:
    """Refuse what was signed inside a page of somebody else's (§13.4.9)."""
    try:
        page = _client_data.decode(client_data)
    except UNDECODABLE:
        raise PasskeyWrong("malformed") from None
    if page.cross_origin or page.top_origin is not None:
        raise PasskeyWrong("cross-origin")


def _check_backup(said: AuthenticatorData) -> None:
    """Refuse what says that it is copied and that it cannot be (§6.1.3)."""
    if said.is_backed_up() and not said.is_backup_eligible():
        raise PasskeyWrong("backup")


def _refusal(error: Exception) -> PasskeyWrong:
    return PasskeyWrong(_SAYS.get(str(error), "malformed"))


# It keeps nothing of what it has verified, and to make one takes longer than to verify a signature.
@lru_cache(maxsize=16)
def _server(party: Party) -> Fido2Server:
    # By default fido2 would take any host below ours, too.
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=party.id, name=party.name),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == party.origin,
    )


def _cbor(data: bytes) -> Mapping[int, Any]:
    return cast("Mapping[int, Any]", cbor.decode(data))
