"""Public keys of passkeys, of the three kinds that are asked for, ES256, EdDSA and RS256, as COSE has them (RFC 9053).

A key is looked at when it comes, not when it is used for the first time: that it lies on its curve, and that it is of a
size that people use, or a signature by it could take as long as somebody likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fido2 import cbor

_RSA_BITS = range(2048, 4097)
_RSA_EXPONENT = 65537


def fitting(key: Mapping[int, Any]) -> bytes:
    """Return *key* as it is kept: COSE in CBOR, with what a key of its kind needs and nothing else.

    Args:
        key: as an authenticator says it.

    Raises:
        ValueError: it is of no kind of ours, or there can be no such key; and nothing else, whatever came.
    """
    try:
        return cbor.encode(_KINDS[key[3]](key))
    except Exception:
        raise ValueError("no key of a kind that is asked for") from None


def _es256(key: Mapping[int, Any]) -> dict[int, Any]:
    x, y = (_exactly(32, key[label]) for label in (-2, -3))
    _only(key[1] == 2 and key[-1] == 1)
    ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()).public_key()
    return {1: 2, 3: -7, -1: 1, -2: x, -3: y}


def _eddsa(key: Mapping[int, Any]) -> dict[int, Any]:
    x = _exactly(32, key[-2])
    _only(key[1] == 1 and key[-1] == 6)
    ed25519.Ed25519PublicKey.from_public_bytes(x)
    return {1: 1, 3: -8, -1: 6, -2: x}


def _rs256(key: Mapping[int, Any]) -> dict[int, Any]:
    modulus, exponent = int.from_bytes(key[-1]), int.from_bytes(key[-2])
    _only(key[1] == 3 and modulus.bit_length() in _RSA_BITS and exponent == _RSA_EXPONENT and modulus % 2 == 1)
    rsa.RSAPublicNumbers(exponent, modulus).public_key()
    return {1: 3, 3: -257, -1: bytes(key[-1]), -2: bytes(key[-2])}


_KINDS: Mapping[int, Callable[[Mapping[int, Any]], dict[int, Any]]] = {-7: _es256, -8: _eddsa, -257: _rs256}


def _exactly(size: int, value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise ValueError("no coordinate")
    return value


def _only(fits: bool) -> None:
    if not fits:
        raise ValueError("no key of its kind")
