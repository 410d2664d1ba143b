"""Every nonce of processes and threads that share one keyring, collected: none is ever repeated.

Four workers that were started apart (as ``spawn`` does) load one keyring file and seal in threads. In mid-traffic each
forks children, which go on under the parent's ring, in threads of their own; then the keys change, and all go on under
the new one. Every token is opened at the end, by the ring of the last file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hardtack.seal import Key, Keyring, derived, keyfile, token

WORKERS, FORKS, THREADS, SEALS = 4, 2, 3, 4000
NOW = 1_800_000_000

WORKER = f"""
import os, sys, threading
from hardtack.seal import Keyring

before, after, into = sys.argv[1:]
ring = Keyring.load(before)
written = open(into, "ab", buffering=0)

def traffic(ring, lines, enough):
    number = 0
    while number < {SEALS} or not enough.is_set():
        purpose = ("session", "identity")[number % 2]
        lines.append(ring.seal(b"%d" % number, purpose=purpose, context=("c",)))
        number += 1

def work(ring, meanwhile=lambda lines: None):
    lines, enough = [], threading.Event()
    threads = [threading.Thread(target=traffic, args=(ring, lines, enough)) for _ in range({THREADS})]
    for thread in threads:
        thread.start()
    meanwhile(lines)
    enough.set()
    for thread in threads:
        thread.join()
    # One write each, which O_APPEND keeps whole whoever else writes.
    for start in range(0, len(lines), 10):
        written.write("".join(f"{{os.getpid()}} {{line}}\\n" for line in lines[start : start + 10]).encode())

children = []

def fork(lines):
    for number in range({FORKS}):
        sealed = len(lines)
        while len(lines) < sealed + 100:
            pass
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(ring)
                work(Keyring.load(after))
                status = 0
            finally:
                os._exit(status)
        children.append(child)

sys.setswitchinterval(1e-5)
work(ring, fork)
work(Keyring.load(after))
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""


@pytest.mark.asvs("11.3.4")
def test_no_nonce_is_repeated_by_spawned_and_forked_processes_and_their_threads(tmp_path: Path) -> None:
    """Nor is a prefix shared by two processes, or used too often; and no session is lost by the change of keys."""
    old, new, pepper = os.urandom(32), os.urandom(32), os.urandom(32)
    before, after, into = (tmp_path / name for name in ("before", "after", "tokens"))
    before.write_text(keyfile.write([Key(old)], pepper))
    after.write_text(keyfile.write([Key(new), Key(old, "opening")], pepper))
    for file in (before, after):
        file.chmod(0o600)
    # From Python 3.12 on, a fork beside threads is warned of; it is what this test is about.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", WORKER, *map(str, (before, after, into))]
    # Nor does measuring coverage go with it: a child that is forked while the tracer holds a lock waits for ever.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ) for _ in range(WORKERS)]
    said = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [""] * WORKERS == said
    assert [0] * WORKERS == [worker.returncode for worker in workers]

    lines = [line.split() for line in into.read_text().splitlines()]
    least = WORKERS * (1 + FORKS) * THREADS * SEALS
    ring = Keyring.load(after)
    nonces: set[bytes] = set()
    processes: dict[bytes, set[str]] = {}
    uses: Counter[bytes] = Counter()
    keys: Counter[bytes] = Counter()
    for number, (process, text) in enumerate(lines):
        raw = token.decode(text)
        head = raw[: token.HEAD_SIZE]
        nonces.add(raw[5 : token.NONCE_END])
        processes.setdefault(head, set()).add(process)
        uses[head] += 1
        keys[raw[1:5]] += 1
        if number % 50 == 0:
            purposes = {ring_opens(ring, text, purpose) for purpose in ("session", "identity")}
            assert {True, False} == purposes
    assert len(lines) == len(nonces)
    assert WORKERS * (1 + FORKS) == len(set.union(*processes.values()))
    assert {1} == {len(sharing) for sharing in processes.values()}
    assert max(uses.values()) <= derived.SEALS_PER_PREFIX
    assert {token.key_id(old), token.key_id(new)} == set(keys)
    assert least <= min(keys.values())


def ring_opens(ring: Keyring, text: str, purpose: str) -> bool:
    """Return whether the token opens for this purpose."""
    try:
        return bool(ring.open(text, purpose=purpose, context=("c",), now=NOW))
    except token.SealError:
        return False
