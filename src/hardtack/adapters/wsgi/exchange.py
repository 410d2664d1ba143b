"""One request and its answer, carried between a WSGI server and an application (PEP 3333).

The same as under ASGI, as far as the interface lets it be: what the application reads is counted, the head of its
answer is held back until its first content is there, and what the layer answers instead is sent. A blocking read cannot
be interrupted and neither can a handler, so a deadline is only looked at when a piece has come (408), and none ends a
handler. There is no way to read on after the answer, so the server alone decides how a connection is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Any

from hardtack.adapters.carrying import Carrying
from hardtack.adapters.cutting import joined
from hardtack.adapters.error_answers import MADE
from hardtack.adapters.wsgi.content import Content
from hardtack.adapters.wsgi.pieces import Body, chained, cut, nothing, seekable, sought
from hardtack.adapters.wsgi.translate import line, number, request_head
from hardtack.adapters.wsgi.types import Environ, StartResponse, Write
from hardtack.message import Request, Response
from hardtack.status import stand_in
from hardtack.status.framing import begins_to_read
from hardtack.status.outgoing import HOP_BY_HOP
from hardtack.status.rules import CARRIER

if TYPE_CHECKING:
    from hardtack.adapters.wsgi.status import StatusLayer

__all__ = ["REQUEST", "STEPS", "Body", "Content", "Exchange", "asked"]

REQUEST = "hardtack.request"
"""Where the environment carries the request's head as it is believed."""

STEPS = "hardtack.steps"
"""Where it carries the list that why is noted in, or ``None``."""


def asked(environ: Environ) -> Request:
    """Return the head of the request as it is believed, with the method that the application is going to see.

    A middleware between the status layer and the application may have put another in its place, and whether that one
    is safe is what counts.
    """
    believed: Request | None = environ.get(REQUEST)
    if believed is None:
        return request_head(environ)
    method = environ["REQUEST_METHOD"]
    return believed if believed.method == method else replace(believed, method=method)


