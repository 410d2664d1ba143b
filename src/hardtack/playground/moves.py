"""What is elsewhere: the note of the day, an inbox that has moved for the time being, a postcard and what became of it.

Here arise 302, 307 and 303; an address that has moved for good is in a table instead (301, 308). A postcard is one
note, however often its form is sent: the form carries some letters that are good once, and what comes with the same
again leads to the same note.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.notes import FIRST, FORM, MOST_CONTENT, NOTE, add, text_of
from hardtack.playground.said import Filled, Input, said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status.rules import rules

_DAY = 86_400
_CARD = {"en": "Greetings from the sea.", "zh": "来自海边的问候。"}


async def _of_the_day(asked: Asked) -> Response:
    now: float = asked.behind.get("clock", time.time)()
    names = sorted(FIRST)
    where = f"{PREFIX}/notes/{names[int(now) // _DAY % len(names)]}"
    words = {"en": f"Today's note is {where}; tomorrow it is another.", "zh": f"今天的便条是 {where}，明天就换一张。"}
    return said(asked, 302, words, [("Location", where)])


async def _inbox(asked: Asked) -> Response:
    where = f"{PREFIX}/porter"
    words = {
        "en": f"The letterbox is being painted. Until it is dry, {where} takes the letters.",
        "zh": f"信箱正在刷漆。漆干之前，信件由 {where} 代收。",
    }
    return said(asked, 307, words, [("Location", where)])


async def _card(asked: Asked) -> Response:
    words = {
        "en": "A postcard. However often you send this one, only one is kept.",
        "zh": "一张明信片。这一张无论发送多少次，都只会保存一份。",
    }
    text = Input("text", _CARD[asked.language], {"en": "What it says", "zh": "写些什么"})
    once = Input("once", secrets.token_urlsafe(16))
    return said(asked, 200, words, form=Filled(f"{PREFIX}/postcards", (text, once), {"en": "Send it", "zh": "寄出"}))


@rules(accepts=FORM, max_body=MOST_CONTENT)
async def _send(asked: Asked) -> Response:
    text = await text_of(asked)
    once = (await asked.form()).get("once", "")
    # Without letters that are good once, cards that say the same are the same.
    name = hashlib.sha256((f"once {once}" if once else f"text {text}").encode()).hexdigest()[:32]
    kept: Kept = asked.behind["kept"]
    # Sent twice, it is there already, and that is all that the sender wanted.
    await asyncio.to_thread(kept.add, NOTE, name, text)
    where = f"{PREFIX}/notes/{name}"
    return said(asked, 303, {"en": f"Your card is at {where}.", "zh": f"明信片在 {where}。"}, [("Location", where)])


THINGS = (
    Thing("/note-of-the-day", {"GET": _of_the_day}),
    Thing("/inbox", {"POST": _inbox}),
    Thing("/porter", {"POST": add}),
    Thing("/postcards", {"GET": _card, "POST": _send}),
)
