"""An article that costs three coins of play money, which are only said to be paid.

Here arises 402. Whoever pays gets a receipt, which is drawn at random and good for one reading; nothing that somebody
could pay with in earnest is ever asked for.
"""

from __future__ import annotations

import asyncio
import secrets

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.said import Filled, Input, said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status import PaymentRequired, UnprocessableContent

RECEIPT = "receipt"
PRICE = 3
"""Coins."""

_TILL = f"{PREFIX}/article/payments"
_HOW = {
    "en": f"The article costs {PRICE} coins of play money. Send coins={PRICE} as a form to {_TILL}.",
    "zh": f"这篇文章要 {PRICE} 枚游戏币。请用表单把 coins={PRICE} 发送到 {_TILL}。",
}
_ARTICLE = {
    "en": "How to bake hardtack: flour, water, a little salt, and an oven that is in no hurry. Your receipt is used "
    "up.",
    "zh": "硬饼干的做法：面粉、水、少许盐，再加一座不着急的烤炉。您的收据已经用掉了。",
}


async def _unpaid(_asked: Asked) -> Response:
    raise PaymentRequired(_HOW, reason="nothing-paid")


async def _till(asked: Asked) -> Response:
    coins = Input("coins", str(PRICE), {"en": "Coins", "zh": "游戏币"})
    return said(asked, 200, _HOW, form=Filled(_TILL, (coins,), {"en": "Pay", "zh": "付款"}))


async def _pay(asked: Asked) -> Response:
    if (await asked.form()).get("coins", "").strip() != str(PRICE):
        raise UnprocessableContent(fields={"coins": _HOW}, reason="not-the-price")
    receipt = secrets.token_urlsafe(12)
    kept: Kept = asked.behind["kept"]
    await asyncio.to_thread(kept.add, RECEIPT, receipt, "")
    where = f"{PREFIX}/article/{receipt}"
    words = {"en": f"Paid. Read it once at {where}.", "zh": f"已付款。可在 {where} 阅读一次。"}
    return said(asked, 303, words, [("Location", where)])


async def _read(asked: Asked) -> Response:
    kept: Kept = asked.behind["kept"]
    # Taking the receipt away is what shows that it was there, so of two readers at once only one has it.
    if not await asyncio.to_thread(kept.remove, RECEIPT, asked.parts["receipt"]):
        raise PaymentRequired(_HOW, reason="receipt-not-good")
    return said(asked, 200, _ARTICLE)


THINGS = (
    Thing("/article", {"GET": _unpaid}),
    Thing("/article/payments", {"GET": _till, "POST": _pay}),
    Thing("/article/{receipt}", {"GET": _read}),
)
