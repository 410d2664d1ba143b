"""A letter box that weighs before it takes, and a clerk who writes down whatever comes.

Here arise 411, 413 and 415, which the letter box's rules decide before a letter is read, and 408 and 413 for what is
dictated without a length, which is timed and counted while it comes. Nothing of what is sent is kept.
"""

from __future__ import annotations

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.status.rules import rules

HEAVIEST = 2048
"""Bytes of one letter."""


@rules(accepts="text/plain", length_required=True, max_body=HEAVIEST)
async def _post(asked: Asked) -> Response:
    size = len(await asked.content())
    return said(
        asked,
        200,
        {"en": f"The letter weighs {size} bytes and is on its way.", "zh": f"信重 {size} 字节，已经寄出。"},
    )


async def _dictate(asked: Asked) -> Response:
    size = len(await asked.content())
    return said(asked, 200, {"en": f"{size} bytes were written down.", "zh": f"已记下 {size} 字节。"})


THINGS = (
    Thing("/letters", {"POST": _post}),
    Thing("/dictation", {"PUT": _dictate, "POST": _dictate}),
)
