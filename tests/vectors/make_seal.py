"""Make ``seal.json``, the vectors of Hardtack's seal, from ``docs/spec/seal.md`` without any of Hardtack's code.

Everything is deterministic: the bytes that a sealer would draw at random come from SHAKE-128 over a label. HKDF, the
base64 and the key derivation are written out here a second time on purpose, so that the vectors do not merely repeat
what ``hardtack.seal`` does. Run it from the root of the repository after a change of the format:

    python tests/vectors/make_seal.py > tests/vectors/seal.json
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

Json = dict[str, Any]

PURPOSES = [
    *("identity", "session", "half-signed-in", "trusted-device", "known-device", "reset", "verify", "invitation"),
    *("csrf", "hand-off", "gate", "ceremony", "app-demo", "app-0123456789-0123456789-012345"),
]
NOW = 1_800_000_000
CONTEXT = ["__Host-session-demo", "hardtack", "demo"]


def drawn(label: str, size: int) -> bytes:
    """Return *size* bytes that stand for random ones."""
    return hashlib.shake_128(label.encode()).digest(size)


FIRST = bytes(range(32))
SECOND = drawn("second secret", 32)
STRANGER = drawn("secret of another ring", 32)
COMING = drawn("secret of the announced key", 32)
STOLEN = drawn("secret of the revoked key", 32)
PEPPER = drawn("pepper", 32)
NONCE = b"ABCDEFGHIJKLMNOPQRSTUVWX"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def hkdf(secret: bytes, info: bytes, size: int = 32) -> bytes:
    """HKDF-SHA256 without salt, one block (RFC 5869)."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:size]


def key_id(secret: bytes) -> bytes:
    """Return the id of the key with this secret."""
    return hkdf(secret, b"hardtack/v1/key-id", 4)


def counted(value: bytes) -> bytes:
    """Return *value* after its length in two bytes."""
    return bytes(divmod(len(value), 256)) + value


