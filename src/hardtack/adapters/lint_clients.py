"""How the lint gets around applications and test clients of the frameworks, and off them again.

A test client calls its application itself, so the lint is put where that is kept. Nothing of a framework is imported:
each is known by what it has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hardtack.adapters.linting import Judge, kind
from hardtack.errors import MisuseError
from hardtack.message import Response
from hardtack.status.lint import Exchange
from hardtack.status.outgoing import declared_length

Undo = Callable[[], None]


def around(app: Any, judge: Judge) -> tuple[Any, Undo]:
    """Return *app* with the lint around it, and what takes it off again.

    Raises:
        MisuseError: it is neither an application nor a test client that is known.
    """
    handler = getattr(app, "handler", None)
    if hasattr(handler, "get_response"):
        return app, _django(handler, judge)
    if callable(getattr(app, "wsgi_app", None)):
        return app, _put(app, "wsgi_app", judge)
    inner = getattr(app, "application", None)
    if callable(getattr(inner, "wsgi_app", None)):
        return app, _put(inner, "wsgi_app", judge)
    if callable(inner) and kind(inner):
        return app, _put(app, "application", judge)
    transport = getattr(app, "_transport", None)
    if kind(getattr(transport, "app", None)):
        return app, _put(transport, "app", judge)
    wrapped = _wrapped(app, judge)
    if wrapped is None:
        raise MisuseError(
            f"status_lint cannot look at a {type(app).__name__}",
            "give it an ASGI or WSGI application, or a test client of Flask, Starlette, FastAPI, Django or httpx",
        )
    return wrapped, lambda: None


def _wrapped(app: Any, judge: Judge) -> Any:
    found = kind(app)
    if found == "asgi":
        from hardtack.adapters.asgi.lint import Lint  # noqa: PLC0415 - only the one that is needed

        return Lint(app, judge=judge)
    if found == "wsgi":
        from hardtack.adapters.wsgi.lint import Lint as WSGILint  # noqa: PLC0415 - likewise

        return WSGILint(app, judge=judge)
    return None


def _put(holder: Any, name: str, judge: Judge) -> Undo:
    before = getattr(holder, name)
    of_class = name not in vars(holder)
    setattr(holder, name, _wrapped(before, judge))
    return lambda: delattr(holder, name) if of_class else setattr(holder, name, before)


def _django(handler: Any, judge: Judge) -> Undo:
    """Look at what Django's handler returns before its client leaves content out as a server does."""
    from hardtack.adapters.wsgi.translate import request_head  # noqa: PLC0415 - likewise

    def look_at(request: Any, response: Any) -> Any:
        headers = [*response.items(), *(("Set-Cookie", each.OutputString()) for each in response.cookies.values())]
        streaming = getattr(response, "streaming", False)
        body = b"" if streaming else bytes(response.content)
        # What is streamed is believed to be as long as is said, and else to be there.
        declared = declared_length(headers)
        octets = None if not streaming else 1 if declared is None else declared
        environ = {**request.META, "wsgi.url_scheme": request.scheme, "REQUEST_METHOD": request.method}
        judge.look_at(Exchange(request_head(environ), Response(response.status_code, headers, body), octets=octets))
        return response

    plain, later = handler.get_response, handler.get_response_async

    async def asynchronous(request: Any) -> Any:
        return look_at(request, await later(request))

    handler.get_response = lambda request: look_at(request, plain(request))
    handler.get_response_async = asynchronous

    def undo() -> None:
        del handler.get_response, handler.get_response_async

    return undo
