"""One request and its answer, carried between an ASGI server and an application.

Three things are done here and nothing is decided: what the application reads is counted and timed, what it sends is
held back only until the status layer has looked at its head, and what the layer answers instead is sent. Content is
never collected, but for the few octets of an error that may say nothing and, where tags are made, of a small answer.

An application whose request is answered by us while it still reads or works sees a client that went away
(``http.disconnect``), which every framework takes quietly. What it still sends goes nowhere.

A refusal that closes the connection is sent whole first, and only then is a bounded rest of the content read and thrown
away: a server that closes with unread content resets the connection, and the client never sees the answer
(RFC 9112 §9.6). A client that waits for ``100 Continue`` is not read from, so that none is sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardtack.adapters.asgi.translate import LATER, head_of, messages, request_head, start
from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.adapters.cutting import Cutter, joined
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import stand_in
from hardtack.status.finish import Finished
from hardtack.status.limits import UPSTREAM
from hardtack.status.precondition import NotModified
from hardtack.status.rules import CARRIER, Validators
from hardtack.status.trace import Step

if TYPE_CHECKING:
    from hardtack.adapters.asgi.status import StatusLayer

DISCONNECT: Message = {"type": "http.disconnect"}


class Exchange:
    """One request through the layer.

    Args:
        layer: the layer, with its settings.
        scope: the request's scope.
        receive: the server's.
        send: the server's.
    """

    __slots__ = (
        "_answered",
        "_begun",
        "_body",
        "_body_until",
        "_cutter",
        "_decided",
        "_declared",
        "_gone",
        "_held",
        "_late",
        "_layer",
        "_most",
        "_mute",
        "_plain",
        "_receive",
        "_request",
        "_scope",
        "_send",
        "_size",
        "_started",
        "_steps",
        "_task",
        "_timer",
        "_unread",
        "_waiting",
        "_whole",
    )

    def __init__(self, layer: StatusLayer, scope: Scope, receive: Receive, send: Send) -> None:
        self._layer = layer
        self._scope = scope
        self._receive = receive
        self._send = send
        self._request: Request | None = None
        self._steps: list[Step] | None = None
        self._started = False  # the head of an answer has gone out
        self._answered = False  # it was ours
        self._mute = False  # the application's content is not wanted any more
        self._held: Message | None = None  # the head of the application's answer, not yet looked at
        self._body = b""  # what has come of its content meanwhile
        self._whole = False  # all of it has come, and waits for what the application does next
        self._cutter: Cutter | None = None
        self._decided: Refused | NotModified | None = None
        self._declared: Validators | None = None
        self._unread = False  # there is content that was not read
        self._begun = False  # some was asked for
        self._gone = False  # the client went away
        self._timer: asyncio.TimerHandle | None = None
        self._late: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Answer the request, by the application or instead of it."""
        layer = self._layer
        receive = self._receive
        self._plain = layer.needs_nothing(self._scope)
        if not self._plain:
            self._size, self._most = 0, layer.answering.max_body
            self._body_until: float | None = None
            self._unread = True
            response = self._before()
            if response is not None:
                await self._answer(response)
                return
            receive = self.receive
        if layer.handler_seconds is not None:
            self._task = asyncio.current_task()
            self._waiting: list[object] = []
            UPSTREAM.set(self._waiting)
            self._arm()
        token = CARRIER.set(self.carry)
        try:
            await layer.app(self._scope, receive, self.send)
            await self._ended(None)
        except asyncio.CancelledError:
            if self._late is None or self._task is None or self._task.uncancel() > 0:
                raise
        except Exception as error:
            await self._ended(error)
        finally:
            self._task = None
            CARRIER.reset(token)
            self._disarm()
            if self._late is not None:
                await self._late

    def _before(self) -> Response | None:
        """Decide what the head alone decides."""
        layer = self._layer
        self._steps = [] if layer.answering.traces else None
        head = request_head(self._scope)
        try:
            self._request, response = layer.answering.before(head, layer.in_flight - 1, self._steps)
        except Exception as error:
            # Only a function of the application's own, such as ``route``, can fail there.
            return layer.answering.failed(head, error, self._steps)
        if response is None:
            layer.remember(self._scope)
            self._plain = layer.may_pass(self._scope)
            self._scope = layer.scope_for(self._scope, self._request)
        return response

    @property
    def request(self) -> Request:
        """The request's head as a value, made when it is first needed."""
        if self._request is None:
            self._request = request_head(self._scope)
        return self._request

    def carry(self, validators: Validators) -> None:
        """Decide what the handler's own rules say, just before its body; called in whatever thread it runs.

        Raises:
            Refused: the request is refused.
            NotModified: 304.
        """
        if validators.route is not None and validators.route.max_body is not None:
            self._most = min(validators.route.max_body, self._layer.answering.max_body)
        decided = self._layer.answering.carried(self.request, validators, self._steps)
        if decided is not None:
            # Kept, because the application's framework may make an answer of its own out of what is raised here.
            self._decided = decided
            raise decided
        self._declared = validators

    # What the application reads

    async def receive(self) -> Message:
        """Give the application the next piece of content, counted and timed."""
        if self._answered or self._mute:
            return DISCONNECT
        if not self._unread:
            return await self._receive()
        self._disarm()  # while the client is slow, the handler is not
        answering = self._layer.answering
        try:
            message = await self._in_time()
        except TimeoutError:
            stalled = self._body_until is None or asyncio.get_running_loop().time() < self._body_until
            return await self._cut(answering.slow(stalled=stalled), drain=False)
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._unread = message.get("more_body", False)
            if self._size > self._most:
                return await self._cut(answering.too_large(self._most))
        elif message["type"] == "http.disconnect":
            self._gone = True
        if not self._started:
            self._arm()
        return message

    async def _in_time(self) -> Message:
        self._begun = True
        limits = self._layer.answering.limits
        piece, whole = limits.piece_seconds, limits.body_seconds
        now = asyncio.get_running_loop().time()
        if self._body_until is None and whole is not None:
            self._body_until = now + whole
        ends = [end for end in (None if piece is None else now + piece, self._body_until) if end is not None]
        async with asyncio.timeout_at(min(ends, default=None)):
            return await self._receive()

    async def _cut(self, error: Refused, *, drain: bool = True) -> Message:
        """Answer with *error* in the application's place; where an answer has begun, it can only be broken off."""
        if self._started:
            self._mute = True
        else:
            await self._answer(self._layer.answering.page(self.request, error, self._steps), drain=drain)
        return DISCONNECT

    # The deadline of the handler

    def _arm(self) -> None:
        seconds = self._layer.handler_seconds
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._over)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        if not self._started:
            self._late = asyncio.get_running_loop().create_task(self._too_late())

    async def _too_late(self) -> None:
        # From a task of its own, because a handler that waits for a thread does not stop when it is cancelled.
        if not self._started:
            await self._answer(self._layer.answering.late(self.request, self._waiting, self._steps), drain=False)
        if self._task is not None:
            self._task.cancel()

    # What the application sends

    async def send(self, message: Message) -> None:
        """Pass on what the application sends, as far as it is to go out."""
        if self._answered or self._mute or self._whole:
            return
        kind = message["type"]
        if kind == "http.response.start":
            if self._plain and self._decided is None and self._declared is None and self._layer.passes(message):
                self._started = True
                self._disarm()
                await self._send(message)
            else:
                await self._head(message)
        elif self._held is not None and kind.startswith("http.response.") and kind not in _BEFORE_THE_HEAD:
            await self._first(self._held, message)
        elif self._cutter is not None and kind == "http.response.body":
            await self._slice(self._cutter, message.get("body", b""))
        else:
            await self._send(message)

    async def _head(self, message: Message) -> None:
        # An application that knows what was raised may answer with it, beside fields of its own.
        if self._decided is not None and self._decided.status != message["status"]:
            await self._answer(self._layer.answering.decided(self.request, self._decided, self._steps))
            return
        self._held = message
        if not self._layer.answering.waits(head_of(message)[1]):
            await self._first(message, None)

    async def _first(self, held: Message, message: Message | None) -> None:
        """Look at the head of the answer, now that its content begins (``None``: without waiting for it)."""
        status, headers = head_of(held)
        answering = self._layer.answering
        is_body = message is not None and message["type"] == "http.response.body"
        more = True
        if message is not None and is_body:
            self._body += message.get("body", b"")
            more = message.get("more_body", False)
            if more and answering.collects(status, headers, len(self._body)):
                self._body = self._body[: stand_in.MOST + 1]  # of what is replaced whatever it says, no more is kept
                return
            if not more and answering.stands_in(status, headers, self._body):
                if status == 500:
                    # Perhaps what a framework made of an error that it raises again as soon as it has answered.
                    self._whole = True
                else:
                    await self._answer(answering.instead_of(self.request, status, headers, self._steps))
                return
        body, self._body, self._held = self._body, b"", None
        finished = answering.finish(
            self.request, status, headers, None if more else body, self._steps, declared=self._declared
        )
        if finished.error is not None:
            await self._answer(answering.failed_at_the_end(self.request, finished, finished.error, self._steps))
            return
        self._started = True
        self._disarm()
        await self._send({**held, **start(finished.status, finished.headers, self._scope)})
        await self._content(finished, message, body, is_body=is_body, more=more)

    async def _content(
        self, finished: Finished, message: Message | None, body: bytes, *, is_body: bool, more: bool
    ) -> None:
        if finished.content == "none":
            self._mute = True
            await self._send({"type": "http.response.body", "body": b""})
        elif finished.content == "parts" and not more:
            self._mute = True
            await self._send({"type": "http.response.body", "body": joined(finished.parts, finished.suffix, body)})
        elif finished.content == "parts":
            self._cutter = Cutter(finished.parts, finished.suffix)
            await self._slice(self._cutter, body)
        elif is_body:
            await self._send({"type": "http.response.body", "body": body, "more_body": more})
        elif message is not None:
            await self._send(message)

    async def _slice(self, cutter: Cutter, piece: bytes) -> None:
        wanted = cutter.feed(piece)
        self._mute = cutter.done
        if wanted or cutter.done:
            await self._send({"type": "http.response.body", "body": wanted, "more_body": not cutter.done})

    # How it ends

    async def _ended(self, error: Exception | None) -> None:
        """Answer what the application left unanswered.

        Raises:
            Exception: *error*, where an answer has begun; only the server can break it off.
        """
        answering = self._layer.answering
        if self._answered or (self._gone and not self._started):
            return
        if self._started:
            if error is not None:
                raise error
        elif self._decided is not None:
            await self._answer(answering.decided(self.request, self._decided, self._steps))
        elif error is None and self._held is not None and self._whole:
            await self._answer(answering.instead_of(self.request, *head_of(self._held), self._steps))
        else:
            failure = error or RuntimeError("the application returned without an answer")
            await self._answer(answering.failed(self.request, failure, self._steps))

    async def _answer(self, response: Response, *, drain: bool = True) -> None:
        """Send *response*, ours, whole."""
        self._answered = self._started = True
        self._disarm()
        head, body = messages(response, self._scope)
        await self._send(head)
        closes = drain and self._unread and response.get("Connection") == "close" and _has_content(self._scope)
        if closes and (self._begun or not _waits_for_100(self._scope)):
            await self._send({**body, "more_body": True})
            await self._drain()
            body = {"type": "http.response.body", "body": b""}
        await self._send(body)

    async def _drain(self) -> None:
        limits = self._layer.answering.limits
        left = limits.drain_bytes
        try:
            async with asyncio.timeout(limits.drain_seconds):
                while left >= 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return


_BEFORE_THE_HEAD = frozenset({"http.response.early_hint", "http.response.push", "http.response.debug"})


def _has_content(scope: Scope) -> bool:
    """Return whether there may be content to read (RFC 9112 §6; later versions need no field for it)."""
    return scope.get("http_version") in LATER or any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
        for name, value in scope["headers"]
    )


def _waits_for_100(scope: Scope) -> bool:
    return any(name == b"expect" for name, _ in scope["headers"])
