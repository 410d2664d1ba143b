"""Rows 1 and 4 of the targets: a payload into a token and back, no cookie and no framework around it.

- ``hardtack``: ``Keyring.seal`` and ``.open`` around msgpack, with an expiry and a context, as a session uses them.
- ``itsdangerous``: the serializer exactly as Flask configures it (its own ``get_signing_serializer``: tagged JSON,
  SHA-1, zlib where it helps), made once although Flask makes it anew for every session: kinder to the peer.
- ``signed only``: what a signed token could cost in lean Python: the same msgpack, an expiry, HMAC-SHA256 by
  ``hmac.digest``. It tells how much of the distance to itsdangerous is encryption (none) and how much is care.
- ``floor``: what no sealed token can do without, and not one check more: 12 random bytes, AES-256-GCM with a cipher
  object that exists, the standard library's base64 by its quickest way (``binascii``; the module ``base64`` is slower),
  msgpack. It has no key id, no expiry, no context, and accepts text that is not canonical.
- ``unknown prefix``: a token whose nonce begins with bytes that the ring has not met, as the first from another worker.
- ``new ring``: the first token of a ring that was just made, as at the start of a process.
"""

from __future__ import annotations

import hmac
import os
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from itertools import cycle, islice
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from bench.rounds import Contender, Group
from hardtack.seal import Key, Keyring
from hardtack.seal.keyring import MAX_OPENERS

LIFETIME = 31 * 86400
"""Flask's own, in seconds; ours expires after the same time here."""

_CONTEXT = ("session", "hardtack", "bench")
_RINGS_A_BATCH = 256

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def groups(payloads: dict[str, dict[str, Any]], now: int, prefixes: int = 2 * MAX_OPENERS) -> list[Group]:
    """Return the contenders, for each payload those that seal and those that open.

    Args:
        payloads: by size.
        now: the present Unix time in seconds.
        prefixes: the number of tokens with a prefix of their own; more than a ring keeps, so that each is unknown again
            when its turn comes.
    """
    found = []
    for size, payload in payloads.items():
        sealing = [*_ours_sealing(payload, now), _theirs_signing(payload), _signing(payload, now), _floor_in(payload)]
        opening = [
            *_ours_opening(payload, now, prefixes),
            _theirs_verifying(payload),
            _verifying(payload, now),
            _floor_out(payload),
        ]
        found += [Group(f"seal/{size}", sealing), Group(f"open/{size}", opening)]
    return found


def _ours_sealing(payload: dict[str, Any], now: int) -> list[Contender]:
    ring = Keyring.generate()
    key = Key(os.urandom(32))
    expires_at = now + LIFETIME

    def warm(turns: Iterable[None]) -> None:
        for _ in turns:
            ring.seal(_encode(payload), purpose="session", context=_CONTEXT, expires_at=expires_at)

    def new(rings: Iterable[Keyring]) -> None:
        for each in rings:
            each.seal(_encode(payload), purpose="session", context=_CONTEXT, expires_at=expires_at)

    return [
        Contender("hardtack", warm),
        Contender("hardtack, new ring", new, lambda turns: _rings(key, turns), most=_RINGS_A_BATCH),
    ]


def _ours_opening(payload: dict[str, Any], now: int, prefixes: int) -> list[Contender]:
    key = Key(os.urandom(32))
    data = _encode(payload)
    tokens = [
        each.seal(data, purpose="session", context=_CONTEXT, expires_at=now + LIFETIME)
        for each in _rings(key, prefixes)
    ]
    ring, other = _rings(key, 2)
    token = tokens[0]
    assert payload == _decode(ring.open(token, purpose="session", context=_CONTEXT, now=now))
    around = cycle(tokens)

    def warm(turns: Iterable[None]) -> None:
        for _ in turns:
            _decode(ring.open(token, purpose="session", context=_CONTEXT, now=now))

    def unknown(tokens: Iterable[str]) -> None:
        for each in tokens:
            _decode(other.open(each, purpose="session", context=_CONTEXT, now=now))

    def new(rings: Iterable[Keyring]) -> None:
        for each in rings:
            _decode(each.open(token, purpose="session", context=_CONTEXT, now=now))

    return [
        Contender("hardtack", warm),
        Contender("hardtack, unknown prefix", unknown, lambda turns: islice(around, turns)),
        Contender("hardtack, new ring", new, lambda turns: _rings(key, turns), most=_RINGS_A_BATCH),
    ]


def _rings(key: Key, number: int) -> list[Keyring]:
    return [Keyring([key], None) for _ in range(number)]


def _serializer() -> Any:
    app = Flask("bench")
    app.secret_key = os.urandom(32)
    return SecureCookieSessionInterface().get_signing_serializer(app)


def _theirs_signing(payload: dict[str, Any]) -> Contender:
    dumps = _serializer().dumps

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            dumps(payload)

    return Contender("itsdangerous", run)


def _theirs_verifying(payload: dict[str, Any]) -> Contender:
    serializer = _serializer()
    token = serializer.dumps(payload)
    loads = serializer.loads
    assert payload == loads(token, max_age=LIFETIME)

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            loads(token, max_age=LIFETIME)

    return Contender("itsdangerous", run)


_TO_URLSAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")


def _signing(payload: dict[str, Any], now: int) -> Contender:
    key, expires_at = os.urandom(32), now + LIFETIME

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            signed = expires_at.to_bytes(5, "big") + _encode(payload)
            tag = hmac.digest(key, signed, "sha256")
            b2a_base64(tag + signed, newline=False).translate(_TO_URLSAFE, b"=").decode()

    return Contender("signed only", run)


def _verifying(payload: dict[str, Any], now: int) -> Contender:
    key = os.urandom(32)
    signed = (now + LIFETIME).to_bytes(5, "big") + _encode(payload)
    token = b2a_base64(hmac.digest(key, signed, "sha256") + signed, newline=False).translate(_TO_URLSAFE, b"=").decode()

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            raw = a2b_base64(token.encode().translate(_FROM_URLSAFE) + b"==")
            assert hmac.compare_digest(raw[:32], hmac.digest(key, raw[32:], "sha256"))
            assert int.from_bytes(raw[32:37], "big") > now
            _decode(raw[37:])

    return Contender("signed only", run)


def _floor_in(payload: dict[str, Any]) -> Contender:
    encrypt = AESGCM(os.urandom(32)).encrypt

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            nonce = os.urandom(12)
            sealed = nonce + encrypt(nonce, _encode(payload), None)
            b2a_base64(sealed, newline=False).translate(_TO_URLSAFE, b"=").decode()

    return Contender("floor", run)


def _floor_out(payload: dict[str, Any]) -> Contender:
    cipher = AESGCM(os.urandom(32))
    nonce = os.urandom(12)
    sealed = nonce + cipher.encrypt(nonce, _encode(payload), None)
    token = b2a_base64(sealed, newline=False).translate(_TO_URLSAFE, b"=").decode()
    decrypt = cipher.decrypt

    def run(turns: Iterable[None]) -> None:
        for _ in turns:
            raw = a2b_base64(token.encode().translate(_FROM_URLSAFE) + b"==")
            _decode(decrypt(raw[:12], raw[12:], None))

    return Contender("floor", run)
