"""The service as a forward proxy, for one host that does not exist: the museum behind the gateway.

A client that has a proxy sends it the whole address (RFC 9112 §3.2.2). Exactly one such address is answered here, that
of the museum; any other host stays a foreign one, and CONNECT stays refused. Who may use the proxy is asked with 407;
name and password are on the page, for everybody, and open nothing but documents that everybody may read. They end here
and are never passed on. In development mode no client on another machine is answered, nor one behind a proxy.

The status layer stands around it as around everything, with a budget and a list of hosts of its own.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import unquote

from hardtack.adapters.answering import Answering
from hardtack.adapters.asgi.status import StatusLayer
from hardtack.adapters.asgi.translate import REQUEST, messages
from hardtack.adapters.asgi.types import Receive, Scope, Send
from hardtack.message import Headers, Request
from hardtack.playground.gateway import fetched
from hardtack.playground.upstream import HOST, Upstream
from hardtack.status import ProxyAuthenticationRequired
from hardtack.status.errors import challenge
from hardtack.status.limits import Limits
from hardtack.status.refuse import PROXY_FIELDS, RefusePolicy
from hardtack.status.rules import Route

NAME, PASSWORD = "guest", "baked-twice"
"""They stand on the page, and open what everybody may read."""
IN_FLIGHT = 4

_ADDRESS = re.compile(
    rb"http://" + re.escape(HOST.encode()) + rb"(?::80)?(?P<path>/[^?]*)?(?:\?.*)?", re.IGNORECASE | re.DOTALL
)
_EXPECTED = b64encode(f"{NAME}:{PASSWORD}".encode())
_CHALLENGE = challenge("Basic", realm="the way to the museum", charset="UTF-8")
_ASK = {
    "en": f"This proxy is for guests. Give the name {NAME} and the password {PASSWORD}.",
    "zh": f"这个代理供来宾使用。请提供用户名 {NAME} 和密码 {PASSWORD}。",
}
_ROUTE = Route(methods=frozenset({"GET", "HEAD"}))


def through_the_proxy(scope: Scope) -> Scope | None:
    """Return *scope* as the proxy takes it, if it asks for the museum by its whole address; else ``None``."""
    if scope["type"] != "http":
        return None
    # Servers hand over the target as it came, in the raw path.
    target = scope.get("raw_path") or scope["path"].encode()
    found = _ADDRESS.fullmatch(target)
    if found is None:
        return None
    return {**scope, "path": unquote((found["path"] or b"/").decode("latin-1"))}


class ForwardProxy:
    """An ASGI application for what ``takes`` returns.

    Args:
        upstream: the museum.
        limits: those of the playground; of its places the proxy has fewer, and they are its own.
        development: only clients on the same machine are answered.
    """

    def __init__(self, upstream: Upstream, limits: Limits, *, development: bool) -> None:
        self._upstream = upstream
        self._development = development
        self._layer = StatusLayer(
            self._passing,
            answering=Answering(
                policy=RefusePolicy(hosts=frozenset({HOST})),
                limits=replace(limits, in_flight=IN_FLIGHT),
                route=_route,
                trace=True,
            ),
        )

    @property
    def shed(self) -> int:
        """How many requests found no place here, so far."""
        return self._layer.answering.shed

    def takes(self, scope: Scope) -> Scope | None:
        """Return *scope* as it is taken, if somebody asks through the proxy who is answered; else ``None``."""
        asked = through_the_proxy(scope)
        return None if asked is None or (self._development and not _from_this_machine(scope)) else asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        await self._layer(scope, receive, send)

    async def _passing(self, scope: Scope, receive: Receive, send: Send) -> None:
        request: Request = scope[REQUEST]
        missing = missing_credentials(request.headers)
        if missing:
            raise ProxyAuthenticationRequired(_ASK, challenge=_CHALLENGE, reason=missing)
        response = await fetched(await self._upstream.address(), request.path, request)
        for message in messages(response, scope):
            await send(message)


def missing_credentials(headers: Headers) -> str:
    """Return why *headers* do not let anybody through, in one word; ``""`` if they do."""
    given = headers.all("proxy-authorization")
    if not given:
        return "proxy-credentials-missing"
    scheme, _, credentials = given[0].partition(" ")
    right = hmac.compare_digest(credentials.strip().encode("latin-1"), _EXPECTED)
    return "" if right and scheme.lower() == "basic" and len(given) == 1 else "proxy-credentials-wrong"


def _from_this_machine(scope: Scope) -> bool:
    try:
        peer = ip_address((scope.get("client") or ("",))[0])
    except ValueError:
        return False
    names = {name.lower().decode("latin-1") for name, _ in scope["headers"]}
    return peer.is_loopback and not any(name in PROXY_FIELDS or name.startswith("x-forwarded") for name in names)


def _route(_request: Request) -> Route:
    return _ROUTE
