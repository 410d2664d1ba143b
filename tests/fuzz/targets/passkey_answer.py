"""What a browser answers where a passkey is made or, after ``show:`` or ``verified:``, shown; or ``PasskeyWrong``.

The challenges, the passkey and its key are those of the first vector of WebAuthn Level 3 (§16.2).
"""

from __future__ import annotations

import json
from pathlib import Path

from hardtack.login import webauthn_answers, webauthn_json
from hardtack.login.passkey_errors import PasskeyWrong
from hardtack.login.webauthn import Party
from hardtack.login.webauthn_answers import Made
from hardtack.seal import token
from hardtack.store.passkeys import Passkey

OUTCOMES = {
    *("made", "shown", "malformed", "oversized", "id", "cross-origin", "type", "origin", "challenge", "rp-id"),
    *("not-present", "not-verified", "signature", "backup", "key"),
}

VECTOR = json.loads((Path(__file__).parents[2] / "vectors" / "webauthn.json").read_text())["w3c"][0]
PARTY = Party(VECTOR["rp"], VECTOR["origin"], "Hardtack")
MAKING, SHOWING = bytes.fromhex(VECTOR["making"]), bytes.fromhex(VECTOR["showing"])


def whole(name: str) -> str:
    """Return an answer of the vector as a browser writes it."""
    identifier = token.encode(bytes.fromhex(VECTOR["credential_id"]))
    response = {field: token.encode(bytes.fromhex(data)) for field, data in VECTOR[name].items()}
    return json.dumps({"id": identifier, "rawId": identifier, "type": "public-key", "response": response})


_kept = webauthn_answers.made(PARTY, MAKING, whole("made"))
_passkey = Passkey(account_id=1, label="x", created=0, **{name: getattr(_kept, name) for name in Made.__slots__})


def check(content: bytes) -> str:
    """Read *content*; what comes out is within its bounds."""
    kind, colon, rest = content.partition(b":")
    showing = bool(colon) and kind in (b"show", b"verified")
    text = (rest if showing else content).decode("utf-8", "surrogateescape")
    try:
        if showing:
            shown = webauthn_json.asserted(text)
            webauthn_answers.verify(PARTY, SHOWING, shown, _passkey, verified=kind == b"verified")
            assert shown.credential_id == _passkey.credential_id
            return "shown"
        made = webauthn_answers.made(PARTY, MAKING, text)
    except PasskeyWrong as wrong:
        return wrong.why
    assert 16 <= len(made.credential_id) <= 1023
    assert 16 == len(made.aaguid)
    assert made.backup_eligible or not made.backed_up
    assert len(made.public_key) < 600
    return "made"
