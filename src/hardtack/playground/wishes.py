"""A form that only this site's own pages may send.

Here arises 403, by the same check that guards the service's forms: a browser says in Sec-Fetch-Site or in Origin whose
page sent it. No form of the playground has a token, so a program that says neither, but sends a form, is refused, too.
"""

from __future__ import annotations

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.session import csrf

_HEARD = {"en": "The wish is heard.", "zh": "愿望已经听到。"}


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


THINGS = (Thing("/wishes", {"POST": _wish}),)
