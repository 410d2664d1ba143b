"""Every thing of the playground, and every address that has moved or is gone."""

from __future__ import annotations

from hardtack.playground import (
    bell,
    bill,
    diary,
    downloads,
    drafts,
    echo,
    gateway,
    jobs,
    letters,
    moves,
    notes,
    seats,
    shanty,
    shop,
    tally,
    tea,
    uploads,
    voyages,
    wishes,
)
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status.addresses import Addresses, Blocked

THINGS: tuple[Thing, ...] = (
    *bell.THINGS,
    *bill.THINGS,
    *diary.THINGS,
    *downloads.THINGS,
    *drafts.THINGS,
    *echo.THINGS,
    *gateway.THINGS,
    *jobs.THINGS,
    *letters.THINGS,
    *moves.THINGS,
    *notes.THINGS,
    *seats.THINGS,
    *shanty.THINGS,
    *shop.THINGS,
    *tally.THINGS,
    *tea.THINGS,
    *uploads.THINGS,
    *voyages.THINGS,
    *wishes.THINGS,
)

ADDRESSES = Addresses(
    moved={f"{PREFIX}/old-notes": f"{PREFIX}/notes", f"{PREFIX}/old-notes/*": f"{PREFIX}/notes/*"},
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
