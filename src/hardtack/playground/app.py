"""The playground as an ASGI application beside another: its own addresses are answered here, all others behind.

The things are wrapped in the status layer, with its trace on and limits that are small on purpose. How many requests
may be here at once is one of them, so that the service behind never waits for the playground; as many may provoke a
code by its number, which the service answers itself. Nothing is decided here about codes; what the layer and the
things answer goes out, marked as never to be stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardtack.adapters.answering import Answering
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import REQUEST, STEPS, ClientGone, messages, refuse_handshake, request_head
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.traces import Traces
from hardtack.message import Request, Response
from hardtack.playground import tables
from hardtack.playground.asked import Asked
from hardtack.playground.echo import Echo
from hardtack.playground.forward_proxy import ForwardProxy
from hardtack.playground.kept import Kept
from hardtack.playground.thing import PREFIX, find
from hardtack.playground.upstream import Upstream
from hardtack.site import codes
from hardtack.status import NotFound
from hardtack.status.limits import Limits, shed
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

_OURS = frozenset({b"cache-control", b"x-content-type-options"})


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
        self._limits = limits
        self._provoking = 0
        self._echo = Echo()
        self._upstream = Upstream()
        self._proxy = ForwardProxy(self._upstream, limits, development=policy is not None and policy.development)
        self._services = {**services, "kept": Kept(folder), "upstream": self._upstream}
        self._layer = StatusLayer(
            self._things,
            answering=Answering(
                # A gateway before us may say of anything that it came as early data.
                policy=replace(policy or RefusePolicy(), early_data_from_proxy=True),
                limits=limits,
                addresses=tables.ADDRESSES,
                route=self._route,
                trusted_proxies=trusted_proxies,
                explained="/status",
                trace=True,
            ),
        )
        self._layer.answering.traces = traces or self._layer.answering.traces

    @property
    def shed(self) -> int:
        """How many requests found no place here, so far."""
        return self._layer.answering.shed + self._proxy.shed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] in ("http", "websocket") and is_ours(scope["path"]):
            await self._layer(scope, receive, _never_stored(send))
        elif (passing := self._proxy.takes(scope)) is not None:
            await self._proxy(passing, receive, _never_stored(send))
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["type"] == "http" and codes.is_number(codes.name_in(scope["path"]) or ""):
            await self._provoke(scope, receive, send)
        else:
            await self._behind(scope, receive, send)

    async def _provoke(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the service answer with the code that is asked for, if not too many ask at once."""
        refused = shed(self._limits, self._provoking)
        if refused is not None:
            for message in messages(self._layer.answering.page(request_head(scope), refused), scope):
                await send(message)
            return
        self._provoking += 1
        try:
            await self._behind(scope, receive, send)
        finally:
            self._provoking -= 1

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown."):
                await self._upstream.close()
            await send(message)

        try:
            await self._behind(scope, receive, sent)
        finally:
            # An application without a lifespan, or one that fails, says nothing of an end.
            await self._upstream.close()

    def _route(self, request: Request) -> Route | None:
        found = find(tables.THINGS, request.path)
        return None if found is None else found[0].route(request.method)

    async def _things(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the layer lets through.

        Raises:
            Refused: what the handler has raised, for the layer to answer.
        """
        request = scope.get(REQUEST) or request_head(scope)
        if scope["type"] == "websocket":
            await self._socket(request, scope, receive, send)
            return
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

    async def _socket(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a WebSocket, or refuse its handshake."""
        refused = self._echo.refuses(request, self._origins(request))
        if refused is None:
            await self._echo(receive, send)
            return
        await receive()  # websocket.connect
        await refuse_handshake(self._layer.answering.raised(request, refused, scope.get(STEPS)), scope, send)

    def _origins(self, request: Request) -> tuple[str, ...]:
        """Return the origins whose pages may open a WebSocket."""
        # In development the rules have found that the host is this machine, by any of its names.
        asked = f"{request.scheme}://{request.host}" if self._layer.answering.policy.development else ""
        return tuple(filter(None, (self._services.get("origin"), asked)))


def is_ours(path: str) -> bool:
    """Return whether *path* is an address of the playground."""
    return path == PREFIX or path.startswith(PREFIX + "/")


def _never_stored(send: Send) -> Send:
    """Return *send* with what every answer of ours has: it is not stored, and read only as what it says that it is."""

    async def sent(message: Message) -> None:
        if message["type"].endswith("http.response.start"):
            headers = message.get("headers", ())
            kept = [pair for pair in headers if pair[0].lower() not in _OURS]
            # What a server behind the gateway says to everybody on the way must get there (RFC 9111 §5.2).
            unchanged = any(name.lower() == b"cache-control" and b"no-transform" in value for name, value in headers)
            wanted = b"no-store, no-transform" if unchanged else b"no-store"
            message = {
                **message,
                "headers": [*kept, (b"cache-control", wanted), (b"x-content-type-options", b"nosniff")],
            }
        await send(message)

    return sent
