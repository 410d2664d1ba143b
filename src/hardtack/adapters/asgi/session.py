"""The session layer around any ASGI application: a sealed session, who is signed in, and forms of one's own.

``scope["hardtack"]`` is the request's :class:`hardtack.adapters.visits.Visit`, ``scope["session"]`` its data.
An unsafe request that another site has made is refused before the application sees it, and so is a WebSocket that
another site has opened. The cookies and the word to caches go out with the head of the answer, with a WebSocket's
acceptance; a change after that is an error. What a visit has decided is answered, whatever the application makes of
the exception; where it says the same itself, it does so in its own form. What may wait for a disk is done in a thread;
mostly nothing does.

Nothing is decided here. A form's token is looked for in its own content only where no browser has said whose page sent
it, and only in a urlencoded form of bounded size; a script sends it in ``X-CSRF-Token``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hardtack.adapters.asgi.translate import (
    REQUEST,
    STEPS,
    head_of,
    messages,
    refuse_handshake,
    request_head,
    with_fields,
)
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.visits import Elsewhere, Visit, Visits, completed
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.session import csrf
from hardtack.status import pages

if TYPE_CHECKING:
    from hardtack.adapters.answering import Answering

VISIT = "hardtack"
"""Where the scope carries the visit."""
EXEMPT = "hardtack.csrf-exempt"
"""Where a layer that knows the route says that any page may send a request there."""

_STARTS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})

T = TypeVar("T")


class SessionLayer:
    """An ASGI application that opens the session for *app* and saves it.

    Args:
        app: the application.
        visits: what opens the visits.
        answering: whose pages errors get; ``None`` for those of the status room.
    """

    def __init__(self, app: ASGIApp, visits: Visits, *, answering: Answering | None = None) -> None:
        self.app = app
        self.visits = visits
        self._answering = answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        kind = scope["type"]
        if kind not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request = asked(as_http(scope))
        visit = await self._aside(self.visits.open, request)
        if self.visits.csrf and not scope.get(EXEMPT):
            try:
                if kind == "http":
                    receive = await self._check(visit, receive)
                else:
                    visit.check_handshake()
            except Refused as error:
                await self._answer(visit, error, scope, receive, send)
                return
        await _Answer(self, visit, scope, receive, send).run()

    async def _aside(self, function: Callable[..., T], *arguments: object) -> T:
        """Call *function*, in a thread where it may wait."""
        if self.visits.may_wait():
            return await asyncio.to_thread(function, *arguments)
        return function(*arguments)

    async def _check(self, visit: Visit, receive: Receive) -> Receive:
        """Let a request of the application's own pages pass; return what gives the content that was read for it.

        Raises:
            CrossSiteRequest: it is another site's.
        """
        token = None
        if visit.may_hold_token():
            content, receive = await _read(receive)
            token = csrf.token_in(content)
        visit.check(token)
        return receive

    def page(self, visit: Visit, error: Refused, scope: Scope) -> Response:
        """Return *error* as an answer."""
        if self._answering is None:
            return pages.answer(error, visit.request)
        return self._answering.raised(visit.request, error, scope.get(STEPS))

    async def finished(self, visit: Visit, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the fields of an answer with those of its session."""
        return await self._aside(visit.finish, headers)

    async def _answer(self, visit: Visit, error: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the page of *error* instead of asking the application."""
        response = self.page(visit, error, scope)
        if scope["type"] == "http":
            for message in messages(response, scope):
                await send(message)
            return
        await receive()  # websocket.connect
        await refuse_handshake(response, scope, send)


class _Answer:
    """One request and what the application answers."""

    def __init__(self, layer: SessionLayer, visit: Visit, scope: Scope, receive: Receive, send: Send) -> None:
        self._layer = layer
        self._visit = visit
        self._scope = scope
        self._receive = receive
        self._send = send
        self._left = False
        self._mute = False

    async def run(self) -> None:
        visit = self._visit
        scope = {**self._scope, VISIT: visit, "session": visit.session}
        try:
            await self._layer.app(scope, self._receive, self.send)
        except (Refused, Elsewhere) as error:
            if error is not visit.decided:
                raise  # the application's own word
            await self._instead(error)
        if self._left and not self._mute:
            visit.check_left()

    async def send(self, message: Message) -> None:
        """Send what the application sends, with the session's fields, or what the visit has decided."""
        if self._mute:
            return
        if not self._left and message["type"] in _STARTS:
            status, fields = head_of({"status": 0, **message})
            decided = self._visit.decided
            if decided is not None:
                said = completed(decided, status, fields)
                if said is None:
                    await self._instead(decided)
                    return
                fields = said
            self._left = True
            message = with_fields(message, await self._layer.finished(self._visit, fields))
        await self._send(message)

    async def _instead(self, decided: Refused | Elsewhere) -> None:
        """Send what was decided; what the application still sends goes nowhere."""
        if self._left:
            return
        self._left = self._mute = True
        layer, visit = self._layer, self._visit
        response = decided.response if isinstance(decided, Elsewhere) else layer.page(visit, decided, self._scope)
        response.headers = await self._layer.finished(self._visit, response.headers)
        if self._scope["type"] == "websocket":
            await refuse_handshake(response, self._scope, self._send)
            return
        for message in messages(response, self._scope):
            await self._send(message)


def as_http(scope: Scope) -> Scope:
    """Return *scope* as that of a request; a WebSocket's handshake is a GET."""
    if scope["type"] == "http":
        return scope
    return {**scope, "method": "GET", "scheme": "https" if scope.get("scheme") == "wss" else "http"}


def asked(scope: Scope) -> Request:
    """Return the head of the request as it is believed, with the method that the application is going to see.

    A middleware between the status layer and the session may have put another in its place, and whether that one is
    safe is what counts.
    """
    believed: Request | None = scope.get(REQUEST)
    if believed is None:
        return request_head(scope)
    method = scope["method"]
    return believed if believed.method == method else replace(believed, method=method)


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """Return the content as far as it is looked at, and what gives the application all of it."""
    taken: list[Message] = []
    content = b""
    while True:
        message = await receive()
        taken.append(message)
        content += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body") or len(content) > csrf.MOST_FORM:
            break
    taken.reverse()

    async def again() -> Message:
        return taken.pop() if taken else await receive()

    return content if len(content) <= csrf.MOST_FORM else b"", again
