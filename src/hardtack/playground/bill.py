"""A bill that is split among guests: a thing with a mistake in it, such as every program has somewhere.

Whoever wrote it has thought of what is no number, and not of a table at which nobody sits. What comes of that is 500
with the number of the incident, and the rest stands in the log.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.status import UnprocessableContent

_NUMBERS = {"en": "Write whole numbers, of six digits at most.", "zh": "请填写整数，最多六位。"}


async def _split(asked: Asked) -> Response:
    written = parse_qs(asked.request.query, max_num_fields=8)
    total, guests = (written.get(name, [""])[-1] for name in ("total", "guests"))
    if not all(each.isascii() and each.isdigit() and len(each) <= 6 for each in (total, guests)):
        raise UnprocessableContent(_NUMBERS, reason="bill-without-numbers")
    share = int(total) / int(guests)
    return said(asked, 200, {"en": f"Everybody pays {share:.2f}.", "zh": f"每人付 {share:.2f}。"})


THINGS = (Thing("/bill", {"GET": _split}),)
