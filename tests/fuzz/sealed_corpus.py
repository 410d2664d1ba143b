"""Make the part of the corpus that is sealed or encoded, which nobody can type: tokens, cookies and links.

    python -m tests.fuzz.sealed_corpus

Run it after a change of a format; nonces are random, so every run gives other files of the same meaning.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import msgspec

from hardtack.login import devices, half, trusted
from hardtack.login.links import Kind, Links
from hardtack.seal import Key, Keyring, Purpose, token
from hardtack.session import Identity, Sessions, identity
from hardtack.session import data as form
from hardtack.store.accounts import AccountRows
from tests.fuzz.targets import passkey_answer
from tests.fuzz.targets.token import CONTEXT, DATA
from tests.login.authenticator import AT, BE, BS, ED, Authenticator, cbor

CORPUS = Path(__file__).parent / "corpus"
NOW = 1_800_000_000
KEY = Key(bytes(range(32)))


def token_seeds() -> dict[str, bytes]:
    """Return tokens that open, and one for each reason that they do not."""
    ring, stranger = Keyring([KEY], None), Keyring.generate()
    true = ring.seal(DATA, purpose="identity", context=CONTEXT)
    return {
        "opens": true.encode(),
        "opens-for-a-day": ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW + 86_400).encode(),
        "opens-raw": b"raw:" + token.decode(true),
        "expired": ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW).encode(),
        "unknown-key": stranger.seal(DATA, purpose="identity", context=CONTEXT).encode(),
        "other-purpose": ring.seal(DATA, purpose="session", context=CONTEXT).encode(),
        "other-context": ring.seal(DATA, purpose="identity").encode(),
        "truncated": true[:-4].encode(),
        "version-2": b"raw:\x02" + token.decode(true)[1:],
        "empty": b"",
    }


def session_seeds() -> dict[str, bytes]:
    """Return Cookie fields with our cookies in them, good and bad."""
    sessions = Sessions(Keyring([KEY], bytes(32)), origin="https://example.org")
    session = sessions.open("", NOW - 60)
    session.sign_in(account=7, epoch=1, now=NOW - 60)
    session["name"] = "Anna"
    who, what = (text.partition(";")[0] for text in sessions.save(session, NOW - 60))
    stranger = Sessions(Keyring.generate(), origin="https://example.org")
    strange = stranger.open("", NOW - 60)
    strange.sign_in(account=7, epoch=1, now=NOW - 60)
    name = who.partition("=")[0]
    fields = {
        "signed-in": f"theme=dark; {who}; {what}",
        "identity-alone": who,
        "data-alone": what,
        "doubled": f"{who}; {what}; {who}",
        "unknown-key": stranger.save(strange, NOW - 60)[0].partition(";")[0],
        "crossed": f"{name}={what.partition('=')[2]}",
        "malformed": f"{name}=nonsense; {what}",
        "oversized": f"{name}={'A' * 4100}",
        "none": "a=b; =c; d",
    }
    return {label: field.encode() for label, field in fields.items()}


def identity_seeds() -> dict[str, bytes]:
    """Return an identity, and what is nearly one."""
    some = Identity(bytes(16), bytes(range(16)), 7, 1, 0, ("password",), NOW, NOW, NOW, NOW + 86_400)
    fields = list(msgspec.to_builtins(some, builtin_types=(bytes,)))
    encode = msgspec.msgpack.encode
    return {
        "identity": identity.encode(some),
        "too-many": encode([*fields, 0]),
        "too-few": encode(fields[:9]),
        "negative": encode([*fields[:2], -1, *fields[3:]]),
        "short-id": encode([b"short", *fields[1:]]),
        "nested": b"\x91" * 2000 + b"\xc0",
        "broken-text": identity.encode(some).replace(b"password", b"pass\xff\xfe\xfdd"),
        "map": encode({"session_id": bytes(16)}),
        "empty": b"",
    }


def data_seeds() -> dict[str, bytes]:
    """Return sessions' data, small and large, and what is nearly that."""
    heads = {
        "small": {"name": "Anna", "cart": [1, 2, {"x": None}]},
        "large": {f"key {number}": "x" * 40 for number in range(20)},
        "empty-values": {},
        "moment": {"at": msgspec.msgpack.Ext(-1, b"\xff" * 12)},
        "a-list": [1, 2],
        "keys-are-no-text": {1: 2},
    }
    encode = msgspec.msgpack.encode
    made = {
        label: form.encode(form.Data(bytes(16), None, 1, NOW, NOW, NOW + 86_400, msgspec.Raw(encode(values))))
        for label, values in heads.items()
    }
    return {**made, "nested": made["empty-values"][:-1] + b"\x91" * 2000 + b"\xc0", "too-few": b"\x90", "empty": b""}


