"""What the HTTP server itself has to answer, said as well as everything else: for uvicorn with h11.

Uvicorn answers 400 to every head that is no request, and waits for ever for one that does not end. Here the octets of a
head that is not yet a request are looked at, and a clock runs; which answer follows, ``hardtack.status.unparsed`` says.
Once a head is complete, this is uvicorn's own protocol and nothing else, but for what the application leaves to be
answered beneath it (``at_once``): that is sent at once, and the connection is then as after any other answer.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio import TimerHandle
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from hardtack.adapters.asgi.beneath import Heads
from hardtack.adapters.asgi.crowd import Crowd
from hardtack.errors import Refused
from hardtack.site.forward_auth.at_once import AtOnce
from hardtack.status import pages, unparsed
from hardtack.status.catalogue import Status

_log = logging.getLogger("hardtack.status")


class Taken:
    """What is sent on one connection has to be taken; a protocol of uvicorn's comes behind this."""

    untaken_seconds: float = unparsed.UNTAKEN_SECONDS
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _untaken: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Give up in time on who takes nothing: whoever sends it holds a place as long as it lasts."""
        super().pause_writing()  # type: ignore[misc]  # uvicorn's
        if self._untaken is None:
            self._untaken = self.loop.call_later(self.untaken_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()  # type: ignore[misc]  # uvicorn's
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nobody any more."""
        self.resume_writing()
        super().connection_lost(exc)  # type: ignore[misc]  # uvicorn's


