"""XAES-256-GCM: AES-256-GCM with nonces of 24 bytes, long enough to be drawn at random (C2SP XAES-256-GCM v1).

The first half of the nonce derives a key of its own from the long-lived one, by CMAC in the counter mode of NIST
SP 800-108; under that key the second half is the nonce of plain AES-256-GCM (NIST SP 800-38D). This module holds the
bare primitive, so that anyone's vectors can be run on it, and ``Derivation``, which gives a caller the derived key to
keep. It never draws randomness, knows no token format and decides no limit; ``docs/spec/seal.md`` states those.

The construction does not commit to its key. Whoever calls it must choose the key by other means than trial.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

from hardtack.errors import MisuseError

KEY_SIZE = 32
NONCE_SIZE = 24
PREFIX_SIZE = 12
"""The bytes of the nonce that derive the key; the other 12 are the nonce of AES-256-GCM."""
TAG_SIZE = 16

# The counter (16 bits), the label "X" and a zero byte of SP 800-108; the prefix of the nonce follows as the context.
_BLOCK_HEADS = (b"\x00\x01X\x00", b"\x00\x02X\x00")
# What doubling in GF(2^128) folds back in when a bit is shifted out (SP 800-38B §5.3, R128).
_R128 = 0x87
_MASK128 = (1 << 128) - 1


class Derivation:
    """Derive the AES-256-GCM key of any nonce prefix from one XAES-256-GCM key.

    Args:
        key: 32 bytes.

    Raises:
        MisuseError: if *key* is not 32 bytes.
    """

    __slots__ = ("_cipher", "_first", "_mask", "_second")

    def __init__(self, key: bytes) -> None:
        _require_size("key", key, KEY_SIZE)
        # One block at a time is all that CMAC of a single full block needs, hence ECB; it never sees user data.
        self._cipher = Cipher(AES256(key), ECB())  # noqa: S305 - see above
        doubled = int.from_bytes(self._cipher.encryptor().update(bytes(16)), "big") << 1
        if doubled > _MASK128:
            doubled ^= _R128
        subkey = (doubled & _MASK128).to_bytes(16, "big")
        # The subkey is added to both blocks; to their heads, which never change, once and for all.
        self._first, self._second = (bytes(a ^ b for a, b in zip(head, subkey, strict=False)) for head in _BLOCK_HEADS)
        self._mask = int.from_bytes(subkey[4:], "big")

    def derive(self, prefix: bytes) -> bytes:
        """Return the 32-byte AES-256-GCM key for nonces that begin with *prefix* (12 bytes).

        Raises:
            MisuseError: if *prefix* is not 12 bytes.
        """
        _require_size("prefix", prefix, PREFIX_SIZE)
        masked = (int.from_bytes(prefix, "big") ^ self._mask).to_bytes(PREFIX_SIZE, "big")
        # A context of its own for each call: contexts are not made for concurrent use, and keys are shared by threads.
        return self._cipher.encryptor().update(self._first + masked + self._second + masked)


def seal(key: bytes, nonce: bytes, plaintext: bytes, aad: bytes = b"") -> bytes:
    """Encrypt *plaintext* and authenticate it together with *aad*; return ciphertext and tag (16 bytes more).

    Args:
        key: 32 bytes.
        nonce: 24 bytes, never used twice with one key; random ones are fine.
        plaintext: what nobody shall read.
        aad: what the opener must present unchanged; not contained in the result.

    Raises:
        MisuseError: if *key* or *nonce* has another length.
    """
    _require_size("nonce", nonce, NONCE_SIZE)
    derived = Derivation(key).derive(nonce[:PREFIX_SIZE])
    return AESGCM(derived).encrypt(nonce[PREFIX_SIZE:], plaintext, aad)


def open(key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes = b"") -> bytes:  # noqa: A001 - the pair of seal
    """Return the plaintext that *ciphertext* (with its tag) seals.

    Raises:
        MisuseError: if *key* or *nonce* has a wrong length.
        cryptography.exceptions.InvalidTag: if anything differs from what was sealed, or no tag fits in *ciphertext*.
    """
    _require_size("nonce", nonce, NONCE_SIZE)
    derived = Derivation(key).derive(nonce[:PREFIX_SIZE])
    if len(ciphertext) < TAG_SIZE:
        raise InvalidTag
    return AESGCM(derived).decrypt(nonce[PREFIX_SIZE:], ciphertext, aad)


def _require_size(name: str, value: bytes, size: int) -> None:
    if type(value) is not bytes or len(value) != size:
        raise MisuseError(f"the {name} of XAES-256-GCM must be {size} bytes")
