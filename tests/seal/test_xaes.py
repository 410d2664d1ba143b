"""XAES-256-GCM against C2SP's vectors."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from hardtack.errors import MisuseError
from hardtack.seal import xaes

FACTS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "xaes-256-gcm.json").read_text())
VECTORS = FACTS["vectors"]
KEY = bytes(range(32))
NONCE = bytes(range(24))


@pytest.mark.asvs("11.3.3")
@pytest.mark.parametrize("vector", VECTORS)
def test_sealing_gives_the_ciphertext_of_c2sp(vector: dict[str, str]) -> None:
    """The two official vectors, one for each case of doubling."""
    key, nonce, plaintext, aad = (bytes.fromhex(vector[name]) for name in ("K", "N", "plaintext", "aad"))
    assert vector["ciphertext"] == xaes.seal(key, nonce, plaintext, aad).hex()


@pytest.mark.parametrize("vector", VECTORS)
def test_opening_gives_the_plaintext_of_c2sp(vector: dict[str, str]) -> None:
    """And back."""
    key, nonce, ciphertext, aad = (bytes.fromhex(vector[name]) for name in ("K", "N", "ciphertext", "aad"))
    assert vector["plaintext"] == xaes.open(key, nonce, ciphertext, aad).hex()


@pytest.mark.parametrize("vector", VECTORS)
def test_the_derived_key_is_c2sps(vector: dict[str, str]) -> None:
    """The value in the middle, which a ring keeps."""
    derivation = xaes.Derivation(bytes.fromhex(vector["K"]))
    assert vector["Kx"] == derivation.derive(bytes.fromhex(vector["N"])[:12]).hex()


@pytest.mark.asvs("11.3.3")
def test_ten_thousand_random_runs_accumulate_to_c2sps_hash() -> None:
    """Keys, nonces, plaintexts and associated data of every kind come from one stream of SHAKE-128."""
    # A record has at most 32 + 24 + 1 + 255 + 1 + 255 bytes.
    stream = hashlib.shake_128(b"").digest(10_000 * 568)
    place = 0

    def take(size: int) -> bytes:
        nonlocal place
        place += size
        return stream[place - size : place]

    accumulated = hashlib.shake_128()
    for _ in range(10_000):
        key, nonce = take(32), take(24)
        plaintext = take(take(1)[0])
        aad = take(take(1)[0])
        ciphertext = xaes.seal(key, nonce, plaintext, aad)
        assert plaintext == xaes.open(key, nonce, ciphertext, aad)
        accumulated.update(ciphertext)
    assert FACTS["accumulated"]["iterations"]["10000"] == accumulated.hexdigest(32)


@pytest.mark.asvs("9.1.1", "11.3.3")
@settings(deadline=None)
@given(data=st.data(), plaintext=st.binary(max_size=100), aad=st.binary(max_size=100))
def test_one_changed_bit_anywhere_does_not_open(data: st.DataObject, plaintext: bytes, aad: bytes) -> None:
    """In the key, the nonce, the ciphertext, the tag or the associated data."""
    parts = [KEY, NONCE, xaes.seal(KEY, NONCE, plaintext, aad), aad]
    which = data.draw(st.sampled_from([index for index, part in enumerate(parts) if part]))
    bit = data.draw(st.integers(0, 8 * len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[bit // 8] ^= 1 << bit % 8
    parts[which] = bytes(changed)
    with pytest.raises(InvalidTag):
        xaes.open(*parts)


def test_without_associated_data_it_is_empty() -> None:
    """Whoever seals so and whoever opens so mean the same."""
    assert xaes.seal(KEY, NONCE, b"x") == xaes.seal(KEY, NONCE, b"x", b"")
    assert b"x" == xaes.open(KEY, NONCE, xaes.seal(KEY, NONCE, b"x", b""))


@pytest.mark.parametrize("size", [0, 1, 15])
def test_a_text_too_short_for_a_tag_does_not_open(size: int) -> None:
    """It is refused like a wrong tag."""
    with pytest.raises(InvalidTag):
        xaes.open(KEY, NONCE, bytes(size))


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(31), bytes(33), "k" * 32, None])
def test_a_key_of_another_size_is_misuse(key: Any) -> None:
    """There is one size of keys."""
    with pytest.raises(MisuseError, match="key of XAES-256-GCM must be 32 bytes"):
        xaes.seal(key, NONCE, b"")
    with pytest.raises(MisuseError, match="key of XAES-256-GCM must be 32 bytes"):
        xaes.open(key, NONCE, bytes(16))


@pytest.mark.parametrize("nonce", [b"", bytes(12), bytes(23), bytes(25), "n" * 24, None])
def test_a_nonce_of_another_size_is_misuse(nonce: Any) -> None:
    """A nonce of plain AES-GCM is not padded in silence."""
    with pytest.raises(MisuseError, match="nonce of XAES-256-GCM must be 24 bytes"):
        xaes.seal(KEY, nonce, b"")
    with pytest.raises(MisuseError, match="nonce of XAES-256-GCM must be 24 bytes"):
        xaes.open(KEY, nonce, bytes(16))


def test_a_prefix_of_another_size_is_misuse() -> None:
    """The first half of the nonce, and not all of it."""
    with pytest.raises(MisuseError, match="prefix of XAES-256-GCM must be 12 bytes"):
        xaes.Derivation(KEY).derive(NONCE)