class Listening(Taken, H11Protocol):
    """One connection."""

    head_seconds: float = unparsed.HEAD_SECONDS
    idle_seconds: float = unparsed.IDLE_SECONDS
    parting_seconds: float = unparsed.PARTING_SECONDS
    crowd: Crowd = Crowd()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = b""  # what has come of a head that is not yet a request
        self._waiting: asyncio.TimerHandle | None = None
        self._parting = False  # the next answer is the last
        self._answered = False  # what came last has been answered, beneath the application
        self._at_once: AtOnce | None = getattr(self.app, "at_once", None)
        most = self.config.h11_max_incomplete_event_size
        # Only where the server itself has nothing to say about a request.
        if self._at_once is not None and most is not None and self.limit_concurrency is None and not self.root_path:
            self.conn: Heads = Heads(most, self._answers)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Wait for the first octet."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # so that what is not taken is told, however little it is
        if not self.crowd.has_room(len(self.connections)):
            self._answer(unparsed.crowded(), told=True)
            return
        self.crowd.waits(self)
        self._waiting = self.loop.call_later(self.idle_seconds, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        self.crowd.waits_no_more(self)
        super().connection_lost(exc)
        if isinstance(self.conn, Heads):
            self.conn.answer_no_more()

    def data_received(self, data: bytes) -> None:
        """Take what came; while it is of a head, it has to come to its end in time."""
        if self.conn.our_state is h11.DONE:
            super().data_received(data)
            if self.conn.our_state is not h11.DONE:
                self._wait_no_more()
                self._next_head()
            return
        before = self.cycle
        if self.conn.their_state is h11.IDLE:
            if not self._head:
                self._wait_no_more()
                self._waiting = self.loop.call_later(self.head_seconds, self._too_late)
            self._head = (self._head + data)[: unparsed.MAX_HEAD]
        super().data_received(data)
        if self._parting and self.cycle is not before:
            self._say_good_bye()
        if self.cycle is not before or self.conn.their_state is not h11.IDLE:
            self._head = b""
            self._wait_no_more()
        if self.conn.their_state is not h11.IDLE and self.conn.their_state is not h11.SEND_BODY:
            self.crowd.waits_no_more(self)
        if self._answered:
            self._next_head()

    def _answers(self, event: h11.Request) -> bool:
        """Answer a request beneath the application, if that may be; else return ``False``, having done nothing."""
        at_once = self._at_once
        if at_once is None or not event.target.startswith(at_once.begins):
            return False
        if self._parting or self.flow.write_paused or self.transport.is_closing():
            return False  # an answer that says more, or that has to wait
        head = [(name.lower(), value) for name, value in event.headers.raw_items()]
        peer, scheme = self.client[0] if self.client else "", self.scheme or ""
        return at_once.answer(event.method, event.target, event.http_version, head, peer, scheme, self._send_at_once)

    def _send_at_once(self, status: int, fields: bytes) -> None:
        """Send an answer, and do as after any other: ``on_response_complete``, without what only an application has."""
        conn = self.conn
        self._head = b""
        self._wait_no_more()
        self._unset_keepalive_if_required()
        self.transport.write(conn.answer(status, self.server_state.default_headers, fields))
        self.server_state.total_requests += 1
        if conn.our_state is h11.DONE:
            self.crowd.waits(self)
            self._answered = True
        else:
            conn.send(h11.ConnectionClosed())
            self.transport.close()

    def on_response_complete(self) -> None:
        """Go on to the next request, once the rest of this one has come; of its head some may be there already."""
        self.crowd.waits(self)
        super().on_response_complete()
        if self.conn.our_state is h11.DONE and self._waiting is None:
            # Answered before all of its content was there. What is left may not trickle in for ever.
            self._waiting = self.loop.call_later(self.head_seconds, self._too_late)
        self._next_head()

    def _next_head(self) -> None:
        """Wait for the next request, if it is the turn of its head."""
        self._answered = False
        if self.conn.their_state is not h11.IDLE or self._head or self.transport.is_closing():
            return
        begun = self.conn.trailing_data[0]
        self._unset_keepalive_if_required()
        if begun:
            self._head = begun[: unparsed.MAX_HEAD]
            self._waiting = self.loop.call_later(self.head_seconds, self._too_late)
        else:
            self.timeout_keep_alive_task: TimerHandle = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def shutdown(self) -> None:
        """Give one more answer at most, since the server stops; it says that it is the last one.

        Uvicorn closes what is between two requests at once, and with it what may be on its way.
        """
        self._parting = True
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._say_good_bye()
        elif not self._head:
            self._unset_keepalive_if_required()
            self._wait_no_more()
            self._waiting = self.loop.call_later(self.parting_seconds, self._too_late)

    def _say_good_bye(self) -> None:
        self.cycle.keep_alive = False
        self.cycle.default_headers = [*self.cycle.default_headers, *unparsed.LAST]

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, in the place of uvicorn's one word for all of them."""
        error = sys.exc_info()[1]
        hint = getattr(error, "error_status_hint", HTTPStatus.BAD_REQUEST)
        self._answer(
            unparsed.refused(
                self._head,
                too_long=hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                unknown_coding=hint == HTTPStatus.NOT_IMPLEMENTED,
            )
        )

    def give_way(self) -> None:
        """Make room for somebody else: whoever has begun to ask is told when to come back."""
        cycle: RequestResponseCycle | None = self.cycle
        if self._head or (cycle is not None and not cycle.response_complete):
            self._answer(unparsed.crowded(), told=True)
        else:
            self._wait_no_more()
            self.transport.close()

    def _too_late(self) -> None:
        if self._head:
            self._answer(unparsed.late())
        else:
            self.transport.close()

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _answer(self, error: Refused, *, told: bool = False) -> None:
        """Send *error* as the last answer on this connection, if none has begun.

        Args:
            error: what is answered.
            told: whether the log knows of it already.
        """
        self._wait_no_more()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            # Whoever still works on the request that broke off has nobody to answer.
            cycle.disconnected = True
            cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        client = self.client[0] if self.client else ""
        fields = {"status": error.status, "reason": error.reason, "client": client}
        if not told:
            _log.info("request refused", extra={"event": "request-refused", "fields": fields})
        response = pages.answer(error, unparsed.asked(self._head))
        to_head = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] == "HEAD"
        head = h11.Response(
            status_code=response.status,
            headers=[
                *self.server_state.default_headers,
                *((name.encode("ascii"), value.encode("ascii")) for name, value in response.headers),
            ],
            reason=Status(response.status).phrase.encode("ascii"),
        )
        for event in (head, h11.Data(data=b"" if to_head else response.body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
