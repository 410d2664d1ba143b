"""What browsers answer: recorded from Chromium's authenticators and people's devices, and of WebAuthn Level 3 (§16).

Each is verified as it is, and refused with anything changed; whatever comes, nothing but ``PasskeyWrong`` is raised.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from hardtack.login import webauthn_answers, webauthn_json, webauthn_keys
from hardtack.login.passkey_errors import PasskeyUnfit, PasskeyWrong
from hardtack.login.webauthn import Party
from hardtack.login.webauthn_answers import Made, Used
from hardtack.login.webauthn_json import MOST_ANSWER
from hardtack.store.passkeys import Passkey
from tests.login.authenticator import (
    AT,
    ED,
    HOST,
    ORIGIN,
    UP,
    UV,
    Authenticator,
    Json,
    base64url,
    cbor,
    cose_of,
    key_of,
    unbase64url,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "webauthn.json").read_text())
CHROMIUM = {each["name"]: each for each in VECTORS["chromium"]}
W3C = {each["name"]: each for each in VECTORS["w3c"]}
DEVICES = {each["name"]: each for each in VECTORS["devices"]}
REFUSED = {
    'W3C: ES256 Credential with "crossOrigin": true in clientDataJSON': "cross-origin",
    'W3C: ES256 Credential with "topOrigin" in clientDataJSON': "cross-origin",
    "W3C: Packed Attestation with ES384 Credential": "key",
    "W3C: Packed Attestation with ES512 Credential": "key",
    "W3C: Packed Attestation with Ed448 Credential": "key",
}
"""What is signed well and refused all the same: inside another page, or with a key of a kind that is not asked for."""

PARTY = Party(HOST, ORIGIN, "Hardtack")
CHALLENGE = bytes(32)
OPTIONS = {"challenge": base64url(CHALLENGE)}


def party_of(vector: Json) -> Party:
    """Return who has asked for it."""
    return Party(vector["rp"], vector["origin"], "Hardtack")


def answers_of(vector: Json) -> tuple[Json, Json]:
    """Return both answers as a browser writes them; the specification has their bytes only."""
    if "credential_id" not in vector:
        return vector["made"], vector["shown"]
    identifier = base64url(bytes.fromhex(vector["credential_id"]))
    head = {"id": identifier, "rawId": identifier, "type": "public-key", "clientExtensionResults": {}}
    made, shown = (
        {**head, "response": {name: base64url(bytes.fromhex(data)) for name, data in vector[one].items()}}
        for one in ("made", "shown")
    )
    return made, shown


def register(vector: Json, answer: Json | str) -> Made:
    """Return the passkey that was made."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return webauthn_answers.made(party_of(vector), bytes.fromhex(vector["making"]), text)


def passkey_of(made: Made) -> Passkey:
    """Return *made* as it is kept."""
    kept = {name: getattr(made, name) for name in Made.__slots__}
    return Passkey(account_id=1, label="x", created=0, **kept)


