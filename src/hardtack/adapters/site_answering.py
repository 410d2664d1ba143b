"""What the drivers ask where the site answers: its own policy, and its own pages for every error.

The site decides who the visitor is behind proxies, which hosts it answers for and how an error looks; the driver, ASGI
or WSGI, asks it as it asks the status layer's settings around an application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardtack.adapters.answering import Answering, Steps
from hardtack.errors import Refused
from hardtack.message import Request, Response
from hardtack.status.limits import Limits
from hardtack.status.refuse import RefusePolicy

if TYPE_CHECKING:
    from hardtack.site import Site


class SiteAnswering(Answering):
    """What the driver asks, answered by the site: its own policy, its own pages."""

    def __init__(self, site: Site) -> None:
        limits = Limits(max_body=site.max_body)
        super().__init__(limits=limits, policy=RefusePolicy(max_body=site.max_body), errors="none")
        self._site = site

    @property
    def may_remember(self) -> bool:
        """Never: who the visitor is behind proxies is decided for each request."""
        return False

    def before(self, head: Request, in_flight: int, steps: Steps) -> tuple[Request, Response | None]:
        """Decide what needs no content, as the site does."""
        return self._site.before_content(head)

    def page(self, request: Request, error: Refused, steps: Steps = None) -> Response:
        """Return *error* in the site's shell."""
        response = self._site.refuse(request, error)
        # The site's pages keep what an error says about itself, but for what says how the connection ends.
        for name, value in error.headers:
            if name.lower() == "connection":
                response.set(name, value)
        return response
