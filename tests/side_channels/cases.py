"""What is measured: secrets of ours, and inputs that are wrong in one place or another.

A group is one piece of our code with several kinds of input. Kinds that are **judged** against each other must take the
same: which of them an input is tells something of a secret, above all how much of a guess is right. Kinds that are only
**told** differ in what their sender knows already; ``why`` says what. A **control** has the flaw that the others must
not have and must be found out by the same judge, on the same inputs and the same code.

Inputs are many of each kind, so that none is measured by its place in memory. Each try is a function without arguments
that must come to the outcome of its kind; whatever does not is an error of the measurement.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from itsdangerous import TimestampSigner

from hardtack.login import tokens as access_tokens
from hardtack.login import totp
from hardtack.seal import Keyring, SealError, token
from hardtack.session import csrf, upgrade
from hardtack.site import seen
from tests.side_channels.judge import Try

NOW = 1_800_000_000
CONTEXT = ("__Host-hardtack", "hardtack")
DATA = b"the identity of somebody, forty-two bytes."
INPUTS = 64
"""Inputs of each kind."""
TAG = 16

FIRST, LAST = "first", "last"


class Group(NamedTuple):
    """One piece of code and its inputs.

    Args:
        name: as the words of the page know it.
        cases: the inputs by kind.
        judged: which two kinds must take the same.
        told: which differ, and may.
        control: whether the pairs that are judged must be found out.
    """

    name: str
    cases: Mapping[str, Sequence[Try]]
    judged: Sequence[tuple[str, str]]
    told: Sequence[tuple[str, str]] = ()
    control: bool = False


def groups() -> Iterator[Group]:
    """Yield everything that is measured, with new keys."""
    yield _opening(Keyring.generate())
    yield _form_token(Keyring.generate())
    yield _keyed_hash(Keyring.generate())
    yield _code()
    yield _signature()
    yield _checksum()
    yield _byte_by_byte(Keyring.generate())
    yield _equals(Keyring.generate())


# The seal ------------------------------------------------------------------------------------------------------------

FORGED = ("tag, first byte", "tag, last byte", "content, first byte", "content, last byte")


def _opening(ring: Keyring) -> Group:
    texts: dict[str, list[str]] = {
        "valid": [_sealed(ring) for _ in range(INPUTS)],
        **{kind: [] for kind in FORGED},
        "another purpose": [ring.seal(DATA, purpose="session", context=CONTEXT) for _ in range(INPUTS)],
        "unknown key": [_sealed(Keyring.generate()) for _ in range(INPUTS)],
        "expired": [ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW) for _ in range(INPUTS)],
        "malformed": [f"{text[:-4]}!{text[-3:]}" for text in [_sealed(ring) for _ in range(INPUTS)]],
    }
    for text in texts["valid"]:
        for kind, place in zip(FORGED, (-TAG, -1, token.NONCE_END, -TAG - 1), strict=True):
            texts[kind].append(_changed(text, place))
    outcomes = {"unknown key": "unknown-key", "expired": "expired", "malformed": "malformed", "valid": None}
    cases = {kind: [_opens(ring, text, outcomes.get(kind, "forged")) for text in each] for kind, each in texts.items()}
    told = [("valid", kind) for kind in texts if kind not in ("valid", *FORGED[1:])]
    return Group("opening", cases, _pairs(FORGED), told)


def _sealed(ring: Keyring) -> str:
    return ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW + 3600)


def _changed(text: str, place: int) -> str:
    raw = bytearray(token.decode(text))
    raw[place] ^= 1
    return token.encode(bytes(raw))


def _opens(ring: Keyring, text: str, reason: str | None) -> Try:
    def attempt() -> None:
        why: str | None = None
        try:
            ring.open(text, purpose="identity", context=CONTEXT, now=NOW)
        except SealError as error:
            why = error.reason
        if why != reason:
            raise AssertionError(why)

    return attempt


def _pairs(kinds: Sequence[str]) -> list[tuple[str, str]]:
    return [(kind, other) for number, kind in enumerate(kinds) for other in kinds[number + 1 :]]


# What is compared ----------------------------------------------------------------------------------------------------


def _of_two(name: str, wrong_at: Callable[[str], Sequence[Try]], *, control: bool = False) -> Group:
    return Group(name, {place: wrong_at(place) for place in (FIRST, LAST)}, [(FIRST, LAST)], control=control)


def _refused(question: Callable[[], object]) -> Try:
    def attempt() -> None:
        if question():
            raise AssertionError("taken")

    return attempt


def _other(text: str, place: str, alphabet: str) -> str:
    """Return *text* with another character in the first or the last place."""
    at = 0 if place == FIRST else len(text) - 1
    instead = alphabet[(alphabet.index(text[at]) + len(alphabet) // 2) % len(alphabet)]
    return text[:at] + instead + text[at + 1 :]


def _form_token(ring: Keyring) -> Group:
    tokens = csrf.Tokens(ring)
    pairs = [(binding, tokens.make(binding, NOW)) for binding in (os.urandom(16) for _ in range(INPUTS))]

    def wrong_at(place: str) -> list[Try]:
        at = 0 if place == FIRST else 15
        changed = [(binding[:at] + bytes([binding[at] ^ 1]) + binding[at + 1 :], made) for binding, made in pairs]
        return [_refused(partial(tokens.valid, made, binding, NOW)) for binding, made in changed]

    return _of_two("form-token", wrong_at)


def _keyed_hash(ring: Keyring) -> Group:
    services: Any = SimpleNamespace(
        parts=SimpleNamespace(keyring=ring), settings=SimpleNamespace(realm="hardtack"), now=NOW
    )

    def wrong_at(place: str) -> list[Try]:
        proofs = [seen.proof(ring, "hardtack", NOW - number % seen.LIFE).partition(".") for number in range(INPUTS)]
        changed = [f"{at}.{_other(hashed, place, '0123456789abcdef')}" for at, _, hashed in proofs]
        return [_refused(partial(seen._is_proved, each, services)) for each in changed]

    return _of_two("keyed-hash", wrong_at)


def _code() -> Group:
    step = NOW // totp.STEP
    secrets: list[tuple[bytes, dict[str, str]]] = []
    while len(secrets) < INPUTS:
        secret = os.urandom(20)
        right = {totp.code_at(secret, near) for near in (step - 1, step, step + 1)}
        codes = {place: _other(totp.code_at(secret, step), place, "0123456789") for place in (FIRST, LAST)}
        if not right & set(codes.values()):
            secrets.append((secret, codes))

    def wrong_at(place: str) -> list[Try]:
        return [_refused(partial(totp.step_of, secret, codes[place], NOW)) for secret, codes in secrets]

    return _of_two("code", wrong_at)


def _signature() -> Group:
    secret = "a secret that another framework has signed with"
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    signed = [TimestampSigner(secret).sign(f"eyJhIjp7fX0{number}").decode() for number in range(INPUTS)]

    def wrong_at(place: str) -> list[Try]:
        changed = []
        for text in signed:
            before, dot, signature = text.rpartition(".")
            changed.append(before + dot + _other(signature, place, alphabet))
        return [_refused(partial(upgrade.read_starlette, each, [secret], now=NOW, max_age=1)) for each in changed]

    return _of_two("signature", wrong_at)


def _checksum() -> Group:
    made = [access_tokens._new() for _ in range(INPUTS)]
    size = access_tokens._CHECKSUM
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"

    def wrong_at(place: str) -> list[Try]:
        changed = [text[:-size] + _other(text[-size:], place, alphabet) for text in made]
        return [_refused(partial(access_tokens.parse, each)) for each in changed]

    return _of_two("checksum", wrong_at)


# The controls --------------------------------------------------------------------------------------------------------


def _byte_by_byte(ring: Keyring) -> Group:
    """The opening of a token, before which the tag is compared byte by byte, up to the first that is wrong."""
    texts = [_sealed(ring) for _ in range(INPUTS)]

    def wrong_at(place: str) -> list[Try]:
        at = -TAG if place == FIRST else -1
        pairs = [(token.decode(text)[-TAG:], _changed(text, at)) for text in texts]
        return [_leaking(ring, tag, changed) for tag, changed in pairs]

    return _of_two("control-byte-by-byte", wrong_at, control=True)


def _leaking(ring: Keyring, tag: bytes, text: str) -> Try:
    opens = _opens(ring, text, "forged")

    def attempt() -> None:
        for right, shown in zip(tag, token.decode(text)[-TAG:], strict=True):
            if right != shown:
                break
        opens()

    return attempt


def _equals(ring: Keyring) -> Group:
    """A keyed hash that is compared with ``==``: told only, for the few nanoseconds are less than the bound."""
    hashes = [ring.lookup_hash(bytes([number]), purpose="doctor").hex() for number in range(INPUTS)]
    cases = {
        place: [_equal(each, _other(each, place, "0123456789abcdef")) for each in hashes] for place in (FIRST, LAST)
    }
    return Group("equals", cases, [], [(FIRST, LAST)])


def _equal(right: str, shown: str) -> Try:
    return _refused(lambda: shown == right)
