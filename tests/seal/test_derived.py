"""When a prefix is drawn anew, in one process, among threads, and after a fork."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hardtack.seal import Keyring, derived, token

NOW = 1_800_000_000


def head(text: str) -> bytes:
    """Return version, key id and prefix of a token."""
    return token.decode(text)[: token.HEAD_SIZE]


def nonce(text: str) -> bytes:
    """Return all of a token's nonce."""
    return token.decode(text)[5 : token.NONCE_END]


@pytest.mark.asvs("11.3.4")
def test_a_prefix_serves_exactly_65536_tokens_with_a_fresh_suffix_each(ring: Keyring) -> None:
    """The suffixes are neither equal nor in order."""
    tokens = [ring.seal(b"", purpose="csrf") for _ in range(2 * derived.SEALS_PER_PREFIX + 1)]
    heads = [head(text) for text in tokens]
    first, second, third = heads[0], heads[derived.SEALS_PER_PREFIX], heads[-1]
    assert 3 == len({first, second, third})
    assert heads == [first] * 65536 + [second] * 65536 + [third]
    nonces = [nonce(text) for text in tokens]
    assert len(tokens) == len(set(nonces))
    assert sorted(nonces[:1000]) != nonces[:1000]


def test_a_prefix_serves_as_many_tokens_as_the_bound_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first under it is one of them."""
    monkeypatch.setattr(derived, "SEALS_PER_PREFIX", 3)
    ring = Keyring.generate()
    heads = [head(ring.seal(b"", purpose="csrf")) for _ in range(9)]
    assert [3, 3, 3] == [heads.count(one) for one in dict.fromkeys(heads)]


def test_purposes_and_rings_have_prefixes_of_their_own(ring: Keyring) -> None:
    """A prefix serves one key and one purpose."""
    texts = [made.seal(b"", purpose=purpose) for made in (ring, Keyring.generate()) for purpose in ("csrf", "reset")]
    assert 4 == len({head(text)[5:] for text in texts})


def test_threads_share_a_ring() -> None:
    """Every token opens in every thread, no nonce repeats, and the turns under a prefix are not exceeded."""
    ring = Keyring.generate()
    start = Barrier(8)

    def work(number: int) -> list[str]:
        start.wait()
        made = []
        for turn in range(20_000):
            context = (str(turn % 7),)
            data = b"%d %d" % (number, turn)
            made.append(ring.seal(data, purpose="session", context=context, expires_at=NOW + 1))
            assert data == ring.open(made[-1], purpose="session", context=context, now=NOW)
        return made

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            texts = [text for made in pool.map(work, range(8)) for text in made]
    finally:
        sys.setswitchinterval(interval)
    assert 160_000 == len({nonce(text) for text in texts})
    counts: dict[bytes, int] = {}
    for text in texts:
        counts[head(text)] = counts.get(head(text), 0) + 1
    assert max(counts.values()) <= derived.SEALS_PER_PREFIX


FORK = """
import os
from hardtack.seal import Keyring, token
ring = Keyring.generate()
other = Keyring.generate()
before = ring.seal(b"parent", purpose="session")
reader, writer = os.pipe()
if os.fork() == 0:
    texts = [made.seal(b"child", purpose="session") for made in (ring, ring, other)]
    opened = ring.open(before, purpose="session", now=0).decode()
    os.write(writer, " ".join([*texts, opened]).encode())
    os._exit(0)
os.wait()
first, second, third, opened = os.read(reader, 4096).decode().split()
after = ring.seal(b"parent", purpose="session")
prefix = lambda text: token.decode(text)[5:17]
print(opened, ring.open(first, purpose="session", now=0).decode())
print(prefix(before) == prefix(after), prefix(first) == prefix(second), prefix(first) == prefix(before))
"""


@pytest.mark.asvs("11.3.4")
def test_a_child_draws_its_own_prefix_and_the_parent_keeps_its() -> None:
    """Each opens what the other sealed."""
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=False)
    assert ("", "parent child\nTrue True False\n") == (done.stderr, done.stdout)


def test_every_ring_forgets_its_prefix_at_a_fork(ring: Keyring) -> None:
    """The hook itself, as the child calls it."""
    before = [head(ring.seal(b"", purpose=purpose)) for purpose in ("csrf", "reset")]
    derived._forget_prefixes()
    after = [head(ring.seal(b"", purpose=purpose)) for purpose in ("csrf", "reset")]
    assert 4 == len({*before, *after})
