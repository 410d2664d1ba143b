"""A booking: two dates that must fit together.

Here arises 422: the form can be read, but what it says cannot be. Nothing is booked.
"""

from __future__ import annotations

from datetime import date

from hardtack.errors import Text
from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.status import UnprocessableContent

_NO_DATE = {"en": "Write a date such as 2026-08-09.", "zh": "请填写日期，例如 2026-08-09。"}
_TOO_SOON = {"en": "The ship cannot be back before it leaves.", "zh": "船不可能还没出发就回来。"}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


async def _book(asked: Asked) -> Response:
    form = await asked.form()
    leaves, returns = (_date(form.get(name, "")) for name in ("leaves", "returns"))
    wrong: dict[str, Text] = {}
    if leaves is None:
        wrong["leaves"] = _NO_DATE
    if returns is None:
        wrong["returns"] = _NO_DATE
    if leaves is not None and returns is not None and returns < leaves:
        wrong["returns"] = _TOO_SOON
    if leaves is None or returns is None or wrong:
        raise UnprocessableContent(fields=wrong, reason="dates-do-not-fit")
    days = (returns - leaves).days
    return said(asked, 200, {"en": f"A voyage of {days} days is possible.", "zh": f"可以航行 {days} 天。"})


THINGS = (Thing("/voyages", {"POST": _book}),)
