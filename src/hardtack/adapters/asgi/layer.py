"""The ASGI layers: the status layer around an application, the site's pages before it or instead of it.

One driver carries both: what a request's head rules out is answered before its content is asked for, content is counted
and timed while it is read, and every answer is looked at before it leaves. For the application the status layer's own
settings decide, for the site's addresses the site.

Startup waits for the site to be ready (the revocations are loaded), so that no worker answers before it knows them;
from then on, what has expired is deleted every hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hardtack.adapters.answering import Answering, known
from hardtack.adapters.asgi import alone
from hardtack.adapters.asgi.lifespan import Behind
from hardtack.adapters.asgi.session import SessionLayer
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.types import AnyASGIApp, Receive, Scope, Send
from hardtack.adapters.traces import Traces
from hardtack.errors import MisuseError
from hardtack.status.limits import PAGE_THREADS, PAGES_WAITING, PRUNE_INTERVAL

if TYPE_CHECKING:
    from hardtack.adapters.asgi.pages import Pages
    from hardtack.adapters.visits import Visits
    from hardtack.site import Site


class Hardtack:
    """An ASGI application that answers for another where it has the right word, and the site's addresses.

    Args:
        app: the application behind, which gets every request that no page answers; ``None`` if there is none.
        status: the status layer's settings for *app*, as :class:`hardtack.adapters.answering.Answering` says
            (``{}``: the defaults); ``None`` leaves it out.
        session: opens the session for *app*: ``Visits``, or a ``SignIn``, which brings its pages, and its hosts for
            the status layer; ``None`` leaves it out.
        site: the pages, where *session* brings none; ``None`` without any.
        page_threads: how many pages run at once.
        pages_waiting: how many more may wait for a thread before 503 is answered.
        prune_interval: seconds between two deletions of what has expired.

    Raises:
        MisuseError: there is neither an application nor a site, or a setting cannot be.
    """

    def __init__(
        self,
        app: AnyASGIApp | None = None,
        *,
        status: Mapping[str, Any] | None = None,
        session: Visits | None = None,
        site: Site | None = None,
        page_threads: int = PAGE_THREADS,
        pages_waiting: int = PAGES_WAITING,
        prune_interval: float = PRUNE_INTERVAL,
    ) -> None:
        if app is None and site is None and session is None:
            raise MisuseError("there is nothing to answer with", "write Hardtack(app, status={}) or Hardtack(site=…)")
        own = None if session is None else session.site
        if own is not None and site is not None:
            raise MisuseError("there are two sites", "leave site= out: the sign-in brings its own")
        if session is not None:
            alone.check(app)
        theirs = {} if session is None else session.status_settings
        answering = None if status is None else Answering(**known({**theirs, **status}))
        inner = app if app is None or session is None else SessionLayer(app, session, answering=answering)
        self.app = inner
        self.status: StatusLayer | None = (
            None if inner is None or answering is None else StatusLayer(inner, answering=answering)
        )
        self._behind = self.status or inner
        self._lives: Visits | Site | None = session or site
        site = own or site
        self._site = site
        self._pages = None if site is None else _pages(site, session, page_threads, pages_waiting)
        self._prune_interval = prune_interval
        self._pruner: asyncio.Task[None] | None = None

    @property
    def site(self) -> Site | None:
        """The pages, if there are any."""
        return self._site

    @property
    def pages(self) -> Pages | None:
        """What answers with them."""
        return self._pages

    @property
    def traces(self) -> Traces | None:
        """The last answers of the pages and why they are what they are, in development mode."""
        return None if self._pages is None else self._pages.traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        kind = scope["type"]
        if kind == "http":
            if self._pages is not None and (self._behind is None or self._pages.has(scope["path"])):
                await self._pages(scope, receive, send)
            elif self._behind is not None:
                await self._behind(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(scope, receive, send)
        elif self._behind is not None:
            await self._behind(scope, receive, send)
        elif kind == "websocket":
            # Before it is accepted, a close is answered by the server as 403 (ASGI, websocket.close).
            await send({"type": "websocket.close"})

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop the site around the lifespan of the application behind, if that has one."""
        await receive()
        try:
            await self._start()
        except Exception as error:
            # Without this word a server takes us for an application that has no lifespan, and serves on.
            await send({"type": "lifespan.startup.failed", "message": f"Hardtack cannot start: {type(error).__name__}"})
            raise
        behind = None if self.app is None else Behind(self.app, scope)
        answer = await behind.startup() if behind else None
        if answer is None:
            await send({"type": "lifespan.startup.complete"})
            await receive()
            answer = await behind.shutdown() if behind else None
        # Before the answer: after it the server may stop the loop at once.
        await self._stop()
        await send(answer or {"type": "lifespan.shutdown.complete"})
        if answer is not None and behind is not None and behind.error is not None:
            raise behind.error

    async def _start(self) -> None:
        if self._site is None or self._pages is None or self._lives is None:
            return
        await asyncio.get_running_loop().run_in_executor(self._pages.pool, self._lives.start)
        if self._lives is self._site:  # a sign-in prunes by itself
            self._pruner = asyncio.create_task(self._prune(self._site, self._pages))

    async def _stop(self) -> None:
        if self._pruner is not None:
            self._pruner.cancel()
        if self._pages is None or self._lives is None:
            return
        await asyncio.get_running_loop().run_in_executor(self._pages.pool, self._lives.close)
        self._pages.close()

    async def _prune(self, site: Site, pages: Pages) -> None:
        while True:
            await asyncio.sleep(self._prune_interval)
            await asyncio.get_running_loop().run_in_executor(pages.pool, site.prune)


def _pages(site: Site, session: Visits | None, threads: int, waiting: int) -> Pages:
    from hardtack.adapters.asgi.pages import Pages  # noqa: PLC0415 - the status layer alone needs no site

    # Where there is a lifespan, it has begun long before the first page.
    return Pages(site, threads=threads, waiting=waiting, begin=None if session is None else session.begin)
