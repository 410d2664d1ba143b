"""The lint around a WSGI application, for development: it sees what the application sends before a server strips it.

``Lint(app)`` logs a warning for each finding; in Flask it is ``app.wsgi_app = Lint(app.wsgi_app)``. An exchange is
looked at when its content has come to its end, or is closed before that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from hardtack.adapters.linting import Collect, Judge
from hardtack.adapters.wsgi.translate import number, request_head
from hardtack.adapters.wsgi.types import Environ, StartResponse, Write, WSGIApp
from hardtack.message import Response
from hardtack.status.lint import Exchange


class Lint:
    """A WSGI application that looks at every exchange of *app*.

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
        app: WSGIApp,
        *,
        collect: Collect | None = None,
        raises: bool = False,
        ignore: Collection[str] = (),
        judge: Judge | None = None,
    ) -> None:
        self.app = app
        self.judge: Judge = judge or Judge(collect=collect, raises=raises, ignore=ignore)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        # The application may write into its environment.
        seen = _Seen(self.judge, dict(environ), start_response)
        seen.content = self.app(environ, seen.start_response)
        self.judge.begin(id(seen), seen.finish)
        return seen


class _Seen:
    """One exchange while it goes by; itself the content that the server sends."""

    def __init__(self, judge: Judge, environ: Environ, start_response: StartResponse) -> None:
        self._judge = judge
        self._environ = environ
        self._start_response = start_response
        self._head: tuple[int, list[tuple[str, str]]] | None = None
        self._octets = 0
        self._body: bytes | None = b""
        self._pieces: Iterator[bytes] | None = None
        self.content: Iterable[bytes] = ()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Write:
        """Take the head, and pass it on as it is."""
        self._head = (number(status), list(headers))
        write = (
            self._start_response(status, headers)
            if exc_info is None
            else self._start_response(status, headers, exc_info)
        )

        def count(piece: bytes) -> None:
            self._count(piece)
            write(piece)

        return count

    def _count(self, piece: bytes) -> None:
        # Of content that comes in one piece all is at hand; of any other only the length is.
        if piece:
            self._body = bytes(piece) if not self._octets else None
            self._octets += len(piece)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._pieces is None:
            self._pieces = iter(self.content)
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._end()
            raise
        self._count(piece)
        return piece

    def finish(self) -> None:
        """Read the content to its end, which nobody else has done."""
        for _ in self:
            pass

    def close(self) -> None:
        """Close the content, and look at an exchange that nobody has read to its end."""
        close = getattr(self.content, "close", None)
        if close is not None:
            close()
        self._end()

    def _end(self) -> None:
        self._judge.end(id(self))
        if self._head is None:
            return
        (status, headers), self._head = self._head, None
        octets = None if self._body is not None else self._octets
        self._judge.look_at(
            Exchange(request_head(self._environ), Response(status, headers, self._body or b""), octets=octets)
        )
