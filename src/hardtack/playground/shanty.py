"""A shanty: a few lines that everybody may read, as text or as a page.

Here arise 406, for whoever accepts neither, and 416, for whoever asks for a part behind its end. What needs nothing but
an address that is there (a target or fields too long, another host, an unknown expectation) is asked of it as well.
"""

from __future__ import annotations

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.status.rules import rules

_LINES = {
    "en": "The biscuit is hard and the voyage is long; whoever keeps chewing grows steady and strong.",
    "zh": "饼干硬，航程长；慢慢嚼，人更强。",
}


@rules(offers=("text/plain", "text/html"))
async def _sing(asked: Asked) -> Response:
    return said(asked, 200, _LINES)


THINGS = (Thing("/shanty", {"GET": _sing}),)