def verify(vector: Json, answer: Json | str, passkey: Passkey, *, verified: bool = False) -> Used:
    """Return what the passkey says of itself."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    shown = webauthn_json.asserted(text)
    if shown.credential_id != passkey.credential_id:
        raise PasskeyWrong("unknown")
    challenge = bytes.fromhex(vector["showing"])
    return webauthn_answers.verify(party_of(vector), challenge, shown, passkey, verified=verified)


@pytest.mark.parametrize("name", [*CHROMIUM, *(name for name in W3C if name not in REFUSED)])
def test_what_authenticators_answer_is_good(name: str) -> None:
    """Both answers of each, the second by the key in the first."""
    vector = (CHROMIUM | W3C)[name]
    made_answer, shown_answer = answers_of(vector)
    made = register(vector, made_answer)
    assert made.credential_id == unbase64url(made_answer["id"])
    used = verify(vector, shown_answer, passkey_of(made))
    assert used.sign_count >= made.sign_count
    said = made_answer["response"].get("transports", [])
    assert set(said) == set(made.transports)


def test_what_chromium_says_of_its_authenticators_is_kept() -> None:
    """Whether the person was recognised, and whether it is copied to other devices."""
    said = {}
    for name, vector in CHROMIUM.items():
        made = register(vector, vector["made"])
        said[name] = (made.user_verified, made.backup_eligible, made.backed_up)
        handle = webauthn_json.asserted(json.dumps(vector["shown"])).user_handle
        assert handle in (bytes.fromhex(vector["user"]), None)
    for kind in ("ES256", "EdDSA", "RS256"):
        assert (True, False, False) == said[f"Chromium: a device that recognises its person, {kind}"]
        assert (True, True, True) == said[f"Chromium: one whose passkeys are copied to others, {kind}"]
        assert (False, False, False) == said[f"Chromium: one of which nobody is recognised, {kind}"]
    assert (False, False, False) == said["Chromium: an old security key, ES256"]


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_signed_well_and_was_not_asked_for_is_refused(name: str) -> None:
    """Inside another page, or with a key of another kind."""
    vector = W3C[name]
    with pytest.raises(PasskeyUnfit) as unfit:
        register(vector, answers_of(vector)[0])
    assert REFUSED[name] == unfit.value.why


def changed(value: Any) -> Iterator[Any]:
    """Yield what is wrong in the place of *value*: of other types, empty, cut, doubled, with another letter."""
    yield from (None, True, 7, -1, 1.5, [], {}, "", [value], {"a": value}, "\ud800", "=", "A" * 3)
    if isinstance(value, str):
        middle = len(value) // 2
        other = "B" if value[middle] != "B" else "C"
        yield from (value[:-1], value + "A", value + value, value + "=", f" {value}", f"{value}\n")
        yield value[:middle] + other + value[middle + 1 :]


def fields_of(answer: Json, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the place of every field that is read."""
    for name, value in answer.items():
        if name in ("clientExtensionResults", "authenticatorAttachment", "transports"):
            continue
        if name in ("authenticatorData", "publicKey", "publicKeyAlgorithm") and "attestationObject" in answer:
            continue
        yield (*place, name)
        if isinstance(value, dict):
            yield from fields_of(value, (*place, name))


def with_field(answer: Json, place: tuple[str, ...], value: Any, *, left_out: bool = False) -> Json:
    """Return *answer* with another value in one field, or without it."""
    copy = deepcopy(answer)
    inside = copy
    for name in place[:-1]:
        inside = inside[name]
    if left_out:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return copy


@pytest.mark.parametrize("name", list(CHROMIUM))
def test_attack_26_every_field_of_an_answer_wrong_in_turn(name: str) -> None:
    """Left out, of another type, cut, doubled, changed: refused each time, and nothing else is raised."""
    vector = CHROMIUM[name]
    made_answer, shown_answer = answers_of(vector)
    passkey = passkey_of(register(vector, made_answer))
    tried = 0
    for answer, give in (
        (made_answer, lambda wrong: register(vector, wrong)),
        (shown_answer, lambda wrong: verify(vector, wrong, passkey)),
    ):
        for place in fields_of(answer):
            was = answer
            for part in place:
                was = was[part]
            wrongs = [with_field(answer, place, value) for value in changed(was) if value != was]
            if place[-1] == "attestationObject":
                # Nobody has signed it: with another letter it may hold another key, see below.
                wrongs.pop()
            if place == ("response", "userHandle"):
                # Whose it is, is compared where accounts are known; here only that it is one.
                wrongs = [each for each in wrongs if each["response"]["userHandle"] not in (None, "")]
                wrongs = [each for each in wrongs if not _is_base64url(each["response"]["userHandle"])]
            else:
                wrongs.append(with_field(answer, place, None, left_out=True))
            for wrong in wrongs:
                tried += 1
                with pytest.raises(PasskeyWrong):
                    give(wrong)
    assert tried > 200


def _is_base64url(value: Any) -> bool:
    try:
        return isinstance(value, str) and base64url(unbase64url(value)) == value
    except ValueError:
        return False


