"""What the tests of the seal share: the vectors, their ring, and a way to seal with a chosen nonce."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hardtack.seal import Key, Keyring, token, xaes

VECTORS = Path(__file__).parents[1] / "vectors"

Assemble = Callable[..., str]


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """Return our own vectors."""
    loaded: dict[str, Any] = json.loads((VECTORS / "seal.json").read_text())
    return loaded


@pytest.fixture
def ring(vectors: dict[str, Any]) -> Keyring:
    """Return a new ring of the vectors' keys, with nothing kept yet."""
    keys = [Key(bytes.fromhex(key["secret"]), key["state"]) for key in vectors["ring"]["keys"]]
    return Keyring(keys, bytes.fromhex(vectors["ring"]["pepper"]))


@pytest.fixture(scope="session")
def assemble() -> Assemble:
    """Return a function that seals a token with a nonce of the test's choice, from the parts of the format."""

    def assemble_one(
        secret: bytes,
        nonce: bytes,
        data: bytes,
        purpose: str,
        context: Sequence[str] = (),
        expires_at: int | None = None,
    ) -> str:
        name, identifier = purpose.encode(), token.key_id(secret)
        aad = token.associated_data(identifier, name, context)
        plaintext = token.expiry_field(expires_at) + data
        sealed = xaes.seal(token.aead_key(secret, name), nonce, plaintext, aad)
        return token.encode(token.VERSION + identifier + nonce + sealed)

    return assemble_one
