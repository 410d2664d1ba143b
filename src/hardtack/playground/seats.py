"""A small theatre: a plan that can be looked at, and seats that can be taken and given back.

Here arise 409, for a seat that somebody has, and 405, since nobody can change the plan itself. Whether a seat is free
and that it is taken is one step in the box, so that of two who want it at once only one gets it.
"""

from __future__ import annotations

import asyncio

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.said import said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import Conflict, NotFound

SEAT = "seat"
_SEATS = tuple(str(number) for number in range(1, 13))


def _seat(asked: Asked) -> str:
    seat = asked.parts["seat"]
    if seat not in _SEATS:
        raise NotFound
    return seat


def _free(kept: Kept) -> list[str]:
    return [seat for seat in _SEATS if kept.get(SEAT, seat) is None]


async def _plan(asked: Asked) -> Response:
    free = ", ".join(await asyncio.to_thread(_free, asked.behind["kept"])) or "–"
    return said(asked, 200, {"en": f"Free seats: {free}.", "zh": f"空座：{free}。"})


async def _look(asked: Asked) -> Response:
    seat = _seat(asked)
    kept: Kept = asked.behind["kept"]
    if await asyncio.to_thread(kept.get, SEAT, seat) is None:
        return said(asked, 200, {"en": f"Seat {seat} is free.", "zh": f"{seat} 号座位空着。"})
    return said(asked, 200, {"en": f"Seat {seat} is taken.", "zh": f"{seat} 号座位有人了。"})


async def _take(asked: Asked) -> Response:
    seat = _seat(asked)
    name = (await asked.form()).get("name", "").strip()[:40] or "?"
    kept: Kept = asked.behind["kept"]
    if not await asyncio.to_thread(kept.add, SEAT, seat, name):
        raise Conflict(
            {
                "en": f"Seat {seat} is taken already. {PREFIX}/seats says which ones are free.",
                "zh": f"{seat} 号座位已经有人了。哪些还空着，见 {PREFIX}/seats。",
            },
            reason="seat-is-taken",
        )
    words = {"en": f"Seat {seat} is kept for {name}.", "zh": f"{seat} 号座位已为 {name} 留好。"}
    return said(asked, 201, words, [("Location", f"{PREFIX}/seats/{seat}")])


async def _give_back(asked: Asked) -> Response:
    kept: Kept = asked.behind["kept"]
    await asyncio.to_thread(kept.remove, SEAT, _seat(asked))
    return Response(204)


THINGS = (
    Thing("/seats", {"GET": _plan}),
    Thing("/seats/{seat}", {"GET": _look, "POST": _take, "DELETE": _give_back}),
)
