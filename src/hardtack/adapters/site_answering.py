"""What the drivers ask where the site answers: its own policy, and its own pages for every error.

The site decides who the visitor is behind proxies, which hosts it answers for and how an error looks; the driver, ASGI
or WSGI, asks it as it asks the status layer's settings around an application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardtack.adapters.answering import Answering, Steps
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status.limits import PAGE_CONTENT_SECONDS, Limits
from hardtack.status.refuse import RefusePolicy
from hardtack.status.trace_page import PATH

if TYPE_CHECKING:
    from hardtack.site import Site


class SiteAnswering(Answering):
    """What the driver asks, answered by the site: its own policy, its own pages; in development mode, and why."""

    def __init__(self, site: Site) -> None:
        limits = Limits(max_body=site.max_body, body_seconds=PAGE_CONTENT_SECONDS)
        super().__init__(
            limits=limits,
            policy=RefusePolicy(max_body=site.max_body),
            errors="none",
            trace=PATH if site.development else False,
        )
        self._site = site

    @property
    def may_remember(self) -> bool:
        """Never: who the visitor is behind proxies is decided for each request."""
        return False

    def before(self, head: Request, in_flight: int, steps: Steps) -> tuple[Request, Response | None]:
        """Decide what needs no content, as the site does."""
        request, response = self._site.before_content(head, steps)
        if response is not None:
            return request, self._traced(request, response, steps)
        return request, None if self.traces is None else self.traces.shown(request)

    def page(self, request: Request, error: Refused, steps: Steps = None) -> Response:
        """Return *error* in the site's shell."""
        response = self._site.refuse(request, error, steps)
        # The site's pages keep what an error says about itself, but for what says how the connection ends.
        for name, value in error.headers:
            if name.lower() == "connection":
                response.set(name, value)
        return self._traced(request, response, steps)
