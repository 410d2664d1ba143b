"""Every thing of the playground, and every address that has moved or is gone."""

from __future__ import annotations

from hardtack.playground import (
    bell,
    bill,
    diary,
    drafts,
    gateway,
    letters,
    notes,
    seats,
    shanty,
    shop,
    tea,
    voyages,
    wishes,
)
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status.addresses import Addresses, Blocked

THINGS: tuple[Thing, ...] = (
    *notes.THINGS,
    *bell.THINGS,
    *bill.THINGS,
    *diary.THINGS,
    *drafts.THINGS,
    *gateway.THINGS,
    *letters.THINGS,
    *seats.THINGS,
    *shanty.THINGS,
    *shop.THINGS,
    *tea.THINGS,
    *voyages.THINGS,
    *wishes.THINGS,
)

ADDRESSES = Addresses(
    moved={f"{PREFIX}/old-notes/*": f"{PREFIX}/notes/*"},
    gone=[f"{PREFIX}/guestbook"],
    blocked={
        f"{PREFIX}/sea-chart": Blocked(
            by="/",
            detail={
                "en": "By order no. 7 of the admiralty of Nowhere, which is made up, this chart may not be shown: it "
                "is said to lead to a treasure.",
                "zh": "依照“乌有海军部”（虚构）第 7 号令，这张海图不得公开：据说它通向一处宝藏。",
            },
        )
    },
)
