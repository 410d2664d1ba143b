"""The hashing pool and its places."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from hardtack.login import Argon2id, HashingBusy, HashingPool
from hardtack.login import hashing as module
from hardtack.login.passwords import HashUnreadable

CHEAP = Argon2id(memory=8, passes=1)


class Gate(Argon2id):
    """A hash that goes on only when the test lets it, and counts how many run at a time."""

    def __init__(self) -> None:
        super().__init__(memory=8, passes=1)
        object.__setattr__(self, "opened", threading.Event())
        object.__setattr__(self, "running", [])
        object.__setattr__(self, "most", [0])

    opened: threading.Event
    running: list[int]
    most: list[int]

    def hash(self, secret: bytes) -> str:
        """Hash when the gate is open."""
        self.running.append(1)
        self.most.append(len(self.running))
        self.opened.wait(30)
        self.running.pop()
        return super().hash(secret)


@pytest.fixture
def gate() -> Gate:
    """A closed gate."""
    return Gate()


@pytest.fixture
def narrow(gate: Gate) -> Iterator[HashingPool]:
    """A pool of one thread and two places that waits for nobody."""
    pool = HashingPool(gate, threads=1, places=2, patience=0)
    yield pool
    gate.opened.set()
    pool.close()


def hash_once(pool: HashingPool) -> str:
    """Hash in a place of *pool*."""
    with pool.place() as place:
        return place.hash(b"secret")


def test_it_hashes_and_verifies(pool: HashingPool) -> None:
    """In a thread of its own, for whoever has a place."""
    with pool.place() as place:
        encoded = place.hash(b"secret")
        assert [True, False] == [place.verify(encoded, secret) for secret in (b"secret", b"other")]
        assert not place.verify(pool.decoy, b"secret")


def test_by_default_there_is_a_thread_per_core_and_the_designs_hash() -> None:
    """Of the cores that this process may use."""
    pool = HashingPool()
    assert (Argon2id(), len(os.sched_getaffinity(0))) == (pool.hasher, pool.threads)
    pool.close()


def test_what_was_closed_may_be_used_again() -> None:
    """As an application is, between two of its tests."""
    pool = HashingPool(Argon2id(memory=8, passes=1), threads=1)
    for _ in range(2):
        assert hash_once(pool).startswith("$argon2id$")
        pool.close()


def test_a_system_without_affinity_counts_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as macOS."""
    monkeypatch.delattr(os, "sched_getaffinity")
    assert os.cpu_count() == module.cores()


def test_attack_15_no_more_hashes_run_than_there_are_threads(gate: Gate) -> None:
    """Each takes 19 MiB: however many ask, the memory is bounded."""
    pool = HashingPool(gate, threads=2, places=50)
    callers = [threading.Thread(target=hash_once, args=(pool,)) for _ in range(20)]
    for caller in callers:
        caller.start()
    while len(gate.running) < 2:
        time.sleep(0.001)
    gate.opened.set()
    for caller in callers:
        caller.join()
    pool.close()
    assert 2 == max(gate.most)


def test_attack_15_whoever_finds_no_place_is_told_when_to_come_back(narrow: HashingPool, gate: Gate) -> None:
    """503 with Retry-After, before anything was done; and there is room again as soon as somebody is done."""
    callers = [threading.Thread(target=hash_once, args=(narrow,)) for _ in range(2)]
    for caller in callers:
        caller.start()
    while narrow._free._value:
        time.sleep(0.001)
    with pytest.raises(HashingBusy) as caught:
        hash_once(narrow)
    assert (503, "hashing-busy", module.RETRY_AFTER) == (
        caught.value.status,
        caught.value.slug,
        caught.value.retry_after,
    )
    gate.opened.set()
    for caller in callers:
        caller.join()
    assert hash_once(narrow).startswith("$argon2id$")


def test_whoever_waits_a_little_gets_the_place_that_is_given_back() -> None:
    """Patience is worth something."""
    pool = HashingPool(CHEAP, threads=1, places=1, patience=30)
    found: list[str] = []
    with pool.place():
        caller = threading.Thread(target=lambda: found.append(hash_once(pool)))
        caller.start()
        caller.join(0.05)
        assert [] == found
    caller.join()
    pool.close()
    assert 1 == len(found)


def test_a_place_is_given_back_whatever_happens(narrow: HashingPool) -> None:
    """An exception of the caller's, one of the hash's, or none."""
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), narrow.place():
            raise ZeroDivisionError
        with pytest.raises(HashUnreadable), narrow.place() as place:
            place.verify("damaged", b"secret")
        with narrow.place():
            pass
    assert 2 == narrow._free._value


def test_work_that_was_left_behind_keeps_its_place_until_it_ends(narrow: HashingPool, gate: Gate) -> None:
    """Else more would run than there is memory for. What had not begun is not begun any more."""
    with narrow.place() as running, narrow.place() as waiting:
        # A caller that is interrupted leaves by an exception, with its work under way.
        running._work = narrow._executor.submit(gate.hash, b"secret")
        while not gate.running:
            time.sleep(0.001)
        waiting._work = narrow._executor.submit(gate.hash, b"secret")
    assert 1 == narrow._free._value
    gate.opened.set()
    narrow._executor.submit(lambda: None).result()
    assert (2, [0, 1]) == (narrow._free._value, gate.most)


def test_a_pool_that_is_renewed_has_all_its_places(narrow: HashingPool, gate: Gate) -> None:
    """What a fork does to a pool, done in place."""
    gate.opened.set()
    with narrow.place(), narrow.place():
        module._renew()
        assert hash_once(narrow).startswith("$argon2id$")


def test_the_child_of_a_fork_has_threads_and_places_of_its_own() -> None:
    """Even if all of the parent's were taken."""
    script = """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of every fork beside a thread
from hardtack.login import Argon2id, HashingPool
pool = HashingPool(Argon2id(memory=8, passes=1), threads=1, places=1, patience=0)
with pool.place() as place:
    encoded = place.hash(b"secret")
    child = os.fork()
    if child == 0:
        with pool.place() as own:
            os._exit(0 if own.verify(encoded, b"secret") else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
pool.close()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert ("0\n", "") == (done.stdout, done.stderr)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_what_hashes_stands_back_where_each_thread_can(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Whoever asks for a page has the core first; elsewhere it would slow the whole process down."""
    monkeypatch.setattr(sys, "platform", platform)
    pool = HashingPool(Argon2id(memory=8, passes=1), threads=1)
    with pool.place() as place:
        found = place._run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    pool.close()
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert found == (module.NICENESS if platform == "linux" else here)


def test_where_the_system_gives_no_thread_the_answer_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the place is free again."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool = HashingPool(CHEAP, threads=2, places=1)
    with monkeypatch.context() as patch, pool.place() as place:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(HashingBusy):
            place.hash(b"secret")
    with pool.place() as place:
        assert place.verify(place.hash(b"secret"), b"secret")
    pool.close()
