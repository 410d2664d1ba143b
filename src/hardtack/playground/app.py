"""The playground as an ASGI application beside another: its own addresses are answered here, all others behind.

The things are wrapped in the status layer, with its trace on and limits that are small on purpose. How many requests
may be here at once is one of them, so that the service behind never waits for the playground. Nothing is decided here
about codes; what the layer and the things answer goes out, marked as never to be stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hardtack.adapters.answering import Answering
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import REQUEST, ClientGone, messages, request_head
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.traces import Traces
from hardtack.message import Request, Response
from hardtack.playground import tables
from hardtack.playground.asked import Asked
from hardtack.playground.kept import Kept
from hardtack.playground.thing import PREFIX, find
from hardtack.status import NotFound
from hardtack.status.limits import Limits
from hardtack.status.refuse import RefusePolicy
from hardtack.status.rules import Route

LIMITS = Limits(
    max_body=64 * 1024,
    piece_seconds=3,
    body_seconds=10,
    in_flight=8,
    retry_after=3,
)
"""Small, so that one need not wait long to pass one; ``in_flight`` is for each process."""


class Playground:
    """An ASGI application that answers below ``/playground``, and hands everything else on.

    Args:
        behind: the application beside which it stands; it gets the lifespan, too.
        policy: which hosts are answered for, and whether only this machine's own browser is.
        folder: where the things keep what they are given, until it is too old or too much.
        limits: how much, how long and how many; for tests.
        traces: where answers are kept with what decided them, beside those of *behind*; ``None``: here alone.
        services: what things need of the service around, by name; see the things that ask for it.
    """

    def __init__(
        self,
        behind: ASGIApp,
        *,
        policy: RefusePolicy | None = None,
        folder: Path,
        trusted_proxies: Sequence[str] = (),
        limits: Limits = LIMITS,
        traces: Traces | None = None,
        **services: Any,
    ) -> None:
        self._behind = behind
        self._services = {**services, "kept": Kept(folder)}
        self._layer = StatusLayer(
            self._things,
            answering=Answering(
                policy=policy,
                limits=limits,
                addresses=tables.ADDRESSES,
                route=self._route,
                trusted_proxies=trusted_proxies,
                trace=True,
            ),
        )
        self._layer.answering.traces = traces or self._layer.answering.traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] in ("http", "websocket") and is_ours(scope["path"]):
            await self._layer(scope, receive, _never_stored(send))
        else:
            await self._behind(scope, receive, send)

    def _route(self, request: Request) -> Route | None:
        found = find(tables.THINGS, request.path)
        return None if found is None else found[0].route(request.method)

    async def _things(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the layer lets through.

        Raises:
            Refused: what the handler has raised, for the layer to answer.
        """
        request = scope.get(REQUEST) or request_head(scope)
        found = find(tables.THINGS, request.path)
        if found is None:
            raise NotFound
        thing, parts = found
        if request.method == "OPTIONS":
            response = Response(204, [("Allow", ", ".join(sorted(thing.methods)))])
        else:
            # Of other methods none comes so far: the layer has refused them.
            handler = thing.handlers["GET" if request.method == "HEAD" else request.method]
            try:
                response = await handler(Asked(request, receive, parts, self._services))
            except ClientGone:
                return
        for message in messages(response, scope):
            await send(message)


def is_ours(path: str) -> bool:
    """Return whether *path* is an address of the playground."""
    return path.startswith(PREFIX + "/")


def _never_stored(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"cache-control"]
            message = {**message, "headers": [*kept, (b"cache-control", b"no-store")]}
        await send(message)

    return sent
