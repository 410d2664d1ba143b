"""Downloads: an almanac that is long enough to break off in the middle, so that the rest can be fetched later (206).

It is made once, and always the same: every day of ten years, its number in the week and its Julian day. A tag of its
octets tells whether the part that a client has belongs to it; the parts themselves the layer around cuts.
"""

from __future__ import annotations

import hashlib
from functools import cache

from hardtack.message import DAYS, Response, http_date
from hardtack.playground.asked import Asked
from hardtack.playground.said import TEXT
from hardtack.playground.thing import Thing
from hardtack.status.rules import rules

_FIRST_DAY = 10_957  # 1 January 2000, in days since 1 January 1970
_DAYS = 3653
_JULIAN = 2_440_588  # the Julian day that begins at noon of 1 January 1970


@cache
def almanac() -> bytes:
    """Return the almanac, 95 kB of ASCII."""
    lines = []
    for day in range(_FIRST_DAY, _FIRST_DAY + _DAYS):
        _, number, month, year, *_ = http_date(day * 86_400).split()
        lines.append(f"{number} {month} {year}  {DAYS[day % 7]}  {day + _JULIAN}\n")
    return "".join(lines).encode("ascii")


@cache
def _etag() -> str:
    return f'"{hashlib.sha256(almanac()).hexdigest()[:32]}"'


async def _tag(_asked: Asked) -> str:
    return _etag()


@rules(etag=_tag)
async def _almanac(_asked: Asked) -> Response:
    content = almanac()
    return Response(
        200, [("Content-Type", f"{TEXT}; charset=us-ascii"), ("Content-Length", str(len(content)))], content
    )


THINGS = (Thing("/almanac.txt", {"GET": _almanac}),)
