"""Attack 8: nobody learns from the clock whether an account exists.

How it is judged, so that it holds on a machine that others use too: the cases are tried in blocks, in random order
within each, so that whatever slows the machine down meets all of them alike; the Mann-Whitney test compares ranks, to
which no single slow attempt matters; and the deviates of three rounds are added up, so that one round in which the
machine was busy neither makes a difference nor hides one. Were there none, the sum would pass the bar less than once in
10^9 runs. No time is asserted anywhere.

That it would notice is shown by a control: the same store with a decoy that is verified too quickly is found out by the
same judge. What is left, the statements that are run, is compared to the letter in ``test_sign_in``.
"""

from __future__ import annotations

import contextlib
import math
import random
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from hardtack.errors import Refused
from hardtack.login import Accounts, Argon2id, HashingPool
from hardtack.seal import Keyring
from hardtack.store.streaks import FORGOTTEN
from tests.side_channels.judge import mann_whitney

PASSWORD = "correct horse battery staple"
WRONG = "correct horse battery stable"
CASES = {
    "wrong password": ("ada", WRONG),
    "unknown name": ("nobody", WRONG),
    "unknown name, a good password": ("nobody", PASSWORD),
    "disabled, right password": ("disabled", PASSWORD),
    "disabled, wrong password": ("disabled", WRONG),
    "no password": ("keyless", PASSWORD),
}
BLOCKS = 40
ROUNDS = 3
DOUBT = 1.0
"""A case whose first round deviates less than this is cleared by it; that saves the others."""
SURE = 6.5
"""The standard normal deviate that three rounds together must exceed: p < 10^-9 on either side, as added up here."""


def deviate(first: list[float], second: list[float]) -> float:
    """Return how far apart two samples are, whichever is the slower: the Mann-Whitney statistic as a normal deviate."""
    return abs(mann_whitney(first, second)[0])


class Bench:
    """Tries the cases and keeps how long each took."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.now = 1_000_000
        self.order = random.Random(8)  # noqa: S311 - the order of a test is no secret

    def try_once(self, case: str) -> float:
        """Return the seconds that one attempt takes; each comes when budgets are whole and failures are forgotten."""
        name, password = CASES[case]
        self.now += FORGOTTEN
        begun = time.perf_counter()
        with contextlib.suppress(Refused):
            self.accounts.sign_in(name, password, client="192.0.2.7", now=self.now)
        return time.perf_counter() - begun

    def round(self) -> dict[str, list[float]]:
        """Try every case so many times, in blocks of random order."""
        taken: dict[str, list[float]] = {case: [] for case in CASES}
        for _ in range(BLOCKS):
            for case in self.order.sample(list(CASES), len(CASES)):
                taken[case].append(self.try_once(case))
        return taken

    def told_apart(self) -> set[str]:
        """Return the cases that all rounds together tell from a wrong password."""
        sums = dict.fromkeys(set(CASES) - {"wrong password"}, 0.0)
        for _ in range(ROUNDS):
            if sums:
                taken = self.round()
                sums = {case: sum_ + deviate(taken["wrong password"], taken[case]) for case, sum_ in sums.items()}
                sums = {case: sum_ for case, sum_ in sums.items() if sum_ > DOUBT}
        return {case for case, sum_ in sums.items() if sum_ / math.sqrt(ROUNDS) > SURE}


@pytest.fixture
def bench(url: str, keyring: Keyring) -> Iterator[Bench]:
    """A store with an account of every kind; its hash is a sixth of the real one, and still most of the time."""
    pool = HashingPool(Argon2id(memory=8192, passes=1))
    with Accounts.connect(url, keyring=keyring, hashing=pool) as accounts:
        for name in ("ada", "disabled", "keyless"):
            accounts.add(name, PASSWORD, now=1)
        accounts.disable("disabled", 1)
        with accounts._database.write() as connection:
            connection.execute(text("UPDATE account SET password_hash = NULL WHERE name = 'keyless'"))
        yield Bench(accounts)
    pool.close()


@pytest.mark.asvs("6.3.8")
def test_attack_8_every_refusal_takes_the_same_time(bench: Bench) -> None:
    """An unknown name, a disabled account, one without a password: none can be told from a wrong password."""
    assert set() == bench.told_apart()


def test_the_judge_finds_out_a_store_that_hashes_less_for_unknown_names(bench: Bench) -> None:
    """The control: with a decoy that costs next to nothing, exactly the cases that need the decoy stand out."""
    bench.accounts._services.hashing.decoy = Argon2id(memory=8, passes=1).decoy()
    assert {"unknown name", "unknown name, a good password", "no password"} == bench.told_apart()


def test_the_judge_knows_equal_from_different() -> None:
    """On numbers whose answer is known: U = 0 of 9 pairs, mean 4.5, variance 3 · 3 · 7 / 12."""
    assert deviate([1.0, 1.0], [1.0, 1.0]) == 0
    assert deviate([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 0
    assert round(deviate([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 4) == round(4.5 / math.sqrt(5.25), 4)
    source = random.Random(1)  # noqa: S311 - numbers for a test are no secret
    first, second = ([source.gauss(10, 1) for _ in range(100)] for _ in range(2))
    assert deviate(first, second) < 3
    assert deviate(first, [value + 1 for value in second]) > 6
