"""A gateway before another server: the museum as it is, the museum without its keepers' remarks, and a closed house.

Which server is asked stands in the path's pattern, and what is asked for is one name; nothing of a request can lead
anywhere else. That somebody waits for another server is said to the status layer, and what comes of it, 502 or 504, is
decided there. 200 and 203 arise here: one passes on what it got, the other has changed it and says so.
"""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from hardtack.message import Request, Response
from hardtack.playground import client, hops
from hardtack.playground.asked import Asked
from hardtack.playground.thing import Thing
from hardtack.playground.upstream import HOST, Upstream
from hardtack.status.limits import waiting_for_upstream

SECONDS = 1.5
"""How long the other server has for its whole answer."""


async def fetched(upstream: tuple[str, int], path: str, request: Request) -> Response:
    """Return what the server at *upstream* has at *path*, as it is passed on to whoever sent *request*.

    Raises:
        UpstreamFailed: it cannot be reached, or does not speak HTTP.
        WaitedForUpstream: it takes too long.
    """
    with waiting_for_upstream():
        async with asyncio.timeout(SECONDS):
            answer = await client.ask(upstream, HOST, quote(path), hops.request_fields(request))
    return hops.passed_on(answer)


async def _museum(asked: Asked) -> Response:
    upstream: Upstream = asked.behind["upstream"]
    return await fetched(await upstream.address(), f"/{asked.parts['name']}", asked.request)


async def _plain(asked: Asked) -> Response:
    return hops.without_remarks(asked.request, await _museum(asked))


async def _closed_house(asked: Asked) -> Response:
    upstream: Upstream = asked.behind["upstream"]
    return await fetched(upstream.nobody(), "/", asked.request)


THINGS = (
    Thing("/gateway/museum/{name}", {"GET": _museum}),
    Thing("/gateway/museum-without-remarks/{name}", {"GET": _plain}),
    Thing("/gateway/closed-house", {"GET": _closed_house}),
)
