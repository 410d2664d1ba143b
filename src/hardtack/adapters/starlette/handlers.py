"""What a Starlette application answers to an exception: our pages where it has no handler of its own.

An exception of ours is its own answer. An ``HTTPException`` becomes our page for a person; a script gets what the
framework says, in the framework's form, since whoever wrote it reads that. A handler that the application has for the
code or the class comes first, and unforeseen errors are not caught here: Starlette writes its own page in debug mode,
or lets the application's handler do so, and else the status layer around answers with the number of an incident.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketClose, WebSocketState

from hardtack.adapters.answering import Answering
from hardtack.adapters.asgi.session import as_http
from hardtack.adapters.asgi.translate import STEPS, messages, refuse_handshake, request_head
from hardtack.adapters.visits import Elsewhere
from hardtack.errors import MisuseError, Refused
from hardtack.message import Response
from hardtack.status import stand_in
from hardtack.status.catalogue import class_of
from hardtack.status.pages import HTML
from hardtack.status.precondition import NotModified

Handler = Callable[[Any, Any], Any]
Handlers = dict[Any, Handler]
ErrorOf = Callable[[Exception], Refused | None]


class Answer:
    """An answer of ours as an ASGI application, also to the handshake of a WebSocket."""

    def __init__(self, response: Response) -> None:
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if scope["type"] == "websocket":
            await refuse_handshake(self._response, scope, send)
            return
        for message in messages(self._response, scope):
            await send(message)


class Answers:
    """The handlers of one application.

    Args:
        answering: returns what makes the pages, when the application runs.
    """

    def __init__(self, answering: Callable[[], Answering]) -> None:
        self._answering = answering

    def install(self, handlers: Handlers, of: Mapping[Any, ErrorOf]) -> None:
        """Put ours where the application has none of its own.

        Args:
            handlers: the application's.
            of: what else the framework itself makes an answer of, and which error a person is shown then.
        """
        for kind in (Refused, NotModified, Elsewhere):
            handlers.setdefault(kind, self.ours)
        handlers.setdefault(HTTPException, ExceptionMiddleware(_nothing).http_exception)
        for kind, error_of in {HTTPException: of_http, **of}.items():
            host = handlers.get(kind)
            if host is not None and _is_the_frameworks(host):
                handlers[kind] = self._for_people(host, error_of)

    async def ours(self, connection: HTTPConnection, error: Refused | NotModified | Elsewhere) -> ASGIApp | None:
        """Return the answer to an exception of ours; a WebSocket that is open already can only be closed."""
        if isinstance(connection, WebSocket) and connection.application_state is not WebSocketState.CONNECTING:
            is_open = connection.application_state is WebSocketState.CONNECTED
            return WebSocketClose(WS_1008_POLICY_VIOLATION) if is_open else None
        if isinstance(error, Elsewhere):
            return Answer(error.response)
        head, steps = request_head(as_http(connection.scope)), connection.scope.get(STEPS)
        return Answer(self._answering().raised(head, error, steps))

    def _for_people(self, host: Handler, error_of: ErrorOf) -> Handler:
        async def handler(request: Request, error: Exception) -> Any:
            refused = error_of(error)
            if refused is not None:
                steps = request.scope.get(STEPS)
                page = self._answering().answered(request_head(as_http(request.scope)), refused, steps)
                if (page.get("Content-Type") or "").startswith(HTML):
                    return Answer(page)
            return await host(request, error)

        return handler


def of_http(error: Exception) -> Refused | None:
    """Return the error that a person is shown for an ``HTTPException``, or ``None`` if it is none."""
    assert isinstance(error, HTTPException)  # noqa: S101 - for the types: the handler is registered for no other
    code = error.status_code
    try:
        if not class_of(code).is_error:
            return None
    except MisuseError:
        return None
    made = stand_in.error_of(code, (error.headers or {}).items())
    # Only what the application itself wrote; the framework's own words are the code's name in English.
    detail: object = error.detail  # FastAPI takes anything that JSON can hold
    if isinstance(detail, str) and not stand_in.is_bare(code, (), detail.encode("utf-8", "replace")):
        made.detail = detail
    return made


def _is_the_frameworks(handler: Handler) -> bool:
    return (getattr(handler, "__module__", None) or "").partition(".")[0] in ("starlette", "fastapi")


async def _nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Stand where an application would; nobody asks it."""
