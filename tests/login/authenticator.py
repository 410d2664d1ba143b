"""An authenticator in a few lines, so that every byte of what it says can be changed: keys are real, signatures too.

What it writes is written out here from WebAuthn Level 3 (§6.1, §6.5.1, §5.8.1) and RFC 9053, and not by fido2, so that
the tests do not merely repeat what is tested.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "https://id.example.org"
HOST = "id.example.org"

UP, UV, BE, BS, AT, ED = 1, 4, 8, 16, 64, 128
AAGUID = bytes(range(16))

Json = dict[str, Any]
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def base64url(data: bytes) -> str:
    """Return *data* in base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unbase64url(text: str) -> bytes:
    """Return what *text* says in base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: Any) -> bytes:
    """Return *value* in CBOR: whole numbers, bytes, texts and maps, as they are needed here (RFC 8949 §3)."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(cbor(each) for each in value)
    return _head(5, len(value)) + b"".join(cbor(name) + cbor(each) for name, each in value.items())


def _head(kind: int, size: int) -> bytes:
    if size < 24:
        return bytes([kind << 5 | size])
    if size < 256:
        return bytes([kind << 5 | 24, size])
    return bytes([kind << 5 | 25]) + size.to_bytes(2, "big")


def key_of(algorithm: str) -> Key:
    """Return a fresh private key."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "RS256":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def cose_of(key: Key) -> dict[int, Any]:
    """Return the public key as COSE writes it."""
    public = key.public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
    numbers = public.public_numbers()
    if isinstance(numbers, rsa.RSAPublicNumbers):
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
    assert isinstance(numbers, ec.EllipticCurvePublicNumbers)
    return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


def signed(key: Key, data: bytes) -> bytes:
    """Return the signature of *data*."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), SHA256())
    return key.sign(data, ec.ECDSA(SHA256()))


@dataclass
class Authenticator:
    """One authenticator with one passkey, and the browser before it.

    Args:
        flags: what it says besides that a person is there.
        counts: whether it counts its signatures.
        origin: where the browser is.
        host: what the passkey is bound to.
    """

    flags: int = UV
    counts: bool = True
    origin: str = ORIGIN
    host: str = HOST
    algorithm: str = "ES256"
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    count: int = 0
    user: bytes = b""
    transports: tuple[str, ...] = ("internal", "hybrid")

    def __post_init__(self) -> None:
        """Make the key."""
        self.key = key_of(self.algorithm)

    def data(self, flags: int, rest: bytes = b"") -> bytes:
        """Return authenticator data."""
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def client(self, kind: str, challenge: str, more: Json | None = None) -> bytes:
        """Return what the browser signs."""
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **(more or {})}).encode()

    def attested(self, *, cose: Any = None, credential_id: bytes | None = None) -> bytes:
        """Return attested credential data."""
        identifier = self.credential_id if credential_id is None else credential_id
        key = cose_of(self.key) if cose is None else cose
        return AAGUID + len(identifier).to_bytes(2, "big") + identifier + cbor(key)

    def make(
        self, options: Json, *, rest: bytes | None = None, flags: int | None = None, client: Json | None = None
    ) -> str:
        """Return the answer to a request to make a passkey."""
        if "user" in options:
            self.user = unbase64url(options["user"]["id"])
        flags = UP | AT | self.flags if flags is None else flags
        data = self.data(flags, self.attested() if rest is None else rest)
        said = self.client("webauthn.create", options["challenge"], client)
        return self.answer(
            {
                "clientDataJSON": base64url(said),
                "attestationObject": base64url(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": list(self.transports),
            }
        )

    def show(self, options: Json, *, flags: int | None = None, client: Json | None = None, **more: Any) -> str:
        """Return the answer to a request to show it."""
        self.count += self.counts
        data = self.data(UP | self.flags if flags is None else flags)
        said = self.client("webauthn.get", options["challenge"], client)
        response = {
            "clientDataJSON": base64url(said),
            "authenticatorData": base64url(data),
            "signature": base64url(signed(self.key, data + hashlib.sha256(said).digest())),
            "userHandle": base64url(self.user),
        }
        return self.answer({**response, **more})

    def answer(self, response: Json) -> str:
        """Return a whole answer."""
        identifier = base64url(self.credential_id)
        whole = {"id": identifier, "rawId": identifier, "type": "public-key", "response": response}
        return json.dumps({**whole, "clientExtensionResults": {}, "authenticatorAttachment": "platform"})
