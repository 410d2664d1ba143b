"""The status layer in a Django project: ``StatusMiddleware``, the first of ``MIDDLEWARE``.

It asks what the WSGI and ASGI drivers ask, at the moments that Django's interface has: before any other middleware, at
``process_view`` (what ``@rules`` of the view say, and the methods of a class-based view, before any decorator is
asked), just before the view's own body, and when the answer is there. Nothing is decided here.

The project comes first: its ``handler404``, its template ``404.html`` and any error with a content of its own stand;
Django's own bare pages become ours. With ``DEBUG`` the pages that explain an error stay Django's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # Django has no types
from django.http.response import HttpResponseBase  # type: ignore[import-untyped]  # likewise
from django.views.csrf import csrf_failure as django_csrf_failure  # type: ignore[import-untyped]  # likewise

from hardtack.adapters.django import translate
from hardtack.adapters.django.exchange import ATTRIBUTE, Exchange
from hardtack.adapters.django.installed import Installed
from hardtack.adapters.django.pages import ProjectAnswering
from hardtack.errors import Refused
from hardtack.session.csrf import CrossSiteRequest
from hardtack.status.limits import UPSTREAM
from hardtack.status.precondition import NotModified

if TYPE_CHECKING:
    from hardtack.adapters.sign_in import SignIn


class StatusMiddleware:
    """The status layer of one project.

    Args:
        get_response: what answers behind it.

    Raises:
        MisuseError: something in ``HARDTACK_STATUS`` cannot be what it is said to be.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._sign_in = _sign_in() if Installed.now().signs_in else None
        theirs = {} if self._sign_in is None else self._sign_in.status_settings
        self.answering: ProjectAnswering = ProjectAnswering.from_settings(theirs)
        self._handler_seconds = self.answering.limits.handler_seconds
        self._in_flight = 0
        self._lock = Lock()
        self.asynchronous: bool = iscoroutinefunction(get_response)
        if self.asynchronous:
            markcoroutinefunction(self)
            vars(self)["process_view"] = self._aprocess_view  # Django looks whether it is asynchronous

    @property
    def maintenance(self) -> bool:
        """Whether everybody gets 503; may be set while the project runs, for this process."""
        return self.answering.maintenance

    @maintenance.setter
    def maintenance(self, on: bool) -> None:
        self.answering.maintenance = on

    def __call__(self, request: HttpRequest) -> Any:
        """Answer one request."""
        if self._sign_in is not None and self._sign_in.has(request.path):
            return self.get_response(request)  # our own pages say for themselves what they take and how errors look
        if self.asynchronous:
            return self._answered(request)
        others = self._enter()
        try:
            exchange = Exchange(self.answering, request)
            response = exchange.before(others)
            if response is None:
                with exchange:
                    response = self.get_response(request)
                page = exchange.after(response)
                if page is not None:
                    response = translate.put(response, exchange.made(page))
        except BaseException:
            self._leave()
            raise
        return self._left(response)

    async def _answered(self, request: HttpRequest) -> HttpResponseBase:
        others = self._enter()
        try:
            exchange = Exchange(self.answering, request)
            response = exchange.before(others)
            if response is None:
                with exchange:
                    response = await self._in_time(exchange, request)
                page = exchange.after(response)
                if page is not None:
                    response = translate.put(response, await sync_to_async(exchange.made)(page))
        except BaseException:
            self._leave()
            raise
        return self._left(response)

    async def _in_time(self, exchange: Exchange, request: HttpRequest) -> HttpResponseBase:
        """Return the project's answer, or ours if none begins in time; a thread that is at work goes on."""
        if self._handler_seconds is None:
            return await self.get_response(request)
        waiting: list[object] = []
        UPSTREAM.set(waiting)
        task = asyncio.ensure_future(self.get_response(request))
        try:
            await asyncio.wait({task}, timeout=self._handler_seconds)
            if task.done():
                return task.result()
            page = partial(self.answering.late, exchange.asked, waiting, exchange.steps)
            # The request's own thread may be busy; no page needs it.
            return translate.answer(await sync_to_async(page, thread_sensitive=False)())
        finally:
            task.cancel()

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Ask the route, before any decorator of the view."""
        exchange: Exchange = getattr(request, ATTRIBUTE)
        refused = exchange.admit(view)
        return None if refused is None else self._refused(exchange, refused)

    async def _aprocess_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        exchange: Exchange = getattr(request, ATTRIBUTE)
        refused = exchange.admit(view)
        return None if refused is None else await sync_to_async(self._refused)(exchange, refused)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what a view raised to be the answer; all else is Django's to note and to report first."""
        if not isinstance(error, Refused | NotModified):
            return None
        return self._refused(getattr(request, ATTRIBUTE), error)

    def _refused(self, exchange: Exchange, error: Refused | NotModified) -> HttpResponse:
        return translate.answer(exchange.made(partial(self.answering.raised, exchange.asked, error, exchange.steps)))

    def _enter(self) -> int:
        with self._lock:
            others, self._in_flight = self._in_flight, self._in_flight + 1
        return others

    def _leave(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def _left(self, response: HttpResponseBase) -> HttpResponseBase:
        """Return *response*; one whose content is still to come counts until it is closed."""
        if response.streaming:
            response._resource_closers.append(self._leave)
        else:
            self._leave()
        return response


def _sign_in() -> SignIn:
    from hardtack.adapters.django.signing import sign_in  # noqa: PLC0415 - it needs the extra "login"

    return sign_in()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a forged form with our page: ``CSRF_FAILURE_VIEW = "hardtack.adapters.django.status.csrf_failure"``."""
    exchange = getattr(request, ATTRIBUTE, None)
    if exchange is None:
        return django_csrf_failure(request, reason)
    error = CrossSiteRequest("token-invalid")
    return translate.answer(exchange.made(partial(exchange.answering.raised, exchange.asked, error, exchange.steps)))
