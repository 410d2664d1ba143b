"""A hundred thousand changed tokens, none of which opens, while the true one always does.

Every bit flip of the bytes, every single character put in the place of another, every truncation, every splice of two
tokens, strangers, the past, and junk. The counts for each reason are printed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

import pytest

from hardtack.seal import Keyring, SealError, token

NOW = 1_800_000_000
CONTEXT = ("__Host-hardtack", "hardtack")
DATA = b"the identity of somebody, forty-two bytes."
ALL = 100_000


def bit_flips(true: str) -> Iterator[str]:
    """Every bit of the bytes."""
    raw = token.decode(true)
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        yield token.encode(bytes(changed))


def other_characters(true: str) -> Iterator[str]:
    """Every character of the text, by every other one of latin-1 and a few beyond."""
    for place in range(len(true)):
        for other in [*map(chr, range(256)), "\u2028", "\uff21", "\U0001f36a", "\ud800"]:
            yield true[:place] + other + true[place + 1 :]


def lengths(true: str) -> Iterator[str]:
    """Every truncation at both ends, of the text and of the bytes; a character left out, doubled, or put in."""
    raw = token.decode(true)
    for size in range(len(true)):
        yield from (true[:size], true[len(true) - size :])
        yield from (true[:size] + true[size + 1 :], true[: size + 1] + true[size:], f"{true[:size]}-{true[size:]}")
    for size in range(len(raw)):
        yield from (token.encode(raw[:size]), token.encode(raw[len(raw) - size :]))
    yield from (true + "=", true + "==", true + "\n", " " + true, f'"{true}"', true * 2, true + "." + true, true * 1000)


def splices(true: str, other: str) -> Iterator[str]:
    """Every splice of two true tokens, of the text and of the bytes."""
    ours, theirs = token.decode(true), token.decode(other)
    for place in range(1, len(true)):
        yield from (true[:place] + other[place:], other[:place] + true[place:])
    for place in range(1, len(ours)):
        yield from (token.encode(ours[:place] + theirs[place:]), token.encode(theirs[:place] + ours[place:]))


def random_changes(true: str, source: random.Random) -> Iterator[str]:
    """A few changed bytes, random bytes behind a true head, random texts; for ever."""
    raw = token.decode(true)
    while True:
        changed = bytearray(raw)
        for _ in range(source.randint(2, 6)):
            changed[source.randrange(len(raw))] = source.randrange(256)
        yield token.encode(bytes(changed))
        yield token.encode(raw[: source.choice([1, 5, 17, 29])] + source.randbytes(source.randint(33, 120)))
        yield token.encode(source.randbytes(source.randint(0, 200)))
        yield "".join(chr(source.randrange(0x110000)) for _ in range(source.randint(0, 100)))


@pytest.mark.asvs("9.1.1", "11.2.5", "11.3.3")
def test_none_of_a_hundred_thousand_changed_tokens_opens(capsys: pytest.CaptureFixture[str]) -> None:
    """Every reason occurs, and nothing that is refused keeps the true token from opening."""
    ring, stranger = Keyring.generate(), Keyring.generate()
    true, other = (ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW + 3600) for _ in range(2))
    changes = [
        *bit_flips(true),
        *other_characters(true),
        *lengths(true),
        *splices(true, other),
        *(stranger.seal(DATA, purpose="identity", context=CONTEXT) for _ in range(500)),
        *(ring.seal(DATA, purpose="identity", context=CONTEXT, expires_at=NOW - past) for past in range(500)),
        *(ring.seal(DATA, purpose="session", context=CONTEXT) for _ in range(500)),
        *(ring.seal(DATA, purpose="identity", context=(*CONTEXT, "x")) for _ in range(500)),
    ]
    source = random.Random(1)  # noqa: S311 - a test that fails must fail again
    # A splice, an exchanged character or a few random bytes can give a true token back; those are no changes.
    mutated = [text for text in chain(changes, islice(random_changes(true, source), ALL)) if text not in (true, other)]
    mutated = mutated[:ALL]
    source.shuffle(mutated)
    reasons: Counter[str] = Counter()
    for number, text in enumerate(mutated):
        if number % 100 == 0:
            assert DATA == ring.open(true, purpose="identity", context=CONTEXT, now=NOW)
        with pytest.raises(SealError) as caught:
            ring.open(text, purpose="identity", context=CONTEXT, now=NOW)
        reasons[caught.value.reason] += 1
    assert DATA == ring.open(true, purpose="identity", context=CONTEXT, now=NOW)
    assert DATA == ring.open(other, purpose="identity", context=CONTEXT, now=NOW)
    with capsys.disabled():
        print(f"\n{ALL} changed tokens: {dict(reasons)}", end=" ")  # noqa: T201 - the counts are the demonstration
    assert ALL == sum(reasons.values())
    assert {"malformed", "unknown-key", "forged", "expired"} == set(reasons)