def known_seeds() -> dict[str, bytes]:
    """Return Cookie fields with the cookie of known devices in them, good and bad; and such as the seal would hold."""
    ring, name = Keyring([KEY], bytes(32)), "__Host-hardtack-known"
    device = devices.Device(7, bytes(range(16)), NOW - 60)
    other = devices.Device(8, bytes(16), NOW - 60 * 86_400)

    def sealed(data: bytes, purpose: str = Purpose.KNOWN_DEVICE, realm: str = "hardtack", until: int = NOW + 60) -> str:
        return f"{name}={ring.seal(data, purpose=purpose, context=(name, realm), expires_at=until)}"

    shown = devices.encode(devices.Known((device, other)))
    fields = {
        "two": sealed(shown),
        "among-others": f"theme=dark; {sealed(shown)}; a=b",
        "doubled": f"{sealed(shown)}; {sealed(shown)}",
        "expired": sealed(shown, until=NOW - 1),
        "other-purpose": sealed(shown, purpose="identity"),
        "other-realm": sealed(shown, realm="elsewhere"),
        "oversized": f"{name}={'A' * 4100}",
        "no-token": f"{name}=nonsense",
        "none": "a=b; =c; d",
    }
    inside = {
        "inside-two": shown,
        "inside-none": devices.encode(devices.UNKNOWN),
        "inside-six": msgspec.msgpack.encode([[device] * 6]),
        "inside-short-id": msgspec.msgpack.encode([[[7, b"short", NOW]]]),
        "inside-nobody": msgspec.msgpack.encode([[[0, bytes(16), NOW]]]),
        "inside-nested": b"\x91" * 2000 + b"\xc0",
    }
    return {**{label: field.encode() for label, field in fields.items()}, **{k: b"raw:" + v for k, v in inside.items()}}


def half_seeds() -> dict[str, bytes]:
    """Return Cookie fields with a half-done sign-in in them, good and bad; and such as the seal would hold."""
    shown = half.encode(half.Shown(bytes(range(16)), "/account?a=b", True))
    inside = {
        "inside": shown,
        "inside-short-id": msgspec.msgpack.encode([b"short", "", False]),
        "inside-no-choice": msgspec.msgpack.encode([bytes(16), "", 1]),
        "inside-more": msgspec.msgpack.encode([bytes(16), "", False, 1]),
        "inside-truncated": shown[:-3],
    }
    return cookie_seeds("__Host-hardtack-half", Purpose.HALF_SIGNED_IN, shown, inside)


def trusted_seeds() -> dict[str, bytes]:
    """Return Cookie fields with a trusted browser's tokens in them, good and bad; and such as the seal would hold."""
    one, other = (trusted.Trust(each, bytes(range(16)), bytes(16), NOW + each) for each in (7, 8))
    shown = trusted.encode(trusted.Shown((one, other)))
    inside = {
        "inside-two": shown,
        "inside-none": trusted.encode(trusted.NOTHING),
        "inside-six": msgspec.msgpack.encode([[one] * 6]),
        "inside-short-token": msgspec.msgpack.encode([[[7, bytes(16), b"short", NOW]]]),
        "inside-no-account": msgspec.msgpack.encode([[[0, bytes(16), bytes(16), NOW]]]),
        "inside-truncated": shown[:-3],
    }
    return cookie_seeds("__Host-hardtack-trusted", Purpose.TRUSTED_DEVICE, shown, inside)


def cookie_seeds(name: str, purpose: str, shown: bytes, inside: dict[str, bytes]) -> dict[str, bytes]:
    """Return Cookie fields with *shown* sealed in them, rightly and wrongly, and what is *inside* a seal."""
    ring = Keyring([KEY], bytes(32))

    def sealed(purpose: str = purpose, realm: str = "hardtack", until: int = NOW + 60) -> str:
        return f"{name}={ring.seal(shown, purpose=purpose, context=(name, realm), expires_at=until)}"

    fields = {
        "good": sealed(),
        "among-others": f"theme=dark; {sealed()}; a=b",
        "doubled": f"{sealed()}; {sealed()}",
        "expired": sealed(until=NOW - 1),
        "other-purpose": sealed("identity"),
        "other-realm": sealed(realm="elsewhere"),
        "oversized": f"{name}={'A' * 4100}",
        "no-token": f"{name}=nonsense",
        "none": "a=b; =c; d",
    }
    return {
        **{label: field.encode() for label, field in fields.items()},
        **{label: b"raw:" + data for label, data in inside.items()},
    }


