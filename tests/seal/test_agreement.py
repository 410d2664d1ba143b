"""Python and JavaScript open the same ten thousand random tokens, across a change of keys, or refuse them alike.

The tokens are sealed by Hardtack under an old key, and after the change under a new one; every third is then changed
or presented for another purpose, context or time. The reader in ``docs/spec`` opens them all in one process.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hardtack.seal import Key, Keyring, Purpose, SealError, token

READER = Path(__file__).parents[2] / "docs" / "spec" / "reader.mjs"
NOW = 1_800_000_000
COUNT = 10_000
REASONS = {"malformed", "unknown-key", "forged", "expired"}

# Opens each presented token under each ring, and prints the data in hexadecimal or the reason, as one JSON array each.
DRIVER = """
import { readFileSync } from "node:fs";
const { open, keyId, SealError } = await import(process.argv[1]);
const { rings, presented } = JSON.parse(readFileSync(0, "utf8"));
for (const ring of rings) {
  const secrets = new Map();
  for (const secret of ring.map((text) => Buffer.from(text, "hex"))) {
    secrets.set((await keyId(secret)).toString("hex"), secret);
  }
  const outcomes = [];
  for (const { token, ...bound } of presented) {
    outcomes.push(await open(token, { secrets, ...bound }).then(
      (data) => `opened ${data.toString("hex")}`,
      (error) => (error instanceof SealError ? error.message : String(error)),
    ));
  }
  console.log(JSON.stringify(outcomes));
}
"""


def outcome(ring: Keyring, presented: dict[str, Any]) -> str:
    """Return what Python makes of it."""
    bound = {name: value for name, value in presented.items() if name != "token"}
    try:
        return f"opened {ring.open(presented['token'], **bound).hex()}"
    except SealError as error:
        return error.reason


def random_text(source: random.Random) -> str:
    """Return a short string of any characters that have an encoding in UTF-8."""
    return "".join(map(chr, source.choices([*range(0x250), *range(0x4E00, 0x4E80), 0x1F36A], k=source.randrange(12))))


def present(ring: Keyring, source: random.Random) -> dict[str, Any]:
    """Return a random token with all that it is bound to, every third changed in some way."""
    purpose = source.choice([*Purpose, "app-demo", "app-0"])
    context = [random_text(source) for _ in range(source.randrange(4))]
    end = source.choice([None, 1, NOW - 1, NOW, NOW + 1, NOW + 86_400, (1 << 32) + 1, (1 << 40) - 1])
    data = source.randbytes(source.choice([0, 1, 2, 3, 42, source.randrange(400), source.randrange(3000)]))
    text = ring.seal(data, purpose=purpose, context=tuple(context), expires_at=end)
    raw = bytearray(token.decode(text))
    match source.randrange(24):
        case 0:
            raw[source.randrange(len(raw))] ^= 1 << source.randrange(8)
            text = token.encode(bytes(raw))
        case 1:
            text = text[: source.randrange(len(text))]
        case 2:
            place = source.randrange(len(text))
            text = text[:place] + source.choice("+/=.~ \n\x00\u00e9\uff21" + "abcXYZ09-_") + text[place:]
        case 3:
            text += source.choice(["=", "A", "AA", "AAA", "AAAA", "\n"])
        case 4:
            purpose = source.choice([*Purpose])
        case 5:
            context.append("")
        case 6:
            text = token.encode(bytes([source.randrange(256)]) + source.randbytes(len(raw) - 1))
        case 7:
            # The last character has bits that mean nothing; only one spelling is a token.
            text = text[:-1] + source.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return {"token": text, "purpose": purpose, "context": context, "now": NOW}


def test_python_and_javascript_agree_on_ten_thousand_random_tokens_with_the_old_and_the_new_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before the change, after it, and when the old key is gone; data for data, and reason for reason."""
    node = shutil.which("node")
    assert node, "this test needs Node: install the Debian package nodejs"
    source = random.Random(3)  # noqa: S311 - a test that fails must fail again
    old, new = source.randbytes(32), source.randbytes(32)
    before = Keyring([Key(old)], None)
    after = Keyring([Key(new), Key(old, "opening")], None)
    gone = Keyring([Key(new)], None)
    presented = [present(before if number < COUNT // 2 else after, source) for number in range(COUNT)]
    rings = [[secret.hex() for secret in ring] for ring in ([old], [new, old], [new])]
    done = subprocess.run(
        [node, "--input-type=module", "--eval", DRIVER, READER.as_uri()],
        input=json.dumps({"rings": rings, "presented": presented}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (done.returncode, done.stderr)
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    ours = [[outcome(ring, one) for one in presented] for ring in (before, after, gone)]
    for our, their in zip(ours, theirs, strict=True):
        differ = [(one, a, b) for one, a, b in zip(presented, our, their, strict=True) if a != b]
        assert [] == differ
    counts = [Counter(said.partition(" ")[0] for said in outcomes) for outcomes in ours]
    with capsys.disabled():
        print(f"\n{COUNT} tokens, after the change: {dict(counts[1])}", end=" ")  # noqa: T201 - the demonstration
    assert [REASONS | {"opened"}] * 3 == [set(count) for count in counts]
    assert counts[1]["opened"] > counts[0]["opened"] > COUNT // 8
    assert counts[2]["unknown-key"] > COUNT // 4