class Exchange(Carrying):
    """One request through the layer.

    Args:
        layer: the layer, with its settings.
        environ: as the server gave it.
        start_response: the server's.
    """

    __slots__ = (
        "_began",
        "_close",
        "_environ",
        "_fields",
        "_layer",
        "_request",
        "_sent",
        "_size",
        "_start",
        "_status",
        "_written",
    )

    def __init__(self, layer: StatusLayer, environ: Environ, start_response: StartResponse) -> None:
        super().__init__(layer.answering)
        self._layer = layer
        self._environ = environ
        self._start = start_response
        self._request = request_head(environ)
        self._steps = layer.answering.begin()
        self._status: str | None = None  # of the application's answer, which is held back
        self._fields: list[tuple[str, str]] = []
        self._written: list[bytes] = []
        self._sent = False
        self._size = 0
        self._began: float | None = None
        self._close: Callable[[], object] = nothing
        self.most: int = layer.answering.max_body

    def run(self, in_flight: int) -> Iterable[bytes]:
        """Answer the request, by the application or instead of it; *in_flight* others are being answered."""
        try:
            self._request, response = self._answering.before(self._request, in_flight, self._steps)
        except Exception as error:
            # Only a function of the application's own, such as ``route``, can fail there.
            return self._failed(error)
        if response is not None:
            return self._answer(response)
        if "wsgi.input" in self._environ:
            self._environ["wsgi.input"] = Content(self._environ["wsgi.input"], self)
        self._environ[REQUEST], self._environ[STEPS] = self._request, self._steps
        if self._answering.takes_ranges:
            self._environ.pop("HTTP_RANGE", None)
            self._environ.pop("HTTP_IF_RANGE", None)
        token, made = CARRIER.set(self.carry), MADE.set(self.pages)
        try:
            answer = self._layer.app(self._environ, self.start_response)
            self._close = getattr(answer, "close", nothing)
            return self._first(answer)
        except Exception as error:
            return self._failed(error)
        finally:
            CARRIER.reset(token)
            MADE.reset(made)

    @property
    def request(self) -> Request:
        """The request's head as it is believed."""
        return self._request

    # What the application reads

    @property
    def left(self) -> int:
        """How many more bytes may come."""
        return max(0, self.most - self._size)

    def read(self, source: Callable[[int], bytes], size: int | None) -> bytes:
        """Return what *source* has, at most *size* bytes, counted and timed.

        Raises:
            Refused: too much has come, or too slowly.
        """
        begun = monotonic()
        if self._began is None:
            begins_to_read(self._request, self._steps)
        self._began = self._began or begun
        # One more than may come, so that "everything" is bounded too.
        most = self.left + 1
        piece = source(most if size is None or size < 0 else min(size, most))
        self._size += len(piece)
        limits, now = self._answering.limits, monotonic()
        if self._size > self.most:
            self._decided = self._answering.too_large(self.most, self._steps)
        elif limits.piece_seconds is not None and now - begun > limits.piece_seconds:
            self._decided = self._answering.slow(self._steps, stalled=True)
        elif limits.body_seconds is not None and now - self._began > limits.body_seconds:
            self._decided = self._answering.slow(self._steps, stalled=False)
        else:
            return piece
        raise self._decided

    # What the application sends

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Write:
        """Take the head of the application's answer.

        Raises:
            AssertionError: a second head without an error that explains it (PEP 3333).
        """
        if exc_info is not None and self._sent:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._status is not None and exc_info is None:
            raise AssertionError("start_response was called twice")
        self._status, self._fields = status, list(headers)
        return self._written.append

    def _first(self, answer: Iterable[bytes]) -> Iterable[bytes]:
        """Look at the head of the answer, now that its content begins."""
        answering = self._answering
        if self._status is not None and self._is_file(answer):
            return self._finish(answer, None, iter(()))
        pieces = iter(answer)
        single = isinstance(answer, list | tuple) and len(answer) == 1
        content, ended = b"", False
        while True:
            content += b"".join(self._written)
            self._written.clear()
            status = 0 if self._status is None else number(self._status)
            if self._decided is not None and self._decided.status != status:
                return self._answer(answering.decided(self._request, self._decided, self._steps))
            enough = self._status is not None and content != b""
            if ended or (enough and (self._is_all(content) or not self.collects(status, self._fields, len(content)))):
                break
            if status and self.collects(status, self._fields, 0):
                content = content[: stand_in.MOST + 1]  # of what is replaced whatever it says, no more is kept
            piece = next(pieces, None)
            ended = piece is None or single
            content += piece or b""
        if self._status is None:
            raise RuntimeError("the application returned without calling start_response")
        whole = ended or self._is_all(content)
        if whole and self.stands_in(status, self._fields, content):
            return self._answer(answering.instead_of(self._request, status, self._fields, self._steps))
        return self._finish(pieces, content if whole else None, iter((content,)))

    def _is_all(self, content: bytes) -> bool:
        """Return whether the application has declared no more than *content*."""
        return any(name.lower() == "content-length" and value == str(len(content)) for name, value in self._fields)

    def _is_file(self, answer: Iterable[bytes]) -> bool:
        wrapper = self._environ.get("wsgi.file_wrapper")
        return isinstance(wrapper, type) and isinstance(answer, wrapper)

    def _finish(self, rest: Iterable[bytes], whole: bytes | None, begun: Iterator[bytes]) -> Iterable[bytes]:
        status = number(self._status or "")
        file = seekable(rest) if self._is_file(rest) else None
        self.note_answer(status, self._fields)
        done = self._answering.finish(
            self._request, status, self._fields, whole, self._steps, file=file is not None, declared=self._declared
        )
        if done.error is not None:
            page = self._answering.failed_at_the_end(self._request, done, done.error, self._steps)
            return self._answer(page)
        self._send(self._status if done.status == status and self._status else line(done.status), done.headers)
        if done.content == "none":
            return Body(iter(()), self._close)
        if done.content == "parts" and whole is not None:
            return Body(iter((joined(done.parts, done.suffix, whole),)), self._close)
        if done.content == "parts":
            return Body(cut(done, begun, rest) if file is None else sought(done, file), self._close)
        if whole is not None:
            return Body(iter((whole,) if whole else ()), self._close)
        if self._is_file(rest):
            return rest  # untouched, so that the server can send it without reading it
        return Body(chained(begun, iter(rest)), self._close)

    # How it ends

    def _failed(self, error: Exception) -> Iterable[bytes]:
        answering = self._answering
        if self._decided is not None:
            return self._answer(answering.decided(self._request, self._decided, self._steps))
        if self._layer.propagates(error):
            self._close()
            raise error
        return self._answer(answering.failed(self._request, error, self._steps))

    def _answer(self, response: Response) -> Iterable[bytes]:
        """Give *response*, ours, whole."""
        self._send(line(response.status), response.headers)
        return Body(iter((response.body,) if response.body else ()), self._close)

    def _send(self, status: str, headers: list[tuple[str, str]]) -> None:
        # What concerns the connection is the server's alone under WSGI (PEP 3333, "hop-by-hop").
        self._start(status, [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP])
        self._sent = True
