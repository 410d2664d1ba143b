"""What the operator's own listener answers: the counts, and whether the service lives and is ready.

It is another listener than that of the visitors, so that no proxy shows it to anybody by mistake. It is answered by the
process that has started the others, which has no database: ready is whoever is ready among the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardtack.message import Request, Response
from hardtack.site.health import word
from hardtack.status import MethodNotAllowed, NotFound

METHODS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class OperatorPages:
    """The three addresses.

    Args:
        text: returns the counts.
        text_type: the media type of that.
        ready: returns whether any process may be sent visitors.
    """

    text: Callable[[], bytes]
    text_type: str
    ready: Callable[[], bool]

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*.

        Raises:
            NotFound: there is no such address.
            MethodNotAllowed: it takes no such method.
        """
        page = {"/metrics": self._metrics, "/healthz": self._alive, "/readyz": self._ready}.get(request.path)
        if page is None:
            raise NotFound
        if request.method not in METHODS:
            raise MethodNotAllowed(allow=METHODS)
        response = page()
        response.set("Content-Length", str(len(response.body)))
        response.set("Cache-Control", "no-store")
        response.set("X-Content-Type-Options", "nosniff")
        return response

    def _metrics(self) -> Response:
        return Response(200, [("Content-Type", self.text_type)], self.text())

    def _alive(self) -> Response:
        return word("alive")

    def _ready(self) -> Response:
        return word("ready") if self.ready() else word("not ready", 503)
