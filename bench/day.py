"""How often the derived key is there already: one day of a web application, played with real rings.

Opening a token is quick only if the ring has met its nonce prefix before (``docs/spec/seal.md``, "Keeping derived
keys"). Here some worker processes share one key, each with a ring of its own; visitors come back at random and reach a
random worker; a session is sealed anew by whichever worker sees it first after a quarter of the idle time has passed,
and begins again after all of it; and the workers are started again a few times, as for a new release. Time is a number
here, nothing is timed, and the random choices are the same in every run. Two days are played: one with the idle time
that sessions have if nobody says otherwise, and one with a short one, which seals far more often.
"""

from __future__ import annotations

import os
import random

from bench.results import Day
from hardtack.seal import Key, Keyring
from hardtack.seal.keyring import MAX_OPENERS
from hardtack.session import Lifetimes

WORKERS = 8
RESTARTS = 4
VISITORS = 20_000
REQUESTS = 400_000
DAY = 86_400
IDLE_TIMES = (Lifetimes().idle, 1800)
"""The idle times of the days that are played, in seconds."""

_CONTEXT = ("session", "hardtack", "bench")


def play_both(*, visitors: int = VISITORS, requests: int = REQUESTS) -> list[Day]:
    """Return how the days went."""
    return [play(visitors=visitors, requests=requests, idle=idle) for idle in IDLE_TIMES]


def play(*, visitors: int, requests: int, idle: int, seed: int = 1) -> Day:
    """Return how a day of *requests* by *visitors* went whose sessions end when they stay away for *idle* seconds."""
    renew_after = Lifetimes(idle=idle).renew_after
    choose = random.Random(seed)  # noqa: S311 - who comes when; nothing secret
    key = Key(os.urandom(32))
    rings = _start(key)
    cookies: dict[int, tuple[str, int]] = {}
    opened = sealed = hits = restarted = 0
    for number in range(requests):
        now = DAY + number * DAY // requests
        if number * (RESTARTS + 1) // requests > restarted:
            restarted += 1
            rings = _start(key)
        visitor, ring = choose.randrange(visitors), choose.choice(rings)
        token, issued = cookies.get(visitor, ("", 0))
        if token and now - issued < idle:
            before = _known(ring)
            ring.open(token, purpose="session", context=_CONTEXT, now=now)
            opened += 1
            hits += _known(ring) == before
        if now - issued >= renew_after:
            cookies[visitor] = ring.seal(b"", purpose="session", context=_CONTEXT), now
            sealed += 1
    return Day(WORKERS, RESTARTS, visitors, idle, requests, opened, sealed, hits)


def _start(key: Key) -> list[Keyring]:
    return [Keyring([key], None) for _ in range(WORKERS)]


def _known(ring: Keyring) -> int:
    """Return how many prefixes *ring* keeps; it grows by each that it did not know, until it is full."""
    known = len(ring._openers)
    assert known < MAX_OPENERS, "a full ring would no longer tell"
    return known
