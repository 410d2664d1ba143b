"""A pot of tea: the one thing that takes its time, as work does somewhere in every application.

While it brews it holds one of the playground's places. Whoever comes when all are taken is told by the layer to come
back, 503 with ``Retry-After``; the thing itself knows nothing of that.
"""

from __future__ import annotations

import asyncio

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing

BREWING = 3
"""Seconds."""


async def _brewed(asked: Asked) -> Response:
    await asyncio.sleep(BREWING)
    return said(asked, 200, {"en": "Here is your tea.", "zh": "茶泡好了。"})


THINGS = (Thing("/tea", {"GET": _brewed}),)
