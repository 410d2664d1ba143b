"""Whether the time of an answer tells if somebody has an account: sign-in, forgotten password, sign-up by e-mail.

For each page two kinds of request alternate, in random order within each pair: for somebody who has an account and for
somebody who has none. What is compared is the difference of the two medians, as a part of what one hash takes, with the
interval in which it lies with 95 % (bootstrap, percentiles of 2,000 samples). It is little enough if the whole interval
lies within two parts of a hundred. A control, whose hash for unknown names costs next to nothing, must be found out by
the same judge.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from statistics import median

from bench import targets
from bench.results import Figure, Gauge
from bench.visits import PASSWORD, WRONG, Visits, visits
from hardtack.login import Argon2id, HashingPool

PEOPLE = 100
SAMPLES = 2000
CASES = ("sign-in", "forgot", "sign-up")
CONTROL = "sign-in, no hash"

Ask = Callable[[Visits, int, bool], None]


def measure(*, tries: int, hasher: Argon2id | None = None, cases: Sequence[str] = (*CASES, CONTROL)) -> list[Gauge]:
    """Return how much longer a request takes for somebody who has an account, in hundredths of a hash.

    Args:
        tries: of each page, both kinds together.
        hasher: argon2id and its parameters; by default those of the service.
        cases: which pages; the control is one of them.
    """
    pool = HashingPool(hasher)
    try:
        with visits(pool, mail=True) as site:
            site.now = _fill(site)
            one_hash = _hash_takes(pool)
            asked = [case for case in CASES if case in cases]
            found = [_judged(case, _times(site, ASKING[case], tries), one_hash) for case in asked]
            if CONTROL in cases:
                pool.decoy = Argon2id(memory=8, passes=1).decoy()
                found.append(_judged(CONTROL, _times(site, ASKING["sign-in"], tries), one_hash))
            return found
    finally:
        pool.close()


def _fill(site: Visits) -> int:
    """Make people who have an account and an address; return the time after it."""
    for number in range(PEOPLE):
        account = site.accounts.add(f"known{number}", PASSWORD, now=site.now)
        with site.accounts._database.write() as connection:
            address = f"known{number}@example.org"
            site.accounts._services.rows.set_address(connection, account.id, email=address, canonical=address)
    return site.now + 1000


def _name(number: int, known: bool) -> str:
    return f"{'known' if known else 'nobody'}{number % PEOPLE}"


def _sign_in(site: Visits, number: int, known: bool) -> None:
    answer = site.post("/sign-in", username=_name(number, known), password=WRONG)
    assert answer.status == 401, answer.status


def _forgot(site: Visits, number: int, known: bool) -> None:
    answer = site.post("/forgot", email=f"{_name(number, known)}@example.org")
    assert answer.status in (200, 202), answer.status


def _sign_up(site: Visits, number: int, known: bool) -> None:
    answer = site.post("/sign-up", email=f"{_name(number, known)}@example.org")
    assert answer.status in (200, 202), answer.status


ASKING: dict[str, Ask] = {"sign-in": _sign_in, "forgot": _forgot, "sign-up": _sign_up}


def _times(site: Visits, ask: Ask, tries: int) -> dict[bool, list[float]]:
    """Return the seconds that each request took, by whether somebody has the account."""
    order = random.Random(8)  # noqa: S311 - the order of a measurement is no secret
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(tries // 2):
        for known in order.sample((True, False), 2):
            # Every budget is whole again, and no name comes to so many failures that it would be locked.
            site.now += 60
            began = time.perf_counter()
            ask(site, number, known)
            taken[known].append(time.perf_counter() - began)
    return taken


def _hash_takes(pool: HashingPool) -> float:
    """Return the seconds that one hash takes, the median of some."""
    encoded = pool.hasher.hash(PASSWORD.encode())
    taken = []
    for _ in range(15):
        began = time.perf_counter()
        pool.hasher.verify(encoded, PASSWORD.encode())
        taken.append(time.perf_counter() - began)
    return median(taken)


def _judged(case: str, taken: dict[bool, list[float]], one_hash: float) -> Gauge:
    return targets.judge_telling(case, interval(taken[True], taken[False], one_hash / 100))


def interval(first: list[float], second: list[float], unit: float = 1.0) -> Figure:
    """Return the difference of the medians of two samples, with the interval in which it lies with 95 %.

    Args:
        first: as measured.
        second: what is taken off.
        unit: what the difference is expressed in.
    """
    source = random.Random(1)  # noqa: S311 - which samples are drawn is no secret
    draws = sorted(
        median(source.choices(first, k=len(first))) - median(source.choices(second, k=len(second)))
        for _ in range(SAMPLES)
    )
    least, greatest = draws[int(SAMPLES * 0.025)], draws[int(SAMPLES * 0.975) - 1]
    middle = median(first) - median(second)
    return Figure(round(middle / unit, 2), round(least / unit, 2), round(greatest / unit, 2))
