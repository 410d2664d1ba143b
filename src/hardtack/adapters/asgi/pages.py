"""The site's pages as an ASGI application under the status layer's driver.

The driver refuses before the content is asked for, counts and times it, and looks at every answer; here a page is given
a thread, because it may reach the database. When the pool and its queue are full, the answer is 503 at once instead of
a growing backlog. Every error is the site's own page, in its shell and in the visitor's language.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hardtack.adapters.answering import Answering, Steps
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import ClientGone, messages, with_body
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import ServiceUnavailable
from hardtack.status.limits import Limits
from hardtack.status.refuse import RefusePolicy

if TYPE_CHECKING:
    from hardtack.site import Site

REQUEST = "hardtack.request"
"""Where the scope carries the request as it is believed."""


class SiteAnswering(Answering):
    """What the driver asks, answered by the site: its own policy, its own pages."""

    def __init__(self, site: Site) -> None:
        limits = Limits(max_body=site.max_body)
        super().__init__(limits=limits, policy=RefusePolicy(max_body=site.max_body), errors="none")
        self._site = site

    @property
    def may_remember(self) -> bool:
        """Never: who the visitor is behind proxies is decided for each request."""
        return False

    def before(self, head: Request, in_flight: int, steps: Steps) -> tuple[Request, Response | None]:
        """Decide what needs no content, as the site does."""
        return self._site.before_content(head)

    def page(self, request: Request, error: Refused, steps: Steps = None) -> Response:
        """Return *error* in the site's shell."""
        response = self._site.refuse(request, error)
        # The site's pages keep what an error says about itself, but for what says how the connection ends.
        for name, value in error.headers:
            if name.lower() == "connection":
                response.set(name, value)
        return response


class Pages(StatusLayer):
    """The site under the driver.

    Args:
        site: the pages.
        threads: how many pages run at once.
        waiting: how many more may wait for a thread before 503 is answered.
    """

    def __init__(self, site: Site, *, threads: int, waiting: int) -> None:
        super().__init__(self._page, answering=SiteAnswering(site))
        self._site = site
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="hardtack-page")
        self._places = threads + waiting

    def has(self, path: str) -> bool:
        """Return whether *path* is an address of the site."""
        return self._site.has(path)

    def scope_for(self, scope: Scope, request: Request) -> Scope:
        """Return the scope with the request as it is believed in it."""
        return {**scope, REQUEST: request}

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with its page.

        Raises:
            ServiceUnavailable: no thread is free soon.
        """
        try:
            request = await with_body(scope[REQUEST], receive)
        except ClientGone:
            return
        if self._places <= 0:
            raise ServiceUnavailable(retry_after=1, reason="pages-waiting")
        self._places -= 1
        try:
            response = await asyncio.get_running_loop().run_in_executor(self.pool, self._site.answer, request)
        finally:
            self._places += 1
        for message in messages(response, scope):
            await send(message)
