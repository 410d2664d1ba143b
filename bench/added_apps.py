"""The applications of row 6: in each framework one without a session, one with the framework's own, one with ours.

They do the same and answer the same few octets; without a session there is nothing that is read or changed. Nothing
else is in them: three routes, and no middleware but the session's and what the framework itself puts there. The one
that begins a session comes last, since the application without one does not have it: before the others, it would be
tried in vain for every request, and what that takes would be told as something that a session adds.

| framework | without | its own | ours | with an idle one |
|---|---|---|---|---|
| Starlette | no middleware | ``SessionMiddleware`` | ``SessionMiddleware`` | a middleware that gives the application its values |
| Flask | no ``SECRET_KEY``, so no session | ``SecureCookieSessionInterface`` | ``SealedSessionInterface`` | an interface that does |
| Django | no middleware | ``signed_cookies`` under ``SessionMiddleware`` | our engine under the same | an engine that does |

The idle session reads no cookie; where the framework asks it for one, it has one ready. So it costs what the framework
itself does around any session, which no session can save.
"""  # noqa: E501 - a row of a table is one line

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from bench.fields import KEY, SEEN

BEGINS, READS, WRITES = "/begins", "/reads", "/writes"
OWN = "own"
"""The framework's own session."""
BARE, OURS, IDLE = "bare", "hardtack", "idle"
ANSWER = "well"

_ENGINES = {OURS: "hardtack.adapters.django", IDLE: "bench.idle_engine"}
_READY = "x" * 400
_SECRET = "a secret of the bench, long enough to be a source of keys"


def starlette(who: str, payload: dict[str, Any]) -> Any:
    """Return the ASGI application under Starlette."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.sessions import Session
    from starlette.middleware.sessions import SessionMiddleware as Own
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from hardtack.adapters.starlette import SessionMiddleware as Sealed

    class Idle:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            scope["session"] = Session(payload)

            async def send_with_session(message: Any) -> None:
                await send(message)

            await self._app(scope, receive, send_with_session)

    async def nothing(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(ANSWER)

    async def begins(request: Request) -> PlainTextResponse:
        request.session.update(payload)
        return PlainTextResponse(ANSWER)

    async def reads(request: Request) -> PlainTextResponse:
        request.session[KEY]
        return PlainTextResponse(ANSWER)

    async def writes(request: Request) -> PlainTextResponse:
        request.session[KEY]
        request.session[SEEN] = 1
        return PlainTextResponse(ANSWER)

    if who == BARE:
        return Starlette(routes=[Route(READS, nothing), Route(WRITES, nothing)])
    return Starlette(
        routes=[Route(READS, reads), Route(WRITES, writes), Route(BEGINS, begins)],
        middleware=[
            Middleware(Idle) if who == IDLE else Middleware(Sealed if who == OURS else Own, secret_key=_SECRET)
        ],
    )


def flask(who: str, payload: dict[str, Any]) -> Any:
    """Return the WSGI application under Flask."""
    from flask import Flask, session
    from flask.sessions import SecureCookieSession, SessionInterface

    from hardtack.adapters.flask import SealedSessionInterface

    class Idle(SessionInterface):
        def open_session(self, app: Any, request: Any) -> SecureCookieSession:
            return SecureCookieSession(payload)

        def save_session(self, app: Any, session: Any, response: Any) -> None:
            return

    def nothing() -> str:
        return ANSWER

    def begins() -> str:
        session.update(payload)
        return ANSWER

    def reads() -> str:
        session[KEY]
        return ANSWER

    def writes() -> str:
        session[KEY]
        session[SEEN] = 1
        return ANSWER

    app = Flask("bench")
    views = {READS: nothing, WRITES: nothing} if who == BARE else {READS: reads, WRITES: writes, BEGINS: begins}
    for path, view in views.items():
        app.add_url_rule(path, path, view)
    if who != BARE:
        app.secret_key = _SECRET
    if who in (OURS, IDLE):
        app.session_interface = SealedSessionInterface() if who == OURS else Idle()
    return app.wsgi_app


def django(who: str, payload: dict[str, Any]) -> Any:
    """Return the WSGI application under Django; its settings are of the whole process, and set for the next one."""
    from django.conf import settings  # type: ignore[import-untyped]  # Django has no types
    from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # likewise

    if not settings.configured:
        import django as framework  # type: ignore[import-untyped]  # likewise

        settings.configure(SECRET_KEY=_SECRET, ALLOWED_HOSTS=["shop.example"], ROOT_URLCONF="bench")
        framework.setup()
    from django.core.handlers.wsgi import WSGIHandler, WSGIRequest  # type: ignore[import-untyped]  # it asks for settings
    from django.urls import path  # type: ignore[import-untyped]  # likewise

    def nothing(_request: HttpRequest) -> Any:
        return HttpResponse(ANSWER)

    def begins(request: HttpRequest) -> Any:
        request.session.update(payload)
        return HttpResponse(ANSWER)

    def reads(request: HttpRequest) -> Any:
        request.session[KEY]
        return HttpResponse(ANSWER)

    def writes(request: HttpRequest) -> Any:
        request.session[KEY]
        request.session[SEEN] = 1
        return HttpResponse(ANSWER)

    views = {READS: nothing, WRITES: nothing} if who == BARE else {READS: reads, WRITES: writes, BEGINS: begins}
    patterns = tuple(path(address.removeprefix("/"), view) for address, view in views.items())

    class Asked(WSGIRequest):  # type: ignore[misc]  # Django has no types
        urlconf = patterns

    class Handler(WSGIHandler):  # type: ignore[misc]  # likewise
        request_class = Asked

    own = "hardtack.adapters.django.middleware" if who in (OURS, IDLE) else "django.contrib.sessions.middleware"
    settings.MIDDLEWARE = [] if who == BARE else [f"{own}.SessionMiddleware"]
    settings.SESSION_ENGINE = _ENGINES.get(who, "django.contrib.sessions.backends.signed_cookies")
    if who == IDLE:
        from hardtack.adapters.django import SessionStore as Sealed

        class SessionStore(Sealed):
            def load(self) -> dict[str, Any]:
                return dict(payload)

            def save(self, must_create: bool = False) -> None:
                self._session_key = _READY

        sys.modules[_ENGINES[IDLE]] = engine = ModuleType(_ENGINES[IDLE])
        vars(engine).update(SessionStore=SessionStore)
    return Handler()  # reads both settings, once
