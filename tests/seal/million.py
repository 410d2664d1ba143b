"""Ten million changed tokens, or as many as you say: none of them may open.

    python -m tests.seal.million 10000000

Each round of a hundred thousand has new keys, an old and a new one, and new tokens of another length, and makes the
changes of ``test_mutations``, which runs one such round with the tests. It prints the counts for each reason and the
time that it took; its exit status is 1 if a changed token opens, a true one does not, or anything but ``SealError``
comes out.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from itertools import chain, islice

from hardtack.seal import Key, Keyring, SealError
from tests.seal.test_mutations import (
    CONTEXT,
    NOW,
    bit_flips,
    lengths,
    other_characters,
    random_changes,
    splices,
)

ROUND = 100_000


def play(number: int, count: int, reasons: Counter[str]) -> None:
    """Play one round of *count* changes and add to *reasons* how each was refused; raise if one opens."""
    source = random.Random(number)  # noqa: S311 - a round that fails must be one that can be played again
    old, new = (Key(os.urandom(32)), Key(os.urandom(32)))
    ring = Keyring([new, Key(old.secret, "opening")], None)
    # Every other round presents tokens that were sealed before the keys changed.
    sealing = Keyring([old], None) if number % 2 else ring
    data = source.randbytes(number % 97)
    true, other = (sealing.seal(data, purpose="identity", context=CONTEXT, expires_at=NOW + 3600) for _ in range(2))
    stranger = Keyring.generate()
    elsewhere = (
        (stranger, "identity", CONTEXT, None),
        (sealing, "identity", CONTEXT, NOW - source.randrange(10_000)),
        (sealing, "session", CONTEXT, None),
        (sealing, "identity", (*CONTEXT, "x"), None),
    )
    foreign = (
        by.seal(data, purpose=purpose, context=context, expires_at=end)
        for by, purpose, context, end in elsewhere
        for _ in range(100)
    )
    changes = chain(
        foreign,
        bit_flips(true),
        lengths(true),
        splices(true, other),
        other_characters(true),
        random_changes(true, source),
    )
    # A splice or an exchanged character can give a true token back; those are no changes.
    for text in islice((text for text in changes if text not in (true, other)), count):
        try:
            ring.open(text, purpose="identity", context=CONTEXT, now=NOW)
        except SealError as error:
            reasons[error.reason] += 1
        else:
            raise AssertionError(f"round {number}: a changed token opened: {text!r}, made of {true!r} and {other!r}")
    for text in (true, other):
        if data != ring.open(text, purpose="identity", context=CONTEXT, now=NOW):
            raise AssertionError(f"round {number}: the true token {text!r} did not open")


def main(total: int) -> None:
    """Play as many rounds as *total* changes need, and print what became of them."""
    reasons: Counter[str] = Counter()
    began = time.monotonic()
    for number, start in enumerate(range(0, total, ROUND)):
        play(number, min(ROUND, total - start), reasons)
    took = time.monotonic() - began
    if reasons.total() != total:
        raise AssertionError(f"{reasons.total()} were refused instead of {total}")
    each = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    print(f"{total} changed tokens, 0 accepted: {each}; {took:.0f} s")  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100 * ROUND)
