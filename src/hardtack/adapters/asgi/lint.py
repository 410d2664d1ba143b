"""The lint around an ASGI application, for development: it sees what the application sends before a server strips it.

``Lint(app)`` logs a warning for each finding; ``app.add_middleware(Lint)`` does in Starlette and FastAPI. Put it around
the status layer to look at what that sends, or inside it to look at what it mends.
"""

from __future__ import annotations

from collections.abc import Collection

from hardtack.adapters.asgi.translate import head_of, request_head
from hardtack.adapters.asgi.types import AnyASGIApp, Message, Receive, Scope, Send
from hardtack.adapters.linting import Collect, Judge
from hardtack.message import Response
from hardtack.status.lint import Exchange
from hardtack.status.outgoing import declared_length


class Lint:
    """An ASGI application that looks at every exchange of *app*.

    Args:
        app: the application.
        collect: called with each exchange and finding, instead of the log.
        raises: raise a ``MisuseError`` with the first error, once the answer is sent.
        ignore: names of rules that do not count.
        judge: what becomes of findings, instead of one made from the others.

    Raises:
        MisuseError: there is no rule of a name to be ignored.
    """

    def __init__(
        self,
        app: AnyASGIApp,
        *,
        collect: Collect | None = None,
        raises: bool = False,
        ignore: Collection[str] = (),
        judge: Judge | None = None,
    ) -> None:
        self.app = app
        self.judge: Judge = judge or Judge(collect=collect, raises=raises, ignore=ignore)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection (ASGI 3)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = _Seen(self.judge, scope, send)
        await self.app(scope, receive, seen.send)
        seen.end()


class _Seen:
    """One exchange while it goes by."""

    def __init__(self, judge: Judge, scope: Scope, send: Send) -> None:
        self._judge = judge
        self._scope = scope
        self._send = send
        self._head: tuple[int, list[tuple[str, str]]] | None = None
        self._octets = 0
        self._body: bytes | None = b""
        self._ended = False

    async def send(self, message: Message) -> None:
        """Look at *message*, and pass it on as it is."""
        kind = message["type"]
        if kind == "http.response.start":
            self._head = head_of(message)
        elif kind == "http.response.body":
            piece = message.get("body", b"")
            # Of content that comes in one piece all is at hand; of any other only the length is.
            self._body = bytes(piece) if not self._octets else None
            self._octets += len(piece)
            self._ended = not message.get("more_body", False)
        elif kind.startswith("http.response.") and self._head is not None:
            # A file that the server sends by itself is believed to be as long as is said.
            self._body, self._octets, self._ended = None, declared_length(self._head[1]) or 0, True
        await self._send(message)

    def end(self) -> None:
        """Judge the exchange, if it has come to its end."""
        if self._head is None or not self._ended:
            return
        status, headers = self._head
        response = Response(status, headers, self._body or b"")
        octets = None if self._body is not None else self._octets
        self._judge.look_at(Exchange(request_head(self._scope), response, octets=octets))
