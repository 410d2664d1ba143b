"""The status layer around any WSGI application: the right answer by itself (DESIGN §5).

The same settings and the same decisions as under ASGI. What the interface makes impossible is not imitated: no deadline
ends a handler, a client that stops sending in the middle is noticed by the server alone, a connection is closed by the
server alone, and one that sends ``100 Continue`` before it calls the application sends it whatever is answered.

Put it outermost, around a middleware that compresses: ranges and entity tags are then those of what is really sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from hardtack.adapters.answering import Answering, known
from hardtack.adapters.traces import Traces
from hardtack.adapters.wsgi.exchange import Exchange
from hardtack.adapters.wsgi.pieces import Body
from hardtack.adapters.wsgi.types import Environ, StartResponse, WSGIApp


class StatusLayer:
    """A WSGI application that answers for *app* where the status layer has the right word.

    Args:
        app: the application.
        settings: as :class:`hardtack.adapters.answering.Answering` says.
        answering: who answers instead of one made from the settings.
        propagates: which errors that escape from the application are the server's, or a debugger's, to see.

    Raises:
        MisuseError: a setting cannot be what it is said to be.
    """

    def __init__(
        self,
        app: WSGIApp,
        *,
        answering: Answering | None = None,
        propagates: Callable[[Exception], bool] = lambda _error: False,
        **settings: Any,
    ) -> None:
        self.app = app
        self.answering: Answering = answering or Answering(**known(settings))
        self.propagates = propagates
        self._counts = self.answering.limits.in_flight is not None
        self._in_flight = 0
        self._lock = Lock()

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

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        exchange = Exchange(self, environ, start_response)
        if not self._counts:
            return exchange.run(0)
        with self._lock:
            others, self._in_flight = self._in_flight, self._in_flight + 1
        try:
            body = exchange.run(others)
        except BaseException:
            self._leave()
            raise
        return _Counted(body, self._leave)

    def _leave(self) -> None:
        with self._lock:
            self._in_flight -= 1


class _Counted(Body):
    """An answer whose request is being answered until the server closes it."""

    def __init__(self, body: Iterable[bytes], leave: Callable[[], None]) -> None:
        close = getattr(body, "close", None)

        def closed() -> None:
            try:
                if close is not None:
                    close()
            finally:
                leave()

        super().__init__(iter(body), closed)
