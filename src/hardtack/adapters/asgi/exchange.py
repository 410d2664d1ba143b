"""One request and its answer, carried between an ASGI server and an application.

Three things are done here and nothing is decided: what the application reads is counted and timed (``content``), what
it sends is held back only until the status layer has looked at its head, and what the layer answers instead is sent.
Content is never collected, but for the few octets of an error that may say nothing and, where tags are made, of a small
answer.

An application whose request is answered by us while it still reads or works sees a client that went away
(``http.disconnect``), which every framework takes quietly. What it still sends goes nowhere.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardtack.adapters.asgi.content import Content
from hardtack.adapters.asgi.deadline import Deadline
from hardtack.adapters.asgi.translate import STEPS, head_of, messages, request_head, start
from hardtack.adapters.asgi.types import Message, Receive, Scope, Send
from hardtack.adapters.carrying import Carrying
from hardtack.adapters.cutting import Cutter, joined
from hardtack.adapters.error_answers import MADE
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status import InternalServerError, stand_in
from hardtack.status.framing import begins_to_read, rest_is_drained
from hardtack.status.rules import CARRIER

if TYPE_CHECKING:
    from hardtack.adapters.asgi.status import StatusLayer

DISCONNECT: Message = {"type": "http.disconnect"}


class Exchange(Carrying):
    """One request through the layer.

    Args:
        layer: the layer, with its settings.
        scope: the request's scope.
        receive: the server's.
        send: the server's.
    """

    __slots__ = (
        "_answered",
        "_body",
        "_content",
        "_cutter",
        "_deadline",
        "_held",
        "_layer",
        "_mute",
        "_plain",
        "_receive",
        "_request",
        "_scope",
        "_send",
        "_started",
        "_whole",
    )

    def __init__(self, layer: StatusLayer, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(layer.answering)
        self._layer = layer
        self._scope = scope
        self._receive = receive
        self._send = send
        self._request: Request | None = None
        self._started = False  # the head of an answer has gone out
        self._answered = False  # it was ours
        self._mute = False  # the application's content is not wanted any more
        self._held: Message | None = None  # the head of the application's answer, not yet looked at
        self._body = b""  # what has come of its content meanwhile
        self._whole = False  # all of it has come, and waits for what the application does next
        self._cutter: Cutter | None = None
        self._content: Content | None = None  # what the application reads, if there is any to count
        self._deadline: Deadline | None = None

    async def run(self) -> None:
        """Answer the request, by the application or instead of it."""
        layer = self._layer
        receive = self._receive
        self._plain = layer.needs_nothing(self._scope)
        if not self._plain:
            self.most: int = layer.answering.max_body
            self._content = Content(receive, layer.answering.limits)
            response = self._before()
            if response is not None:
                await self._answer(response)
                return
            receive = self.receive
        if layer.handler_seconds is not None:
            self._deadline = Deadline(layer.handler_seconds, self._late)
        token, made = CARRIER.set(self.carry), MADE.set(self.pages)
        try:
            await layer.app(self._scope, receive, self.send)
            await self._ended(None)
        except asyncio.CancelledError:
            if self._deadline is None or not self._deadline.has_cancelled():
                raise
        except Exception as error:
            await self._ended(error)
        finally:
            CARRIER.reset(token)
            MADE.reset(made)
            if self._deadline is not None:
                await self._deadline.end()

    def _before(self) -> Response | None:
        """Decide what the head alone decides."""
        layer = self._layer
        self._steps = layer.answering.begin()
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
            if self._steps is not None:
                self._scope[STEPS] = self._steps
        return response

    @property
    def request(self) -> Request:
        """The request's head as a value, made when it is first needed."""
        if self._request is None:
            self._request = request_head(self._scope)
        return self._request

    # What the application reads

    async def receive(self) -> Message:
        """Give the application the next piece of content, counted and timed."""
        if self._answered or self._mute:
            return DISCONNECT
        content = self._content
        if content is None or not content.unread:
            return await self._receive()
        if self._deadline is not None:
            self._deadline.stop()  # while the client is slow, the handler is not
        if not content.begun:
            begins_to_read(self.request, self._steps)
        answering = self._answering
        try:
            message = await content.next()
        except TimeoutError:
            return await self._cut(answering.slow(self._steps, stalled=content.stalled), drain=False)
        if content.size > self.most:
            return await self._cut(answering.too_large(self.most, self._steps))
        if self._deadline is not None and not self._started:
            self._deadline.start()
        return message

    async def _cut(self, error: Refused, *, drain: bool = True) -> Message:
        """Answer with *error* in the application's place; where an answer has begun, it can only be broken off."""
        if self._started:
            self._mute = True
        else:
            await self._answer(self._answering.page(self.request, error, self._steps), drain=drain)
        return DISCONNECT

    async def _late(self, waiting: list[object]) -> bool:
        """Answer in the place of a handler over its deadline, if no answer has begun; return whether it was done."""
        if self._started:
            return False
        await self._answer(self._answering.late(self.request, waiting, self._steps), drain=False)
        return True

    def _begin(self) -> None:
        """Note that an answer begins."""
        self._started = True
        if self._deadline is not None:
            self._deadline.stop()

    # What the application sends

    async def send(self, message: Message) -> None:
        """Pass on what the application sends, as far as it is to go out."""
        if self._answered or self._mute or self._whole:
            return
        kind = message["type"]
        if kind == "http.response.start":
            if self._plain and self._decided is None and self._declared is None and self._layer.passes(message):
                self._begin()
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
            await self._answer(self._answering.decided(self.request, self._decided, self._steps))
            return
        self._held = message
        if not self._answering.waits(head_of(message)[1]):
            await self._first(message, None)

    async def _first(self, held: Message, message: Message | None) -> None:
        """Look at the head of the answer, now that its content begins (``None``: without waiting for it)."""
        status, headers = head_of(held)
        answering = self._answering
        is_body = message is not None and message["type"] == "http.response.body"
        more = True
        if message is not None and is_body:
            self._body += message.get("body", b"")
            more = message.get("more_body", False)
            if more and self.collects(status, headers, len(self._body)):
                self._body = self._body[: stand_in.MOST + 1]  # of what is replaced whatever it says, no more is kept
                return
            if not more and self.stands_in(status, headers, self._body):
                if status == InternalServerError.status:
                    # Perhaps what a framework made of an error that it raises again as soon as it has answered.
                    self._whole = True
                else:
                    await self._answer(answering.instead_of(self.request, status, headers, self._steps))
                return
        body, self._body, self._held = self._body, b"", None
        self.note_answer(status, headers)
        finished = answering.finish(
            self.request, status, headers, None if more else body, self._steps, declared=self._declared
        )
        if finished.error is not None:
            await self._answer(answering.failed_at_the_end(self.request, finished, finished.error, self._steps))
            return
        self._begin()
        await self._send({**held, **start(finished.status, finished.headers, self._scope)})
        if finished.content == "parts" and more:
            self._cutter = Cutter(finished.parts, finished.suffix)
            await self._slice(self._cutter, body)
        elif finished.content != "keep":
            self._mute = True
            whole = joined(finished.parts, finished.suffix, body) if finished.content == "parts" else b""
            await self._send({"type": "http.response.body", "body": whole})
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
        answering = self._answering
        gone = self._content is not None and self._content.gone
        if self._answered or (gone and not self._started):
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
        self._answered = True
        self._begin()
        head, body = messages(response, self._scope)
        await self._send(head)
        content = self._content if drain else None
        if content is not None and content.unread and rest_is_drained(self.request, response, begun=content.begun):
            await self._send({**body, "more_body": True})
            await content.drain()
            body = {"type": "http.response.body", "body": b""}
        await self._send(body)


_BEFORE_THE_HEAD = frozenset({"http.response.early_hint", "http.response.push", "http.response.debug"})
