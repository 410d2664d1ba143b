"""The site's pages as an ASGI application under the status layer's driver.

The driver refuses before the content is asked for, counts and times it, and looks at every answer; here a page is given
a thread, because it may reach the database; when all are busy and too many wait, the answer is 503 (``lane``). Every
error is the site's own page, in its shell and in the visitor's language.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hardtack.adapters.answering import Steps
from hardtack.adapters.asgi.lane import Lane
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import REQUEST, STEPS, ClientGone, messages, with_body
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.adapters.site_answering import SiteAnswering
from hardtack.message import Request, Response

if TYPE_CHECKING:
    from hardtack.site import Site


class Pages(StatusLayer):
    """The site under the driver.

    Args:
        site: the pages.
        threads: how many pages that only look run at once; of those that change something, half as many.
        waiting: how many more may wait for a thread before 503 is answered; the same.
        begin: called in the page's thread before each; ``None`` for nothing.
    """

    def __init__(self, site: Site, *, threads: int, waiting: int, begin: Callable[[], None] | None = None) -> None:
        super().__init__(self._page, answering=SiteAnswering(site))
        self._site = site
        self._begin = begin
        self._looking = Lane(threads=threads, waiting=waiting)
        self._changing = Lane(threads=max(threads // 2, 1), waiting=waiting // 2)

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads of pages that only look, for what else the service has to do."""
        return self._looking.pool

    def close(self) -> None:
        """End the threads; where the pages are asked again, as between two tests, there will be new ones."""
        self._looking.close()
        self._changing.close()

    @property
    def running(self) -> int:
        """How many have a thread now."""
        return self._looking.running + self._changing.running

    @property
    def waiting(self) -> int:
        """How many wait for one now."""
        return self._looking.waiting + self._changing.waiting

    @property
    def refused(self) -> int:
        """How many found no place, so far."""
        return self._looking.refused + self._changing.refused

    def has(self, path: str) -> bool:
        """Return whether *path* is an address of the site."""
        return self._site.has(path)

    def scope_for(self, scope: Scope, request: Request) -> Scope:
        """Return the scope with the request as it is believed in it."""
        return {**scope, REQUEST: request}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3): at once what needs no thread, else with a page."""
        auth = self._site.auth
        if scope["path"] == auth.path and scope["type"] == "http" and scope.get("raw_path") == auth.raw_path:
            peer = scope.get("client")
            found = auth.answer(
                scope["method"],
                scope.get("http_version", ""),
                scope.get("query_string", b""),
                scope["headers"],
                peer[0] if peer else "",
            )
            if found is not None:
                await send({"type": "http.response.start", "status": found.status, "headers": found.fields})
                await send({"type": "http.response.body", "body": b""})
                return
        await super().__call__(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with its page.

        Raises:
            ServiceUnavailable: no thread is free soon.
        """
        try:
            request = await with_body(scope[REQUEST], receive)
        except ClientGone:
            return
        lane = self._changing if self._site.changes(request) else self._looking
        response = await lane.run(self._answer, request, scope.get(STEPS))
        for message in messages(response, scope):
            await send(message)

    def _answer(self, request: Request, steps: Steps) -> Response:
        if self._begin is not None:
            self._begin()
        return self._site.answer(request, steps)
