"""A form that only this site's own pages may send.

Here arises 403, by the same check that guards the service's forms: a browser says in Sec-Fetch-Site or in Origin whose
page sent it. No form of the playground has a token, so a program that says neither, but sends a form, is refused, too.
"""

from __future__ import annotations

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import Filled, Input, said
from hardtack.playground.thing import PREFIX, Thing
from hardtack.session import csrf

_OURS = {
    "en": "A wish that is sent from this page is heard; one from another site's page is not.",
    "zh": "从本页发出的愿望会被听到，从别的网站发来的则不会。",
}
_HEARD = {"en": "The wish is heard.", "zh": "愿望已经听到。"}


async def _form(asked: Asked) -> Response:
    wish = Input("wish", "", {"en": "Wish", "zh": "愿望"})
    return said(asked, 200, _OURS, form=Filled(f"{PREFIX}/wishes", (wish,), {"en": "Send it", "zh": "许愿"}))


async def _wish(asked: Asked) -> Response:
    csrf.check(
        asked.request,
        origins=(asked.behind["origin"],),
        has_cookie="cookie" in asked.request.headers,
        token=None,
        verify=lambda _token: False,
    )
    await asked.content()
    return said(asked, 200, _HEARD)


THINGS = (Thing("/wishes", {"GET": _form, "POST": _wish}),)