def link_seeds() -> dict[str, bytes]:
    """Return codes of links, good and bad; and such as the seal would hold."""
    ring = Keyring([KEY], bytes(32))
    made = Links(ring, AccountRows())
    true = made.make(Kind.SIGN_UP, now=NOW, email="anna@example.org", onward="/account")
    elsewhere = Links(Keyring.generate(), AccountRows())
    codes = {
        "good": true,
        "expired": made.make(Kind.SIGN_UP, now=NOW - Kind.SIGN_UP.lifetime, email="anna@example.org"),
        "of-another-kind": made.make(Kind.RESET, now=NOW, email="anna@example.org"),
        "of-another-realm": Links(ring, AccountRows(), "elsewhere").make(Kind.SIGN_UP, now=NOW),
        "unknown-key": elsewhere.make(Kind.SIGN_UP, now=NOW),
        "cut": true[:-5],
        "too-long": "A" * 3000,
        "empty": "",
    }
    encode = msgspec.msgpack.encode
    fields = [bytes(16), 0, bytes(16), NOW, "anna@example.org", "/account"]
    inside = {
        "inside": encode(fields),
        "inside-short": encode(fields[:4]),
        "inside-few": encode(fields[:3]),
        "inside-many": encode([*fields, 0]),
        "inside-nobody": encode([fields[0], -1, *fields[2:]]),
        "inside-short-id": encode([b"short", *fields[1:]]),
        "inside-far": encode([*fields[:5], "/" * 600]),
        "inside-nested": b"\x91" * 2000 + b"\xc0",
    }
    return {**{label: code.encode() for label, code in codes.items()}, **{k: b"raw:" + v for k, v in inside.items()}}


def passkey_seeds() -> dict[str, bytes]:
    """Return what browsers answer about passkeys: good, and one for each way to be refused."""
    made, shown = passkey_answer.whole("made"), passkey_answer.whole("shown")
    identifier = passkey_answer.VECTOR["credential_id"]
    host, origin = passkey_answer.PARTY.id, passkey_answer.PARTY.origin
    options = {"challenge": json.loads(base64.urlsafe_b64decode(_client(made) + "=="))["challenge"]}
    asked = {"challenge": json.loads(base64.urlsafe_b64decode(_client(shown) + "=="))["challenge"]}
    kept = bytes.fromhex(identifier)

    def by(flags: int = 0, at: str = origin, of: str = host, **more: Any) -> str:
        return Authenticator(flags=flags, origin=at, host=of, credential_id=kept).make(options, **more)

    def shows(flags: int = BE, **more: Any) -> bytes:
        return Authenticator(flags=flags, origin=origin, host=host, credential_id=kept).show(asked, **more).encode()

    strange = Authenticator(credential_id=kept)
    nobody = Authenticator(origin=origin, host=host, credential_id=kept).make(options, flags=AT)
    rest = strange.attested(cose={1: 2, 3: -35, -1: 2, -2: bytes(48), -3: bytes(48)})
    texts = {
        "made": made,
        "made-elsewhere": by(at="https://evil.example.org"),
        "made-for-another-host": by(of="example.com"),
        "made-inside-another-page": by(client={"crossOrigin": True}),
        "made-for-something-else": by(client={"type": "webauthn.get"}),
        "made-for-another-challenge": by(client={"challenge": "A" * 43}),
        "made-by-nobody": nobody,
        "made-copied": by(BS),
        "made-with-another-key": by(rest=rest),
        "made-with-extensions": by(ED, rest=strange.attested() + cbor({"credProtect": 2})),
        "made-of-another-id": made.replace(json.loads(made)["id"][:4], "AAAA", 1),
        "made-nested": "{" * 200,
        "made-too-long": made + " " * 17_000,
        "empty": "",
    }
    shown_texts = {
        "shown": b"show:" + shown.encode(),
        "shown-unverified": b"verified:" + shown.encode(),
        "shown-without-signature": b"show:" + shows(signature="AAAA"),
        "shown-of-another-kind": b"show:" + made.encode(),
        "shown-elsewhere": b"show:" + shows(client={"origin": "https://evil.example.org"}),
    }
    return {**{label: text.encode() for label, text in texts.items()}, **shown_texts}


def _client(answer: str) -> str:
    return str(json.loads(answer)["response"]["clientDataJSON"])


def main() -> None:
    """Write every file anew."""
    for target, seeds in {
        "token": token_seeds(),
        "session": session_seeds(),
        "identity": identity_seeds(),
        "data": data_seeds(),
        "known": known_seeds(),
        "half": half_seeds(),
        "trusted": trusted_seeds(),
        "link_code": link_seeds(),
        "passkey_answer": passkey_seeds(),
    }.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for label, content in seeds.items():
            (folder / label).write_bytes(content)


if __name__ == "__main__":
    main()
