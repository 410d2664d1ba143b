"""The ASGI layer: the site's pages, before or without an application.

What it carries out: a request is refused before its content is asked for (so that no ``100 Continue`` invites it),
content is counted against the limit while it is read, and pages run on a bounded pool of threads, because they may
reach the database; when the pool and its queue are full the answer is 503 at once instead of a growing backlog.
What to answer is never decided here: every refusal comes from the site.

Startup waits for the site to be ready (the revocations are loaded), so that no worker answers before it knows them;
from then on, what has expired is deleted every hour.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from hardtack.adapters.asgi.lifespan import Behind
from hardtack.adapters.asgi.translate import BodyTooLarge, ClientGone, deliver, request_head, with_body
from hardtack.adapters.asgi.types import ASGIApp, Receive, Scope, Send
from hardtack.message import Request, Response
from hardtack.site import Site
from hardtack.status.errors import ContentTooLarge, ServiceUnavailable

PAGE_THREADS = 16
PAGES_WAITING = 256
PRUNE_INTERVAL = 3600
"""Seconds between two deletions of what has expired."""


class Hardtack:
    """An ASGI application that answers the site's addresses.

    Args:
        app: the application behind, which gets every request that no page answers; ``None`` if there is none.
        site: the pages.
        page_threads: how many pages run at once.
        pages_waiting: how many more may wait for a thread before 503 is answered.
        prune_interval: seconds between two deletions of what has expired.
    """

    def __init__(
        self,
        app: ASGIApp | None = None,
        *,
        site: Site,
        page_threads: int = PAGE_THREADS,
        pages_waiting: int = PAGES_WAITING,
        prune_interval: float = PRUNE_INTERVAL,
    ) -> None:
        self._app = app
        self._site = site
        self._pool = ThreadPoolExecutor(page_threads, thread_name_prefix="hardtack-page")
        self._places = page_threads + pages_waiting
        self._prune_interval = prune_interval
        self._pruner: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # Before it is accepted, a close is answered by the server as 403 (ASGI, websocket.close).
            await send({"type": "websocket.close"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = request_head(scope)
        if self._app is not None and not self._site.has(request.path):
            await self._app(scope, receive, send)
            return
        try:
            request, response = self._site.before_content(request)
            if response is None:
                request = await with_body(request, receive, self._site.max_body)
                response = await self._page(request)
        except BodyTooLarge:
            response = self._site.refuse(request, ContentTooLarge(reason="content-over-limit"))
            response.set("Connection", "close")
        except ClientGone:
            return
        await deliver(response, send)

    async def _page(self, request: Request) -> Response:
        if self._places <= 0:
            return self._site.refuse(request, ServiceUnavailable(retry_after=1, reason="pages-waiting"))
        self._places -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._site.answer, request)
        finally:
            self._places += 1

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop the site around the lifespan of the application behind, if that has one."""
        await receive()
        await self._start()
        behind = None if self._app is None else Behind(self._app, scope)
        answer = await behind.startup() if behind else None
        if answer is None:
            await send({"type": "lifespan.startup.complete"})
            await receive()
            if behind:
                await behind.shutdown()
            answer = {"type": "lifespan.shutdown.complete"}
        # Before the answer: after it the server may stop the loop at once.
        await self._stop()
        await send(answer)

    async def _start(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._pool, self._site.start)
        self._pruner = asyncio.create_task(self._prune())

    async def _stop(self) -> None:
        if self._pruner is not None:
            self._pruner.cancel()
        await asyncio.get_running_loop().run_in_executor(self._pool, self._site.close)
        self._pool.shutdown()

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(self._prune_interval)
            await asyncio.get_running_loop().run_in_executor(self._pool, self._site.prune)