@pytest.mark.parametrize("name", list(CHROMIUM))
def test_attack_26_every_byte_that_is_signed_wrong_in_turn(name: str) -> None:
    """Of what the browser says, of what the authenticator says, and of the signature."""
    vector = CHROMIUM[name]
    made_answer, shown_answer = answers_of(vector)
    passkey = passkey_of(register(vector, made_answer))
    for field in ("clientDataJSON", "authenticatorData", "signature"):
        was = unbase64url(shown_answer["response"][field])
        for at in range(len(was)):
            bad = was[:at] + bytes([was[at] ^ 1 << at % 8]) + was[at + 1 :]
            with pytest.raises(PasskeyWrong):
                verify(vector, with_field(shown_answer, ("response", field), base64url(bad)), passkey)


@pytest.mark.parametrize("name", list(CHROMIUM))
def test_every_byte_of_a_new_passkey_wrong_in_turn_is_refused_or_is_another_passkey(name: str) -> None:
    """Nobody has signed it, so a changed key is a key that nobody has; all that ties it to us is refused."""
    vector = CHROMIUM[name]
    answer, _ = answers_of(vector)
    good = register(vector, answer)
    was = unbase64url(answer["response"]["attestationObject"])
    host = was.index(hashlib.sha256(vector["rp"].encode()).digest())
    identifier = was.index(good.credential_id)
    for at in range(len(was)):
        bad = was[:at] + bytes([was[at] ^ 1 << at % 8]) + was[at + 1 :]
        try:
            made = register(vector, with_field(answer, ("response", "attestationObject"), base64url(bad)))
        except PasskeyUnfit:
            continue
        assert good.credential_id == made.credential_id
        assert not host <= at < host + 32
        assert not identifier <= at < identifier + len(good.credential_id)


def heard(vector: Json, answer: Json) -> Made | Used:
    """Return what an answer of a device says: it makes a passkey, or shows one whose key is known."""
    if "made" in vector:
        return register(vector, answer)
    passkey = Passkey(
        credential_id=unbase64url(vector["shown"]["id"]),
        account_id=1,
        public_key=unbase64url(vector["public_key"]),
        sign_count=vector["sign_count"],
        user_verified=False,
        backup_eligible=False,
        backed_up=False,
        transports=(),
        aaguid=bytes(16),
        label="x",
        created=0,
    )
    return verify(vector, answer, passkey)


@pytest.mark.parametrize("name", list(DEVICES))
def test_what_real_devices_answered_is_good(name: str) -> None:
    """Security keys, telephones, computers with a TPM, an Apple device; with every attestation, which none needs."""
    vector = DEVICES[name]
    said = heard(vector, vector.get("made") or vector["shown"])
    if isinstance(said, Made):
        assert unbase64url(vector["made"]["id"]) == said.credential_id
    else:
        assert said.sign_count > vector["sign_count"]


@pytest.mark.parametrize("name", list(DEVICES))
def test_attack_26_every_field_of_what_real_devices_answered_wrong_in_turn(name: str) -> None:
    """Left out, of another type, cut, doubled, changed; asked for elsewhere, by another party or another challenge."""
    vector = DEVICES[name]
    answer = vector.get("made") or vector["shown"]
    for place in fields_of(answer):
        was = answer
        for part in place:
            was = was[part]
        wrongs = [with_field(answer, place, value) for value in changed(was) if value != was]
        if "made" in vector and place[0] == "response":
            # Nobody has signed it, and older browsers say more than is asked for: a letter there may mean nothing.
            wrongs.pop()
        if place == ("response", "userHandle"):
            continue
        for wrong in [*wrongs, with_field(answer, place, None, left_out=True)]:
            with pytest.raises(PasskeyWrong):
                heard(vector, wrong)
    other = {"rp": "example.net", "origin": "https://example.net", "making": "00" * 32, "showing": "00" * 32}
    for name_of, value in other.items():
        if name_of in vector:
            with pytest.raises(PasskeyWrong):
                heard({**vector, name_of: value}, answer)


def test_an_answer_that_is_too_long_is_not_read() -> None:
    """Before anything else."""
    vector = next(iter(CHROMIUM.values()))
    padded = json.dumps(vector["made"]) + " " * MOST_ANSWER
    with pytest.raises(PasskeyUnfit) as unfit:
        register(vector, padded)
    assert "oversized" == unfit.value.why


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "{" * 9000, '{"a":' * 3000, "[" * 16000, "\ud800", "\0", '{"id":"a"}', "1e999", "NaN"],
    ids=range(12),
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    """However it is nested."""
    for give in (lambda: webauthn_answers.made(PARTY, CHALLENGE, text), lambda: webauthn_json.asserted(text)):
        with pytest.raises(PasskeyWrong) as wrong:
            give()
        assert "malformed" == wrong.value.why


