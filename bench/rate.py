"""Row 9 of the targets: how many sign-ins a second there are, of as many as argon2 alone would allow.

Both contenders hash with the same parameters on all cores. ``bare`` verifies a password on one thread per core and does
nothing else. Ours signs people in through the whole site, called by more threads than there are cores, as the service
calls it. Rounds of the two alternate, and the rates of one round are compared; here the clock is the wall's, since what
matters is how well the cores are kept at hashing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bench import targets
from bench.results import Gauge
from bench.visits import PASSWORD, Visits, visits
from hardtack.login import HashingPool

CALLERS = 4
"""Threads per core that ask for a sign-in at a time."""


def measure(*, rounds: int, turns: int, hashing: HashingPool | None = None) -> list[Gauge]:
    """Return the share of bare argon2's rate that sign-ins reach, round by round.

    Args:
        rounds: how often each contender runs.
        turns: sign-ins of a round, per core.
        hashing: the pool; by default the one that the service makes.
    """
    pool = hashing or HashingPool()
    encoded = pool.hasher.hash(PASSWORD.encode())
    number = turns * pool.threads
    with (
        visits(pool) as site,
        ThreadPoolExecutor(pool.threads) as bare,
        ThreadPoolExecutor(pool.threads * CALLERS) as callers,
    ):
        for name in range(number):
            site.accounts.add(f"visitor{name}", PASSWORD, now=site.now)
        shares, rates = [], []
        for _ in range(rounds):
            floor = _rate(bare, lambda _: pool.hasher.verify(encoded, PASSWORD.encode()), number)
            rate = _rate(callers, _signing_in(site), number)
            site.now += 60
            shares.append(rate / floor)
            rates.append(rate)
    if hashing is None:
        pool.close()
    return [targets.judge_rate("sign-ins", shares), targets.told("sign-ins a second", "per s", rates)]


def _signing_in(site: Visits) -> Callable[[int], bool]:
    def sign_in(number: int) -> bool:
        answer = site.post("/sign-in", username=f"visitor{number}", password=PASSWORD)
        assert answer.status == 303, answer.status
        return True

    return sign_in


def _rate(threads: ThreadPoolExecutor, work: Callable[[int], bool], number: int) -> float:
    """Return how often a second *work* was done."""
    began = time.perf_counter()
    assert all(threads.map(work, range(number)))
    return number / (time.perf_counter() - began)