def base64url(value: bytes) -> str:
    """Return *value* in base64url without padding."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def aes(key: bytes, block: bytes) -> bytes:
    """Encrypt one block."""
    return Cipher(AES256(key), ECB()).encryptor().update(block)  # noqa: S305 - one block, as CMAC needs it


def sealed(
    name: str,
    data: bytes = b"hardtack",
    *,
    secret: bytes = FIRST,
    purpose: str = "session",
    context: list[str] | None = None,
    expires_at: int = 0,
    now: int = NOW,
    nonce: bytes | None = None,
    version: int = 1,
) -> Json:
    """Seal *data* step by step and return every intermediate value, in hexadecimal."""
    context = [] if context is None else context
    nonce = drawn(name, 24) if nonce is None else nonce
    identifier = key_id(secret)
    aead_key = hkdf(secret, b"hardtack/v1/aead\x00" + counted(purpose.encode()))
    aad = b"".join(
        (
            bytes([version]),
            identifier,
            counted(purpose.encode()),
            bytes(divmod(len(context), 256)),
            *(counted(element.encode()) for element in context),
        )
    )
    block = aes(aead_key, bytes(16))
    doubled = int.from_bytes(block, "big") << 1
    subkey = ((doubled ^ 0x87 if doubled >> 128 else doubled) & (1 << 128) - 1).to_bytes(16, "big")
    first, second = (bytes([0, count, 0x58, 0]) + nonce[:12] for count in (1, 2))
    derived = b"".join(aes(aead_key, bytes(a ^ b for a, b in zip(m, subkey, strict=True))) for m in (first, second))
    plaintext = expires_at.to_bytes(5, "big") + data
    ciphertext = AESGCM(derived).encrypt(nonce[12:], plaintext, aad)
    raw = bytes([version]) + identifier + nonce + ciphertext
    steps = {
        "secret": secret, "key_id": identifier, "aead_key": aead_key, "nonce": nonce, "L": block, "K1": subkey,
        "M1": first, "M2": second, "derived_key": derived, "gcm_nonce": nonce[12:], "associated_data": aad,
        "plaintext": plaintext, "ciphertext_and_tag": ciphertext, "raw": raw,
    }  # fmt: skip
    return {
        "name": name,
        "purpose": purpose,
        "context": context,
        "now": now,
        "expires_at": expires_at or None,
        "data": data.hex(),
        **{step: value.hex() for step, value in steps.items()},
        "token": base64url(raw),
    }


def opens() -> list[Json]:
    """Return the tokens that open."""
    vectors = [
        sealed("a first token", context=CONTEXT, expires_at=NOW + 3600, nonce=NONCE),
        sealed("no data at all", b""),
        sealed("one byte of data", b"\x00"),
        sealed("two bytes of data", b"\xff\xff"),
        sealed("three bytes of data", b"\x00\x01\x02"),
        sealed("a thousand bytes of data", drawn("a thousand", 1000)),
        sealed("a context, as of a cookie", context=CONTEXT),
        sealed("a context that is one empty string", context=[""]),
        sealed("a context outside ASCII", context=["王小明", "crème", "\U0001f36a"]),
        sealed("an end, in the last second before it", context=CONTEXT, expires_at=NOW + 1),
        sealed("the latest end", expires_at=(1 << 40) - 1),
        sealed("no end, long after", now=(1 << 40) + 1),
        sealed("under the key that only opens", secret=SECOND, context=CONTEXT),
        sealed("under the key that is announced", secret=COMING, context=CONTEXT),
        *(sealed(f"purpose {purpose}", purpose=purpose, context=CONTEXT) for purpose in PURPOSES),
    ]
    # Doubling in GF(2^128) has two cases; both must be among the vectors.
    assert {vector["L"][0] < "8" for vector in vectors} == {True, False}
    return vectors


def changed(vector: Json, offset: int, bit: int = 0x01) -> str:
    """Return the token with one bit flipped in the byte at *offset*."""
    raw = bytearray.fromhex(vector["raw"])
    raw[offset] ^= bit
    return base64url(bytes(raw))


def refused() -> list[Json]:
    """Return one text for every way not to open, each with its reason."""
    good = sealed("the token that is changed", context=CONTEXT, expires_at=NOW + 3600)
    text, raw = good["token"], bytes.fromhex(good["raw"])
    last = len(raw) - 1
    four, two = sealed("four unused bits", b"\x00\x00")["token"], sealed("two unused bits", b"")["token"]
    assert (len(text) % 4, len(four) % 4, len(two) % 4) == (2, 2, 3)
    vectors: list[Json] = []

    def refuse(reason: str, name: str, token: str | Json, of: Json = good, **instead: Any) -> None:
        presented = {"purpose": of["purpose"], "context": of["context"], "now": of["now"]} | instead
        vectors.append({"name": name, "reason": reason, **presented, "token": token})

    refuse("malformed", "nothing", "")
    refuse("malformed", "one character", "A")
    refuse("malformed", "the shortest token but one byte", base64url(bytes.fromhex(sealed("short", b"")["raw"])[:-1]))
    refuse("malformed", "one character above the longest", {"repeat": "A", "times": 65537})
    refuse("malformed", "a million characters", {"repeat": "A", "times": 1_000_000})
    refuse("malformed", "a length that no bytes have", text[:-1])
    refuse("malformed", "padded as plain base64", text + "==")
    refuse("malformed", "padded where no padding belongs", text + "=")
    refuse("malformed", "padding inside", text[:40] + "==" + text[42:])
    for name, wrong in {
        "plus, of the other alphabet": "+",
        "slash, of the other alphabet": "/",
        "space": " ",
        "line feed": "\n",
        "zero byte": "\x00",
        "full stop": ".",
        "e with acute": "\u00e9",
        "full-width A": "\uff21",
        "biscuit": "\U0001f36a",
        "lone surrogate": "\ud800",
    }.items():
        refuse("malformed", f"a {name}", text[:41] + wrong + text[42:])
    refuse("malformed", "a line feed at the end", text + "\n")
    refuse("malformed", "a space before", " " + text)
    refuse("malformed", "quoted", f'"{text}"')
    for bit in (1, 2, 4, 8):
        spelling = ALPHABET[ALPHABET.index(four[-1]) | bit]
        refuse("malformed", f"unused bit {bit} of the last four set", four[:-1] + spelling, context=[])
    for bit in (1, 2):
        spelling = ALPHABET[ALPHABET.index(two[-1]) | bit]
        refuse("malformed", f"unused bit {bit} of the last two set", two[:-1] + spelling, context=[])
    for version in (0, 2, 255):
        other = sealed(f"version {version}", context=CONTEXT, version=version)
        refuse("malformed", f"version {version}, sealed so", other["token"], other)
    refuse("malformed", "version changed to 0", changed(good, 0))
    refuse("malformed", "version 2 under a key that is not in the ring", base64url(b"\x02" + bytes(4) + raw[5:]))

    foreign = sealed("a foreign token", secret=STRANGER, context=CONTEXT)
    refuse("unknown-key", "sealed under a key that is not in the ring", foreign["token"], foreign)
    refuse("unknown-key", "sealed so, and at its end", foreign["token"], foreign, now=NOW * 2)
    stolen = sealed("a token under the revoked key", secret=STOLEN, context=CONTEXT)
    refuse("unknown-key", "sealed under the revoked key", stolen["token"], stolen)
    for offset in range(1, 5):
        refuse("unknown-key", f"byte {offset - 1} of the key id changed", changed(good, offset))
    refuse("unknown-key", "the shortest text, all zero but the version", base64url(b"\x01" + bytes(49)))

    for name, offset in {
        "the first byte of the nonce": 5,
        "the last byte of the nonce that derives a key": 16,
        "the first byte of the nonce of AES-256-GCM": 17,
        "the last byte of the nonce": 28,
        "the first byte of the end": 29,
        "the last byte of the end": 33,
        "the first byte of the data": 34,
        "the last byte of the data": last - 16,
        "the first byte of the tag": last - 15,
        "the last byte of the tag": last,
    }.items():
        refuse("forged", f"{name} changed", changed(good, offset))
    refuse("forged", "the last byte cut off", base64url(raw[:-1]))
    refuse("forged", "a byte put before the tag", base64url(raw[:-16] + b"\x00" + raw[-16:]))
    refuse("forged", "a byte put at the end", base64url(raw + b"\x00"))
    refuse("forged", "no data left, tag kept", base64url(raw[:34] + raw[-16:]))
    refuse("forged", "another key of the ring named", base64url(raw[:1] + key_id(SECOND) + raw[5:]))
    other = sealed("the other half of a splice", context=CONTEXT, expires_at=NOW + 3600)
    refuse(
        "forged",
        "head and nonce of one token, the rest of another",
        base64url(raw[:29] + bytes.fromhex(other["raw"])[29:]),
    )
    refuse("forged", "the tag of another token", base64url(raw[:-16] + bytes.fromhex(other["raw"])[-16:]))
    for purpose in PURPOSES:
        if purpose != good["purpose"]:
            refuse("forged", f"presented for {purpose}", text, purpose=purpose)
    for name, context in {
        "no context": [],
        "the last string missing": CONTEXT[:-1],
        "the first string missing": CONTEXT[1:],
        "a string more": [*CONTEXT, "demo"],
        "an empty string more": [*CONTEXT, ""],
        "another order": CONTEXT[::-1],
        "another first string": ["session", *CONTEXT[1:]],
        "the same letters in other strings": [CONTEXT[0] + "h", "ardtack", CONTEXT[2]],
        "the same letters in one string": ["".join(CONTEXT)],
    }.items():
        refuse("forged", f"presented with {name}", text, context=context)
    empty = sealed("no context at all")
    refuse("forged", "no context, presented with an empty string", empty["token"], empty, context=[""])
    one = sealed("one empty string", context=[""])
    refuse("forged", "an empty string, presented without context", one["token"], one, context=[])
    ended = sealed("a token that has ended", context=CONTEXT, expires_at=NOW)
    refuse("forged", "ended, and presented for another purpose", ended["token"], ended, purpose="identity")

    refuse("expired", "in the second of the end", ended["token"], ended)
    refuse("expired", "long after the end", ended["token"], ended, now=NOW * 2)
    first = sealed("a token for the first second", expires_at=1)
    refuse("expired", "ended in 1970", first["token"], first)
    old = sealed("ended, under the key that only opens", secret=SECOND, expires_at=NOW)
    refuse("expired", "ended, under the key that only opens", old["token"], old)
    return vectors


def look_ups() -> list[Json]:
    """Return look-up hashes."""
    return [
        {
            "purpose": purpose,
            "data": data.hex(),
            "hash": hmac.digest(PEPPER, counted(purpose.encode()) + data, "sha256").hex(),
        }
        for purpose, data in (("name", b"alice"), ("name", b""), ("welcome", b"alice"), ("a", b"lice"))
    ]


def columns() -> list[Json]:
    """Return what a database holds: under each key of the ring, the revoked one too, and longer than a token may be."""
    found = []
    rows = {"active": FIRST, "opening": SECOND, "announced": COMING, "revoked": STOLEN}
    for state, secret in rows.items():
        place = ["session_data", "data", drawn(state, 16).hex()]
        made = sealed(
            f"under the {state} key", drawn(f"data {state}", 40), secret=secret, purpose="column", context=place
        )
        found.append({"name": made["name"], "place": place, "data": made["data"], "sealed": made["raw"]})
    empty = sealed("no data, no place", b"", purpose="column")
    found.append({"name": empty["name"], "place": [], "data": "", "sealed": empty["raw"]})
    return found


def host_secrets() -> list[Json]:
    """Return secrets derived from those of web frameworks."""
    return [
        {
            "framework": framework,
            "secret": secret.hex(),
            "derived": hkdf(secret, b"hardtack/v1/host-secret/" + framework.encode()).hex(),
        }
        for framework, secret in (("flask", b"x" * 32), ("django", b"x" * 32), ("flask", "密".encode() * 40))
    ]


def keyrings() -> Json:
    """Return texts of keyrings: those that are read, and one for every way to be refused, with the line to name."""
    since = "2027-01-15T08:00:00Z"
    head, pepper = "hardtack keyring 1", f"pepper {base64url(PEPPER)}"
    active = f"key {key_id(FIRST).hex()} active {since} {base64url(FIRST)}"
    opening = f"key {key_id(SECOND).hex()} opening 2026-01-31T12:00:00Z {base64url(SECOND)}"
    newest, oldest = (
        {"id": key_id(FIRST).hex(), "state": "active", "since": NOW},
        {"id": key_id(SECOND).hex(), "state": "opening", "since": 1769860800},
    )
    secret = base64url(FIRST)
    # Two secrets whose ids are the same by chance, found by trying; it takes about 2^16 tries.
    twins = [drawn(f"secret {number}", 32) for number in (56959, 96553)]
    assert key_id(twins[0]) == key_id(twins[1])
    twin, other_twin = (f"key {key_id(one).hex()} opening {since} {base64url(one)}" for one in twins)
    lines = {
        "a secret that is too short": active.replace(secret, base64url(FIRST[:31])),
        "a secret that is too long": active.replace(secret, base64url(FIRST + b"\x00")),
        "a secret with padding": active + "=",
        "a secret of the other alphabet": active[:-9] + "+" + active[-8:],
        "a secret with an unused bit set": active[:-1] + ALPHABET[ALPHABET.index(active[-1]) | 1],
        "a secret with one letter changed": active[:-9] + ("A" if active[-9] != "A" else "B") + active[-8:],
        "an id of another key": active.replace(key_id(FIRST).hex(), key_id(SECOND).hex()),
        "an id in capitals": active.replace(key_id(FIRST).hex(), key_id(FIRST).hex().upper()),
        "an id that is too short": active.replace(key_id(FIRST).hex(), key_id(FIRST).hex()[1:]),
        "an unknown state": active.replace("active", "retired"),
        "a state in capitals": active.replace("active", "Active"),
        "no time": active.replace(f"{since} ", ""),
        "a time of another zone": active.replace(since, "2027-01-15T08:00:00+08:00"),
        "a time that is none": active.replace(since, "2027-02-30T08:00:00Z"),
        "a word too many": active + " x",
        "an unknown entry": "keys",
        "a secret alone": secret,
    }
    texts = {
        **{f"a line with {name}": ([head, pepper, line], 3) for name, line in lines.items()},
        "nothing": ([], 1),
        "only a comment": (["# keys"], 1),
        "no first line": ([pepper, active], 1),
        "another version": (["hardtack keyring 2", pepper, active], 1),
        "the first line twice": ([head, head, pepper, active], 2),
        "a pepper that is too short": ([head, f"pepper {base64url(PEPPER[:-1])}", active], 2),
        "a pepper that is no base64url": ([head, "pepper !", active], 2),
        "two peppers": ([head, pepper, active, pepper], 4),
        "a key twice": ([head, pepper, active, active], 4),
        "a key twice, in two states": ([head, pepper, active, active.replace("active", "opening")], 4),
        "two keys with one id": ([head, pepper, active, twin, other_twin], 5),
        "two active keys": ([head, pepper, active, opening.replace("opening", "active")], 4),
        "no pepper": ([head, active], None),
        "no active key": ([head, pepper, opening], None),
        "no key": ([head, pepper], None),
        "an announced key and no active one": ([head, pepper, active.replace("active", "announced")], None),
        "a revoked key and no active one": ([head, pepper, active.replace("active", "revoked")], None),
        "a revoked key twice": ([head, pepper, active, *[opening.replace("opening", "revoked")] * 2], 5),
    }
    coming = f"key {key_id(COMING).hex()} announced 2027-01-15T08:05:00Z {base64url(COMING)}"
    stolen = f"key {key_id(STOLEN).hex()} revoked {since} {base64url(STOLEN)}"
    later = f"key {key_id(STRANGER).hex()} announced 2027-01-15T08:10:00Z {base64url(STRANGER)}"

    def states(text: list[str], now: int, *expected: tuple[str, int]) -> Json:
        keys = [line.split() for line in text if line.startswith("key ")]
        return {
            "text": "\n".join(text),
            "now": now,
            "keys": [
                {"id": key[1], "state": state, "since": at} for key, (state, at) in zip(keys, expected, strict=True)
            ],
        }

    four, wait = [head, pepper, opening, stolen, active, coming], NOW + 300
    was, gone = ("opening", 1769860800), ("revoked", NOW)
    both, last = [head, pepper, active, later, coming], NOW + 600
    two = [head, pepper, active, coming, later.replace("08:10", "08:05")]
    moments = [
        {"name": "every state, before the announced key's time"}
        | states(four, wait - 1, was, gone, ("active", NOW), ("announced", wait)),
        {"name": "every state, in the second of the announced key's time"}
        | states(four, wait, was, gone, ("opening", wait), ("active", wait)),
        {"name": "two announced keys, the time of one has come"}
        | states(both, wait, ("opening", wait), ("announced", last), ("active", wait)),
        {"name": "two announced keys, long after the times of both"}
        | states(both, NOW * 2, ("opening", wait), ("active", last), ("opening", last)),
        {"name": "two announced keys of one time: the later line counts"}
        | states(two, wait, ("opening", wait), ("opening", wait), ("active", wait)),
    ]
    mixed = ["# mine", "", f"  {head}\r", active.replace(" ", "  "), "\t", " # old", opening, pepper]
    return {
        "read": [
            {"name": "one key", "now": NOW, "text": "\n".join([head, pepper, active, ""]), "keys": [newest]},
            {
                "name": "two keys",
                "now": NOW,
                "text": "\n".join([head, pepper, opening, active]),
                "keys": [oldest, newest],
            },
            {
                "name": "comments, empty lines, spaces and line ends of any kind",
                "now": NOW,
                "text": "\n".join(mixed),
                "keys": [newest, oldest],
            },
            *moments,
        ],
        "refused": [
            {"name": name, "text": "\n".join(text), "line": line} for name, (text, line) in texts.items()
        ],
    }  # fmt: skip


def main() -> None:
    """Write the vectors to standard output."""
    vectors = {
        "specification": "docs/spec/seal.md, version 1",
        "made by": "python tests/vectors/make_seal.py > tests/vectors/seal.json",
        "ring": {
            "pepper": PEPPER.hex(),
            "keys": [
                {"id": key_id(FIRST).hex(), "state": "active", "secret": FIRST.hex()},
                {"id": key_id(SECOND).hex(), "state": "opening", "secret": SECOND.hex()},
                {"id": key_id(COMING).hex(), "state": "announced", "secret": COMING.hex()},
                {"id": key_id(STOLEN).hex(), "state": "revoked", "secret": STOLEN.hex()},
            ],
        },
        "opens": opens(),
        "refused": refused(),
        "look_up_hashes": look_ups(),
        "host_secrets": host_secrets(),
        "columns": columns(),
        "keyrings": keyrings(),
    }
    sys.stdout.write(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
