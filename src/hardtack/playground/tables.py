"""Every thing of the playground, and every address that has moved or is gone."""

from __future__ import annotations

from hardtack.message import Response
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
from hardtack.playground.asked import Asked
from hardtack.playground.thing import PREFIX, Thing
from hardtack.status.addresses import Addresses, Blocked
from hardtack.status.elsewhere import see_other


async def _way_in(_asked: Asked) -> Response:
    """Lead whoever types the address of the playground to where there is something to choose from."""
    head = see_other("/status")
    return Response(head.status, list(head.headers.items()))


THINGS: tuple[Thing, ...] = (
    Thing("", {"GET": _way_in}),
    Thing("/", {"GET": _way_in}),
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
