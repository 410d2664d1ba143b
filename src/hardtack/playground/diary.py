"""A diary that belongs to whoever is signed in to the service.

Here arises 401. Who it is, the service's own sessions say, by the same cookie and the same revocations as on its pages;
nothing is read here but the name, and no cookie is written.
"""

from __future__ import annotations

import asyncio

from hardtack.message import Response
from hardtack.playground.asked import Asked
from hardtack.playground.said import said
from hardtack.playground.thing import Thing
from hardtack.site import Site
from hardtack.status import Unauthorized
from hardtack.status.errors import challenge


async def _read(asked: Asked) -> Response:
    site: Site = asked.behind["site"]
    account = await asyncio.to_thread(site.signed_in, asked.request)
    if account is None:
        raise Unauthorized(
            {
                "en": "The diary is open to whoever is signed in to this service.",
                "zh": "登录本服务的人才能翻开自己的日记。",
            },
            challenge=challenge("Session", realm=asked.behind["realm"], sign_in="/sign-in"),
            reason="nobody-signed-in",
        )
    name = account.display_name
    words = {
        "en": f"The diary of {name}. Nothing is written in it yet.",
        "zh": f"{name} 的日记。里面还什么都没有写。",
    }
    return said(asked, 200, words)


THINGS = (Thing("/diary", {"GET": _read}),)
