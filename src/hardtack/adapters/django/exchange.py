"""One request and its answer between Django and the status layer, with what is known of it in between.

A request carries its exchange, so that the middleware, Django's signal of an unforeseen error and a view that answers
forged forms find the same one. Nothing is decided here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any

from django.core.signals import got_request_exception  # type: ignore[import-untyped]  # Django has no types
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.carrying import Carrying
from hardtack.adapters.django import translate
from hardtack.adapters.django.pages import ProjectAnswering, bare, shown
from hardtack.adapters.django.views import route_of, wrong_method
from hardtack.adapters.error_answers import MADE, Steps
from hardtack.adapters.wsgi.content import Content
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status.admit import admit
from hardtack.status.finish import LOOKED_AT, NEEDS_NOTHING, VALIDATORS
from hardtack.status.framing import begins_to_read
from hardtack.status.precondition import NotModified
from hardtack.status.rules import CARRIER

ATTRIBUTE = "_hardtack_exchange"
"""Where a request carries what is known about it."""

Page = Callable[[], Response]


class Exchange(Carrying):
    """One request through the layer.

    Args:
        answering: what is asked.
        request: the request, which carries this from now on.
    """

    def __init__(self, answering: ProjectAnswering, request: HttpRequest) -> None:
        super().__init__(answering)
        self.answering = answering
        self.most: int = answering.max_body
        self.asked: Request = translate.head_of(request)
        self.steps: Steps = answering.begin()
        self._steps = self.steps
        self._error: Exception | None = None
        self._plain = False  # nothing in the request asks for a change of the answer
        self._request = request
        self._began: float | None = None
        setattr(request, ATTRIBUTE, self)

    @property
    def request(self) -> Request:
        """The request's head as it is believed."""
        return self.asked

    def before(self, others: int) -> HttpResponse | None:
        """Return what answers the request already; *others* are being answered."""
        try:
            self.asked, response = self.answering.before(self.asked, others, self.steps)
            if response is None and (too_large := self._size_over(self.answering.max_body)) is not None:
                response = self.answering.page(self.asked, too_large, self.steps)
        except Exception as error:
            # Only a function of the project's own, such as ``route``, can fail there.
            response = self.answering.failed(self.asked, error, self.steps)
        if response is None:
            names, method = self.asked.headers.names, self.asked.method
            self._plain = self.answering.may_pass and method != "HEAD" and LOOKED_AT.isdisjoint(names)
            limits = self.answering.limits
            if hasattr(self._request, "environ") and (limits.piece_seconds or limits.body_seconds):
                self._request._stream = Content(self._request._stream, self)  # type: ignore[arg-type]  # it asks read()
            if self.answering.takes_ranges:
                self._request.META.pop("HTTP_RANGE", None)
                self._request.META.pop("HTTP_IF_RANGE", None)
            return None
        made = translate.answer(response)
        # Django mails errors to the administrators, and anybody can ask for what we refuse here.
        made._has_been_logged = True
        return made

    def _size_over(self, most: int) -> Refused | None:
        """Return the error for content without a declared length, which Django has taken whole under ASGI."""
        file = self._request._stream if hasattr(self._request, "scope") else None
        if file is None or "content-length" in self.asked.headers or not file.seekable():
            return None
        size = file.seek(0, 2)
        file.seek(0)
        return self.answering.too_large(most, self.steps) if size > most else None

    def __enter__(self) -> None:
        """Let the view's rules be asked."""
        self._token, self._made = CARRIER.set(self.carry), MADE.set(self.pages)

    def __exit__(self, *_: object) -> None:
        """Let them be asked no more."""
        CARRIER.reset(self._token)
        MADE.reset(self._made)

    def made(self, page: Page) -> Response:
        """Return a page, for which the project's templates know the request."""
        token = shown.set(self._request)
        try:
            return page()
        finally:
            shown.reset(token)

    def admit(self, view: Any) -> Refused | None:
        """Return what the view says against the request, without being called."""
        refused = wrong_method(view, self.asked.method)
        route = route_of(view, self.asked.method)
        if refused is None and route is not None:
            refused = admit(self.asked, route, trace=self.steps)
            if refused is None and route.max_body is not None:
                refused = self._size_over(route.max_body)
        return refused

    def read(self, source: Callable[[int], bytes], size: int | None) -> bytes:
        """Return what *source* has, timed; Django reads no more than was declared.

        Raises:
            Refused: it came too slowly.
        """
        begun = monotonic()
        if self._began is None:
            begins_to_read(self.asked, self.steps)
        self._began = self._began or begun
        piece = source(-1 if size is None else size)
        limits, now = self.answering.limits, monotonic()
        stalled = limits.piece_seconds is not None and now - begun > limits.piece_seconds
        if stalled or (limits.body_seconds is not None and now - self._began > limits.body_seconds):
            self._decided = self.answering.slow(self.steps, stalled=stalled)
            raise self._decided
        return piece

    def note(self, error: Exception) -> None:
        """Note what escaped from the project, of which Django makes an answer of its own."""
        if isinstance(error, Refused | NotModified):
            self._decided = self._decided or error
        else:
            self._error = error

    def _passes(self, response: HttpResponseBase) -> bool:
        """Return whether no rule would change this answer to this request."""
        if not self._plain or self._decided is not None or self._declared is not None:
            return False
        return response.status_code in NEEDS_NOTHING and not any(map(response.has_header, VALIDATORS))

    def after(self, response: HttpResponseBase) -> Page | None:
        """Put the answer right, or return what makes the page that takes its place."""
        answering, asked, steps = self.answering, self.asked, self.steps
        status, fields = response.status_code, list(response.items())
        if self._passes(response):
            return None
        if self._decided is not None and self._decided.status != status:
            return partial(answering.raised, asked, self._decided, steps)
        content = None if response.streaming else response.content
        if content is None:
            stands_in = self.collects(status, fields, sys.maxsize)
        else:
            # What would have our page if it were empty has it too if Django's own page is all that it holds.
            stands_in = self.stands_in(status, fields, content) or (self.stands_in(status, [], b"") and bare(content))
        if stands_in and self._error is not None:
            return partial(answering.failed, asked, self._error, steps, traceback=False)  # Django has written it down
        if stands_in:
            return partial(answering.instead_of, asked, status, fields, steps)
        file = getattr(response, "file_to_stream", None)
        seekable = file is not None and getattr(file, "seekable", bool)()
        self.note_answer(status, fields)
        done = answering.finish(asked, status, fields, content, steps, file=seekable, declared=self._declared)
        if done.error is not None:
            return partial(answering.failed_at_the_end, asked, done, done.error, steps)
        translate.finished(response, done, asynchronous=hasattr(self._request, "scope"))
        return None


def _note(request: HttpRequest | None = None, **_: Any) -> None:
    """Note what escaped from the project, while Django still has it."""
    exchange, error = getattr(request, ATTRIBUTE, None), sys.exc_info()[1]
    if exchange is not None and isinstance(error, Exception):
        exchange.note(error)


got_request_exception.connect(_note, dispatch_uid="hardtack-status")
