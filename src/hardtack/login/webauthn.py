"""What a browser is asked to make a passkey with, or to show one (WebAuthn Level 3, §5.4 and §5.5), as JSON has it.

A passkey is bound to the configured host, is found by its authenticator without a name wherever that can do so (an old
security key cannot, and counts beside a password only), and says nothing about its owner: the number that leads back to
them is a keyed hash. What the browser then answers is read by ``webauthn_answers``. Nothing here knows an account, a
clock or a database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hardtack.seal import token
from hardtack.store.passkeys import Passkey

TIMEOUT = 300_000
"""Milliseconds that a browser should wait for its person (§15.1)."""

ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA and RS256 (the names and numbers are COSE's), the one that most authenticators have first."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks for passkeys: what is configured, never what a request says (attack 17).

    Args:
        id: the host that passkeys are bound to.
        origin: the one origin at which they count, scheme, host and port.
        name: what authenticators show.
    """

    id: str
    origin: str
    name: str


def creation_options(
    party: Party, challenge: bytes, *, user: bytes, name: str, display_name: str, known: Iterable[Passkey]
) -> dict[str, Any]:
    """Return what a browser is asked to make a passkey with (§5.4), as JSON has it.

    Args:
        party: who asks.
        challenge: random bytes.
        user: by which its owner is found again; nothing about them is in it.
        name: what authenticators show beside it.
        display_name: the same for people.
        known: those that its owner has, of which none is made a second time.
    """
    return {
        "rp": {"id": party.id, "name": party.name},
        "user": {"id": token.encode(user), "name": name, "displayName": display_name},
        "challenge": token.encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
        "timeout": TIMEOUT,
        "excludeCredentials": _descriptors(known),
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }


def request_options(party: Party, challenge: bytes, *, known: Iterable[Passkey], verified: bool) -> dict[str, Any]:
    """Return what a browser is asked to show a passkey with (§5.5), as JSON has it.

    Args:
        party: who asks.
        challenge: random bytes.
        known: those that would do; with none, any that the browser finds for us.
        verified: whether the authenticator must verify the person.
    """
    return {
        "challenge": token.encode(challenge),
        "timeout": TIMEOUT,
        "rpId": party.id,
        "allowCredentials": _descriptors(known),
        "userVerification": "required" if verified else "preferred",
    }


def _descriptors(known: Iterable[Passkey]) -> list[dict[str, Any]]:
    return [
        {"type": "public-key", "id": token.encode(each.credential_id), "transports": list(each.transports)}
        for each in known
    ]
