"""The ship's bell, which everybody may ring three times in ten seconds.

Here arises 429. The times are in the box, so that all processes count together, under twelve bits of a digest of the
client's address: enough to tell visitors apart, and too little to tell who rang. Two visitors who share them, one pair
in four thousand, share the bell.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from hashlib import sha256

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.status import TooManyRequests

BELL = "bell"
RINGS = 3
SECONDS = 10


def rung(kept: Kept, who: str, now: int) -> int:
    """Ring for *who*, and return 0, or how many seconds there are to wait.

    Args:
        kept: the box.
        who: whose rings are counted.
        now: Unix seconds.
    """
    while True:  # where somebody else has rung meanwhile, once more; who is there often is soon refused
        found = kept.get(BELL, who)
        version, times = (0, "") if found is None else found
        recent = [at for at in map(int, times.split()) if 0 <= now - at < SECONDS]
        if len(recent) >= RINGS:
            return recent[0] + SECONDS - now
        noted = " ".join(map(str, [*recent, now]))
        if kept.change(BELL, who, version, noted) if version else kept.add(BELL, who, noted):
            return 0


async def _ring(asked: Asked) -> Response:
    clock: Callable[[], float] = asked.behind.get("clock", time.time)
    who = sha256(asked.request.client.encode()).hexdigest()[:3]
    wait = await asyncio.to_thread(rung, asked.behind["kept"], who, int(clock()))
    if wait:
        raise TooManyRequests(
            {
                "en": f"The bell may be rung {RINGS} times in {SECONDS} seconds; the crew wants to sleep.",
                "zh": f"这口钟 {SECONDS} 秒内最多敲 {RINGS} 次，船员们要睡觉。",
            },
            retry_after=wait,
            reason="bell-rung-too-often",
        )
    return said(asked, 200, {"en": "Ding!", "zh": "当！"})


THINGS = (Thing("/bell", {"POST": _ring}),)
