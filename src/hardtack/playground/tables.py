"""Every thing of the playground, and every address that has moved or is gone."""

from __future__ import annotations

from hardtack.playground import bill, gateway, notes, tea
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status.addresses import Addresses

THINGS: tuple[Thing, ...] = (
    *notes.THINGS,
    *bill.THINGS,
    *gateway.THINGS,
    *tea.THINGS,
)

ADDRESSES = Addresses(
    moved={f"{PREFIX}/old-notes/*": f"{PREFIX}/notes/*"},
    gone=[f"{PREFIX}/guestbook"],
)