DEEP = b"\x81" * 4000
WRONG_DATA = {
    "nothing": b"",
    "too short": bytes(36),
    "a byte too many": b"+",
    "no key": None,
    "a list instead of a key": b"\x80",
    "a key without an algorithm": cbor({1: 2}),
    "a list as the name of a label": b"\xa1\x80\x00",
    "nested deeply": DEEP,
    "a map of the largest size": b"\xbb" + b"\xff" * 8,
    "a list of the largest size": b"\x9b" + b"\xff" * 8,
    "a float": b"\xfb" + bytes(8),
    "a tag": b"\xc0\x00",
    "indefinite": b"\xbf\xff",
}


@pytest.mark.parametrize("what", list(WRONG_DATA))
def test_what_is_no_credential_is_refused(what: str) -> None:
    """In the place of the attested key, or after it."""
    authenticator = Authenticator()
    key = WRONG_DATA[what]
    head = authenticator.attested(cose={})[:-1]
    rest = b"" if key is None else b"short"[: -len(key) or None] if len(key) == 36 else head + key
    if what == "a byte too many":
        rest = authenticator.attested() + b"+"
    flags = UP | UV if key is None else UP | UV | AT
    with pytest.raises(PasskeyUnfit):
        webauthn_answers.made(PARTY, CHALLENGE, authenticator.make(OPTIONS, rest=rest, flags=flags))


NO_ATTESTATION = [b"", b"\xa0", b"\x00", cbor({"fmt": "none", "attStmt": {}}), DEEP, b"\xa1\x80\x80"]


@pytest.mark.parametrize("attestation", NO_ATTESTATION)
def test_what_is_no_attestation_is_refused(attestation: bytes) -> None:
    """Whatever it is instead."""
    answer = json.loads(Authenticator().make(OPTIONS))
    answer["response"]["attestationObject"] = base64url(attestation)
    with pytest.raises(PasskeyUnfit):
        webauthn_answers.made(PARTY, CHALLENGE, json.dumps(answer))


def test_what_authenticators_say_beside_is_of_no_interest() -> None:
    """Extensions that nobody asked for, an attestation of any kind, transports that nobody knows."""
    authenticator = Authenticator(transports=("usb", "cable", "usb", "无线", "x" * 500))
    rest = authenticator.attested() + cbor({"credProtect": 2})
    made = webauthn_answers.made(PARTY, CHALLENGE, authenticator.make(OPTIONS, rest=rest, flags=UP | UV | AT | ED))
    assert ("usb",) == made.transports


def test_the_authenticator_must_mean_the_credential_that_the_browser_names() -> None:
    """Neither another one, nor one whose id is too short or too long to be one."""
    authenticator = Authenticator()
    answer = authenticator.make(OPTIONS, rest=authenticator.attested(credential_id=bytes(32)))
    with pytest.raises(PasskeyUnfit) as unfit:
        webauthn_answers.made(PARTY, CHALLENGE, answer)
    assert "id" == unfit.value.why
    for size, good in ((0, False), (15, False), (16, True), (1023, True), (1024, False)):
        authenticator = Authenticator(credential_id=bytes(size))
        answer = authenticator.make(OPTIONS)
        if good:
            assert size == len(webauthn_answers.made(PARTY, CHALLENGE, answer).credential_id)
        else:
            with pytest.raises(PasskeyUnfit):
                webauthn_answers.made(PARTY, CHALLENGE, answer)


def test_a_key_is_kept_as_what_it_needs() -> None:
    """Whatever else is in it."""
    for algorithm in ("ES256", "EdDSA", "RS256"):
        cose = cose_of(key_of(algorithm))
        assert webauthn_keys.fitting({**cose, 2: b"name", 4: [1], -70000: "y"}) == webauthn_keys.fitting(cose)


