"""What is at an address of a Starlette application: every method that works there, and the rules of its handler.

Starlette's router hands a request to the first route that matches and, where no method fits, lets the first of those
say what it allows. Here all routes are asked, through mounts and hosts and FastAPI's included routers: ``Allow`` then
names every method (RFC 9110 §10.2.1), HEAD works wherever GET does (§9.1), OPTIONS is answered (§9.3.7), and ``@rules``
of the handler are asked before anything of the application runs or the content is read. An address that only another
kind of application knows, such as mounted files, is left to it. An application's own answer stands, but for ``Allow``.

Nothing is decided here: what follows from the methods and the rules, ``hardtack.status`` says.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from starlette.endpoints import HTTPEndpoint
from starlette.routing import Host, Match, Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hardtack.adapters.asgi.session import EXEMPT
from hardtack.adapters.asgi.translate import REQUEST, STEPS, head_of, messages, request_head, with_fields
from hardtack.errors import MisuseError
from hardtack.status import MethodNotAllowed
from hardtack.status.admit import admit, allowed, options
from hardtack.status.rules import rules_of

Handler = TypeVar("Handler", bound=Callable[..., Any])

_EXEMPT = "__hardtack_csrf_exempt__"
_KNOWN = (Route, Mount, Host, WebSocketRoute)
_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def csrf_exempt(handler: Handler) -> Handler:
    """Let any page send requests to *handler*, which then has to know itself whom to believe, such as by a signature.

    It stands anywhere among the decorators that keep to ``functools.wraps``.

    Raises:
        MisuseError: *handler* is a class, of which only methods handle requests.
    """
    if isinstance(handler, type):
        raise MisuseError(f"csrf_exempt stands at the class {handler.__name__}", "write it at its method, such as post")
    vars(handler)[_EXEMPT] = True
    return handler


class Found(NamedTuple):
    """What is at an address.

    Args:
        handler: what the router gives the request to, or ``None`` if no route takes its method.
        methods: the methods that work there, where no route takes this one; ``None`` if nobody knows.
    """

    handler: object
    methods: frozenset[str] | None


_UNKNOWN = Found(None, None)


def look_up(routes: Iterable[Any], scope: Scope) -> Found:
    """Return what is at the address of *scope*, which the routes may write into."""
    methods: set[str] = set()
    for route in _each(routes):
        match, child = route.matches(scope)
        if match is Match.NONE:
            continue
        if match is Match.PARTIAL:
            methods |= getattr(route, "methods", None) or set()
            continue
        inside = getattr(route, "routes", None)
        # Where a mount or a host matches, the router looks no further.
        found = _of(route, scope) if inside is None else _below(inside, {**scope, **child})
        return found._replace(methods=None if found.methods is None else found.methods | methods)
    return Found(None, frozenset(methods))


def _each(routes: Iterable[Any]) -> Iterable[Any]:
    """Yield the routes one by one, with those of the routers that a FastAPI application includes."""
    for route in routes:
        if isinstance(route, _KNOWN):
            yield route
            continue
        # Before FastAPI had this, including a router copied its routes.
        inside = getattr(sys.modules.get("fastapi.routing"), "iter_route_contexts", None)
        yield from (route,) if inside is None else inside((route,))


def _below(routes: Sequence[Any], scope: Scope) -> Found:
    return look_up(routes, scope) if routes else _UNKNOWN


def _of(route: Any, scope: Scope) -> Found:
    endpoint = getattr(route, "endpoint", None)
    if not (isinstance(endpoint, type) and issubclass(endpoint, HTTPEndpoint)):
        return Found(endpoint, frozenset())
    method = scope["method"].lower()
    handler = getattr(endpoint, "get" if method == "head" and not hasattr(endpoint, "head") else method, None)
    return Found(handler, frozenset(verb for verb in _VERBS if hasattr(endpoint, verb.lower())))


def say_something(routes: Iterable[Any]) -> bool:
    """Return whether any handler has rules, or takes what any page sends."""
    for route in _each(routes):
        endpoint = getattr(route, "endpoint", None)
        handlers = [endpoint]
        if isinstance(endpoint, type):
            handlers += [getattr(endpoint, verb.lower(), None) for verb in _VERBS]
        if any(rules_of(handler) is not None or getattr(handler, _EXEMPT, False) for handler in handlers):
            return True
        if say_something(getattr(route, "routes", None) or ()):
            return True
    return False


def taken_from_any_page(routes: Iterable[Any]) -> set[tuple[str, str]]:
    """Return method and path, as it is written in the route, of each handler that takes what any page sends."""
    return {
        (method, route.path_format)
        for route in _each(routes)
        if getattr(getattr(route, "endpoint", None), _EXEMPT, False)
        for method in getattr(route, "methods", None) or ()
    }


class Addressing:
    """An ASGI application that knows the addresses of *app*.

    The routes are asked beforehand only if a handler has something to say, which is looked for at the first request and
    whenever the router has other routes than before. One that an inner router is given later is found where it runs:
    its rules decide just before its body, and other sites' pages are refused.

    Args:
        app: the application, with whatever stands around its router.
        router: its router.
        decides: whether a status layer is around, for what it answers.
    """

    def __init__(self, app: ASGIApp, router: Router, *, decides: bool = True) -> None:
        self.app = app
        self._router = router
        self._decides = decides
        self._seen = -1
        self._asks = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3).

        Raises:
            Refused: the rules of the handler do not take the request.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = self._decides and scope["method"] == "HEAD"
        if head or self._must_ask():
            found = look_up(self._router.routes, dict(scope))
            if head and found.handler is None and found.methods and "GET" in found.methods:
                # The status layer around keeps the content back.
                scope = {**scope, "method": "GET"}
                found = look_up(self._router.routes, dict(scope))
            if getattr(found.handler, _EXEMPT, False):
                scope = {**scope, EXEMPT: True}
            rules = rules_of(found.handler) if self._decides else None
            if rules is not None:
                refused = admit(scope.get(REQUEST) or request_head(scope), rules.route, trace=scope.get(STEPS))
                if refused is not None:
                    raise refused
        await self.app(scope, receive, _Corrected(self._router, scope, send) if self._decides else send)

    def _must_ask(self) -> bool:
        routes = self._router.routes
        if len(routes) != self._seen:
            self._seen, self._asks = len(routes), say_something(routes)
        return self._asks


class _Corrected:
    """Sends an answer; where no route takes the method, with every method that works there."""

    __slots__ = ("_instead", "_router", "_scope", "_send")

    def __init__(self, router: Router, scope: Scope, send: Send) -> None:
        self._router = router
        self._scope = scope
        self._send = send
        self._instead = False

    async def __call__(self, message: Message) -> None:
        if self._instead:
            return
        if message["type"] != "http.response.start" or message["status"] != MethodNotAllowed.status:
            await self._send(message)
            return
        found = look_up(self._router.routes, dict(self._scope))
        if found.handler is not None or not found.methods:
            await self._send(message)
        elif self._scope["method"] == "OPTIONS":
            self._instead = True
            for each in messages(options(found.methods), self._scope):
                await self._send(each)
        else:
            own = MethodNotAllowed(allow=allowed(found.methods)).headers
            names = {name.lower() for name, _ in own}
            kept = [field for field in head_of(message)[1] if field[0].lower() not in names]
            await self._send(with_fields(message, [*kept, *own]))
