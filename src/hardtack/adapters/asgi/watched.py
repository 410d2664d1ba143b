"""Around the whole service: every request has an id, and is counted and written down where the operator wants that.

What an id may be, what is counted and how a line looks is said in ``site``. Here it is set before anything of the
request is done, so that every line of the log has it, and the clock is read at both ends. Counts of what there is to
do are taken every second, beside the requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from time import perf_counter

from hardtack.adapters.asgi.layer import Hardtack
from hardtack.adapters.asgi.translate import request_head
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.site import Settings, metrics, request_ids
from hardtack.site.forward_auth.at_once import AtOnce
from hardtack.site.metrics import Counts, Metric
from hardtack.site.watch import FIELD, Watch
from hardtack.status.limits import LOOK_FAR, LOOK_INTERVAL

_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})


class Watched:
    """An ASGI application around the service.

    Args:
        app: all that answers: the service, with whatever is beside it.
        service: the service itself.
        settings: what the operator set.
        counts: where to count; ``None`` where nobody wants to know.
        numbers: what else is looked at every second, by what it is.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: Hardtack,
        settings: Settings,
        counts: Counts | None = None,
        numbers: Mapping[Metric, Callable[[], float]] | None = None,
    ) -> None:
        self._app = app
        self._service = service
        self._watch = Watch(settings, counts)
        self.at_once: AtOnce | None = None
        """What the server may answer beneath this application, as this application would."""
        if app is service and service.site is not None and service.app is None:
            # Nothing else has a say about any address then.
            self.at_once = AtOnce(service.site.auth, self._watch)
        self.stop_delay: int = settings.stop_delay
        """Seconds between saying that it stops and stopping."""
        self._counts = counts
        self._numbers = numbers or {}
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._with_looks(send))
            return
        peer = scope.get("client")
        name = self._watch.id_of(peer[0] if peer else "", scope["headers"])
        request_ids.CURRENT.set(name)
        field = (FIELD, name.encode("ascii"))
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS:
                status = message.get("status", 0)
                message = {**message, "headers": [*message.get("headers", ()), field]}
            await send(message)

        began = perf_counter()
        try:
            await self._app(scope, receive, sent)
        finally:
            self._note(scope, status, perf_counter() - began)

    def stop_soon(self) -> None:
        """Say to whoever asks that no more visitors are to be sent here."""
        if self._service.site is not None:
            self._service.site.stop_soon()

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if scope["type"] == "http":
            self._watch.count(scope["path"], status, seconds)
        if self._watch.writes:
            self._watch.write(request_head({"method": "GET", **scope}), status, seconds)

    def _with_looks(self, send: Send) -> Send:
        """Return *send*, which begins to look when the service has started and ends when it stops."""

        async def sent(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete" and self._counts is not None:
                self._looking = asyncio.create_task(self._look(self._counts))
            elif self._looking is not None:
                self._looking.cancel()
            await send(message)

        return sent

    async def _look(self, counts: Counts) -> None:
        site, pages = self._service.site, self._service.pages
        if site is None or pages is None:
            return
        looks = 0
        while True:
            site.look()
            counts.put(metrics.PAGES_RUNNING, pages.running)
            counts.put(metrics.PAGES_WAITING, pages.waiting)
            counts.put(metrics.PAGES_REFUSED, pages.refused)
            for metric, number in self._numbers.items():
                counts.put(metric, number())
            if looks % LOOK_FAR == 0:
                await asyncio.to_thread(site.look, far=True)
            looks += 1
            await asyncio.sleep(LOOK_INTERVAL)
