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
from hardtack.site import Settings, access_line, families, metrics, request_ids
from hardtack.site.metrics import Counts, Metric
from hardtack.status.forwarded import TrustedProxies
from hardtack.status.limits import LOOK_FAR, LOOK_INTERVAL

_STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
_FIELD = request_ids.FIELD.encode("ascii")


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
        self._proxies = TrustedProxies(settings.trusted_proxies)
        self._believes = bool(settings.trusted_proxies)
        self._writes = settings.access_log
        self.stop_delay = settings.stop_delay
        """Seconds between saying that it stops and stopping."""
        self._counts = counts
        self._numbers = numbers or {}
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._with_looks(send))
            return
        name = self._id(scope)
        request_ids.CURRENT.set(name)
        field = (_FIELD, name.encode("ascii"))
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
            if self._counts is not None or self._writes:
                self._note(scope, status, perf_counter() - began)

    def stop_soon(self) -> None:
        """Say to whoever asks that no more visitors are to be sent here."""
        if self._service.site is not None:
            self._service.site.stop_soon()

    def _id(self, scope: Scope) -> str:
        peer = scope.get("client")
        if not self._believes or (peer[0] if peer else "") not in self._proxies:
            return request_ids.drawn()
        return request_ids.given([value.decode("latin-1") for key, value in scope["headers"] if key == _FIELD])

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        path = scope["path"]
        if self._counts is not None and scope["type"] == "http":
            metrics.answered(self._counts, families.family(path), status, seconds)
        if self._writes:
            head = request_head({"method": "GET", **scope})
            client = access_line.client(self._proxies, head.client, head.scheme, head.headers)
            access_line.write(head.method, path, status=status, seconds=seconds, client=client)

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
