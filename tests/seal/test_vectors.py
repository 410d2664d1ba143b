"""Our own vectors: made by their script, shown in the specification, passed by Hardtack and a reader in JavaScript."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hardtack.seal import KeyInfo, Keyring, KeyringError, SealError, keyfile, token, xaes

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors"
SPECIFICATION = ROOT / "docs" / "spec" / "seal.md"
READER = ROOT / "docs" / "spec" / "reader.mjs"
REASONS = {"malformed", "unknown-key", "forged", "expired"}


def text_of(vector: dict[str, Any]) -> str:
    """Return the text that is presented; long ones are written as one that repeats."""
    presented = vector["token"]
    return presented if isinstance(presented, str) else presented["repeat"] * presented["times"]


def outcome(ring: Keyring, vector: dict[str, Any]) -> str:
    """Return the data in hexadecimal, or the reason."""
    try:
        opened = ring.open(text_of(vector), purpose=vector["purpose"], context=vector["context"], now=vector["now"])
    except SealError as error:
        return error.reason
    return opened.hex()


def test_the_file_is_what_its_script_makes() -> None:
    """Nobody edits it by hand."""
    made = subprocess.run([sys.executable, VECTORS / "make_seal.py"], capture_output=True, text=True, check=True)
    assert (VECTORS / "seal.json").read_text() == made.stdout


@pytest.mark.asvs("11.3.3")
def test_every_token_that_should_open_does(ring: Keyring, vectors: dict[str, Any]) -> None:
    """With the data that was sealed."""
    assert {v["name"]: v["data"] for v in vectors["opens"]} == {v["name"]: outcome(ring, v) for v in vectors["opens"]}


@pytest.mark.asvs("9.1.2")
def test_every_token_that_should_not_open_is_refused_for_its_reason(ring: Keyring, vectors: dict[str, Any]) -> None:
    """With nothing kept yet, and once more when everything that opens has been opened."""
    expected = {v["name"]: v["reason"] for v in vectors["refused"]}
    assert expected == {v["name"]: outcome(ring, v) for v in vectors["refused"]}
    for vector in vectors["opens"]:
        outcome(ring, vector)
    assert expected == {v["name"]: outcome(ring, v) for v in vectors["refused"]}
    assert set(expected.values()) == REASONS


def test_every_intermediate_value_is_the_vectors(vectors: dict[str, Any]) -> None:
    """Each part of the format by itself, sealing with the vector's nonce."""
    for vector in vectors["opens"]:
        secret, nonce = bytes.fromhex(vector["secret"]), bytes.fromhex(vector["nonce"])
        purpose, context = token.token_purpose(vector["purpose"]), vector["context"]
        identifier, aead_key = token.key_id(secret), token.aead_key(secret, purpose)
        aad = token.associated_data(identifier, purpose, context)
        plaintext = token.expiry_field(vector["expires_at"]) + bytes.fromhex(vector["data"])
        sealed = xaes.seal(aead_key, nonce, plaintext, aad)
        mine = {
            "key_id": identifier.hex(),
            "aead_key": aead_key.hex(),
            "derived_key": xaes.Derivation(aead_key).derive(nonce[:12]).hex(),
            "associated_data": aad.hex(),
            "plaintext": plaintext.hex(),
            "ciphertext_and_tag": sealed.hex(),
            "token": token.encode(token.VERSION + identifier + nonce + sealed),
        }
        assert {name: vector[name] for name in mine} == mine


def test_look_up_hashes_are_the_vectors(ring: Keyring, vectors: dict[str, Any]) -> None:
    """Under the pepper of the vectors' ring."""
    for vector in vectors["look_up_hashes"]:
        assert vector["hash"] == ring.lookup_hash(bytes.fromhex(vector["data"]), purpose=vector["purpose"]).hex()


def test_secrets_from_frameworks_are_the_vectors(vectors: dict[str, Any]) -> None:
    """A ring made of a framework's secret has the key that the vector says."""
    for vector in vectors["host_secrets"]:
        ring = Keyring.from_host_secret(vector["framework"], [bytes.fromhex(vector["secret"])])
        assert [token.key_id(bytes.fromhex(vector["derived"])).hex()] == [key.id for key in ring.keys]


def test_every_text_of_a_keyring_is_read_as_the_vectors_say(vectors: dict[str, Any]) -> None:
    """Ids, states and times, at a moment."""
    for vector in vectors["keyrings"]["read"]:
        assert (
            tuple(KeyInfo(**key) for key in vector["keys"]) == keyfile.parse(vector["text"], "here", vector["now"]).keys
        )


def test_every_text_that_is_no_keyring_is_refused_with_its_line_and_a_hint(vectors: dict[str, Any]) -> None:
    """And without a word of the text that could be a secret."""
    for vector in vectors["keyrings"]["refused"]:
        with pytest.raises(KeyringError) as caught:
            keyfile.parse(vector["text"], "/etc/the.key")
        problem = caught.value.problem
        assert vector["line"] is None or problem.startswith(f"line {vector['line']} of /etc/the.key "), vector["name"]
        assert "/etc/the.key" in problem
        assert caught.value.hint
        assert not [word for word in vector["text"].split() if len(word) > 12 and word in str(caught.value)]


def test_the_specification_shows_the_first_vector_and_a_keyring(vectors: dict[str, Any]) -> None:
    """Every intermediate value, whatever spaces are between."""
    shown = "".join(SPECIFICATION.read_text().split())
    first = vectors["opens"][0]
    hidden = {"name", "now", "context", "data"}
    values = {name: str(value) for name, value in first.items() if name not in hidden}
    assert {} == {name: value for name, value in values.items() if value not in shown}
    assert "".join(vectors["keyrings"]["read"][1]["text"].split()) in shown


def test_the_reader_in_javascript_passes_the_same_vectors() -> None:
    """A second implementation, on Node's WebCrypto."""
    node = shutil.which("node")
    assert node, "this test needs Node: install the Debian package nodejs"
    files = [VECTORS / "seal.json", VECTORS / "xaes-256-gcm.json"]
    done = subprocess.run([node, READER, *files], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    lines = done.stdout.splitlines()
    assert [str(file) for file in files] == [line.partition(": ")[0] for line in lines]
    assert 2 == len(lines)


def test_the_reader_in_javascript_fails_when_a_vector_does(tmp_path: Path) -> None:
    """So that its success means something."""
    node = shutil.which("node")
    assert node, "this test needs Node: install the Debian package nodejs"
    changed = tmp_path / "seal.json"
    changed.write_text((VECTORS / "seal.json").read_text().replace('"reason": "expired"', '"reason": "forged"', 1))
    done = subprocess.run([node, READER, changed], capture_output=True, text=True, check=False)
    assert 1 == done.returncode
    assert "expected forged, got expired" in done.stderr


def test_the_reader_in_javascript_has_at_most_a_hundred_lines_and_uses_webcrypto_only() -> None:
    """It shows how little a reader needs."""
    lines = READER.read_text().splitlines()
    assert len(lines) <= 100
    assert ["node:fs", "node:url"] == [line.split('"')[1] for line in lines if line.startswith("import ")]
