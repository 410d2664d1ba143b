"""The status layer around any ASGI application: the right answer by itself (DESIGN §5).

What passes through here costs little: a head that was seen before and holds nothing that any rule looks at is
recognised by one pass over its fields, and an answer that needs nothing goes straight on. The recognition is no second
copy of a rule: it remembers what the rules themselves said about a request with the same method, version, scheme and
host, and leaves everything that they could judge differently to them.

Put it outermost, around a middleware that compresses: ranges and entity tags are then those of what is really sent.
A WebSocket handshake is refused by the same rules; what is said over a WebSocket is the application's.
"""

from __future__ import annotations

import re
from typing import Any

from hardtack.adapters.answering import Answering, Steps, known
from hardtack.adapters.asgi.exchange import Exchange
from hardtack.adapters.asgi.translate import REQUEST, STEPS, head_of, refuse_handshake, request_head, with_fields
from hardtack.adapters.asgi.types import ASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.traces import Traces
from hardtack.message import Request
from hardtack.status import Status, finish, ranges, refuse
from hardtack.status.trace import Step, answers

REMEMBERED = 1024
"""Heads and names of fields that are remembered; more are looked at by the rules each time."""

_LOOKED_AT = frozenset(name.encode("ascii") for name in refuse.LOOKED_AT | finish.LOOKED_AT)
_FINISH_LOOKS_AT = frozenset(name.encode("ascii") for name in finish.LOOKED_AT)
_VALIDATORS = frozenset(name.encode("ascii") for name in finish.VALIDATORS)
_RANGE_FIELDS = frozenset(name.encode("ascii") for name in ranges.FIELDS)
_NAME, _AROUND = 64, 4  # octets: the longest name that is remembered, and what stands around a name and its value
_ORDINARY_PATH = re.compile(r"/[/0-9A-Za-z._~-]*")
_ORDINARY_QUERY = re.compile(rb"[/0-9A-Za-z._~=&%+,:;@!*()'$?-]*")
_FILES = ("http.response.pathsend", "http.response.zerocopysend")


class StatusLayer:
    """An ASGI application that answers for *app* where the status layer has the right word.

    Args:
        app: the application.
        settings: as :class:`hardtack.adapters.answering.Answering` says.
        answering: who answers instead of one made from the settings.

    Raises:
        MisuseError: a setting cannot be what it is said to be.
    """

    def __init__(self, app: ASGIApp, *, answering: Answering | None = None, **settings: Any) -> None:
        self.app = app
        self.answering: Answering = answering or Answering(**known(settings))
        self.handler_seconds: float | None = self.answering.limits.handler_seconds
        self.in_flight: int = 0
        self._most = self.answering.limits.in_flight
        self._remembers = self.answering.may_remember
        self._may_pass = self.answering.may_pass
        self._heads: set[tuple[str, str, str, bytes | None]] = set()
        self._names: set[bytes] = set()
        policy = self.answering.policy
        self._small_target = policy.max_target
        self._small_fields = policy.max_fields
        self._few_fields = policy.max_field_count

    @property
    def traces(self) -> Traces | None:
        """The last answers and why they are what they are, where ``trace`` is on."""
        return self.answering.traces

    @property
    def maintenance(self) -> bool:
        """Whether everybody gets 503; may be set while the application runs, for this process."""
        return self.answering.maintenance

    @maintenance.setter
    def maintenance(self, on: bool) -> None:
        self.answering.maintenance = on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                steps = self.answering.begin()
                request = await self._handshake(scope, receive, send, steps)
                if request is None:
                    return
                scope = {**scope, REQUEST: request}
                if steps is not None:
                    scope[STEPS], send = steps, _telling(send, self.answering, request, steps)
            await self.app(scope, receive, send)
            return
        self.in_flight += 1
        try:
            await Exchange(self, scope, receive, send).run()
        finally:
            self.in_flight -= 1

    async def _handshake(self, scope: Scope, receive: Receive, send: Send, steps: Steps) -> Request | None:
        """Return the handshake of a WebSocket as a request, or ``None`` if it may not pass and has been refused."""
        head = request_head({**scope, "method": "GET", "scheme": "https" if scope.get("scheme") == "wss" else "http"})
        request, response = self.answering.before(head, self.in_flight, steps)
        if response is None:
            return request
        await receive()  # websocket.connect
        await refuse_handshake(response, scope, send)
        return None

    def needs_nothing(self, scope: Scope) -> bool:
        """Return whether the rules have let such a head pass before, and the answer to it may need nothing either."""
        if not self._remembers or self.answering.closed or (self._most is not None and self.in_flight > self._most):
            return False
        headers = scope["headers"]
        names = self._names
        host = None
        values = []
        for name, value in headers:
            if name not in names:
                if name != b"host" or host is not None:
                    return False
                host = value
            values.append(value)
        joined = b"".join(values)
        path, query, raw = scope["path"], scope["query_string"], scope.get("raw_path")
        return (
            (scope["method"], scope["http_version"], scope["scheme"], host) in self._heads
            and len(joined) + (_NAME + _AROUND) * len(headers) <= self._small_fields
            and len(headers) <= self._few_fields
            and len(path) + len(query) < self._small_target
            and not (b"\r" in joined or b"\n" in joined or b"\0" in joined)
            and _ORDINARY_PATH.fullmatch(path) is not None
            and (raw is None or raw == path.encode())
            and (not query or _ORDINARY_QUERY.fullmatch(query) is not None)
        )

    def remember(self, scope: Scope) -> None:
        """Remember that the rules let this head pass, as far as all that they look at is in what is remembered."""
        version, method = scope.get("http_version", ""), scope["method"]
        # Later versions need no field to announce content, and the answer to HEAD always needs something.
        if not self._remembers or version not in ("1.0", "1.1") or method == "HEAD":
            return
        hosts = []
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name.lower() in _LOOKED_AT or len(name) > _NAME:
                return
            elif len(self._names) < REMEMBERED:
                self._names.add(name)
        if len(hosts) == 1 and len(self._heads) < REMEMBERED:
            self._heads.add((method, version, scope.get("scheme", ""), hosts[0]))

    def may_pass(self, scope: Scope) -> bool:
        """Return whether the answer to this request may need nothing."""
        if not self._may_pass or scope["method"] == "HEAD":
            return False
        return all(name not in _FINISH_LOOKS_AT for name, _ in scope["headers"])

    def passes(self, message: Message) -> bool:
        """Return whether the answer to a plain request needs nothing."""
        if message["status"] not in finish.NEEDS_NOTHING:
            return False
        return all(name not in _VALIDATORS for name, _ in message.get("headers", ()))

    def scope_for(self, scope: Scope, request: Request) -> Scope:
        """Return the application's scope: with the request, and without ways past us for a file that is to be cut."""
        if not ranges.asked_for(request):
            return {**scope, REQUEST: request}
        scope = {
            **scope,
            REQUEST: request,
            "extensions": {k: v for k, v in scope.get("extensions", {}).items() if k not in _FILES},
        }
        if self.answering.takes_ranges:
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in _RANGE_FIELDS]
        return scope


def _telling(send: Send, answering: Answering, request: Request, steps: list[Step]) -> Send:
    """Return what sends the acceptance of a WebSocket with why it is one."""

    async def sent(message: Message) -> None:
        if message["type"] == "websocket.accept":
            status = Status.SWITCHING_PROTOCOLS
            answers(steps, status.code)
            _, fields = head_of({"status": status.code, **message})
            message = with_fields(message, [*fields, *answering.told(request, status.code, steps)])
        await send(message)

    return sent