def bad_keys() -> Iterator[tuple[str, Any]]:
    """Yield keys that are none of those that are asked for."""
    es, ed, rs = (cose_of(key_of(each)) for each in ("ES256", "EdDSA", "RS256"))
    yield from (("no map", []), ("empty", {}), ("no algorithm", {1: 2}), ("a list as algorithm", {3: [-7]}))
    yield from (("RS1", {**rs, 3: -65535}), ("PS256", {**rs, 3: -37}), ("ES256K", {**es, 3: -47}), ("none", {3: 0}))
    yield from (("another kind", {**es, 1: 1}), ("another curve", {**es, -1: 2}), ("off the curve", {**es, -3: es[-2]}))
    yield from (("infinity", {**es, -2: bytes(32), -3: bytes(32)}), ("a coordinate short", {**es, -2: es[-2][1:]}))
    yield from (("compressed", {**es, -3: True}), ("no y", {each: es[each] for each in es if each != -3}))
    yield from (("coordinate is a text", {**es, -2: "x" * 32}), ("above the field", {**es, -2: b"\xff" * 32}))
    yield from (
        ("EdDSA of another kind", {**ed, 1: 2}),
        ("X25519", {**ed, -1: 4}),
        ("EdDSA short", {**ed, -2: ed[-2][1:]}),
    )
    yield "RSA of 2047 bits", {**rs, -1: b"\x7f" + b"\xff" * 255}
    yield "RSA of 65536 bits", {**rs, -1: b"\xff" * 8192}
    yield from (("RSA with 3", {**rs, -2: b"\x03"}), ("RSA with a long exponent", {**rs, -2: b"\x01" * 512}))
    yield from (("RSA of another kind", {**rs, 1: 2}), ("an even modulus", {**rs, -1: b"\xff" * 255 + b"\x00"}))
    yield "RSA of texts", {**rs, -1: "x" * 256}


@pytest.mark.parametrize(("what", "key"), list(bad_keys()), ids=lambda each: each if isinstance(each, str) else "")
def test_a_key_that_is_none_is_refused_when_it_comes(what: str, key: Any) -> None:
    """Not at its first use, and never at the cost of long arithmetic."""
    with pytest.raises(ValueError, match="no key"):
        webauthn_keys.fitting(key)
    authenticator = Authenticator()
    if isinstance(key, dict) and True not in key.values():
        answer = authenticator.make(OPTIONS, rest=authenticator.attested(cose=key))
        with pytest.raises(PasskeyUnfit):
            webauthn_answers.made(PARTY, CHALLENGE, answer)


def test_a_key_that_is_damaged_in_the_database_verifies_nothing() -> None:
    """And raises nothing else."""
    authenticator = Authenticator()
    made = webauthn_answers.made(PARTY, CHALLENGE, authenticator.make(OPTIONS))
    shown = webauthn_json.asserted(authenticator.show(OPTIONS))
    for damaged in (b"", b"\xa0", made.public_key[:-1], b"\x80"):
        passkey = passkey_of(made)
        object.__setattr__(passkey, "public_key", damaged)
        with pytest.raises(PasskeyWrong):
            webauthn_answers.verify(PARTY, CHALLENGE, shown, passkey, verified=False)


def test_noise_is_refused() -> None:
    """Ten thousand changes of good answers, always the same: refused, or good still, and nothing else is raised."""
    source = random.Random("webauthn")  # noqa: S311 - a test that fails must fail again
    vectors = list(CHROMIUM.values())
    passkeys = [passkey_of(register(each, each["made"])) for each in vectors]
    for _ in range(10_000):
        at = source.randrange(len(vectors))
        vector, passkey = vectors[at], passkeys[at]
        text = json.dumps(vector[source.choice(["made", "shown"])])
        begin, end = sorted(source.randrange(len(text) + 1) for _ in range(2))
        end = min(end, begin + source.choice([0, 1, 4, 4000]))
        noise = source.choice(["", '"', "{", "null", "A", "\x00", "\\ud800", str(source.random())])
        wrong = text[:begin] + noise + text[end:]
        with suppress(PasskeyWrong):
            register(vector, wrong)
        with suppress(PasskeyWrong):
            verify(vector, wrong, passkey)
